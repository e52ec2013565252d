/** One rollout against the one before it: how its devices ended, for which reasons, how long it took. Pure. */
import { compareText, percentOf, type ReportRollout } from './facts.ts'

/** One row of `GROUP BY state, reason` over a rollout's devices, those in no percentage left out. */
export interface OutcomeRow {
  readonly state: string
  readonly reason: string | null
  readonly devices: number
}

export interface RolloutOutcome {
  readonly rollout: ReportRollout
  readonly outcomes: readonly OutcomeRow[]
}

export interface Difference {
  readonly code: string
  readonly now: number
  readonly before: number
  /** now − before */
  readonly difference: number
}

export interface Comparison {
  readonly before: ReportRollout
  readonly devices: Difference
  /** By state, biggest difference first; the same for reasons of devices that did not arrive. */
  readonly states: readonly Difference[]
  readonly reasons: readonly Difference[]
  /** Arrived of all counted, in percent, rounded down to a tenth. */
  readonly arrivedPercent: { readonly now: number | null; readonly before: number | null }
  /** From the start to the end; null = not started, or not over. */
  readonly seconds: { readonly now: number | null; readonly before: number | null }
}

const arrives = ({ rollout }: RolloutOutcome, { state, reason }: OutcomeRow): boolean =>
  state === 'skipped'
    ? reason === 'notNeeded' || reason === 'versionLower'
    : state === (rollout.kind === 'rollback' ? 'rolledBack' : 'succeeded')

const sum = (rows: readonly OutcomeRow[]): number => rows.reduce((total, { devices }) => total + devices, 0)

function tally(rows: readonly OutcomeRow[], codeOf: (row: OutcomeRow) => string | null): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const code = codeOf(row)
    if (code !== null) counts.set(code, (counts.get(code) ?? 0) + row.devices)
  }
  return counts
}

function differences(now: Map<string, number>, before: Map<string, number>): Difference[] {
  return [...new Set([...now.keys(), ...before.keys()])]
    .map((code) => difference(code, now.get(code) ?? 0, before.get(code) ?? 0))
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || compareText(a.code, b.code))
}

const difference = (code: string, now: number, before: number): Difference => ({
  code,
  now,
  before,
  difference: now - before,
})

function seconds({ startedAt, finishedAt }: ReportRollout): number | null {
  return startedAt === null || finishedAt === null ? null : Math.round((finishedAt - startedAt) / 1000)
}

function arrivedPercent(one: RolloutOutcome): number | null {
  return percentOf(sum(one.outcomes.filter((row) => arrives(one, row))), sum(one.outcomes))
}

const reasonsOf = (one: RolloutOutcome): Map<string, number> =>
  tally(one.outcomes, (row) => (arrives(one, row) ? null : row.reason))

export function compareRollouts(now: RolloutOutcome, before: RolloutOutcome): Comparison {
  return {
    before: before.rollout,
    devices: difference('devices', sum(now.outcomes), sum(before.outcomes)),
    states: differences(
      tally(now.outcomes, ({ state }) => state),
      tally(before.outcomes, ({ state }) => state),
    ),
    reasons: differences(reasonsOf(now), reasonsOf(before)),
    arrivedPercent: { now: arrivedPercent(now), before: arrivedPercent(before) },
    seconds: { now: seconds(now.rollout), before: seconds(before.rollout) },
  }
}

/**
 * What the conductor does next, decided over what it read: which waves open, which rollouts stop themselves, which rows
 * end, which steps begin. Pure: the conductor, the model and the simulated nights all decide by this file.
 */

import { type DeviceStep, type Due, type DueSnapshot, due, type RolloutKind } from './due.ts'
import { type BreachNumbers, type GateBreach, judgeGate, rollBackDue } from './gate.ts'
import type { Trading } from './lanes.ts'
import type { GatePolicy, Policy } from './policy.ts'
import type { ReasonCode } from './reasons.ts'
import type { DueStep } from './release.ts'
import type { RolloutState } from './states.ts'
import type { InstallTime } from './time/calendar.ts'
import type { WaveFacts } from './wave-facts.ts'

export interface WaveView {
  readonly number: number
  readonly gate: GatePolicy
  readonly facts: WaveFacts
  /** Milliseconds since 1970: since when all but the soak is fulfilled. */
  readonly fulfilledAt: number | null
}

export interface RolloutView {
  readonly id: string
  readonly kind: RolloutKind
  readonly policy: Policy
  /** Released and not passed, in their order. */
  readonly waves: readonly WaveView[]
  /** The first that is not released; null: all are. */
  readonly nextWave: number | null
}

export type WaveDecision =
  | { readonly do: 'release'; readonly rolloutId: string; readonly wave: number }
  | { readonly do: 'pass'; readonly rolloutId: string; readonly wave: number }
  | { readonly do: 'fulfilled'; readonly rolloutId: string; readonly wave: number; readonly is: boolean }
  | {
      readonly do: 'pause'
      readonly rolloutId: string
      readonly wave: number
      readonly breach: GateBreach
      readonly numbers: BreachNumbers
      /** The policy wants the wave back on the former version. */
      readonly rollBack: boolean
    }

/** Judges the waves of a running rollout: the first breach stops it, and nothing else is decided then. */
export function judgeWaves(rollout: RolloutView, now: number): WaveDecision[] {
  const { id: rolloutId, policy, nextWave } = rollout
  const decisions: WaveDecision[] = []
  for (const { number: wave, gate, facts, fulfilledAt } of rollout.waves) {
    const verdict = judgeGate(facts, gate, fulfilledAt, now)
    if ('breach' in verdict) {
      const rollBack = rollout.kind === 'update' && rollBackDue(facts, policy.rollBackWave)
      return [{ do: 'pause', rolloutId, wave, breach: verdict.breach, numbers: verdict.numbers, rollBack }]
    }
    const isFulfilled = verdict.open || verdict.fulfilled
    if (isFulfilled !== (fulfilledAt !== null))
      decisions.push({ do: 'fulfilled', rolloutId, wave, is: isFulfilled })
    if (verdict.open) decisions.push({ do: 'pass', rolloutId, wave })
  }
  const isPassed = decisions.filter((one) => one.do === 'pass').length === rollout.waves.length
  // The next wave comes when every one before it has passed, and has nothing behind it that was never judged.
  if (isPassed && nextWave !== null) decisions.push({ do: 'release', rolloutId, wave: nextWave })
  return decisions
}

/** A row at rest, with what holds for it now. */
export interface RestingRow
  extends Omit<DueSnapshot, 'now' | 'kind' | 'policy' | 'rolloutState' | 'install'> {
  readonly id: string
  readonly rolloutId: string
  readonly deviceId: string
  readonly storeId: string
  /** As it was read: a decision about a row that was claimed since is void, whoever made it. */
  readonly generation: number
  /** Its store server's update brings it along: it is only looked at, and closes no lane of its own. */
  readonly carried: boolean
  /** A store server whose update updates its tills. */
  readonly mustBeClosed: boolean
}

export interface Terms {
  readonly kind: RolloutKind
  readonly state: RolloutState
  readonly policy: Policy
}

/** What is asked of the world while rows are judged. */
export interface Circumstances {
  readonly now: number
  terms(rolloutId: string): Terms | undefined
  installTime(rolloutId: string, storeId: string, mustBeClosed: boolean): InstallTime
  /** How the store trades, where it does. */
  trading(storeId: string): Trading
}

export interface Wanted extends DueStep {
  readonly generation: number
  readonly attempts: number
  readonly rolloutState: RolloutState
  readonly trading: Trading | null
}

export interface Ending {
  readonly id: string
  readonly generation: number
  readonly event: 'skip' | 'fail' | 'cancel'
  readonly reason: ReasonCode | null
}

/** Whoever is carried is installed by its server, whose own window counts. */
const CARRIED: InstallTime = {
  may: true,
  latestStart: 8.64e15,
  deadline: 8.64e15,
  isTrading: false,
  until: 8.64e15,
}

/** What is due for one row, with everything that bears on it. */
export function dueNow(
  row: RestingRow,
  world: Circumstances,
): { due: Due; install: InstallTime; terms: Terms } | undefined {
  const terms = world.terms(row.rolloutId)
  if (terms === undefined) return undefined
  const install = row.carried ? CARRIED : world.installTime(row.rolloutId, row.storeId, row.mustBeClosed)
  // The row comes last: V8 adds to a copy of so many members one by one, which takes twenty times as long.
  const snapshot = {
    kind: terms.kind,
    policy: terms.policy,
    rolloutState: terms.state,
    install,
    now: world.now,
    ...row,
  }
  return { due: due(snapshot), install, terms }
}

const closesLane = (step: DeviceStep, row: RestingRow): boolean =>
  !row.carried && row.state === 'ready' && (step === 'activate' || step === 'rollback')

/** Those at their end, and the steps that may begin as far as their own rows are concerned: release() bounds them. */
export function judgeRows(
  rows: readonly RestingRow[],
  world: Circumstances,
): { readonly endings: readonly Ending[]; readonly wanted: readonly Wanted[] } {
  const endings: Ending[] = []
  const wanted: Wanted[] = []
  for (const row of rows) {
    const judged = dueNow(row, world)
    if (judged === undefined || judged.due.do === 'wait') continue
    const { due: decision, install, terms } = judged
    if (decision.do === 'end') {
      endings.push({ id: row.id, generation: row.generation, event: decision.event, reason: decision.reason })
      continue
    }
    const { step } = decision
    const closes = closesLane(step, row)
    wanted.push({
      updateId: row.id,
      deviceId: row.deviceId,
      storeId: row.storeId,
      rolloutId: row.rolloutId,
      step,
      closesLane: closes,
      latestStart: closes && install.may ? install.latestStart : null,
      lanePolicy: terms.policy.lanes,
      generation: row.generation,
      attempts: row.attempts,
      rolloutState: terms.state,
      trading: install.isTrading ? world.trading(row.storeId) : null,
    })
  }
  return { endings, wanted }
}

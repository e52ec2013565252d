/** A rollout as the API shows it: its state, what may be done now, and how far it is. */
import type { Database } from '../db/database.ts'
import { countUpdates, type findRollout, type listRollouts } from '../db/rollouts.ts'
import type { Plan } from '../rollout/plan.ts'
import { allowedEvents, machines } from '../rollout/states.ts'
import { packageView } from './views.ts'

/** Events of the table that a person causes → verbs of the API. */
const VERBS: Readonly<Record<string, string>> = {
  schedule: 'start',
  pause: 'pause',
  resume: 'resume',
  stop: 'stop',
  reopen: 'retry',
}

/** A running or paused rollout takes a retry without being reopened. */
const TAKES_RETRIES = new Set(['running', 'paused'])

/** What the API lets be done in this state. */
export function allowedVerbs(state: string): string[] {
  const verbs = allowedEvents(machines.rollout, state).flatMap((event) => VERBS[event] ?? [])
  return TAKES_RETRIES.has(state) ? [...verbs, 'retry'] : verbs
}

type RolloutRow = Omit<NonNullable<Awaited<ReturnType<typeof findRollout>>>, 'waves' | 'plan'>
type ListedRow = Awaited<ReturnType<typeof listRollouts>>[number]

export function rolloutView(row: RolloutRow | ListedRow) {
  const { id, name, kind, state, planHash, policy, reason, createdBy, createdAt, startedAt, finishedAt } = row
  const times = { createdAt, startedAt, finishedAt }
  const own = { id, name, kind, state, allowed: allowedVerbs(state), reason, planHash, policy, createdBy }
  return { ...own, ...times, package: packageView(row.package) }
}

const tally = (pairs: readonly (readonly [string, number])[]): Record<string, number> => {
  const sums = new Map<string, number>()
  for (const [key, count] of pairs) sums.set(key, (sums.get(key) ?? 0) + count)
  return Object.fromEntries(sums)
}

/** Device updates by state, and those with a reason by reason. */
export async function readCounts(db: Database, rolloutId: string) {
  const rows = await countUpdates(db, rolloutId)
  return {
    total: rows.reduce((sum, row) => sum + row.count, 0),
    byState: tally(rows.map((row) => [row.state, row.count])),
    byReason: tally(rows.flatMap((row) => (row.reason === null ? [] : [[row.reason, row.count] as const]))),
  }
}

export function planSummary(plan: Plan) {
  return {
    targets: plan.waves.reduce((sum, wave) => sum + wave.deviceIds.length, 0),
    waves: plan.waves.map((wave) => ({ number: wave.number, devices: wave.deviceIds.length })),
    leftOut: plan.leftOut.length,
    leftOutByReason: tally(plan.leftOut.map((one) => [one.reason, 1])),
  }
}

/** A rollout as the API shows it: its state, what may be done now, why it stands, and how far it is. */
import type { Database } from '../db/database.ts'
import { countUpdates, type findRolloutHead } from '../db/rollouts.ts'
import { isReason } from '../rollout/reasons.ts'
import { allowedEvents, machines } from '../rollout/states.ts'
import { languages } from '../words/catalogue.ts'
import { renderBreach, wordsOf } from '../words/render.ts'
import { Problem } from './problem.ts'
import { packageView } from './views.ts'

/** Events of the table that a person causes → verbs of the API. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  submit: ['submit'],
  schedule: ['approve', 'start'],
  approve: ['approve'],
  reject: ['reject'],
  start: ['start'],
  pause: ['pause'],
  resume: ['resume'],
  stop: ['stop'],
  reopen: ['retry'],
}

/** What moves no rollout, and is allowed in these states. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  draft: ['revise'],
  scheduled: ['revise'],
  running: ['release', 'skip', 'retry', 'revise', 'rollback'],
  paused: ['skip', 'retry', 'revise', 'rollback'],
  finished: ['rollback'],
  cancelled: ['rollback'],
}

export type RolloutHead = NonNullable<Awaited<ReturnType<typeof findRolloutHead>>>

const asksTwoPersons = (policy: unknown): boolean =>
  typeof policy === 'object' && policy !== null && 'twoPersons' in policy && policy.twoPersons === true

/** What the API lets be done now. Who does it is looked at when it is done. */
export function allowedVerbs(row: Pick<RolloutHead, 'state' | 'kind' | 'policy' | 'nextPlanHash'>): string[] {
  const { state, kind, policy, nextPlanHash } = row
  const verbs = allowedEvents(machines.rollout, state).flatMap((event) => VERBS[event] ?? [])
  const all = [...verbs, ...(MORE[state] ?? []), ...(nextPlanHash === null ? [] : ['approve'])]
  const isAllowed = (verb: string): boolean => {
    if (verb === 'start') return state !== 'draft' || !asksTwoPersons(policy)
    return verb !== 'rollback' || kind === 'update'
  }
  return all.filter(isAllowed)
}

/** A package that is not good any more stops it as well, and has no numbers. */
const labelOf = (language: (typeof languages)[number], reason: string): string | null =>
  isReason(reason) ? wordsOf(language).reasons[reason].label : null

/** The gate that stopped it, in numbers and in words; null: no gate did. */
function pausedBecause({ state, reason, reasonParams }: RolloutHead) {
  if (state !== 'paused' || reason === null) return null
  const params = (reasonParams ?? {}) as Readonly<Record<string, unknown>>
  const texts = languages.map((language) => [
    language,
    renderBreach(language, reason, params) ?? labelOf(language, reason),
  ])
  return { code: reason, params, text: Object.fromEntries(texts) as Record<string, string | null> }
}

export function rolloutView(row: RolloutHead) {
  const { id, name, kind, state, planHash, policy, reason, selection, cut, revision } = row
  const { createdBy, createdAt, approvedBy, approvedAt, startedAt, finishedAt } = row
  const { serverPackageId, ofRolloutId, scheduleId, nextPlanHash, nextBy } = row
  return {
    ...{ id, name, kind, state, allowed: allowedVerbs(row), reason, pausedBecause: pausedBecause(row) },
    ...{ planHash, revision, selection, cut, policy },
    /** A revision that waits for its approval. */
    next: nextPlanHash === null ? null : { planHash: nextPlanHash, by: nextBy },
    ...{ createdBy, createdAt, approvedBy, approvedAt, startedAt, finishedAt },
    ...{ serverPackageId, ofRolloutId, scheduleId, package: packageView(row.package) },
  }
}

/** @throws Problem notAllowed, with the present state and what it allows */
export function refuse(row: RolloutHead, detail?: string): never {
  const { state } = row
  throw new Problem('notAllowed', {
    ...(detail === undefined ? {} : { detail }),
    more: { state, allowed: allowedVerbs(row) },
  })
}

const tally = (pairs: readonly (readonly [string, number])[]): Record<string, number> => {
  const sums = new Map<string, number>()
  for (const [key, count] of pairs) sums.set(key, (sums.get(key) ?? 0) + count)
  return Object.fromEntries(sums)
}

type CountRow = Awaited<ReturnType<typeof countUpdates>>[number]

const countsOf = (rows: readonly CountRow[]) => ({
  total: rows.reduce((sum, row) => sum + row.count, 0),
  byState: tally(rows.map((row) => [row.state, row.count])),
  byBucket: tally(rows.map((row) => [row.bucket, row.count])),
  byReason: tally(rows.flatMap((row) => (row.reason === null ? [] : [[row.reason, row.count] as const]))),
})

/** Device updates by state, in the numbers that people are told, and those with a reason by reason. */
export const readCounts = async (db: Database, rolloutId: string) =>
  countsOf(await countUpdates(db, rolloutId))

/** The same, and by the number of the wave. */
export async function readWaveCounts(db: Database, rolloutId: string) {
  const rows = await countUpdates(db, rolloutId)
  const waves = [...new Set(rows.map((row) => row.wave))]
  const byWave = new Map(waves.map((wave) => [wave, countsOf(rows.filter((row) => row.wave === wave))]))
  return { counts: countsOf(rows), byWave }
}

export const noCounts = countsOf([])

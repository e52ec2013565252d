/** What a cell of the board says of one device: one meaning, of its update and of what it last said. Pure. */
import { isReason, reasonRule } from '../reasons.ts'
import type { DeviceUpdateState } from '../states.ts'
import { type Bucket, bucketOf } from './bucket.ts'

/** The worst first: the order in which the board shows trouble. */
export const marks = [
  /** It does not sell: a person. */
  'broken',
  /** Contact was lost in the middle of its installation: which version sells is not known. */
  'inDoubt',
  /** It could not be done, and nothing was changed: the old version sells. */
  'failed',
  /** It is back on the old version, which sells. */
  'rolledBack',
  /** Nobody answers, and nothing was begun. */
  'unreachable',
  /** A step is under way, or its way back. */
  'running',
  /** Nothing runs: for its package, wave, window or next attempt. */
  'waiting',
  /** Left out, or taken out: the old version sells. */
  'skipped',
  /** Where it was to arrive. */
  'done',
  /** No update in view; it answers. */
  'sells',
  /** No update in view, and it was never asked. */
  'none',
] as const
export type Mark = (typeof marks)[number]

/** Nothing mends these by itself. */
const PERSON: ReadonlySet<Mark> = new Set(['broken', 'failed', 'rolledBack'])
export const needsPerson = (mark: Mark): boolean => PERSON.has(mark)

/**
 * Of the last asking. `unwell`: it answered, after its update ended and not long ago, that it does not sell;
 * `silent`: it gave no answer; `never`: it was not asked yet.
 */
export const reaches = ['answers', 'unwell', 'silent', 'never'] as const
export type BoardReach = (typeof reaches)[number]

export interface MarkFacts {
  /** Of its update in view; null: there is none. */
  readonly state: DeviceUpdateState | null
  readonly reason: string | null
  /** Of the rollout: where its devices arrive. */
  readonly kind: 'update' | 'rollback'
  readonly reach: BoardReach
}

/** It is already where it was to go, by the plan's own word. */
const ARRIVED: ReadonlySet<string> = new Set(['notNeeded', 'versionLower'])

/** The numbers that a rollout is told in, as marks: what was called off is left out like the rest. */
const OF_BUCKET: Readonly<Record<Bucket, Mark>> = {
  succeeded: 'done',
  running: 'running',
  waiting: 'waiting',
  failed: 'failed',
  broken: 'broken',
  rolledBack: 'rolledBack',
  unreachable: 'unreachable',
  skipped: 'skipped',
  cancelled: 'skipped',
  inDoubt: 'inDoubt',
}

const NOTHING: Readonly<Record<BoardReach, Mark>> = {
  answers: 'sells',
  unwell: 'broken',
  silent: 'unreachable',
  never: 'none',
}

/** What runs says so itself, whatever the last asking gave. */
const KEPT: ReadonlySet<Mark> = new Set(['running', 'inDoubt', 'broken'])

/** Of the update alone. */
function markOfUpdate(state: DeviceUpdateState, reason: string | null, kind: MarkFacts['kind']): Mark {
  if (kind === 'rollback' && state === 'rolledBack') return 'done'
  if (state === 'skipped' && reason !== null && ARRIVED.has(reason)) return 'done'
  return OF_BUCKET[bucketOf(kind, state, reason)]
}

/** Total: every state of an update and none, by every outcome of the last asking. */
export function markOf({ state, reason, kind, reach }: MarkFacts): Mark {
  if (state === null) return NOTHING[reach]
  const mark = markOfUpdate(state, reason, kind)
  if (reach === 'unwell' && !KEPT.has(mark)) return 'broken'
  return mark === 'waiting' && reach === 'silent' ? 'unreachable' : mark
}

const isNetwork = (reason: string | null): boolean =>
  reason !== null && isReason(reason) && reasonRule(reason).owner === 'network'

/** Marks that need no reason: nothing is wrong, or what was wrong is being tried again now. */
const UNSAID: ReadonlySet<Mark> = new Set(['done', 'running', 'sells', 'none'])

/**
 * Why it has its mark, as a code: of its update, of the asking that gave no answer, or `notHealthy` (its own word).
 * @param silence why the last asking gave nothing
 * @param mark of these facts, for who has it already
 */
export function markReason(facts: MarkFacts, silence: string | null, mark = markOf(facts)): string | null {
  if (UNSAID.has(mark)) return null
  if (mark === 'broken' && facts.state !== 'broken') return 'notHealthy'
  if (mark === 'unreachable' && !isNetwork(facts.reason)) return silence
  return facts.reason
}

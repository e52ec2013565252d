/** What a wave's rows say at its gate. Which states and reasons count is stated here, once. Pure. */
import { isReason, reasonRule } from './reasons.ts'
import { type DeviceUpdateState, isTerminalUpdate, laneClosedStates } from './states.ts'

/** Devices of a wave that are alike to its gate. */
export interface WaveGroup {
  readonly state: DeviceUpdateState
  /** Their own, or of their store package where they have none. */
  readonly reason: string | null
  readonly count: number
  /** They ended since the sample began. */
  readonly inSample: boolean
  /** Their installation began longer ago than a restart takes: who is in doubt still counts as silent. */
  readonly isOverdue: boolean
}

/** One device of a wave, where they are at hand one by one. */
export interface WaveRow {
  readonly state: DeviceUpdateState
  readonly reason: string | null
  /** Milliseconds since 1970; null: it goes on. */
  readonly endedAt: number | null
  /** When its last installation was claimed; null: not known, so overdue. */
  readonly installAt: number | null
  /** Of its store: share (0 … 1) of askings that are usually not answered; null = never asked: nothing is usual. */
  readonly offlineRate: number | null
}

/** What a person knew of and accepted when they let the rollout go on: WaveFacts of that moment. */
export interface Accepted {
  readonly unreachable: number
  readonly silent: number
}
export const nothingAccepted: Accepted = { unreachable: 0, silent: 0 }

export interface WaveTerms {
  readonly kind: 'update' | 'rollback'
  /** Sum over all devices of the wave: the share (0 … 1) of askings that their stores usually do not answer. */
  readonly expectedUnreachable: number
  readonly accepted: Accepted
}

export interface WaveFacts {
  /** All devices of the wave. */
  readonly size: number
  /** Judged in this sample: on the version they were meant for … */
  readonly succeeded: number
  /** … or not, and the package is to blame: a reason that counts at the gate, rolled back, broken. */
  readonly failed: number
  /** Not at their end, so they may still be judged. */
  readonly pending: number
  /** Between arming and their end, and not silent. */
  readonly inTheMiddle: number
  /** Nobody answers: those that are still tried, and those that were given up for it. */
  readonly unreachable: number
  readonly expectedUnreachable: number
  /** Lost in the middle of their installation. */
  readonly silent: number
  readonly accepted: Accepted
}

/** `throttled` is the network's too, but somebody answered. */
const unreachableReasons: ReadonlySet<string | null> = new Set([
  'storeOffline',
  'tillOffline',
  'connectionLost',
  'timedOut',
])
/** At rest or given up. Whoever is asked right now is not counted. */
const unreachableStates: ReadonlySet<string> = new Set([
  'waiting',
  'downloaded',
  'ready',
  'skipped',
  'failed',
])

const isGateReason = (code: string | null): boolean =>
  code !== null && isReason(code) && reasonRule(code).gate

function isFailed({ state, reason }: WaveGroup, kind: WaveTerms['kind']): boolean {
  if (state === 'rolledBack') return kind === 'update'
  return state === 'broken' || (state === 'failed' && isGateReason(reason))
}

const isSucceeded = ({ state }: WaveGroup, kind: WaveTerms['kind']): boolean =>
  state === (kind === 'rollback' ? 'rolledBack' : 'succeeded')

const isUnreachable = ({ state, reason }: WaveGroup): boolean =>
  unreachableStates.has(state) && unreachableReasons.has(reason)

const isSilent = ({ state, isOverdue }: WaveGroup): boolean => state === 'inDoubt' && isOverdue
const isPending = ({ state }: WaveGroup): boolean => !isTerminalUpdate(state)

/** @param groups all devices of the wave, each in one */
export function groupFacts(groups: readonly WaveGroup[], terms: WaveTerms): WaveFacts {
  const count = (test: (group: WaveGroup) => boolean): number =>
    groups.reduce((sum, group) => (test(group) ? sum + group.count : sum), 0)
  return {
    size: count(() => true),
    succeeded: count((group) => group.inSample && isSucceeded(group, terms.kind)),
    failed: count((group) => group.inSample && isFailed(group, terms.kind)),
    pending: count(isPending),
    inTheMiddle: count((group) => isPending(group) && laneClosedStates.has(group.state) && !isSilent(group)),
    unreachable: count(isUnreachable),
    expectedUnreachable: terms.expectedUnreachable,
    silent: count(isSilent),
    accepted: terms.accepted,
  }
}

export interface WaveView {
  readonly kind: 'update' | 'rollback'
  readonly accepted: Accepted
  /** Milliseconds since 1970, both. Only what ended since then is judged. */
  readonly sampleFrom: number
  readonly now: number
  /** The policy's. */
  readonly restartSeconds: number
}

/** As groupFacts, of all devices of the wave one by one. */
export function waveFacts(rows: readonly WaveRow[], view: WaveView): WaveFacts {
  const isOverdue = (at: number | null): boolean => at === null || at < view.now - view.restartSeconds * 1000
  const groups = rows.map(({ state, reason, endedAt, installAt }) => ({
    state,
    reason,
    count: 1,
    inSample: endedAt !== null && endedAt >= view.sampleFrom,
    isOverdue: isOverdue(installAt),
  }))
  const expectedUnreachable = rows.reduce((sum, { offlineRate }) => sum + (offlineRate ?? 0), 0)
  return groupFacts(groups, { kind: view.kind, accepted: view.accepted, expectedUnreachable })
}

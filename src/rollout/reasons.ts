import { deviceUpdateStates, nextState } from './states.ts'

/**
 * Why something failed, waits or was left out: one table.
 *
 * retry    the rest state a person's retry goes back to (a device past arming is looked at first)
 * backoff  seconds until the next automatic attempt, doubled each time up to the cap; 'never' = a person
 * spends   whether waiting for it uses up one of the policy's attempts
 * end      the terminal state when attempts run out, or at once where backoff is 'never'
 * gate     whether it counts as a failure of the package before the next wave
 * owner    who can do something about it
 */
export type RetryRest = 'waiting' | 'downloaded' | 'ready' | 'inDoubt'
export type ReasonOwner = 'network' | 'store' | 'package' | 'us'
export interface ReasonRule {
  readonly retry: RetryRest
  readonly backoff: 'never' | { readonly baseSeconds: number; readonly capSeconds: number }
  readonly spends: boolean
  readonly end: 'failed' | 'skipped'
  readonly gate: boolean
  readonly owner: ReasonOwner
}

const NETWORK = { baseSeconds: 30, capSeconds: 900 }
const STORE = { baseSeconds: 60, capSeconds: 600 }
const OURS = { baseSeconds: 5, capSeconds: 300 }

const network = {
  retry: 'waiting',
  backoff: NETWORK,
  spends: true,
  end: 'skipped',
  gate: false,
  owner: 'network',
} as const
/** The till is in use: tried again until the night ends, no attempt spent. */
const blocked = {
  retry: 'ready',
  backoff: STORE,
  spends: false,
  end: 'skipped',
  gate: false,
  owner: 'store',
} as const
/** Nothing is wrong with the till: it waits for its hour or for its store server, no attempt spent. */
const notNow = { ...blocked, owner: 'us' } as const
const store = {
  retry: 'waiting',
  backoff: STORE,
  spends: true,
  end: 'failed',
  gate: false,
  owner: 'store',
} as const
const person = {
  retry: 'waiting',
  backoff: 'never',
  spends: true,
  end: 'failed',
  gate: false,
  owner: 'store',
} as const
const ours = {
  retry: 'waiting',
  backoff: OURS,
  spends: true,
  end: 'failed',
  gate: false,
  owner: 'us',
} as const
const badPackage = {
  retry: 'waiting',
  backoff: 'never',
  spends: true,
  end: 'failed',
  gate: true,
  owner: 'package',
} as const
const leftOut = {
  retry: 'waiting',
  backoff: 'never',
  spends: true,
  end: 'skipped',
  gate: false,
  owner: 'store',
} as const

export const reasons = {
  // nobody answers
  storeOffline: network,
  tillOffline: network,
  connectionLost: network,
  throttled: network,
  timedOut: network,
  noAddress: leftOut,
  inReserve: leftOut,
  // answers, but must not be trusted or spoken to
  hostKeyChanged: person,
  hostKeyUnknown: person,
  signInRefused: person,
  algorithmsTooOld: person,
  wrongDevice: person,
  agentMissing: person,
  contractViolation: person,
  // in use; looked at again until the window ends
  receiptOpen: blocked,
  shiftOpen: blocked,
  shiftExpired: blocked,
  cashierSignedIn: blocked,
  technicalBreak: blocked,
  activityUnknown: blocked,
  cashInDrawer: blocked,
  replicationLag: blocked,
  tillBlocked: blocked,
  // what an update would make worse, by the till's own word
  fiscalCritical: blocked,
  ofdQueueOld: blocked,
  ffdUnsupported: blocked,
  printerNotReady: blocked,
  clockSkew: blocked,
  // what is known of it is too old to go by: the next look mends it
  statusStale: { ...blocked, owner: 'us' },
  // busy with its own work, not with a customer: soon over
  deviceBusy: { ...blocked, backoff: { baseSeconds: 20, capSeconds: 300 }, owner: 'us' },
  // its time has not come, or will not be long enough: the calendar and the plan are ours
  lanesTooFew: blocked,
  windowClosed: notNow,
  windowTooShort: notNow,
  frozen: notNow,
  storeOpen: notNow,
  serverBehind: notNow,
  // left out before anything began
  notNeeded: leftOut,
  versionChain: leftOut,
  versionUnknown: leftOut,
  versionLower: leftOut,
  ownedByRollout: leftOut,
  wrongKind: leftOut,
  nightOver: leftOut,
  skippedByPerson: { ...leftOut, owner: 'us' },
  // errands alone
  notSupported: leftOut,
  stoppedByPerson: { ...leftOut, owner: 'us' },
  // the store or the device cannot take it
  diskFull: store,
  storePackageMissing: { ...store, end: 'skipped' },
  transferFailed: store,
  packageMissing: store,
  packageDamaged: { ...store, gate: true, owner: 'package' },
  // the package
  signatureInvalid: badPackage,
  packageExpired: badPackage,
  packageRetired: badPackage,
  installFailed: { ...badPackage, retry: 'inDoubt' },
  healthFailed: { ...badPackage, retry: 'inDoubt' },
  rollbackUnsupported: { ...badPackage, retry: 'inDoubt' },
  rollbackFailed: { ...badPackage, retry: 'inDoubt' },
  // ours
  credentialUnreadable: { ...person, owner: 'us' },
  superseded: ours,
  leaseExpired: ours,
  armingExpired: { ...ours, retry: 'ready', spends: false },
  internalError: ours,
  // nobody can say whether the package is good: no attempt of a till's is spent on that
  signersMissing: { ...ours, retry: 'downloaded', spends: false },
  signatureToolMissing: { ...ours, retry: 'downloaded', spends: false },
} as const satisfies Record<string, ReasonRule>

export type ReasonCode = keyof typeof reasons

export function isReason(code: string): code is ReasonCode {
  return Object.hasOwn(reasons, code)
}

export function reasonRule(code: ReasonCode): ReasonRule {
  return reasons[code]
}

/** The event that ends an update for this reason. */
export const endEvent = (code: ReasonCode): 'fail' | 'skip' =>
  reasonRule(code).end === 'failed' ? 'fail' : 'skip'

/** Reasons that only a person ends: no automatic attempt comes after them. */
export const neverAgain = (Object.keys(reasons) as ReasonCode[]).filter(
  (code) => reasonRule(code).backoff === 'never',
)

/**
 * Seconds until the next attempt, or undefined: never by itself.
 * @param attempt how many attempts were made for this reason so far, from 1
 * @param scale the policy's stretch of all back-offs: 1 for a night, small for a demo
 */
export function backoffSeconds(code: ReasonCode, attempt: number, scale = 1): number | undefined {
  const { backoff } = reasonRule(code)
  if (backoff === 'never') return undefined
  const doublings = Math.min(Math.max(attempt, 1) - 1, 16)
  return Math.min(backoff.baseSeconds * 2 ** doublings, backoff.capSeconds) * scale
}

const RETRY_EVENT = {
  waiting: 'retryFetch',
  downloaded: 'retryVerify',
  ready: 'retryInstall',
  inDoubt: 'retryLook',
} as const

export type RetryEvent = (typeof RETRY_EVENT)[RetryRest]

/** The event of a person's retry. A device that was rolled back or is broken is always looked at first. */
export function retryEvent(state: string, reason: ReasonCode | null): RetryEvent {
  if (state === 'rolledBack' || state === 'broken') return 'retryLook'
  return reason === null ? 'retryFetch' : RETRY_EVENT[reasonRule(reason).retry]
}

/** The same in a rollout of either kind: the way back fetches nothing, and whoever is back (undefined) is done. */
export function retryEventIn(
  kind: 'update' | 'rollback',
  state: string,
  reason: ReasonCode | null,
): RetryEvent | undefined {
  if (kind === 'update') return retryEvent(state, reason)
  if (state === 'rolledBack') return undefined
  return state === 'broken' ? 'retryLook' : 'retryInstall'
}

/**
 * The event that a person's retry is for a device update as it stands; undefined: there is nothing to retry.
 * @param reason as the row has it: one that is not in the table is as none
 */
export function retryOf(
  kind: 'update' | 'rollback',
  state: string,
  reason: string | null,
): RetryEvent | undefined {
  const event = retryEventIn(kind, state, reason !== null && isReason(reason) ? reason : null)
  const isTaken = event !== undefined && nextState(deviceUpdateStates, state, event) !== undefined
  return isTaken ? event : undefined
}

/** Nobody answers: tomorrow somebody may. */
export const networkReasons = (Object.keys(reasons) as ReasonCode[]).filter(
  (code) => reasonRule(code).owner === 'network',
)

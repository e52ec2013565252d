/** What is due for one row, and what it waits for otherwise. Pure: rows and a time in, a decision out. */
import { isPatient } from './attempt.ts'
import type { Policy } from './policy.ts'
import { endEvent, isReason, type ReasonCode, reasonRule } from './reasons.ts'
import type { DeviceUpdateEvent, DeviceUpdateState, RolloutState, StorePackageState } from './states.ts'
import type { InstallTime, InstallWait } from './time/calendar.ts'

export const deviceSteps = [
  'download',
  'verify',
  'activate',
  'restart',
  'disarm',
  'rollback',
  'observe',
] as const
export type DeviceStep = (typeof deviceSteps)[number]
export type Step = 'distribute' | DeviceStep

/** The event by which the conductor claims a step. */
export const claimEvents = {
  download: 'claimDownload',
  verify: 'claimVerify',
  activate: 'claimActivate',
  restart: 'claimRestart',
  disarm: 'claimDisarm',
  rollback: 'claimRollback',
  observe: 'claimObserve',
} as const satisfies Record<DeviceStep, DeviceUpdateEvent>

/** `rollback`: the way back from an earlier rollout, released and gated like any. */
export type RolloutKind = 'update' | 'rollback'

/** How far the store server of a device is in the same rollout; `ok` where it does not matter. */
export type ServerProgress = 'ok' | 'behind' | 'failed'

export interface DueSnapshot {
  readonly kind: RolloutKind
  readonly state: DeviceUpdateState
  readonly reason: string | null
  readonly rolloutState: RolloutState
  readonly waveReleased: boolean
  /** The head office has blocked it since the plan was made. */
  readonly blocked?: boolean
  readonly server: ServerProgress
  /** Whether an installation may begin in its store now. */
  readonly install: InstallTime
  readonly storePackageState: StorePackageState
  /** Why the store package is not there, when an attempt for it ended so. */
  readonly storePackageReason: string | null
  readonly storePackageAttempts: number
  readonly attempts: number
  /** Milliseconds since 1970, all three. */
  readonly notBefore: number | null
  readonly armedUntil: number | null
  readonly now: number
  readonly policy: Policy
}

export type WaitReason =
  | ReasonCode
  | 'paused'
  | 'notStarted'
  | 'preload'
  | 'storePackage'
  | 'wave'
  | InstallWait
  | 'backoff'
  | 'terminal'
  | 'running'

export type Due =
  | { readonly do: 'claim'; readonly step: DeviceStep }
  | { readonly do: 'end'; readonly event: 'skip' | 'fail' | 'cancel'; readonly reason: ReasonCode | null }
  | { readonly do: 'wait'; readonly for: WaitReason }

const claim = (step: DeviceStep): Due => ({ do: 'claim', step })
const wait = (reason: WaitReason): Due => ({ do: 'wait', for: reason })
const ownReason = (code: string | null, otherwise: ReasonCode): ReasonCode =>
  code !== null && isReason(code) ? code : otherwise

/** The rest states in which nothing has happened to the device that could not be left as it is. */
const isBeforeInstalling = (state: DeviceUpdateState): state is 'waiting' | 'downloaded' | 'ready' =>
  state === 'waiting' || state === 'downloaded' || state === 'ready'

/** Armed: restart at once, unless nobody wants it any more or it would come too late. */
function dueArmed(s: DueSnapshot): Due {
  const isFrozen = !s.install.may && s.install.because === 'frozen'
  const tooLate = s.armedUntil === null || s.now >= s.armedUntil || isNightOver(s) || isFrozen
  const isWanted = s.rolloutState === 'running' && !tooLate
  // A till that is in use is disarmed at once; one that nobody reaches, not every second. Its arming expires by itself.
  if (isBackingOff(s) && (isWanted || isNetwork(s.reason))) return wait('backoff')
  return claim(isWanted ? 'restart' : 'disarm')
}

const isNetwork = (code: string | null): boolean =>
  code !== null && isReason(code) && reasonRule(code).owner === 'network'

/** Attempts that were not ended where they ran out (a lost worker, a lost contact) end at the next rest. */
function endExhausted(s: DueSnapshot): Due {
  const reason = ownReason(s.reason, 'internalError')
  return { do: 'end', event: endEvent(reason), reason }
}

const isBackingOff = (s: DueSnapshot): boolean => s.notBefore !== null && s.now < s.notBefore
const isNightOver = (s: DueSnapshot): boolean =>
  s.policy.endsAt !== null && s.now >= Date.parse(s.policy.endsAt)

function dueBeforeInstalling(s: DueSnapshot & { state: 'waiting' | 'downloaded' | 'ready' }): Due {
  if (s.rolloutState === 'stopping') return { do: 'end', event: 'cancel', reason: null }
  if (isNightOver(s)) return { do: 'end', event: 'skip', reason: ownReason(s.reason, 'nightOver') }
  if (s.rolloutState === 'paused') return wait('paused')
  if (s.rolloutState !== 'running') return wait('notStarted')
  if (s.attempts >= s.policy.maxAttempts) return endExhausted(s)
  if (s.state === 'ready') return dueReady(s)
  if (isBackingOff(s)) return wait('backoff')
  return s.state === 'waiting' ? dueWaiting(s) : claim('verify')
}

/** Fetched and verified: wave, server and window come before the back-off, so that what is waited for is the true reason. */
function dueReady(s: DueSnapshot): Due {
  if (s.server === 'failed') return { do: 'end', event: 'skip', reason: 'serverBehind' }
  if (!s.waveReleased) return wait('wave')
  if (s.blocked === true) return wait('tillBlocked')
  if (s.server === 'behind') return wait('serverBehind')
  if (!s.install.may) return wait(s.install.because)
  if (isBackingOff(s)) return wait('backoff')
  return claim(s.kind === 'rollback' ? 'rollback' : 'activate')
}

/** A line that is down is waited for, where the policy says so; what only a person can mend is not. */
function isGivenUp(s: DueSnapshot): boolean {
  const { storePackageReason: reason, policy } = s
  if (reason !== null && isReason(reason)) {
    if (reasonRule(reason).backoff === 'never') return true
    if (isPatient(reason, policy)) return false
  }
  return s.storePackageAttempts >= policy.maxAttempts
}

/** A store whose package cannot be brought there holds its devices no longer than the policy's attempts. */
function dueWaiting(s: DueSnapshot): Due {
  if (s.policy.preloadFrom !== null && s.now < Date.parse(s.policy.preloadFrom)) return wait('preload')
  if (s.storePackageState === 'present') return claim('download')
  if (s.storePackageState === 'absent' && isGivenUp(s)) {
    const reason = ownReason(s.storePackageReason, 'storePackageMissing')
    return { do: 'end', event: endEvent(reason), reason }
  }
  return wait('storePackage')
}

export function due(s: DueSnapshot): Due {
  if (isBeforeInstalling(s.state)) return dueBeforeInstalling({ ...s, state: s.state })
  switch (s.state) {
    case 'armed':
      return dueArmed(s)
    // Whatever became of the rollout: a device that may not sell is looked after to the end.
    case 'unhealthy':
      return isBackingOff(s) ? wait('backoff') : claim('rollback')
    case 'inDoubt':
      return isBackingOff(s) ? wait('backoff') : claim('observe')
    case 'downloading':
    case 'verifying':
    case 'activating':
    case 'restarting':
    case 'disarming':
    case 'rollingBack':
      return wait('running')
    default:
      return wait('terminal')
  }
}

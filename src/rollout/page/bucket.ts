/** The numbers that a rollout is told in: every device update in exactly one of them. Pure. */
import { networkReasons } from '../reasons.ts'
import type { DeviceUpdateState } from '../states.ts'

export const buckets = [
  'succeeded',
  /** A step is under way, or its way back. */
  'running',
  /** Nothing runs: for its package, wave, window, shop or next attempt. */
  'waiting',
  /** The old version sells, nothing was changed. */
  'failed',
  /** It does not sell: a person. */
  'broken',
  /** It is back on the old version, which sells. */
  'rolledBack',
  /** Nobody answers, it or its store; also when that is why it was passed over. Nothing is said of the package. */
  'unreachable',
  /** Left out, or taken out. */
  'skipped',
  'cancelled',
  /** Contact was lost in the middle of its installation. */
  'inDoubt',
] as const
export type Bucket = (typeof buckets)[number]

/** Of an update; where nobody answers, `waiting` and `skipped` are `unreachable`. */
export const bucketOfState: Readonly<Record<DeviceUpdateState, Bucket>> = {
  waiting: 'waiting',
  downloading: 'running',
  downloaded: 'waiting',
  verifying: 'running',
  ready: 'waiting',
  activating: 'running',
  armed: 'running',
  restarting: 'running',
  disarming: 'running',
  inDoubt: 'inDoubt',
  succeeded: 'succeeded',
  unhealthy: 'running',
  rollingBack: 'running',
  rolledBack: 'rolledBack',
  failed: 'failed',
  broken: 'broken',
  skipped: 'skipped',
  cancelled: 'cancelled',
}

const silent: ReadonlySet<string> = new Set(networkReasons)

/**
 * @param kind of the rollout: on the way back, what still runs the new version has failed
 * @param reason its own, or, while it waits for its package, that of its store's package
 */
export function bucketOf(
  kind: 'update' | 'rollback',
  state: DeviceUpdateState,
  reason: string | null,
): Bucket {
  if (kind === 'rollback' && state === 'succeeded') return 'failed'
  const bucket = bucketOfState[state]
  const isLeft = bucket === 'waiting' || bucket === 'skipped'
  return isLeft && reason !== null && silent.has(reason) ? 'unreachable' : bucket
}

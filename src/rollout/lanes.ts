/** Tills that stay open to customers while a shop trades. When it is closed, lanes do not bind. Pure. */
import type { LaneMinimum, Policy } from './policy.ts'

export const laneKinds = ['till', 'selfCheckout'] as const
export type LaneKind = (typeof laneKinds)[number]
export const isLaneKind = (kind: string): kind is LaneKind => (laneKinds as readonly string[]).includes(kind)

export interface LaneView {
  readonly deviceId: string
  readonly kind: string
  readonly isOpen: boolean
}

/** `always`: a shop that never closes; it is installed by halves. */
export type Trading = 'trading' | 'always'

export interface LaneFacts {
  readonly blocked: boolean | null
  readonly inReserve: boolean
  readonly hasAddress: boolean
  /** It answered when it was last asked. Never asked is not reached. */
  readonly isReached: boolean
  /** Its update is in a lane-closed state of states.ts: installing, in doubt, going back, broken. */
  readonly isBusyWithUs: boolean
  /** As the device said last. Only `healthy` sells. */
  readonly health: string | null
  readonly activity: string | null
}

/** Somebody is at it, and it is no customer. */
const servesNobody: ReadonlySet<string | null> = new Set(['technicalBreak', 'service'])

/** True only on evidence that it could sell. Unknown activity is busy, and busy is open, if the device answered. */
export function isLaneOpen(facts: LaneFacts): boolean {
  const isInService = facts.hasAddress && !facts.inReserve && facts.blocked !== true
  const sells = facts.isReached && facts.health === 'healthy' && !servesNobody.has(facts.activity)
  return isInService && sells && !facts.isBusyWithUs
}

/** 7% of 100 must not become 8 for the last bit of a fraction. */
const percentOf = (percent: number, total: number): number => Math.ceil((percent * total) / 100 - 1e-9)

/** Whatever the policy says: a staffed till stays, and self-checkouts never go all at once. A single one is the policy's matter. */
const hardMinimum = (kind: LaneKind, total: number): number =>
  kind === 'till' || total > 1 ? Math.min(1, total) : 0

/** Customers of the only self-checkout go to the tills: a share below 100% does not hold it. */
const shareOf = (kind: LaneKind, percent: number, total: number): number =>
  kind === 'selfCheckout' && total === 1 && percent < 100 ? 0 : percentOf(percent, total)

/** By halves; a single one cannot be halved. */
const halfMinimum = (total: number): number => total - Math.max(1, Math.floor(total / 2))

/**
 * Lanes of a kind that stay open while the shop trades. More than `total` says that none may ever close.
 * @param total all lanes of the kind in the store, open or not
 */
export function laneMinimum(
  total: number,
  kind: LaneKind,
  policy: Readonly<Record<LaneKind, LaneMinimum>>,
  trading: Trading = 'trading',
): number {
  const { count, percent } = policy[kind]
  return Math.max(
    count,
    shareOf(kind, percent, total),
    hardMinimum(kind, total),
    trading === 'always' ? halfMinimum(total) : 0,
  )
}

/**
 * Whether this device may be taken from the customers now, in a shop that trades.
 * A device that is no lane closes none. One whose lane is closed already waits as well while too few are open.
 * @param lanes all lanes of the store; those that were chosen before are in it as closed
 */
export function mayClose(
  lanes: readonly LaneView[],
  deviceId: string,
  policy: Policy['lanes'],
  trading: Trading = 'trading',
): boolean {
  const own = lanes.find((lane) => lane.deviceId === deviceId)
  if (own === undefined || !isLaneKind(own.kind)) return true
  const ofKind = lanes.filter((lane) => lane.kind === own.kind)
  const openAfter = ofKind.filter((lane) => lane.isOpen && lane.deviceId !== deviceId).length
  return openAfter >= laneMinimum(ofKind.length, own.kind, policy, trading)
}

/** How one device stands in the morning, and by what proof. Pure. */
import { laneClosedStates } from '../states.ts'
import {
  apartCause,
  type Cause,
  cause,
  hasArrived,
  isOld,
  type ReportDevice,
  type ReportScope,
  type ReportStore,
  stateCauses,
} from './facts.ts'

export interface MorningStoreFacts extends ReportStore {
  /** When the shop opens or opened today; `always`: day and night; null: closed today, or not known. */
  readonly opensAt: number | 'always' | null
}

export interface MorningDeviceFacts extends ReportDevice {
  readonly fromVersion: number | null
  /** As the running process said it at `readAt`. */
  readonly runningVersion: number | null
  /** When its update came to its state, and when it ended; null = not known, not over. */
  readonly stateSince: number | null
  readonly finishedAt: number | null
  /** At `readAt`, all three; null = it did not say. */
  readonly health: 'healthy' | 'unhealthy' | 'starting' | null
  readonly blocked: boolean | null
  readonly lastReceiptAt: number | null
  /** The first receipt after the update, once seen: it stays, whatever later readings say. */
  readonly confirmedAt: number | null
}

/** Each device is in exactly one, the worst first. */
export const morningGroups = [
  'cannotSell',
  'noFirstReceipt',
  'degraded',
  'unknown',
  'readyOld',
  'ready',
  'apart',
] as const
export type MorningGroup = (typeof morningGroups)[number]

/** `cannotTell`: when the shop opens is not known. */
export type FirstReceipt = 'confirmed' | 'overdue' | 'notYet' | 'cannotTell'

/** After opening, or after the update where that was later. */
const FIRST_RECEIPT_MS = 30 * 60_000
const SELLING = new Set(['till', 'selfCheckout'])
const NOT_HEALTHY = new Set(['broken', 'unhealthy', 'rollingBack'])

export interface MorningJudgement {
  readonly group: MorningGroup
  readonly causes: readonly Cause[]
  readonly firstReceipt: FirstReceipt | null
  readonly provenAt: number | null
}

/** The first receipt after an update confirms it. Null: nothing to confirm (not updated, or no device that sells). */
function firstReceiptOf(
  scope: ReportScope,
  { opensAt }: MorningStoreFacts,
  device: MorningDeviceFacts,
): FirstReceipt | null {
  const { kind, confirmedAt, lastReceiptAt, finishedAt, state } = device
  if (!SELLING.has(kind) || state === 'skipped' || !hasArrived(scope.rollout, device)) return null
  if (confirmedAt !== null) return 'confirmed'
  if (finishedAt === null) return 'cannotTell'
  if (lastReceiptAt !== null && lastReceiptAt > finishedAt) return 'confirmed'
  if (opensAt === null) return 'cannotTell'
  const from = opensAt === 'always' ? finishedAt : Math.max(opensAt, finishedAt)
  return scope.madeAt >= from + FIRST_RECEIPT_MS ? 'overdue' : 'notYet'
}

/** An update ends well only with a healthy answer: that end is a proof of its own. */
const endProof = ({ state, finishedAt }: MorningDeviceFacts): number | null =>
  ['succeeded', 'rolledBack'].includes(state) ? finishedAt : null

function provenAt(device: MorningDeviceFacts): number | null {
  const end = endProof(device)
  return end === null || device.readAt === null ? (end ?? device.readAt) : Math.max(end, device.readAt)
}

/** Whether it is newer than the proof that the end of the update is. */
const isNewer = (device: MorningDeviceFacts, at: number | null): at is number =>
  at !== null && at >= (endProof(device) ?? 0)

/** What is against it, by its state and its newest reading. */
function against(scope: ReportScope, device: MorningDeviceFacts): Standing | null {
  const { state, readAt, health, blocked, stateSince } = device
  if (NOT_HEALTHY.has(state)) return { group: 'cannotSell', causes: stateCauses(device, stateSince) }
  const hasReading = isNewer(device, readAt) && !isOld(readAt, scope)
  if (hasReading && health === 'unhealthy')
    return { group: 'cannotSell', causes: [cause('report', 'notHealthy', readAt)] }
  if (laneClosedStates.has(state)) return { group: 'degraded', causes: stateCauses(device, stateSince) }
  if (hasReading && blocked === true)
    return { group: 'degraded', causes: [cause('reason', 'tillBlocked', readAt)] }
  if (hasReading && health === 'starting')
    return { group: 'degraded', causes: [cause('report', 'starting', readAt)] }
  return null
}

/** Why nothing can be said of it this morning; null = something can. */
function unproven(scope: ReportScope, device: MorningDeviceFacts): Cause | null {
  const at = provenAt(device)
  const { askedAt, unreachableReason, health, readAt } = device
  if (unreachableReason !== null && isNewer(device, askedAt)) return cause('reach', unreachableReason, at)
  if (at === null) return cause('report', 'notLookedAt', null)
  if (isOld(at, scope)) return cause('report', 'readingOld', at)
  return health === null && at === readAt ? cause('report', 'healthUnknown', at) : null
}

type Standing = Pick<MorningJudgement, 'group' | 'causes'>

function standing(
  scope: ReportScope,
  device: MorningDeviceFacts,
  firstReceipt: FirstReceipt | null,
): Standing {
  const bad = against(scope, device)
  if (bad !== null) return bad
  const dark = unproven(scope, device)
  const behind = dark === null ? [] : [dark]
  if (firstReceipt === 'overdue') {
    const since = device.finishedAt
    return { group: 'noFirstReceipt', causes: [cause('report', 'noFirstReceipt', since), ...behind] }
  }
  const arrived = hasArrived(scope.rollout, device)
  const why = arrived ? [] : stateCauses(device, device.stateSince)
  if (dark !== null) return { group: 'unknown', causes: [dark, ...why] }
  return { group: arrived ? 'ready' : 'readyOld', causes: why }
}

/** @param scope the report's time, limit of age and rollout */
export function judgeMorning(
  scope: ReportScope,
  store: MorningStoreFacts,
  device: MorningDeviceFacts,
): MorningJudgement {
  const apart = apartCause(device)
  if (apart !== null)
    return { group: 'apart', causes: [apart], firstReceipt: null, provenAt: provenAt(device) }
  const firstReceipt = firstReceiptOf(scope, store, device)
  return { ...standing(scope, device, firstReceipt), firstReceipt, provenAt: provenAt(device) }
}

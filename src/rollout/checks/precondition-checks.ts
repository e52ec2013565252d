/** One look per code: what it finds, or undefined: proven to be in order, or of no concern here. Pure. */
import type { PreconditionCode, PreconditionRule } from '../policy.ts'
import {
  DAY_MS,
  type DeviceFacts,
  type Found,
  found,
  MINUTE_MS,
  nearly,
  type PreconditionContext,
  sells,
  stopsSales,
  timeOf,
  unknown,
} from './precondition-facts.ts'

export type Check = (
  facts: DeviceFacts,
  context: PreconditionContext,
  rule: PreconditionRule,
) => Found | undefined

const isOver = (value: number, limit: number | undefined): boolean => limit !== undefined && value > limit
const isAtLeast = (value: number, limit: number | undefined): boolean => limit !== undefined && value >= limit

/** For checks of what only a selling device has. */
const ofSelling =
  (check: Check): Check =>
  (facts, context, rule) =>
    sells(context.kind) ? check(facts, context, rule) : undefined

const tillBlocked: Check = ({ blocked }, { kind }) => {
  if (blocked === null) return sells(kind) ? unknown : undefined
  return blocked ? found() : undefined
}

const receiptOpen: Check = ({ activity }) =>
  activity === 'receipt' || activity === 'payment' ? found({ activity }) : undefined

const technicalBreak: Check = ({ activity }) =>
  activity === 'technicalBreak' || activity === 'service' ? found({ activity }) : undefined

/** A self-checkout's own user is no cashier. */
const cashierSignedIn = ofSelling(({ cashier }) => {
  if (cashier === null) return unknown
  return cashier.kind === 'person' ? found({ name: cashier.name }) : undefined
})

/** Of every kind, self-checkouts too: whoever opened it, an open shift is open sales. */
const shiftOpen = ofSelling(({ shift }) => {
  if (shift === null || shift.open === null) return unknown
  return shift.open ? found({ number: shift.number, openedAt: shift.openedAt }) : undefined
})

/** Limit: minutes. After 24 hours the till cannot sell until the shift is closed. */
const shiftExpired = ofSelling(({ shift }, { now }, { limit }) => {
  // Whether a shift is open at all, shiftOpen asks.
  if (shift?.open !== true) return undefined
  const openedAt = timeOf(shift.openedAt)
  if (openedAt === undefined) return unknown
  const minutes = Math.floor((now - openedAt) / MINUTE_MS)
  return isOver(minutes, limit) ? found({ minutes, number: shift.number }) : undefined
})

const cashInDrawer = ofSelling(({ drawer }) => {
  if (drawer === null) return unknown
  return drawer > 0 ? found({ sum: drawer }) : undefined
})

/** Closing a shift prints a report. Where none will be closed, the printer is of no concern. */
const printerNotReady = ofSelling(({ printer, shift }, { closeShift }) => {
  if (closeShift === 'never' || shift?.open !== true) return undefined
  if (printer === undefined || printer === null) return unknown
  return printer === 'notReady' ? found() : undefined
})

/** Limit: minutes. Where nobody says how long sales wait, those that wait count: a queue that drains is empty at the next look. */
const replicationLag: Check = ({ replication }, _context, { limit }) => {
  if (replication === null) return unknown
  const { lagSeconds, unsent } = replication
  if (lagSeconds !== null) {
    const minutes = Math.floor(lagSeconds / 60)
    return isOver(lagSeconds / 60, limit) ? found({ minutes, unsent }) : undefined
  }
  if (unsent === null) return unknown
  return unsent > 0 ? found({ minutes: null, unsent }) : undefined
}

/** Limit and warnLimit: days that the fiscal drive is still valid, or fewer. */
const fiscalCritical = ofSelling(({ fiscal }, { now }, { limit, warnLimit }) => {
  if (fiscal === null) return unknown
  const { flags } = fiscal
  const validUntil = timeOf(fiscal.validUntil)
  const days = validUntil === undefined ? null : Math.floor((validUntil - now) / DAY_MS)
  const params = { flags, days }
  const isLast = (within: number | undefined): boolean => days !== null && days <= Math.max(-1, within ?? -1)
  if (flags.some(stopsSales) || isLast(limit)) return found(params)
  if (flags.length > 0 || isLast(warnLimit)) return nearly(params)
  return days === null ? unknown : undefined
})

/** Limit and warnLimit: days since the first document that was not sent. Firmware: it must be proven that none waits. */
const ofdQueueOld = ofSelling(({ fiscal }, context, { limit, warnLimit }) => {
  const queue = fiscal?.ofdQueue ?? null
  const { firmware } = context.package
  if (queue?.length === 0) return undefined
  const firstAt = timeOf(queue?.firstAt ?? null)
  const days = firstAt === undefined ? null : Math.floor((context.now - firstAt) / DAY_MS)
  if (queue === null || (queue.length === null && days === null))
    return firmware ? found({ unknown: true, firmware }) : unknown
  const params = { days, length: queue.length, firstNumber: queue.firstNumber }
  if (firmware) return found({ ...params, firmware })
  if (days === null) return nearly({ ...params, unknown: true })
  if (isAtLeast(days, limit)) return found(params)
  return isAtLeast(days, warnLimit) ? nearly(params) : undefined
})

const ffdUnsupported = ofSelling(({ fiscal }, context) => {
  const speaks = context.package.ffd
  if (speaks === null) return undefined
  const ffd = fiscal?.ffd?.trim() ?? ''
  if (ffd === '') return unknown
  return speaks.includes(ffd) ? undefined : found({ ffd, speaks })
})

/** Limit: minutes since the device said so. */
const statusStale: Check = (_facts, { readAt, now }, { limit }) => {
  if (readAt === null) return unknown
  const minutes = Math.floor((now - readAt) / MINUTE_MS)
  return isOver(minutes, limit) ? found({ minutes }) : undefined
}

/** Limit and warnLimit: bytes that are free, beside the package; without a limit, room for the package once more. */
const diskFull: Check = ({ disk }, context, { limit, warnLimit }) => {
  if (disk === null) return unknown
  const { freeBytes } = disk
  const neededBytes = Math.max(context.package.size, limit ?? 0)
  const params = { freeBytes, neededBytes }
  if (freeBytes < neededBytes) return found(params)
  return freeBytes < (warnLimit ?? 0) ? nearly(params) : undefined
}

/** Limit: minutes between its clock and ours, at the moment when it was read. */
const clockSkew: Check = ({ clock }, { readAt, now }, { limit }) => {
  const said = timeOf(clock)
  if (said === undefined) return unknown
  const minutes = Math.round((said - (readAt ?? now)) / MINUTE_MS)
  return isOver(Math.abs(said - (readAt ?? now)) / MINUTE_MS, limit) ? found({ minutes }) : undefined
}

/** In the order in which they are told: what only waits for somebody's hand first, what needs a technician after it. */
export const checks: Readonly<Record<PreconditionCode, Check>> = {
  tillBlocked,
  receiptOpen,
  technicalBreak,
  cashierSignedIn,
  shiftExpired,
  shiftOpen,
  cashInDrawer,
  printerNotReady,
  fiscalCritical,
  ofdQueueOld,
  ffdUnsupported,
  replicationLag,
  diskFull,
  clockSkew,
  statusStale,
}

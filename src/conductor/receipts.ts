/** Asks updated devices whether they sell, from the opening of their shop on. */
import { addCommands } from '../db/commands.ts'
import type { Database } from '../db/database.ts'
import { type AwaitedReceipt, readAwaited } from '../db/receipts.ts'
import type { Calendar } from '../rollout/time/calendar.ts'
import { tradesFrom, windowEndAfter } from '../rollout/time/tonight.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Twelve looks at most: where nobody knows when the shop opens, they are spread over a morning. */
const KNOWN = { everyMs: 10 * MINUTE_MS, forMs: 2 * HOUR_MS }
const UNKNOWN = { everyMs: 30 * MINUTE_MS, forMs: 6 * HOUR_MS }
/** What was updated before that has been asked, or its shop is closed for longer than a holiday. */
const AWAITED_MS = 4 * 24 * HOUR_MS
/** In one go; the others a minute later. */
const AT_ONCE = 5000

interface Times {
  readonly from: number
  readonly everyMs: number
  readonly forMs: number
}

/** When the first receipt of a device may come. */
function timesOf(calendar: Calendar, { finishedAt }: AwaitedReceipt): Times | undefined {
  const from = tradesFrom(calendar, finishedAt)
  if (from === undefined) return undefined
  if (from !== null) return { ...KNOWN, from }
  return { ...UNKNOWN, from: Math.max(finishedAt, windowEndAfter(calendar, finishedAt) ?? finishedAt) }
}

function isDue(device: AwaitedReceipt, calendar: Calendar, now: number): boolean {
  const times = timesOf(calendar, device)
  if (times === undefined || now < times.from || now > times.from + times.forMs) return false
  const { askedAt } = device
  return askedAt === null || askedAt < times.from || now - askedAt >= times.everyMs
}

/**
 * @param now milliseconds since 1970
 * @returns how many are asked
 */
export async function lookForReceipts(db: Database, now: number): Promise<number> {
  const { devices, calendars } = await readAwaited(db.pool, now - AWAITED_MS)
  const due = devices.filter((device) => {
    const calendar = calendars.get(device.storeId)
    return calendar !== undefined && isDue(device, calendar, now)
  })
  const deviceIds = due.slice(0, AT_ONCE).map((device) => device.deviceId)
  if (deviceIds.length === 0) return 0
  const notAfterSeconds = KNOWN.everyMs / 1000
  await addCommands(db, { deviceIds, kind: 'look', requestedBy: 'conductor', notAfterSeconds })
  return deviceIds.length
}

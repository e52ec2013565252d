/** First receipts: the first sale after an update confirms it. */

import { calendarOf, type StoreHours } from '../rollout/inventory.ts'
import type { Calendar } from '../rollout/time/calendar.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { soldAt } from './report-facts.ts'

/** Who has not sold for so long will be asked by nobody any more. */
const CONFIRM_DAYS = 7
/** Clocks of tills are off by less; what is further off is judged by nobody. */
const MAX_SKEW_DAYS = 1
/** A receipt is not newer than the reading that tells of it: a clock that was set in between is. */
const AHEAD_MS = 120_000
const MANY = 20_000

/** Updated devices that sell and have no receipt yet: an update arrives at succeeded, a way back at rolledBack. */
const UNCONFIRMED = `
FROM device_update u JOIN rollout r ON r.id = u.rollout_id JOIN device d ON d.id = u.device_id
  JOIN store s ON s.id = u.store_id LEFT JOIN device_status t ON t.device_id = d.id
WHERE u.confirmed_at IS NULL AND d.kind IN ('till', 'selfCheckout') AND d.removed_at IS NULL
  AND u.state = CASE r.kind WHEN 'rollback' THEN 'rolledBack' ELSE 'succeeded' END
  -- What was updated once more since is confirmed by its newest update alone.
  AND NOT EXISTS (SELECT 1 FROM device_update n WHERE n.device_id = u.device_id AND n.install_at > u.finished_at)`

interface SoldRow {
  readonly id: string
  readonly finishedAt: number
  readonly readAt: number
  readonly clock: string | null
  readonly receiptAt: string | null
  readonly number: number | null
  readonly cashId: string
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`

/** Those whose last receipt may be later than their update, by the reading that tells of both. */
async function readSold(on: Executor, now: number): Promise<SoldRow[]> {
  const { rows } = await on.query<SoldRow>(
    `SELECT u.id, ${ms('u.finished_at')} AS "finishedAt", ${ms('t.read_at')} AS "readAt", t.status->>'clock' AS clock,
       t.status->'lastReceipt'->>'at' AS "receiptAt", t.status->'lastReceipt'->'number' AS number, d.cash_id AS "cashId"
     ${UNCONFIRMED} AND u.finished_at > $1 AND t.read_at > u.finished_at
       AND t.last_receipt_at > u.finished_at - make_interval(days => ${MAX_SKEW_DAYS})
     ORDER BY u.finished_at DESC LIMIT ${MANY}`,
    [new Date(now - CONFIRM_DAYS * 86_400_000)],
  )
  return rows
}

interface Confirmation {
  readonly id: string
  readonly at: number
  readonly params: Readonly<Record<string, unknown>>
}

function confirmationOf({
  id,
  finishedAt,
  readAt,
  clock,
  receiptAt,
  number,
  cashId,
}: SoldRow): Confirmation[] {
  const at = soldAt({ clock, lastReceipt: { at: receiptAt, number } }, readAt)
  if (at === null || at <= finishedAt || at > readAt + AHEAD_MS) return []
  return [{ id, at, params: { cashId, number } }]
}

const CONFIRM = `
WITH seen AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS s(id uuid, at float8, params jsonb)),
confirmed AS (
  UPDATE device_update u SET confirmed_at = to_timestamp(seen.at / 1000) FROM seen
  WHERE u.id = seen.id AND u.confirmed_at IS NULL
  RETURNING u.id, u.rollout_id, u.store_id, u.device_id, u.confirmed_at, seen.params
)
INSERT INTO event (code, actor, rollout_id, store_id, device_id, update_id, params)
SELECT 'firstReceipt', 'conductor', rollout_id, store_id, device_id, id, params || jsonb_build_object('at', confirmed_at) FROM confirmed`

/** Confirms what has sold since its update, once, with an event each. @returns how many */
export async function confirmReceipts(db: Database, now: number): Promise<number> {
  const sold = (await readSold(db.pool, now)).flatMap(confirmationOf)
  if (sold.length === 0) return 0
  const count = await inTransaction(db, async (client) => {
    const { rowCount } = await client.query(CONFIRM, [JSON.stringify(sold)])
    return rowCount ?? 0
  })
  if (count > 0) db.poke()
  return count
}

export interface AwaitedReceipt {
  readonly deviceId: string
  readonly storeId: string
  readonly finishedAt: number
  /** When it was last asked, or is about to be; null: never. */
  readonly askedAt: number | null
}

export interface AwaitedReceipts {
  readonly devices: readonly AwaitedReceipt[]
  /** By store id. */
  readonly calendars: ReadonlyMap<string, Calendar>
}

/** Updated since `from` (milliseconds since 1970), and not seen to sell: each with its store's hours. */
export async function readAwaited(on: Executor, from: number): Promise<AwaitedReceipts> {
  const { rows } = await on.query<AwaitedReceipt & { timeZone: string; hours: StoreHours | null }>(
    `WITH look AS (SELECT device_id, max(created_at) AS at FROM command WHERE kind = 'look' AND created_at > $1 GROUP BY device_id)
     SELECT w.*, ${ms('greatest(w.asked, look.at)')} AS "askedAt" FROM (
       SELECT d.id AS "deviceId", s.id AS "storeId", s.time_zone AS "timeZone", s.calendar AS hours,
         ${ms('u.finished_at')} AS "finishedAt", t.asked_at AS asked
       ${UNCONFIRMED} AND u.finished_at > $1 AND d.host IS NOT NULL AND NOT d.in_reserve
       ORDER BY u.finished_at, d.id LIMIT ${MANY}) w
     LEFT JOIN look ON look.device_id = w."deviceId" ORDER BY w."finishedAt", w."deviceId"`,
    [new Date(from)],
  )
  const calendars = new Map(
    rows.map(({ storeId, timeZone, hours }) => [storeId, calendarOf(timeZone, hours)]),
  )
  return { devices: rows, calendars }
}

/** What devices say of themselves. */
import { rememberedStatus, statusPaths } from '../rollout/status-parts.ts'
import type { Database, Executor } from './database.ts'

/** What a device says now, or why it says nothing. */
export type Reading =
  | {
      readonly source: string
      readonly version: number | null
      readonly status: object
      /** By the device's own clock. */
      readonly lastReceiptAt?: Date | null
    }
  | { readonly source: string; readonly reason: string }

/** Askings are halved when there are so many: old nights fade. */
const MANY_ASKS = 200

/** A status says null where it says nothing; jsonb tells these two apart. */
const at = (of: string, path: readonly string[]): string =>
  `nullif(${of} #> '{${path.join(',')}}', 'null'::jsonb)`

/** As changedParts of rollout/status-parts.ts, in SQL: the former reading is in the row. */
const CHANGED = [
  ...Object.entries(statusPaths).map(([part, paths]) => {
    const other = paths.map((path) => `${at('old.status', path)} IS DISTINCT FROM ${at('$6::jsonb', path)}`)
    return `CASE WHEN $2 AND (${other.join(' OR ')}) THEN '${part}' END`
  }),
  `CASE WHEN old.device_id IS NULL OR old.reason IS DISTINCT FROM $4 THEN 'reach' END`,
].join(', ')

/** One round trip: the row, and its history where it is other than it was. */
const SAVE_STATUS = `
WITH old AS (SELECT device_id, status, reason FROM device_status WHERE device_id = $1),
kept AS (
  INSERT INTO device_status AS d (device_id, asked_at, read_at, source, reason, version, status, last_receipt_at, asks, misses)
  VALUES ($1, now(), CASE WHEN $2 THEN now() END, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (device_id) DO UPDATE SET
    asked_at = now(), source = $3, reason = $4, xid = (pg_current_xact_id()::text)::bigint,
    read_at = CASE WHEN $2 THEN now() ELSE d.read_at END,
    version = CASE WHEN $2 THEN $5 ELSE d.version END,
    status = CASE WHEN $2 THEN $6 ELSE d.status END,
    last_receipt_at = coalesce($7, d.last_receipt_at),
    asks = d.asks / CASE WHEN d.asks >= ${MANY_ASKS} THEN 2 ELSE 1 END + $8,
    misses = d.misses / CASE WHEN d.asks >= ${MANY_ASKS} THEN 2 ELSE 1 END + $9
), changes AS (
  SELECT array_remove(ARRAY[${CHANGED}]::text[], NULL) AS changed FROM (SELECT) one LEFT JOIN old ON true
)
INSERT INTO status_change (device_id, source, reason, version, status, changed)
SELECT $1, $3, $4, $5, $10::jsonb, changed FROM changes WHERE cardinality(changed) > 0`

/**
 * Keeps it: where nobody answered the former reading stays, with its age.
 * @param options.isFirst of an attempt: only that counts as an asking, and a missing answer to it as a miss. What is
 *   asked again and again while a device restarts says nothing of how often it is off
 */
export async function saveStatus(
  db: Database,
  deviceId: string,
  reading: Reading,
  { isFirst = true }: { isFirst?: boolean } = {},
): Promise<void> {
  const answer = 'status' in reading ? reading : undefined
  await db.pool.query(SAVE_STATUS, [
    deviceId,
    answer !== undefined,
    reading.source,
    'reason' in reading ? reading.reason : null,
    answer?.version ?? null,
    answer === undefined ? null : JSON.stringify(answer.status),
    answer?.lastReceiptAt ?? null,
    isFirst ? 1 : 0,
    isFirst && answer === undefined ? 1 : 0,
    answer === undefined ? null : JSON.stringify(rememberedStatus(answer.status)),
  ])
}

const KEPT_DAYS = 400
/** In one go; the rest goes a minute later. The oldest have the lowest ids, so no index on their times is needed. */
const FORGET_AT_ONCE = 20_000

/** How many of the oldest changes were forgotten. */
export async function forgetStatusChanges(on: Executor): Promise<number> {
  const { rowCount } = await on.query(
    `DELETE FROM status_change WHERE id IN (SELECT id FROM status_change ORDER BY id LIMIT ${FORGET_AT_ONCE})
       AND at < now() - make_interval(days => ${KEPT_DAYS})`,
  )
  return rowCount ?? 0
}

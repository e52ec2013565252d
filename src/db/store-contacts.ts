/** How store servers were last reached: written by workers on their way, read by people. */
import type { Database, Executor } from './database.ts'
import { parseCursor } from './events.ts'
import type { Horizon } from './live.ts'

export interface ContactPlace {
  readonly storeId: string
  readonly packageFolder: string
}

/** Two stores may give one address. */
export async function readContactPlaces(
  db: Database,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ContactPlace[]> {
  const { rows } = await db.pool.query<ContactPlace>(
    `SELECT id AS "storeId", package_folder AS "packageFolder" FROM store
     WHERE host = $1 AND port = $2 AND removed_at IS NULL`,
    [host, port],
  )
  return rows
}

/** What it answered; null is unknown. Or why it did not. */
export type Contact =
  | {
      readonly latencyMs: number | null
      readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null
    }
  | { readonly reason: string }

const SAVE = `
INSERT INTO store_contact AS c (store_id, asked_at, read_at, source, reason, latency_ms, free_bytes, total_bytes, disk_at)
SELECT id, now(), CASE WHEN $3::text IS NULL THEN now() END, $2, $3, $4::int, $5::bigint, $6::bigint,
  CASE WHEN $5::bigint IS NOT NULL THEN now() END
FROM store WHERE id = ANY($1::uuid[])
ON CONFLICT (store_id) DO UPDATE SET
  asked_at = now(), source = $2, reason = $3, xid = (pg_current_xact_id()::text)::bigint,
  read_at = CASE WHEN $3::text IS NULL THEN now() ELSE c.read_at END,
  latency_ms = CASE WHEN $3::text IS NULL THEN $4::int ELSE c.latency_ms END,
  free_bytes = coalesce($5::bigint, c.free_bytes), total_bytes = coalesce($6::bigint, c.total_bytes),
  disk_at = CASE WHEN $5::bigint IS NULL THEN c.disk_at ELSE now() END`

/** Keeps it: where the server did not answer, or did not say, the former reading stays, with its time. */
export async function saveContact(
  db: Database,
  storeIds: readonly string[],
  contact: Contact,
  source: string,
): Promise<void> {
  const answer = 'reason' in contact ? undefined : contact
  await db.pool.query(SAVE, [
    storeIds,
    source,
    'reason' in contact ? contact.reason : null,
    answer?.latencyMs ?? null,
    answer?.disk?.freeBytes ?? null,
    answer?.disk?.totalBytes ?? null,
  ])
}

/** Codes of stores whose contact was written from a place of the stream up to the horizon, as statuses are read. */
export async function readContactedStores(
  on: Executor,
  after: string,
  before: Horizon,
  { groups, limit }: { readonly groups: readonly string[] | null; readonly limit: number },
): Promise<string[]> {
  const { rows } = await on.query<{ code: string }>(
    `SELECT s.code FROM store_contact c JOIN store s ON s.id = c.store_id
     WHERE c.xid >= $1::bigint AND c.xid < $2::bigint AND ($3::text[] IS NULL OR s.group_name = ANY($3)) LIMIT $4::int`,
    [parseCursor(after)?.xid ?? '0', before.xid, groups, limit],
  )
  return rows.map((row) => row.code)
}

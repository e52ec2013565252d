/** What becomes of the key of a device that moves to another store: it opens the old store's server, and not yet the new one's. */
import type { Executor } from './database.ts'

export interface LeavingDevice {
  readonly deviceId: string
  /** Code of the store that it moves to. */
  readonly store: string
}

/** Two stores behind one server, with one file of keys, are one place: there nothing changes. */
const LEAVE = `
WITH moved AS (
  SELECT d.id, d.cash_id, d.public_key, f.id AS from_id, f.code AS from_code, n.code AS to_code,
    (d.key_authorised_at IS NOT NULL OR d.removed_at IS NOT NULL OR EXISTS (
      SELECT 1 FROM enrolment e WHERE e.device_id = d.id AND e.store_id = f.id AND e.kind = 'deviceKey' AND e.generation > 0)) AS was_there
  FROM unnest($1::uuid[], $2::text[]) AS m(id, code) JOIN device d ON d.id = m.id
    JOIN store f ON f.id = d.store_id JOIN store n ON n.code = m.code
  WHERE d.public_key IS NOT NULL AND f.id <> n.id
    AND (f.host, f.port, f.device_keys_file) IS DISTINCT FROM (n.host, n.port, n.device_keys_file)
), forgotten AS (
  UPDATE device d SET key_authorised_at = NULL FROM moved WHERE d.id = moved.id
), asked AS (
  INSERT INTO enrolment (id, request_id, store_id, device_id, kind, keys, not_after, requested_by)
  SELECT gen_random_uuid(), gen_random_uuid(), from_id, id, 'revokeKey', ARRAY[public_key], now() + interval '7 days', 'conductor'
  FROM moved WHERE was_there AND NOT EXISTS (
    SELECT 1 FROM enrolment e WHERE e.device_id = moved.id AND e.store_id = moved.from_id AND e.kind = 'revokeKey'
      AND e.state IN ('waiting', 'running', 'shown'))
)
INSERT INTO event (code, actor, store_id, device_id, params)
SELECT 'deviceKeyLeft', $3, from_id, id, jsonb_build_object('cashId', cash_id, 'store', from_code, 'to', to_code)
FROM moved WHERE was_there ORDER BY cash_id`

/**
 * Inside the transaction that moves them, while they are in their old stores still and the new ones are there. Their keys
 * are to be authorised anew, and their lines at the old servers are taken off, by us or by whoever keeps that file.
 */
export async function leaveStores(
  on: Executor,
  leaving: readonly LeavingDevice[],
  actor: string,
): Promise<void> {
  if (leaving.length === 0) return
  const ids = leaving.map((one) => one.deviceId)
  await on.query(LEAVE, [ids, leaving.map((one) => one.store), actor])
}

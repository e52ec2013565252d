/** Pins that come as a list: all of them, or none. */
import { randomUUID } from 'node:crypto'
import { fingerprintOf } from '../hosts/host-key.ts'
import type { PinChange, PinMode, PinnableHost } from '../hosts/pin-plan.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { HOSTS_FROM, sayHost } from './host-keys.ts'

/** Every host that the asker may see. */
export async function readPinnable(
  on: Executor,
  storeGroups: readonly string[] | null,
): Promise<PinnableHost[]> {
  const { rows } = await on.query<PinnableHost>(
    `SELECT h.store_id AS "storeId", h.device_id AS "deviceId", h.code AS store, h.cash_id AS "cashId", h.host, h.port, h.host_keys AS pinned
     FROM ${HOSTS_FROM} WHERE $1::text[] IS NULL OR h.group_name = ANY($1) ORDER BY h.code, h.cash_id NULLS FIRST`,
    [storeGroups],
  )
  return rows
}

const WANTED = `
SELECT "storeId", "deviceId", host, port, label, fingerprints, ARRAY(SELECT jsonb_array_elements_text(before)) AS before,
  ARRAY(SELECT jsonb_array_elements_text(after)) AS after, ARRAY(SELECT jsonb_array_elements_text(keys)) AS keys
FROM jsonb_to_recordset($1::jsonb) AS w("storeId" uuid, "deviceId" uuid, host text, port int, label text, fingerprints text,
  before jsonb, after jsonb, keys jsonb)`

/** Each only where the pins are still those that were shown. */
const PIN_STORES = `UPDATE store s SET host_keys = w.after, revision = s.revision + 1, changed_at = now() FROM (${WANTED}) w
  WHERE w."deviceId" IS NULL AND s.id = w."storeId" AND s.host_keys = w.before AND s.host = w.host AND s.port = w.port`
const PIN_DEVICES = `UPDATE device d SET host_keys = w.after, revision = d.revision + 1 FROM (${WANTED}) w
  WHERE d.id = w."deviceId" AND d.host_keys = w.before AND d.host = w.host AND d.port = w.port`
const KEEP = `
WITH w AS (${WANTED}),
settled AS (
  UPDATE host_key_alarm a SET settled_at = now(), settled_by = $2 FROM w
  WHERE a.store_id = w."storeId" AND a.device_id IS NOT DISTINCT FROM w."deviceId" AND a.settled_at IS NULL),
enrolled AS (
  INSERT INTO enrolment (id, request_id, store_id, device_id, source, state, host, port, keys, not_after, requested_by, decided_by, finished_at)
  SELECT gen_random_uuid(), $3::uuid, w."storeId", w."deviceId", $4, 'confirmed', w.host, w.port, w.keys, now(), $2, $2, now() FROM w)
INSERT INTO event (code, actor, store_id, device_id, params)
SELECT 'hostKeyEnrolled', $2, w."storeId", w."deviceId",
  jsonb_build_object('host', w.label, 'fingerprint', w.fingerprints, 'mode', $5::text, 'source', $4) FROM w`

class Differs extends Error {}

/** False: something has changed since it was shown, and nothing was pinned. @returns the request's id */
export async function pinAll(
  db: Database,
  changes: readonly PinChange[],
  { source, mode, actor }: { source: 'knownHosts' | 'file'; mode: PinMode; actor: string },
): Promise<string | false> {
  const requestId = randomUUID()
  const wanted = JSON.stringify(
    changes.map((change) => ({
      ...{ storeId: change.storeId, deviceId: change.deviceId, host: change.host, port: change.port },
      ...{ before: change.pinned, after: change.after, keys: change.keys, label: sayHost(change) },
      fingerprints: change.keys.map(fingerprintOf).join(', '),
    })),
  )
  try {
    await inTransaction(db, async (client) => {
      const [stores, devices] = [
        await client.query(PIN_STORES, [wanted]),
        await client.query(PIN_DEVICES, [wanted]),
      ]
      if ((stores.rowCount ?? 0) + (devices.rowCount ?? 0) !== changes.length) throw new Differs()
      await client.query(KEEP, [wanted, actor, requestId, source, mode])
    })
  } catch (error) {
    if (error instanceof Differs) return false
    throw error
  }
  db.poke()
  return requestId
}

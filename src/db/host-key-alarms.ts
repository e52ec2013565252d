/** Hosts that show another key than theirs: told once an hour, listed until somebody settles it. */
import { fingerprintOf } from '../hosts/host-key.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'

export interface ChangedKey {
  readonly store: { readonly host: string; readonly port: number }
  /** Left out: it is the store server that shows another key. */
  readonly device?: { readonly host: string; readonly port: number }
  /** Fingerprint of what is shown; empty: no key of a pinned type. */
  readonly shown: string
}

interface Place {
  readonly storeId: string
  readonly deviceId: string | null
  readonly name: string
  readonly host: string
  readonly port: number
  readonly pinned: readonly string[]
}

/** Two stores may give one address; each of them has to know. */
async function readPlaces(on: Executor, { store, device }: ChangedKey): Promise<Place[]> {
  const { rows } = await on.query<Place>(
    `SELECT s.id AS "storeId", d.id AS "deviceId", coalesce(d.cash_id, s.code) AS name,
       coalesce(d.host, s.host) AS host, coalesce(d.port, s.port) AS port, coalesce(d.host_keys, s.host_keys) AS pinned
     FROM store s LEFT JOIN device d ON d.store_id = s.id AND d.host = $3 AND d.port = $4 AND d.removed_at IS NULL
     WHERE s.host = $1 AND s.port = $2 AND s.removed_at IS NULL AND ($3::text IS NULL OR d.id IS NOT NULL)`,
    [store.host, store.port, device?.host ?? null, device?.port ?? null],
  )
  return rows
}

/** Every night has thousands of calls: an open alarm is told again after an hour. @returns whether it is to be told */
async function note(on: Executor, place: Place, shown: string): Promise<boolean> {
  const { rows } = await on.query<{ isTold: boolean }>(
    `INSERT INTO host_key_alarm AS a (id, store_id, device_id, host, port, shown)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)
     ON CONFLICT (store_id, device_id, shown) WHERE settled_at IS NULL DO UPDATE SET
       seen = a.seen + 1, last_at = now(), host = excluded.host, port = excluded.port,
       told_at = CASE WHEN a.told_at < now() - interval '1 hour' THEN now() ELSE a.told_at END
     RETURNING told_at = now()::timestamptz(3) AS "isTold"`,
    [place.storeId, place.deviceId, place.host, place.port, shown],
  )
  return rows[0]?.isTold ?? false
}

/** Keeps that a host shows another key. A call that began before the key was pinned may still come with it: no alarm. */
export async function tellChangedKey(db: Database, changed: ChangedKey, actor: string): Promise<void> {
  const { shown } = changed
  await inTransaction(db, async (client) => {
    for (const place of await readPlaces(client, changed)) {
      if (shown !== '' && place.pinned.some((key) => fingerprintOf(key) === shown)) continue
      if (!(await note(client, place, shown))) continue
      const { storeId, deviceId } = place
      const params = {
        host: `${place.name} (${place.host}:${place.port})`,
        shown: shown === '' ? null : shown,
      }
      const at = { storeId, ...(deviceId === null ? {} : { deviceId }) }
      await addEvent(client, { code: 'hostKeyChanged', actor, ...at, params })
    }
  })
  db.poke()
}

/** A person has decided what is to be thought of this host's keys. */
export async function settleAlarms(
  on: Executor,
  host: { readonly storeId: string; readonly deviceId: string | null },
  actor: string,
): Promise<void> {
  await on.query(
    `UPDATE host_key_alarm SET settled_at = now(), settled_by = $3
     WHERE store_id = $1 AND device_id IS NOT DISTINCT FROM $2::uuid AND settled_at IS NULL`,
    [host.storeId, host.deviceId, actor],
  )
}

/** The fleet as it stands, in the words of an inventory: what a file is compared with, and what an export is made of. */
import type { FleetState, ImportMode, KnownDevice, KnownStore } from '../fleet/diff.ts'
import type { InventoryDevice, InventoryStore } from '../rollout/inventory.ts'
import type { Executor } from './database.ts'
import { LIVE } from './state-lists.ts'

/** What a file names. */
export interface Named {
  readonly codes: readonly string[]
  readonly cashIds: readonly string[]
}

const STORE = `
s.id, s.code, s.name, s.time_zone AS "timeZone", s.group_name AS "group", s.phone, s.host, s.port, s."user", s.credential,
s.host_keys AS "hostKeys", s.package_folder AS "packageFolder", s.package_url AS "packageUrl", s.max_downloads AS "maxDownloads",
s.max_installs AS "maxInstalls", s.labels, s.calendar, s.legacy_algorithms AS "legacyAlgorithms",
s.device_keys_file AS "deviceKeysFile", (s.removed_at IS NOT NULL) AS "isRemoved"`

const DEVICE = `
d.id, s.code AS store, d.kind, d.cash_id AS "cashId", d.number, d.name, d.host, d.port, d."user", d.credential,
d.host_keys AS "hostKeys", d.agent, d.blocked, d.in_reserve AS "inReserve", d.configuration, d.labels,
d.maker_number AS "makerNumber", d.registration_number AS "registrationNumber", d.legacy_algorithms AS "legacyAlgorithms",
(d.removed_at IS NOT NULL) AS "isRemoved",
EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = d.id AND u.state ${LIVE}) AS "isOwned"`

/** Stores that are named, and those that named devices are in; null: all. */
const STORES = `
SELECT ${STORE} FROM store s WHERE $1::text[] IS NULL OR s.code = ANY($1)
  OR s.id IN (SELECT d.store_id FROM device d WHERE d.cash_id = ANY($2::text[])) ORDER BY s.id`

const DEVICES = `SELECT ${DEVICE} FROM device d JOIN store s ON s.id = d.store_id WHERE s.id = ANY($1::uuid[]) ORDER BY d.id`

/**
 * A statement of its own, so that the next one sees what was waited for. Stores by a weaker lock than FOR UPDATE, which
 * lets events point at them; devices by that one: rows of a rollout that is starting are waited for.
 */
const LOCK_STORES = `SELECT s.id FROM store s WHERE s.id = ANY($1::uuid[]) ORDER BY s.id FOR NO KEY UPDATE`
const LOCK_DEVICES = `SELECT d.id FROM device d WHERE d.store_id = ANY($1::uuid[]) ORDER BY d.id FOR UPDATE`

/**
 * @param options.lock inside a transaction: nobody else edits these rows before its end
 */
export async function readFleetState(
  on: Executor,
  mode: ImportMode,
  { codes, cashIds }: Named,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<FleetState> {
  const named = mode === 'replace' ? [null, null] : [codes, cashIds]
  if (lock) {
    const ids = (await on.query<KnownStore>(STORES, named)).rows.map((store) => store.id)
    await on.query(LOCK_STORES, [ids])
    await on.query(LOCK_DEVICES, [ids])
  }
  const { rows: stores } = await on.query<KnownStore>(STORES, named)
  const devices = await on.query<KnownDevice>(DEVICES, [stores.map((store) => store.id)])
  return { stores, devices: devices.rows }
}

/** Everything that is in the fleet, as an inventory that can be imported again. @param groups of stores; null: all */
export async function readInventory(
  on: Executor,
  groups: readonly string[] | null,
): Promise<InventoryStore[]> {
  const { rows: stores } = await on.query<KnownStore>(
    `SELECT ${STORE} FROM store s WHERE s.removed_at IS NULL AND ($1::text[] IS NULL OR s.group_name = ANY($1)) ORDER BY s.code`,
    [groups],
  )
  const { rows: devices } = await on.query<KnownDevice>(
    `SELECT ${DEVICE} FROM device d JOIN store s ON s.id = d.store_id
     WHERE d.removed_at IS NULL AND s.id = ANY($1::uuid[]) ORDER BY d.number, d.cash_id`,
    [stores.map((store) => store.id)],
  )
  const byStore = new Map<string, InventoryDevice[]>(stores.map((store) => [store.code, []]))
  for (const { id: _id, store, isRemoved: _removed, isOwned: _owned, ...device } of devices)
    byStore.get(store)?.push(device)
  return stores.map(({ id: _id, isRemoved: _removed, ...store }) => ({
    ...store,
    devices: byStore.get(store.code) ?? [],
  }))
}

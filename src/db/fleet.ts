/** A fleet taken in: all of it, or nothing. */
import type pg from 'pg'
import {
  type Compared,
  compareFleet,
  type FleetDiff,
  type FleetRefusal,
  type ImportMode,
} from '../fleet/diff.ts'
import type { FileStore } from '../fleet/file.ts'
import { differences } from '../fleet/shown.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { leaveStores } from './enrolment-leaving.ts'
import { addEvent } from './events.ts'
import { type Named, readFleetState } from './fleet-state.ts'
import { removeFromFleet } from './remove-fleet.ts'

export interface ImportCounts {
  readonly stores: number
  readonly devices: number
}

/** Thrown where nothing was applied: a number that another device has, a device in the hands of a rollout. */
export class FleetRefused extends Error {
  readonly refusals: readonly FleetRefusal[]
  constructor(refusals: readonly FleetRefusal[]) {
    super(
      refusals
        .map((one) => `${one.code} ${one.cashId}`)
        .join(', ')
        .slice(0, 500),
    )
    this.name = 'FleetRefused'
    this.refusals = refusals
  }
}

const UPSERT_STORES = `
INSERT INTO store AS o (id, code, name, time_zone, phone, host, port, "user", credential, host_keys, package_folder, package_url,
  max_downloads, max_installs, group_name, labels, calendar, legacy_algorithms, device_keys_file)
SELECT gen_random_uuid(), code, name, "timeZone", phone, host, port, "user", credential,
  ARRAY(SELECT jsonb_array_elements_text("hostKeys")), "packageFolder", "packageUrl", "maxDownloads", "maxInstalls",
  "group", ARRAY(SELECT jsonb_array_elements_text(labels)), nullif(calendar, 'null'::jsonb),
  "legacyAlgorithms", "deviceKeysFile"
FROM jsonb_to_recordset($1::jsonb) AS s(code text, name text, "timeZone" text, phone text, host text, port int, "user" text,
  credential text, "hostKeys" jsonb, "packageFolder" text, "packageUrl" text, "maxDownloads" int, "maxInstalls" int,
  "group" text, labels jsonb, calendar jsonb, "legacyAlgorithms" boolean, "deviceKeysFile" text)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, phone = excluded.phone,
  host = excluded.host, port = excluded.port, "user" = excluded."user", credential = excluded.credential,
  host_keys = excluded.host_keys, package_folder = excluded.package_folder, package_url = excluded.package_url,
  max_downloads = excluded.max_downloads, max_installs = excluded.max_installs,
  group_name = excluded.group_name, labels = excluded.labels, calendar = excluded.calendar,
  legacy_algorithms = excluded.legacy_algorithms, device_keys_file = excluded.device_keys_file,
  changed_at = now(), removed_at = NULL, revision = o.revision + 1`

const UPSERT_DEVICES = `
INSERT INTO device AS o (id, store_id, kind, cash_id, number, name, host, port, "user", credential, host_keys, agent, blocked,
  in_reserve, configuration, labels, maker_number, registration_number, legacy_algorithms)
SELECT gen_random_uuid(), s.id, d.kind, d."cashId", d.number, d.name, d.host, d.port, d."user", d.credential,
  ARRAY(SELECT jsonb_array_elements_text(d."hostKeys")), d.agent, d.blocked, d."inReserve", d.configuration,
  ARRAY(SELECT jsonb_array_elements_text(d.labels)), d."makerNumber", d."registrationNumber", d."legacyAlgorithms"
FROM jsonb_to_recordset($1::jsonb) AS d(store text, kind text, "cashId" text, number int, name text, host text, port int,
  "user" text, credential text, "hostKeys" jsonb, agent text, blocked boolean,
  "inReserve" boolean, configuration text, labels jsonb, "makerNumber" text, "registrationNumber" text,
  "legacyAlgorithms" boolean)
JOIN store s ON s.code = d.store
ON CONFLICT (cash_id) DO UPDATE SET store_id = excluded.store_id, kind = excluded.kind, number = excluded.number,
  name = excluded.name, host = excluded.host, port = excluded.port, "user" = excluded."user",
  credential = excluded.credential, host_keys = excluded.host_keys, agent = excluded.agent, blocked = excluded.blocked,
  in_reserve = excluded.in_reserve, configuration = excluded.configuration, labels = excluded.labels,
  maker_number = excluded.maker_number, registration_number = excluded.registration_number,
  legacy_algorithms = excluded.legacy_algorithms,
  removed_at = NULL, revision = o.revision + 1`

/** One import at a time: two that add the same would wait for each other's rows in another order. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('nightshift fleet import'))`

/** Two tills may swap their numbers: those that change theirs have none for the length of a statement. */
const LET_GO_OF_NUMBERS = 'UPDATE device SET number = 0 WHERE id = ANY($1::uuid[]) AND number <> 0'

async function apply(client: pg.PoolClient, compared: Compared, actor: string): Promise<void> {
  const { stores, devices, removedStoreIds, removedDeviceIds } = compared
  const moving = devices.flatMap(({ before, after }) =>
    before !== undefined && (before.number !== after.number || before.store !== after.store)
      ? [before.id]
      : [],
  )
  await removeFromFleet(client, { storeIds: [], deviceIds: removedDeviceIds, actor })
  if (moving.length > 0) await client.query(LET_GO_OF_NUMBERS, [moving])
  if (stores.length > 0) await client.query(UPSERT_STORES, [JSON.stringify(stores.map((one) => one.after))])
  await leaveStores(
    client,
    devices.flatMap(({ before, after }) =>
      before !== undefined && before.store !== after.store
        ? [{ deviceId: before.id, store: after.store }]
        : [],
    ),
    actor,
  )
  if (devices.length > 0)
    await client.query(UPSERT_DEVICES, [JSON.stringify(devices.map((one) => one.after))])
  await removeFromFleet(client, { storeIds: removedStoreIds, deviceIds: [], actor })
}

const namesIn = (stores: readonly FileStore[]): Named => ({
  codes: stores.map((store) => store.code),
  cashIds: stores.flatMap((store) => store.devices.map((device) => device.cashId)),
})

const countsOf = (stores: readonly FileStore[]): ImportCounts => ({
  stores: stores.length,
  devices: stores.reduce((sum, store) => sum + store.devices.length, 0),
})

/** What the file would change now; nothing is kept, nothing is locked. */
export async function compareWithFleet(
  on: Executor,
  stores: readonly FileStore[],
  mode: ImportMode,
): Promise<FleetDiff> {
  return compareFleet(await readFleetState(on, mode, namesIn(stores)), stores, mode).diff
}

export interface FleetToApply {
  readonly stores: readonly FileStore[]
  readonly mode: ImportMode
  /** What was shown: it is applied only if just that would be changed still. */
  readonly shown?: FleetDiff
  readonly actor: string
}

export type Applied =
  | { readonly ok: true; readonly diff: FleetDiff }
  /** Store codes and cash ids with which it is not as it was shown. */
  | { readonly ok: false; readonly changed: readonly string[] }

/**
 * Applies a file: all of it, or nothing.
 * @throws FleetRefused
 */
export async function applyFleet(db: Database, wanted: FleetToApply): Promise<Applied> {
  for (let tries = 1; ; tries += 1) {
    try {
      const applied = await applyOnce(db, wanted)
      if (applied.ok) db.poke()
      return applied
    } catch (error) {
      if (tries === TRIES || !isDeadlock(error)) throw error
    }
  }
}

/** Claims lock some stores in the order of their urgency: who crosses them is undone, and tries again. */
const TRIES = 4
const isDeadlock = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '40P01'

function applyOnce(db: Database, { stores, mode, shown, actor }: FleetToApply): Promise<Applied> {
  return inTransaction(db, async (client): Promise<Applied> => {
    await client.query(LOCK)
    const state = await readFleetState(client, mode, namesIn(stores), { lock: true })
    const compared = compareFleet(state, stores, mode)
    const changed = shown === undefined ? [] : differences(shown, compared.diff)
    if (changed.length > 0) return { ok: false, changed }
    if (compared.diff.refusals.length > 0) throw new FleetRefused(compared.diff.refusals)
    await apply(client, compared, actor)
    await addEvent(client, { code: 'fleetImported', actor, params: { ...countsOf(stores) } })
    return { ok: true, diff: compared.diff }
  })
}

/**
 * Adds or changes the stores and devices of an inventory: all or none. Devices that it does not name stay as they are.
 * The inventory must have passed checkInventory.
 * @throws FleetRefused a number that another device of the store has; a device in a live update that would move
 */
export async function importFleet(
  db: Database,
  { stores }: { readonly stores: readonly FileStore[] },
  actor: string,
): Promise<ImportCounts> {
  await applyFleet(db, { stores, mode: 'merge', actor })
  return countsOf(stores)
}

/** Stores, devices and what devices last said of themselves. */
import type { Inventory } from '../rollout/inventory.ts'
import { type Database, inTransaction } from './database.ts'
import { addEvent } from './events.ts'

export interface ImportCounts {
  readonly stores: number
  readonly devices: number
}

/**
 * Adds or changes the stores and devices of an inventory: all or none. Devices that it does not name stay as they are.
 * The inventory must have passed checkInventory; a number that another device of the store has (23505) undoes all.
 */
export async function importFleet(db: Database, inventory: Inventory, actor: string): Promise<ImportCounts> {
  const devices = inventory.stores.flatMap((store) =>
    store.devices.map((device) => ({ ...device, store: store.code })),
  )
  const counts = { stores: inventory.stores.length, devices: devices.length }
  await inTransaction(db, async (client) => {
    await client.query(
      `INSERT INTO store (id, code, name, time_zone, phone, host, port, "user", credential, host_keys, package_folder, package_url, max_downloads, max_installs,
         group_name, labels, calendar)
       SELECT gen_random_uuid(), code, name, "timeZone", phone, host, port, "user", credential,
         ARRAY(SELECT jsonb_array_elements_text("hostKeys")), "packageFolder", "packageUrl", "maxDownloads", "maxInstalls",
         "group", ARRAY(SELECT jsonb_array_elements_text(labels)),
         -- What the file does not say stays as somebody set it here.
         coalesce(nullif(calendar, 'null'::jsonb), (SELECT o.calendar FROM store o WHERE o.code = s.code))
       FROM jsonb_to_recordset($1::jsonb) AS s(code text, name text, "timeZone" text, phone text, host text, port int, "user" text,
         credential text, "hostKeys" jsonb, "packageFolder" text, "packageUrl" text, "maxDownloads" int, "maxInstalls" int,
         "group" text, labels jsonb, calendar jsonb)
       ON CONFLICT (code) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, phone = excluded.phone,
         host = excluded.host, port = excluded.port, "user" = excluded."user", credential = excluded.credential,
         host_keys = excluded.host_keys, package_folder = excluded.package_folder, package_url = excluded.package_url,
         max_downloads = excluded.max_downloads, max_installs = excluded.max_installs,
         group_name = excluded.group_name, labels = excluded.labels, calendar = excluded.calendar, changed_at = now()`,
      [JSON.stringify(inventory.stores)],
    )
    await client.query(
      `INSERT INTO device (id, store_id, kind, cash_id, number, name, host, port, "user", credential, host_keys, agent, blocked,
         in_reserve, configuration, labels)
       SELECT gen_random_uuid(), s.id, d.kind, d."cashId", d.number, d.name, d.host, d.port, d."user", d.credential,
         ARRAY(SELECT jsonb_array_elements_text(d."hostKeys")), d.agent,
         coalesce(d.blocked, (SELECT o.blocked FROM device o WHERE o.cash_id = d."cashId"), false),
         coalesce(d."inReserve", false), d.configuration, ARRAY(SELECT jsonb_array_elements_text(d.labels))
       FROM jsonb_to_recordset($1::jsonb) AS d(store text, kind text, "cashId" text, number int, name text, host text, port int,
         "user" text, credential text, "hostKeys" jsonb, agent text, blocked boolean,
         "inReserve" boolean, configuration text, labels jsonb)
       JOIN store s ON s.code = d.store
       ON CONFLICT (cash_id) DO UPDATE SET store_id = excluded.store_id, kind = excluded.kind, number = excluded.number,
         name = excluded.name, host = excluded.host, port = excluded.port, "user" = excluded."user",
         credential = excluded.credential, host_keys = excluded.host_keys, agent = excluded.agent, blocked = excluded.blocked,
         in_reserve = excluded.in_reserve, configuration = excluded.configuration, labels = excluded.labels`,
      [JSON.stringify(devices)],
    )
    await addEvent(client, { code: 'fleetImported', actor, params: { ...counts } })
  })
  db.poke()
  return counts
}

export const listStores = (db: Database) =>
  db.prisma.store.findMany({ orderBy: { code: 'asc' }, include: { _count: { select: { devices: true } } } })

export const findStore = (db: Database, code: string) =>
  db.prisma.store.findUnique({
    where: { code },
    include: {
      devices: { orderBy: [{ number: 'asc' }, { cashId: 'asc' }], include: { status: true } },
      storePackages: { include: { package: true } },
    },
  })

export const findDevice = (db: Database, cashId: string) =>
  db.prisma.device.findUnique({ where: { cashId }, include: { status: true, store: true } })

export const listDevices = (db: Database, where: { storeCode?: string; kind?: string }, limit: number) =>
  db.prisma.device.findMany({
    where: {
      ...(where.kind === undefined ? {} : { kind: where.kind }),
      ...(where.storeCode === undefined ? {} : { store: { code: where.storeCode } }),
    },
    orderBy: { cashId: 'asc' },
    take: limit,
    include: { status: true, store: { select: { code: true, timeZone: true } } },
  })

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

const SAVE_STATUS = `
INSERT INTO device_status AS d (device_id, asked_at, read_at, source, reason, version, status, last_receipt_at, asks, misses)
VALUES ($1, now(), CASE WHEN $2 THEN now() END, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (device_id) DO UPDATE SET
  asked_at = now(), source = $3, reason = $4,
  read_at = CASE WHEN $2 THEN now() ELSE d.read_at END,
  version = CASE WHEN $2 THEN $5 ELSE d.version END,
  status = CASE WHEN $2 THEN $6 ELSE d.status END,
  last_receipt_at = coalesce($7, d.last_receipt_at),
  asks = d.asks / CASE WHEN d.asks >= ${MANY_ASKS} THEN 2 ELSE 1 END + $8,
  misses = d.misses / CASE WHEN d.asks >= ${MANY_ASKS} THEN 2 ELSE 1 END + $9`

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
  ])
}

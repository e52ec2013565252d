/** Stores, devices and what devices last said of themselves. */
import type { Inventory } from '../rollout/inventory.ts'
import { type Database, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import type { Prisma } from './generated/client.ts'

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
         "group", ARRAY(SELECT jsonb_array_elements_text(labels)), nullif(calendar, 'null'::jsonb)
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
         ARRAY(SELECT jsonb_array_elements_text(d."hostKeys")), d.agent, d.blocked,
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

/** What a device said just now, or why it said nothing: the former reading stays, with its age. */
export async function saveStatus(
  db: Database,
  deviceId: string,
  reading: { source: string; version: number | null; status: object } | { source: string; reason: string },
): Promise<void> {
  const now = new Date()
  const answered = 'status' in reading
  const update = answered
    ? {
        askedAt: now,
        readAt: now,
        source: reading.source,
        reason: null,
        version: reading.version,
        status: reading.status as Prisma.InputJsonValue,
      }
    : { askedAt: now, source: reading.source, reason: reading.reason }
  await db.prisma.deviceStatus.upsert({ where: { deviceId }, create: { deviceId, ...update }, update })
}

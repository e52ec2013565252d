/** Pinned keys: who has which, and their changes by a person. */
import { fingerprintOf } from '../hosts/host-key.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { settleAlarms } from './host-key-alarms.ts'

export interface Host {
  readonly storeId: string
  /** null: the store server. */
  readonly deviceId: string | null
}

export interface PinnedHost extends Host {
  readonly store: string
  readonly cashId: string | null
  readonly host: string | null
  readonly port: number
  readonly pinned: readonly string[]
}

/** More than a rotation ever needs at once. */
export const MAX_PINS = 8

const HOST = `
SELECT s.id AS "storeId", d.id AS "deviceId", s.code AS store, d.cash_id AS "cashId",
  CASE WHEN d.id IS NULL THEN s.host ELSE d.host END AS host, CASE WHEN d.id IS NULL THEN s.port ELSE d.port END AS port,
  CASE WHEN d.id IS NULL THEN s.host_keys ELSE d.host_keys END AS pinned`

/** Locks the row that holds its pins: two who decide at once do it one after the other. Undefined: it is gone. */
export async function lockHost(on: Executor, { storeId, deviceId }: Host): Promise<PinnedHost | undefined> {
  const { rows } = await on.query<PinnedHost>(
    deviceId === null
      ? `${HOST} FROM store s LEFT JOIN device d ON false WHERE s.id = $1 FOR UPDATE OF s`
      : `${HOST} FROM store s JOIN device d ON d.store_id = s.id WHERE s.id = $1 AND d.id = $2 FOR UPDATE OF d`,
    deviceId === null ? [storeId] : [storeId, deviceId],
  )
  return rows[0]
}

export const sayHost = ({ store, cashId, host, port }: PinnedHost): string =>
  `${cashId ?? store} (${host ?? '?'}:${port})`

async function writePins(on: Executor, { storeId, deviceId }: Host, keys: readonly string[]): Promise<void> {
  if (deviceId === null)
    await on.query(
      'UPDATE store SET host_keys = $2, revision = revision + 1, changed_at = now() WHERE id = $1',
      [storeId, keys],
    )
  else
    await on.query('UPDATE device SET host_keys = $2, revision = revision + 1 WHERE id = $1', [
      deviceId,
      keys,
    ])
}

const eventPlace = ({ storeId, deviceId }: Host) => ({ storeId, ...(deviceId === null ? {} : { deviceId }) })

/** Pins these keys, in place of what is pinned or beside it; the host must be locked. False: they would be too many. */
export async function pinKeys(
  on: Executor,
  host: PinnedHost,
  { keys, mode, actor }: { keys: readonly string[]; mode: 'replace' | 'add'; actor: string },
): Promise<boolean> {
  const pins = [...new Set(mode === 'replace' ? keys : [...host.pinned, ...keys])]
  if (pins.length > MAX_PINS) return false
  await writePins(on, host, pins)
  await settleAlarms(on, host, actor)
  const params = { host: sayHost(host), fingerprint: keys.map(fingerprintOf).join(', '), mode }
  await addEvent(on, { code: 'hostKeyEnrolled', actor, ...eventPlace(host), params })
  return true
}

export type Retired = 'retired' | 'hostUnknown' | 'keyUnknown' | 'lastKey'

/** Takes one of several pinned keys off: the end of a rotation. */
export async function retireKey(
  db: Database,
  wanted: { host: Host; fingerprint: string; actor: string },
): Promise<Retired> {
  const { fingerprint, actor } = wanted
  const end = await inTransaction(db, async (client): Promise<Retired> => {
    const host = await lockHost(client, wanted.host)
    if (host === undefined) return 'hostUnknown'
    const left = host.pinned.filter((key) => fingerprintOf(key) !== fingerprint)
    if (left.length === host.pinned.length) return 'keyUnknown'
    if (left.length === 0) return 'lastKey'
    await writePins(client, host, left)
    const params = { host: sayHost(host), fingerprint }
    await addEvent(client, { code: 'hostKeyRetired', actor, ...eventPlace(host), params })
    return 'retired'
  })
  db.poke()
  return end
}

/** Undefined: there is no such store or device, or it was taken out of the fleet. */
export async function findHost(
  on: Executor,
  name: { store: string } | { cashId: string },
): Promise<(PinnedHost & { group: string | null }) | undefined> {
  const isStore = 'store' in name
  const { rows } = await on.query<PinnedHost & { group: string | null }>(
    `${HOST}, s.group_name AS "group"
     FROM store s ${isStore ? 'LEFT JOIN device d ON false' : 'JOIN device d ON d.store_id = s.id AND d.removed_at IS NULL'}
     WHERE s.removed_at IS NULL AND ${isStore ? 's.code' : 'd.cash_id'} = $1`,
    [isStore ? name.store : name.cashId],
  )
  return rows[0]
}

export interface KeyAlarm {
  /** null: it has no key of a pinned type. */
  readonly shown: string | null
  readonly seen: number
  readonly firstAt: Date
  readonly lastAt: Date
}

export interface ListedHost extends PinnedHost {
  readonly legacyAlgorithms: boolean
  readonly alarms: readonly KeyAlarm[]
  /** By pinned key: when a person confirmed it here; a key that came with a list of the fleet has none. */
  readonly pinnedAt: Readonly<Record<string, Date>>
}

/** Every host: store servers, and devices that are not their store server itself. As `h`. */
export const HOSTS_FROM = `(
  SELECT s.id AS store_id, NULL::uuid AS device_id, s.code, NULL AS cash_id, s.host, s.port, s.host_keys, s.legacy_algorithms, s.group_name
  FROM store s WHERE s.removed_at IS NULL
  UNION ALL
  SELECT s.id, d.id, s.code, d.cash_id, d.host, d.port, d.host_keys, d.legacy_algorithms, s.group_name
  FROM device d JOIN store s ON s.id = d.store_id
  WHERE d.removed_at IS NULL AND s.removed_at IS NULL AND d.host IS NOT NULL
    AND NOT (d.kind = 'storeServer' AND d.host = s.host AND d.port = s.port)) h`

const ALARMS = `FROM host_key_alarm a
  WHERE a.store_id = h.store_id AND a.device_id IS NOT DISTINCT FROM h.device_id AND a.settled_at IS NULL`
export const HAS_ALARM = `EXISTS (SELECT 1 ${ALARMS})`
export const HOST_COLUMNS = `h.store_id AS "storeId", h.device_id AS "deviceId", h.code AS store, h.cash_id AS "cashId", h.host, h.port,
  h.host_keys AS pinned, h.legacy_algorithms AS "legacyAlgorithms",
  coalesce((SELECT jsonb_agg(jsonb_build_object('shown', nullif(a.shown, ''), 'seen', a.seen, 'firstAt', a.first_at, 'lastAt', a.last_at)
      ORDER BY a.last_at DESC)
    ${ALARMS}), '[]') AS alarms,
  coalesce((SELECT jsonb_object_agg(k.key, k.at) FROM (
      SELECT key, max(e.finished_at) AS at FROM enrolment e CROSS JOIN unnest(e.keys) AS key
      WHERE e.store_id = h.store_id AND e.device_id IS NOT DISTINCT FROM h.device_id AND e.kind = 'hostKeys' AND e.state = 'confirmed'
        AND key = ANY(h.host_keys) GROUP BY key) k), '{}') AS "pinnedAt"`

/** Requests to learn host keys, or to make devices' own keys: asked for by a person, carried out by a worker. */
import { randomUUID } from 'node:crypto'
import { sftpPlace } from '../hosts/known-hosts.ts'
import type { EnrolmentState } from '../rollout/states.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { moveEnrolments } from './enrolment-moves.ts'
import { addEvent } from './events.ts'

export const enrolmentKinds = ['hostKeys', 'deviceKey', 'revokeKey'] as const
export type EnrolmentKind = (typeof enrolmentKinds)[number]

/** Members narrow each other; left out: any. */
export interface HostSelection {
  readonly stores?: readonly string[]
  readonly groups?: readonly string[]
  readonly labels?: readonly string[]
  readonly cashIds?: readonly string[]
  /** Only hosts of which no key is pinned. */
  readonly unpinned?: boolean
}

export const enrolmentTargets = ['storeServers', 'devices', 'both', 'deviceKeys'] as const
export type EnrolmentTarget = (typeof enrolmentTargets)[number]

export interface NewEnrolments {
  readonly what: EnrolmentTarget
  readonly selection: HostSelection
  /** Groups of stores that the asker may touch; null: all. */
  readonly storeGroups: readonly string[] | null
  /** Devices that have a key of their own make another one. */
  readonly renew: boolean
  readonly requestedBy: string
}

export type LeftOutHost = 'noAddress' | 'isStoreServer' | 'hostKeyUnknown' | 'notNeeded'

export interface EnrolmentRequest {
  readonly requestId: string
  readonly enrolments: number
  readonly leftOut: readonly { readonly cashId: string; readonly reason: LeftOutHost }[]
}

/** What was not answered by then expires: a store that is off tonight may be on tomorrow. */
const NOT_AFTER = '24 hours'

interface Place {
  readonly storeId: string
  readonly deviceId: string | null
}

interface HostRow extends Place {
  readonly cashId: string | null
  readonly kind: string | null
  readonly host: string | null
  readonly port: number
  readonly pinned: number
  readonly isServer: boolean
  readonly packageUrl: string
  readonly isOurs: boolean
}

const FITS_STORE = `s.removed_at IS NULL
  AND ($1::text[] IS NULL OR s.code = ANY($1)) AND ($2::text[] IS NULL OR s.group_name = ANY($2))`
const OURS = '($5::text[] IS NULL OR s.group_name = ANY($5)) AS "isOurs"'

const STORES = `
SELECT s.id AS "storeId", NULL::uuid AS "deviceId", NULL AS "cashId", NULL AS kind, s.host, s.port,
  cardinality(s.host_keys) AS pinned, true AS "isServer", s.package_url AS "packageUrl", ${OURS}
FROM store s WHERE ${FITS_STORE} AND ($3::text[] IS NULL OR s.labels && $3)
  AND ($4::text[] IS NULL OR EXISTS (SELECT 1 FROM device d WHERE d.store_id = s.id AND d.cash_id = ANY($4)))
ORDER BY s.code`

const DEVICES = `
SELECT s.id AS "storeId", d.id AS "deviceId", d.cash_id AS "cashId", d.kind, d.host, d.port, cardinality(d.host_keys) AS pinned,
  (d.kind = 'storeServer' AND d.host = s.host AND d.port = s.port) AS "isServer", s.package_url AS "packageUrl", ${OURS}
FROM device d JOIN store s ON s.id = d.store_id
WHERE ${FITS_STORE} AND d.removed_at IS NULL AND ($3::text[] IS NULL OR s.labels && $3 OR d.labels && $3)
  AND ($4::text[] IS NULL OR d.cash_id = ANY($4))
ORDER BY s.code, d.cash_id`

async function readHosts(on: Executor, wanted: NewEnrolments): Promise<HostRow[]> {
  const { stores, groups, labels, cashIds, unpinned } = wanted.selection
  const names = [stores ?? null, groups ?? null, labels ?? null, cashIds ?? null, wanted.storeGroups]
  const read = async (sql: string) => (await on.query<HostRow>(sql, names)).rows
  const rows = [
    ...(wanted.what === 'storeServers' || wanted.what === 'both' ? await read(STORES) : []),
    ...(wanted.what === 'storeServers' ? [] : await read(DEVICES)),
  ]
  return unpinned === true && wanted.what !== 'deviceKeys' ? rows.filter((row) => row.pinned === 0) : rows
}

/** Why a host is not enrolled; undefined: it is. */
function leftOut(row: HostRow, what: EnrolmentTarget): LeftOutHost | undefined {
  if (row.deviceId === null) return undefined
  if (row.host === null) return 'noAddress'
  if (what !== 'deviceKeys') return row.isServer ? 'isStoreServer' : undefined
  if (row.kind === 'storeServer') return 'isStoreServer'
  if (sftpPlace(row.packageUrl) === undefined) return 'notNeeded'
  return row.pinned === 0 ? 'hostKeyUnknown' : undefined
}

/** Of the same host and for the same thing only the newest is open. */
async function endFormer(on: Executor, kind: EnrolmentKind, hosts: readonly Place[]): Promise<void> {
  const { rows } = await on.query<{ id: string }>(
    `SELECT e.id FROM enrolment e JOIN unnest($2::uuid[], $3::uuid[]) AS h(store_id, device_id)
       ON e.store_id = h.store_id AND e.device_id IS NOT DISTINCT FROM h.device_id
     WHERE e.kind = $1 AND e.state IN ('waiting', 'shown') FOR UPDATE OF e`,
    [kind, hosts.map((host) => host.storeId), hosts.map((host) => host.deviceId)],
  )
  await moveEnrolments(on, rows, 'expire', { actor: 'conductor', reason: 'superseded' })
}

async function insert(
  on: Executor,
  kind: EnrolmentKind,
  hosts: readonly Place[],
  { renew, requestedBy }: Pick<NewEnrolments, 'renew' | 'requestedBy'>,
): Promise<string> {
  const requestId = randomUUID()
  await on.query(
    `INSERT INTO enrolment (id, request_id, store_id, device_id, kind, source, not_after, requested_by)
     SELECT gen_random_uuid(), $1, h.store_id, h.device_id, $2, $3, now() + interval '${NOT_AFTER}', $4
     FROM unnest($5::uuid[], $6::uuid[]) AS h(store_id, device_id)`,
    [
      ...[requestId, kind, renew && kind === 'deviceKey' ? 'renew' : 'scan', requestedBy],
      ...[hosts.map((host) => host.storeId), hosts.map((host) => host.deviceId)],
    ],
  )
  const params = { what: kind, hosts: hosts.length, requestId }
  await addEvent(on, { code: 'enrolmentRequested', actor: requestedBy, params })
  return requestId
}

/**
 * One enrolment for each host under one request; none where nothing fits.
 * @param isNamed the hosts were named one by one: those of other groups than the asker's are refused, not left out
 */
export async function requestEnrolments(
  db: Database,
  wanted: NewEnrolments,
  isNamed: boolean,
): Promise<EnrolmentRequest | 'outOfScope'> {
  const kind = wanted.what === 'deviceKeys' ? 'deviceKey' : 'hostKeys'
  const made = await inTransaction(db, async (client) => {
    const rows = await readHosts(client, wanted)
    const ours = rows.filter((row) => row.isOurs)
    if (isNamed && ours.length < rows.length) return 'outOfScope' as const
    const hosts = ours.filter((row) => leftOut(row, wanted.what) === undefined)
    const out = ours.flatMap((row) => {
      const reason = leftOut(row, wanted.what)
      return reason === undefined || row.cashId === null ? [] : [{ cashId: row.cashId, reason }]
    })
    if (hosts.length === 0) return { requestId: '', enrolments: 0, leftOut: out }
    await endFormer(client, kind, hosts)
    return { requestId: await insert(client, kind, hosts, wanted), enrolments: hosts.length, leftOut: out }
  })
  db.poke()
  return made
}

/** Takes a device's own key off its store server. Undefined: there is no such device; null: it has none. */
export async function requestRevocation(
  db: Database,
  cashId: string,
  requestedBy: string,
): Promise<string | null | undefined> {
  const made = await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ deviceId: string; storeId: string; publicKey: string | null }>(
      'SELECT id AS "deviceId", store_id AS "storeId", public_key AS "publicKey" FROM device WHERE cash_id = $1 FOR UPDATE',
      [cashId],
    )
    const [row] = rows
    if (row === undefined) return undefined
    if (row.publicKey === null) return null
    for (const kind of ['deviceKey', 'revokeKey'] as const) await endFormer(client, kind, [row])
    return insert(client, 'revokeKey', [row], { renew: false, requestedBy })
  })
  db.poke()
  return made
}

export interface EnrolmentRow {
  readonly id: string
  readonly requestId: string
  readonly store: string
  readonly cashId: string | null
  readonly kind: EnrolmentKind
  readonly source: string
  readonly state: EnrolmentState
  /** Where it was looked; the host's own address until then. */
  readonly host: string | null
  readonly port: number | null
  readonly keys: readonly string[]
  readonly pinned: readonly string[]
  readonly publicKey: string | null
  readonly deviceKeysFile: string | null
  /** A device waits until somebody has confirmed the key of its store server. */
  readonly waitsForStore: boolean
  readonly attempts: number
  readonly notBefore: Date | null
  readonly notAfter: Date
  readonly reason: string | null
  readonly params: Readonly<Record<string, unknown>> | null
  readonly requestedBy: string
  readonly createdAt: Date
  readonly decidedBy: string | null
  readonly finishedAt: Date | null
}

/** Of `enrolment e`, its `store s` and where it is one its `device d`. */
export const ENROLMENT_FROM =
  'enrolment e JOIN store s ON s.id = e.store_id LEFT JOIN device d ON d.id = e.device_id'
export const ENROLMENT_COLUMNS = `e.request_id AS "requestId", s.code AS store, d.cash_id AS "cashId", e.kind, e.source, e.state,
  coalesce(e.host, d.host, CASE WHEN e.device_id IS NULL THEN s.host END) AS host,
  coalesce(e.port, d.port, CASE WHEN e.device_id IS NULL THEN s.port END) AS port,
  e.keys, CASE WHEN e.device_id IS NULL THEN s.host_keys ELSE d.host_keys END AS pinned,
  d.public_key AS "publicKey", s.device_keys_file AS "deviceKeysFile",
  (e.state = 'waiting' AND e.device_id IS NOT NULL AND cardinality(s.host_keys) = 0) AS "waitsForStore",
  e.attempts, e.not_before AS "notBefore", e.not_after AS "notAfter", e.reason, e.params,
  e.requested_by AS "requestedBy", e.created_at AS "createdAt", e.decided_by AS "decidedBy", e.finished_at AS "finishedAt"`

/** Undefined: there is none. */
export async function findEnrolment(on: Executor, id: string): Promise<EnrolmentRow | undefined> {
  const { rows } = await on.query<EnrolmentRow>(
    `SELECT e.id, ${ENROLMENT_COLUMNS} FROM ${ENROLMENT_FROM} WHERE e.id = $1`,
    [id],
  )
  return rows[0]
}

/** Those of a request that wait for a person, as far as the asker may see them. */
export async function readShown(
  on: Executor,
  requestId: string,
  storeGroups: readonly string[] | null,
): Promise<EnrolmentRow[]> {
  const { rows } = await on.query<EnrolmentRow>(
    `SELECT e.id, ${ENROLMENT_COLUMNS} FROM ${ENROLMENT_FROM}
     WHERE e.request_id = $1 AND e.state = 'shown' AND ($2::text[] IS NULL OR s.group_name = ANY($2))
     ORDER BY s.code, d.cash_id NULLS FIRST`,
    [requestId, storeGroups],
  )
  return rows
}

/** Which of these the asker may not touch, or nobody: there are none. */
export async function notReached(
  on: Executor,
  ids: readonly string[],
  storeGroups: readonly string[] | null,
): Promise<Set<string>> {
  const { rows } = await on.query<{ id: string }>(
    `SELECT e.id FROM enrolment e JOIN store s ON s.id = e.store_id
     WHERE e.id = ANY($1::uuid[]) AND ($2::text[] IS NULL OR s.group_name = ANY($2))`,
    [ids, storeGroups],
  )
  const reached = new Set(rows.map((row) => row.id))
  return new Set(ids.filter((id) => !reached.has(id)))
}

/** One claim's enrolment with everything that a worker needs; undefined: no such row. */
export async function readEnrolmentWork(db: Database, id: string) {
  const include = { device: true, store: true } as const
  return (await db.prisma.enrolment.findUnique({ where: { id }, include })) ?? undefined
}
export type EnrolmentWork = NonNullable<Awaited<ReturnType<typeof readEnrolmentWork>>>

/** What was confirmed says since when a key is pinned, and is kept. */
const KEPT = '1 year'
const FORGOTTEN_AT_ONCE = 5000

/** Deletes some of what came to nothing, and of alarms that were settled, long ago. */
export async function forgetEnrolments(db: Database): Promise<number> {
  const { rowCount } = await db.pool.query(
    `WITH alarms AS (DELETE FROM host_key_alarm WHERE settled_at < now() - interval '${KEPT}')
     DELETE FROM enrolment WHERE id IN (
       SELECT id FROM enrolment WHERE state <> 'confirmed' AND finished_at < now() - interval '${KEPT}' LIMIT $1)`,
    [FORGOTTEN_AT_ONCE],
  )
  return rowCount ?? 0
}

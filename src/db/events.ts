/** The append-only events: written with what they tell of, read below the oldest transaction still running. */
import { newValues, type SqlCondition } from './condition.ts'
import type { Executor } from './database.ts'
import { ownEvent } from './own.ts'

export interface EventRow {
  /** `xid-id`: the place in the stream. */
  readonly cursor: string
  readonly at: Date
  readonly code: string
  readonly actor: string
  readonly rolloutId: string | null
  readonly storeId: string | null
  readonly deviceId: string | null
  readonly updateId: string | null
  readonly storePackageId: string | null
  readonly params: Record<string, unknown>
}

export interface NewEvent {
  readonly code: string
  readonly actor: string
  readonly rolloutId?: string
  readonly storeId?: string
  readonly deviceId?: string
  readonly updateId?: string
  readonly storePackageId?: string
  readonly params?: Readonly<Record<string, unknown>>
}

export async function addEvent(on: Executor, event: NewEvent): Promise<void> {
  await on.query(
    `INSERT INTO event (code, actor, rollout_id, store_id, device_id, update_id, store_package_id, params)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      event.code,
      event.actor,
      event.rolloutId ?? null,
      event.storeId ?? null,
      event.deviceId ?? null,
      event.updateId ?? null,
      event.storePackageId ?? null,
      JSON.stringify(event.params ?? {}),
    ],
  )
}

/** An id of 18 digits is a bigint whatever they are; a transaction is compared before it is made one. */
const CURSOR = /^(\d{1,19})-(\d{1,18})$/

/** Undefined: not a cursor of ours. */
export function parseCursor(text: string): { xid: string; id: string } | undefined {
  const found = CURSOR.exec(text)
  return found ? { xid: found[1] as string, id: found[2] as string } : undefined
}

export interface EventFilter {
  readonly rolloutId?: string
  readonly updateId?: string
  /** Groups of stores that may be seen; null or left out: all. */
  readonly groups?: readonly string[] | null
  /** On `e`, with the store as `s` and the device as `d`. */
  readonly where?: SqlCondition
}

/** @param e the event's name in the statement */
export const eventColumns = (e: string): string =>
  `${e}.xid || '-' || ${e}.id AS cursor, ${e}.at, ${e}.code, ${e}.actor, ${e}.rollout_id AS "rolloutId", ${e}.store_id AS "storeId",
   ${e}.device_id AS "deviceId", ${e}.update_id AS "updateId", ${e}.store_package_id AS "storePackageId", ${e}.params`

/** Nothing that is written later can come before these. */
export const belowRunning = (e: string): string =>
  `${e}.xid < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint`

/**
 * Events after a cursor, oldest first. A transaction that is still running could write before what is read now,
 * so only those below the snapshot's xmin are shown: replay from any cursor misses nothing.
 */
export async function readEvents(
  on: Executor,
  after: string,
  limit: number,
  filter: EventFilter = {},
): Promise<EventRow[]> {
  const cursor = parseCursor(after) ?? { xid: '0', id: '0' }
  const { rolloutId, updateId, groups = null, where } = filter
  const { values, push } = newValues([groups])
  const conditions = [
    `(e.xid, e.id) > (${push(cursor.xid)}::bigint, ${push(cursor.id)}::bigint)`,
    belowRunning('e'),
    `($1::text[] IS NULL OR ${ownEvent('e')})`,
    ...(rolloutId === undefined ? [] : [`e.rollout_id = ${push(rolloutId)}::uuid`]),
    ...(updateId === undefined ? [] : [`e.update_id = ${push(updateId)}::uuid`]),
    ...(where === undefined ? [] : [where(push)]),
  ]
  const joins =
    where === undefined
      ? ''
      : 'LEFT JOIN store s ON s.id = e.store_id LEFT JOIN device d ON d.id = e.device_id'
  const { rows } = await on.query<EventRow>(
    `SELECT ${eventColumns('e')} FROM event e ${joins} WHERE ${conditions.join(' AND ')}
     ORDER BY e.xid, e.id LIMIT ${push(limit)}::int`,
    values,
  )
  return rows
}

/** A place below which nothing more will ever be told: what a reader of everything before it need not read again. */
export async function readHorizon(on: Executor): Promise<string> {
  const { rows } = await on.query<{ xmin: string }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin',
  )
  return `${rows[0]?.xmin ?? '0'}-0`
}

/** The later of two places in the stream. */
export function laterCursor(a: string, b: string): string {
  const [first, second] = [parseCursor(a), parseCursor(b)]
  if (first === undefined || second === undefined) return first === undefined ? b : a
  const [x, y] = [BigInt(first.xid), BigInt(second.xid)]
  if (x !== y) return x > y ? a : b
  return BigInt(first.id) >= BigInt(second.id) ? a : b
}

/**
 * Whether a place lies beyond what was ever written here: it is of another database, or of this one before a restore.
 * The very next transaction is where a reader stands who has read everything (readHorizon).
 */
export async function isAhead(on: Executor, { xid }: { xid: string }): Promise<boolean> {
  const { rows } = await on.query<{ ahead: boolean }>(
    'SELECT $1::numeric > (pg_snapshot_xmax(pg_current_snapshot())::text)::numeric AS ahead',
    [xid],
  )
  return rows[0]?.ahead ?? false
}

/** Where the stream stands now: what comes after it is new. */
export async function lastCursor(on: Executor): Promise<string> {
  const { rows } = await on.query<{ cursor: string }>(
    `SELECT xid || '-' || id AS cursor FROM event
     WHERE xid < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint ORDER BY xid DESC, id DESC LIMIT 1`,
  )
  return rows[0]?.cursor ?? '0-0'
}

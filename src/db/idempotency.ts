/** Keys of requests that do their work once: whose turn it is, and what was answered. */
import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'
import type { Once } from './once.ts'

export interface AskedOnce {
  readonly actor: string
  readonly key: string
  /** `POST /rollouts` */
  readonly route: string
  /** SHA-256 of the whole request. */
  readonly requestHash: string
}

export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: unknown
}

export type Turn =
  /** Nobody has done it: do it. */
  | { readonly kind: 'mine'; readonly once: Once }
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  /** It was done by this transaction, and whoever did it died before the answer. */
  | { readonly kind: 'done'; readonly once: Once; readonly xid: string }
  | { readonly kind: 'running' }
  /** The key belongs to another request. */
  | { readonly kind: 'reused' }

interface Row extends Pick<AskedOnce, 'route' | 'requestHash'> {
  readonly id: string
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>> | null
  /** JSON as a text within JSON: so its members stay in their order. */
  readonly body: string | null
  readonly isFree: boolean
}

const FIND = `
SELECT id, route, request_hash AS "requestHash", status, headers, body, lease_until < now() AS "isFree"
FROM idempotency_key WHERE actor = $1 AND key = $2`

const INSERT = `
INSERT INTO idempotency_key (id, actor, key, route, request_hash, owner, lease_until)
VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7)) ON CONFLICT DO NOTHING`

/** Waits for nobody: a row that is locked belongs to a transaction that is being committed. */
const TAKE = `
UPDATE idempotency_key SET owner = $2, lease_until = now() + make_interval(secs => $3)
WHERE id = (SELECT id FROM idempotency_key WHERE id = $1 AND status IS NULL AND lease_until < now() FOR UPDATE SKIP LOCKED)
RETURNING xid`

async function takeOver(db: Database, id: string, leaseMs: number): Promise<Turn> {
  const owner = randomUUID()
  const { rows } = await db.pool.query<{ xid: string | null }>(TAKE, [id, owner, leaseMs / 1000])
  const [row] = rows
  if (row === undefined) return { kind: 'running' }
  const once = { id, owner }
  return row.xid === null ? { kind: 'mine', once } : { kind: 'done', once, xid: row.xid }
}

/** Whose turn it is now. The lease of `mine` and `done` is to be renewed. */
export async function takeTurn(db: Database, asked: AskedOnce, leaseMs: number): Promise<Turn> {
  const { actor, key, route, requestHash } = asked
  const [row] = (await db.pool.query<Row>(FIND, [actor, key])).rows
  if (row === undefined) {
    const once = { id: randomUUID(), owner: randomUUID() }
    const values = [once.id, actor, key, route, requestHash, once.owner, leaseMs / 1000]
    const { rowCount } = await db.pool.query(INSERT, values)
    return rowCount === 1 ? { kind: 'mine', once } : { kind: 'running' }
  }
  if (row.route !== route || row.requestHash !== requestHash) return { kind: 'reused' }
  const { status, headers, body } = row
  if (status !== null)
    return { kind: 'answered', answer: { status, headers: headers ?? {}, body: JSON.parse(body ?? 'null') } }
  return row.isFree ? takeOver(db, row.id, leaseMs) : { kind: 'running' }
}

export async function renewTurn(db: Database, { id, owner }: Once, leaseMs: number): Promise<void> {
  await db.pool.query(
    `UPDATE idempotency_key SET lease_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND owner = $2 AND status IS NULL`,
    [id, owner, leaseMs / 1000],
  )
}

/** False: somebody else has taken over; theirs is the answer. */
export async function keepAnswer(db: Database, { id, owner }: Once, answer: KeptAnswer): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `UPDATE idempotency_key SET status = $3, headers = $4, body = $5, ended_at = now()
     WHERE id = $1 AND owner = $2 AND status IS NULL`,
    [id, owner, answer.status, JSON.stringify(answer.headers), JSON.stringify(JSON.stringify(answer.body))],
  )
  return rowCount === 1
}

/** Gives the turn to whoever asks next. Where work was done, that one learns of it; else the key is forgotten. */
export async function leaveTurn(db: Database, { id, owner }: Once): Promise<void> {
  const values = [id, owner]
  await db.pool.query('DELETE FROM idempotency_key WHERE id = $1 AND owner = $2 AND xid IS NULL', values)
  await db.pool.query(
    'UPDATE idempotency_key SET lease_until = now() WHERE id = $1 AND owner = $2 AND status IS NULL',
    values,
  )
}

/** The transaction that did the work of a turn; undefined: none did. */
export async function workOf(db: Database, { id }: Once): Promise<string | undefined> {
  const { rows } = await db.pool.query<{ xid: string | null }>(
    'SELECT xid FROM idempotency_key WHERE id = $1',
    [id],
  )
  return rows[0]?.xid ?? undefined
}

export interface WorkEvent {
  readonly code: string
  readonly rolloutId: string | null
  readonly storeId: string | null
  readonly deviceId: string | null
  readonly updateId: string | null
  readonly params: Readonly<Record<string, unknown>>
}

const EVENTS = 1000

/** What one transaction did, in its own order. */
export async function readWork(db: Database, xid: string): Promise<WorkEvent[]> {
  const { rows } = await db.pool.query<WorkEvent>(
    `SELECT code, rollout_id AS "rolloutId", store_id AS "storeId", device_id AS "deviceId", update_id AS "updateId", params
     FROM event WHERE xid = $1 ORDER BY id LIMIT ${EVENTS}`,
    [xid],
  )
  return rows
}

const KEPT = '7 days'
const FORGOTTEN_AT_ONCE = 5000

/** Forgets some of the keys that are older than a week: whoever asks again by then asks for new work. */
export async function forgetKeys(db: Database): Promise<number> {
  const { rowCount } = await db.pool.query(
    `DELETE FROM idempotency_key WHERE id IN (
       SELECT id FROM idempotency_key WHERE created_at < now() - interval '${KEPT}' AND lease_until < now() LIMIT $1)`,
    [FORGOTTEN_AT_ONCE],
  )
  return rowCount ?? 0
}

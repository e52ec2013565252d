/** Browsers that are signed in. Their cookie changes every quarter of an hour; all times are the database's. */
import type { Database, Executor } from './database.ts'
import { hashOf, newSecret } from './secrets.ts'
import type { UserRow } from './users.ts'

/** How long a session lasts without a request, and at most; in seconds. */
const IDLE_SECONDS = 12 * 3600
export const LONGEST_SECONDS = 7 * 24 * 3600
const ROTATE_SECONDS = 15 * 60
/** Requests that were under way when the cookie changed. */
const FORMER_SECONDS = 60
const SEEN_SECONDS = 60

export interface NewSession {
  readonly userId: string
  readonly address: string | null
  readonly agent: string | null
  /** Of the password that was checked; left out: none was. */
  readonly passwordHash?: string | undefined
}

/**
 * Looked at under the lock that whoever ends their sessions needs, too: nothing is begun after that by what was good
 * before it. @returns the cookie's value; undefined: they were disabled meanwhile, or have another password
 */
export async function createSession(on: Executor, wanted: NewSession): Promise<string | undefined> {
  const { userId, address, agent, passwordHash = null } = wanted
  const secret = newSecret()
  const { rowCount } = await on.query(
    `INSERT INTO session (id, user_id, hash, expires_at, address, agent)
     SELECT gen_random_uuid(), u.id, $2::text, now() + make_interval(secs => $3), $4::text, $5::text
     FROM (SELECT id FROM app_user WHERE id = $1 AND disabled_at IS NULL
       AND ($6::text IS NULL OR password_hash = $6) FOR NO KEY UPDATE) u`,
    [userId, hashOf(secret), LONGEST_SECONDS, address, agent?.slice(0, 300) ?? null, passwordHash],
  )
  if (rowCount === 0) return undefined
  await on.query('UPDATE app_user SET last_sign_in_at = now() WHERE id = $1', [userId])
  return secret
}

export interface FoundSession {
  readonly sessionId: string
  readonly user: Pick<UserRow, 'id' | 'login' | 'name' | 'role' | 'storeGroups'>
  /** The cookie's next value, where its time has come. */
  readonly renewed: string | undefined
}

interface Row {
  readonly id: string
  readonly userId: string
  readonly login: string
  readonly name: string
  readonly role: string
  readonly storeGroups: string[]
  readonly isFormer: boolean
  readonly isLate: boolean
  readonly isDue: boolean
  readonly isUnseen: boolean
}

const FIND = `
SELECT s.id, u.id AS "userId", u.login, u.name, u.role, u.store_groups AS "storeGroups", (s.hash <> $1) AS "isFormer",
  (s.hash <> $1 AND s.rotated_at < now() - make_interval(secs => ${FORMER_SECONDS})) AS "isLate",
  (s.rotated_at < now() - make_interval(secs => ${ROTATE_SECONDS})) AS "isDue",
  (s.seen_at < now() - make_interval(secs => ${SEEN_SECONDS})) AS "isUnseen"
FROM session s JOIN app_user u ON u.id = s.user_id
WHERE (s.hash = $1 OR s.former_hash = $1) AND s.ended_at IS NULL AND s.expires_at > now()
  AND s.seen_at > now() - make_interval(secs => ${IDLE_SECONDS}) AND u.disabled_at IS NULL`

/** Undefined when somebody else has just done it: what was sent is the former one now, and good for a while. */
async function rotate(on: Executor, id: string, hash: string): Promise<string | undefined> {
  const next = newSecret()
  const { rowCount } = await on.query(
    `UPDATE session SET hash = $3, former_hash = hash, rotated_at = now(), seen_at = now() WHERE id = $1 AND hash = $2`,
    [id, hash, hashOf(next)],
  )
  return rowCount === 1 ? next : undefined
}

/**
 * Who a cookie is. One that was replaced a while ago ends its session: either the browser never got the new one, and
 * signs in again, or two of them share what only one should have.
 */
export async function findSession(db: Database, secret: string): Promise<FoundSession | undefined> {
  const hash = hashOf(secret)
  const [row] = (await db.pool.query<Row>(FIND, [hash])).rows
  if (row === undefined) return undefined
  if (row.isLate) {
    await endSession(db.pool, row.id)
    return undefined
  }
  const renewed = row.isDue && !row.isFormer ? await rotate(db.pool, row.id, hash) : undefined
  if (row.isUnseen && renewed === undefined)
    await db.pool.query('UPDATE session SET seen_at = now() WHERE id = $1', [row.id])
  const { userId: id, login, name, role, storeGroups } = row
  return { sessionId: row.id, user: { id, login, name, role, storeGroups }, renewed }
}

/** By its id, for what goes on for long. It is not noted as seen. */
export async function openSessionById(on: Executor, id: string): Promise<FoundSession | undefined> {
  const { rows } = await on.query<Omit<FoundSession['user'], 'id'> & { userId: string }>(
    `SELECT u.id AS "userId", u.login, u.name, u.role, u.store_groups AS "storeGroups"
     FROM session s JOIN app_user u ON u.id = s.user_id
     WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL`,
    [id],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { userId, ...user } = row
  return { sessionId: id, user: { id: userId, ...user }, renewed: undefined }
}

/** Whether it still goes on. */
export const isOpen = async (on: Executor, id: string): Promise<boolean> =>
  (await openSessionById(on, id)) !== undefined

/** @returns whether it was open */
export async function endSession(on: Executor, id: string, userId?: string): Promise<boolean> {
  const { rowCount } = await on.query(
    `UPDATE session SET ended_at = now() WHERE id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR user_id = $2)`,
    [id, userId ?? null],
  )
  return rowCount === 1
}

export interface SessionRow {
  readonly id: string
  readonly createdAt: Date
  readonly seenAt: Date
  readonly expiresAt: Date
  readonly address: string | null
  readonly agent: string | null
}

/** Those that are open, newest first. */
export async function listSessions(on: Executor, userId: string): Promise<SessionRow[]> {
  const { rows } = await on.query<SessionRow>(
    `SELECT id, created_at AS "createdAt", seen_at AS "seenAt", expires_at AS "expiresAt", address, agent
     FROM session WHERE user_id = $1 AND ended_at IS NULL AND expires_at > now()
       AND seen_at > now() - make_interval(secs => ${IDLE_SECONDS}) ORDER BY created_at DESC LIMIT 1000`,
    [userId],
  )
  return rows
}

/** Wrong sign-ins, counted where every API process sees them. The wait doubles, and is forgotten after an hour. */
import { createHash } from 'node:crypto'
import { normalLogin } from './actors.ts'
import type { Database, Executor } from './database.ts'

const LONGEST_WAIT_SECONDS = 15 * 60
/** Tries before the first wait. Behind one address there may be a whole office. */
const FREE = { login: 5, address: 20 } as const
const FADE_SECONDS = 3600
const SWEEP = 100

export interface SignInKeys {
  readonly login: string
  readonly address: string
}

/** What was typed as a login is sometimes a password: kept as a digest. */
const loginKey = (login: string): string =>
  `login:${createHash('sha256').update(normalLogin(login)).digest('hex')}`
const addressKey = (address: string): string => `address:${address}`

/**
 * Counts a try before it is made, so that many at once are counted too. A row that is blocked is left as it is.
 * The n-th try after the free ones waits 2^(n-1) seconds.
 */
const TRY = `
INSERT INTO sign_in_failure AS f (key, count, last_at, blocked_until) VALUES ($1, 1, now(), now())
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN f.last_at < now() - make_interval(secs => ${FADE_SECONDS}) THEN 1 ELSE least(f.count, 1000) + 1 END,
  last_at = now(),
  blocked_until = CASE WHEN f.last_at < now() - make_interval(secs => ${FADE_SECONDS}) OR f.count + 1 < $2 THEN now()
    ELSE now() + make_interval(secs => least(${LONGEST_WAIT_SECONDS}, power(2, least(f.count + 1 - $2, 20)))) END
WHERE f.blocked_until <= now() RETURNING key`

async function waitOf(on: Executor, key: string): Promise<number> {
  const { rows } = await on.query<{ seconds: number }>(
    'SELECT ceil(extract(epoch FROM blocked_until - now()))::int AS seconds FROM sign_in_failure WHERE key = $1',
    [key],
  )
  return Math.max(1, rows[0]?.seconds ?? 1)
}

/** Begins a try. @returns seconds to wait before the next; 0: go on */
export async function beginTry(db: Database, { login, address }: SignInKeys): Promise<number> {
  await db.pool.query(
    `DELETE FROM sign_in_failure WHERE key IN (SELECT key FROM sign_in_failure
       WHERE last_at < now() - make_interval(secs => ${FADE_SECONDS}) AND blocked_until < now() LIMIT ${SWEEP} FOR UPDATE SKIP LOCKED)`,
  )
  const keys = [
    [addressKey(address), FREE.address],
    [loginKey(login), FREE.login],
  ] as const
  for (const [key, free] of keys) {
    const { rows } = await db.pool.query(TRY, [key, free])
    if (rows.length === 0) return waitOf(db.pool, key)
  }
  return 0
}

/** It was the right one: the login starts anew, and the address has one try back. */
export async function endTry(db: Database, { login, address }: SignInKeys): Promise<void> {
  await db.pool.query('DELETE FROM sign_in_failure WHERE key = $1', [loginKey(login)])
  await db.pool.query(
    'UPDATE sign_in_failure SET count = greatest(count - 1, 0), blocked_until = now() WHERE key = $1',
    [addressKey(address)],
  )
}

/**
 * Wrong sign-ins, counted where every API process sees them, in three rows each: of the address, of the login from that
 * address, and of the login from anywhere. The wait doubles, and is forgotten after an hour. Whoever is known here has
 * fewer rows: nobody can make them wait from elsewhere.
 */
import { createHash } from 'node:crypto'
import { normalLogin } from './actors.ts'
import type { Database, Executor } from './database.ts'
import { hashOf } from './secrets.ts'

interface Measure {
  /** Tries before the first wait. */
  readonly free: number
  readonly longestSeconds: number
}

/** Behind one address there may be a whole office. From anywhere: slow enough for guessing, and never long. */
const MEASURES = {
  address: { free: 20, longestSeconds: 15 * 60 },
  pair: { free: 5, longestSeconds: 15 * 60 },
  browser: { free: 5, longestSeconds: 15 * 60 },
  anywhere: { free: 50, longestSeconds: 60 },
} as const satisfies Record<string, Measure>
type Counted = keyof typeof MEASURES

const FADE_SECONDS = 3600
const SWEEP = 100
/** A session that began since then makes its address and its browser known, also when it is over. */
const KNOWN_DAYS = 90

export interface SignInTry {
  readonly login: string
  /** IPv4, or the network of an IPv6 one. */
  readonly address: string
  /** Of a session, whosever it is or was. */
  readonly cookie?: string | undefined
}

interface Key {
  readonly kind: Counted
  readonly key: string
}

/** What was typed as a login is sometimes a password: kept as a digest. */
const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')

const OF_LOGIN = `
FROM session s JOIN app_user u ON u.id = s.user_id
WHERE u.login = $1 AND s.created_at > now() - make_interval(days => ${KNOWN_DAYS})`

/** The browser from which this very login was signed in; undefined: any other. */
async function knownBrowser(on: Executor, { login, cookie }: SignInTry): Promise<string | undefined> {
  if (cookie === undefined) return undefined
  const { rows } = await on.query<{ id: string }>(
    `SELECT s.id ${OF_LOGIN} AND (s.hash = $2 OR s.former_hash = $2) LIMIT 1`,
    [normalLogin(login), hashOf(cookie)],
  )
  return rows[0]?.id
}

async function isKnownAddress(on: Executor, { login, address }: SignInTry): Promise<boolean> {
  const { rows } = await on.query(`SELECT 1 ${OF_LOGIN} AND s.address = $2 LIMIT 1`, [
    normalLogin(login),
    address,
  ])
  return rows.length > 0
}

/** A known browser is counted by itself alone; a known address without the row of the login from anywhere. */
async function keysOf(on: Executor, asked: SignInTry): Promise<Key[]> {
  const login = normalLogin(asked.login)
  const browser = await knownBrowser(on, asked)
  if (browser !== undefined) return [{ kind: 'browser', key: `browser:${browser}` }]
  const near: Key[] = [
    { kind: 'address', key: `address:${asked.address}` },
    { kind: 'pair', key: `pair:${digest(login, asked.address)}` },
  ]
  if (await isKnownAddress(on, asked)) return near
  return [...near, { kind: 'anywhere', key: `anywhere:${digest(login)}` }]
}

/** Cut, as the column keeps it: rounded up, a free try would refuse another of the same millisecond. */
const NOW = `date_trunc('milliseconds', clock_timestamp())`
/**
 * Counts a try before it is made, so that many at once are counted too. A row that is blocked is left as it is.
 * The n-th try after the free ones waits 2^(n-1) seconds. The clock is read when the row is held.
 */
const TRY = `
INSERT INTO sign_in_failure AS f (key, count, last_at, blocked_until) VALUES ($1, 1, ${NOW}, ${NOW})
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN f.last_at < now() - make_interval(secs => ${FADE_SECONDS}) THEN 1 ELSE least(f.count, 1000) + 1 END,
  last_at = ${NOW},
  blocked_until = CASE WHEN f.last_at < now() - make_interval(secs => ${FADE_SECONDS}) OR f.count + 1 < $2 THEN ${NOW}
    ELSE ${NOW} + make_interval(secs => least($3::int, power(2, least(f.count + 1 - $2, 20)))) END
WHERE f.blocked_until <= clock_timestamp() RETURNING key`

async function waitOf(on: Executor, key: string): Promise<number> {
  const { rows } = await on.query<{ seconds: number }>(
    'SELECT ceil(extract(epoch FROM blocked_until - now()))::int AS seconds FROM sign_in_failure WHERE key = $1',
    [key],
  )
  return Math.max(1, rows[0]?.seconds ?? 1)
}

/** One try back: it was no guess, or was never made. */
async function giveBack(on: Executor, keys: readonly Key[]): Promise<void> {
  await on.query(
    `UPDATE sign_in_failure SET count = greatest(count - 1, 0), blocked_until = ${NOW} WHERE key = ANY($1::text[])`,
    [keys.map((one) => one.key)],
  )
}

export type Begun =
  | { readonly ok: true; readonly keys: readonly Key[] }
  /** Seconds until the next. */
  | { readonly ok: false; readonly wait: number }

/** Begins a try. One that has to wait in one row is not counted in the others. */
export async function beginTry(db: Database, asked: SignInTry): Promise<Begun> {
  await db.pool.query(
    `DELETE FROM sign_in_failure WHERE key IN (SELECT key FROM sign_in_failure
       WHERE last_at < now() - make_interval(secs => ${FADE_SECONDS}) AND blocked_until < now() LIMIT ${SWEEP} FOR UPDATE SKIP LOCKED)`,
  )
  const keys = await keysOf(db.pool, asked)
  for (const [i, { kind, key }] of keys.entries()) {
    const { free, longestSeconds } = MEASURES[kind]
    const { rows } = await db.pool.query(TRY, [key, free, longestSeconds])
    if (rows.length > 0) continue
    if (i > 0) await giveBack(db.pool, keys.slice(0, i))
    return { ok: false, wait: await waitOf(db.pool, key) }
  }
  return { ok: true, keys }
}

const STARTS_ANEW: ReadonlySet<Counted> = new Set(['pair', 'browser'])

/** It was the right one: this login from here starts anew, and what others are counted in has one try back. */
export async function endTry(db: Database, keys: readonly Key[]): Promise<void> {
  const own = keys.filter((one) => STARTS_ANEW.has(one.kind)).map((one) => one.key)
  await db.pool.query('DELETE FROM sign_in_failure WHERE key = ANY($1::text[])', [own])
  await giveBack(
    db.pool,
    keys.filter((one) => !STARTS_ANEW.has(one.kind)),
  )
}

/**
 * What a token hangs on: its owner, who made it, and the tokens that it came from. It lives while all of them do, and
 * may do no more than any of them may now.
 */
import type { Database, Executor } from './database.ts'
import { hashOf } from './secrets.ts'

/** The organisation's people (OpenID Connect) show by signing in that they are still there; their tokens wait for it. */
export const SEEN_DAYS = 30
/** Tokens that make tokens: so deep, and no deeper. */
export const MAX_LINE = 8

export interface Rights {
  readonly role: string
  /** None: the whole chain. */
  readonly storeGroups: readonly string[]
}

export interface FoundToken extends Rights {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly expiresAt: Date | null
  readonly user: { readonly id: string; readonly login: string } | null
  /** By whose rights it was made; null: this machine's. */
  readonly makerId: string | null
  /** The first of its line: itself, where no token made it. */
  readonly rootId: string
  /** How many tokens its line has. */
  readonly depth: number
  /** Of everybody in its line, as their rows say now. */
  readonly limits: readonly Rights[]
}

/** Stops by itself: a parent is older than its child, and no line is made longer than MAX_LINE. */
const LINE = `
WITH RECURSIVE line AS (
  SELECT t.id, t.parent_id, t.user_id, t.maker_id, t.revoked_at, t.expires_at, 1 AS depth FROM api_token t WHERE t.WHICH
  UNION ALL
  SELECT p.id, p.parent_id, p.user_id, p.maker_id, p.revoked_at, p.expires_at, l.depth + 1
  FROM line l JOIN api_token p ON p.id = l.parent_id WHERE l.depth <= ${MAX_LINE}),
people AS (
  SELECT u.* FROM app_user u WHERE u.id IN (SELECT user_id FROM line UNION SELECT maker_id FROM line))
SELECT t.id, t.name, t.role, t.scopes, t.store_groups AS "storeGroups", t.expires_at AS "expiresAt", t.maker_id AS "makerId",
  CASE WHEN u.id IS NOT NULL THEN jsonb_build_object('id', u.id, 'login', u.login) END AS "user",
  (SELECT id FROM line ORDER BY depth DESC LIMIT 1) AS "rootId", (SELECT max(depth) FROM line) AS depth,
  coalesce((SELECT jsonb_agg(jsonb_build_object('role', role, 'storeGroups', store_groups)) FROM people), '[]') AS limits,
  (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute') AS "isUnnoted"
FROM api_token t LEFT JOIN app_user u ON u.id = t.user_id
WHERE t.WHICH AND NOT EXISTS (SELECT 1 FROM line WHERE revoked_at IS NOT NULL OR expires_at <= now())
  AND NOT EXISTS (SELECT 1 FROM people WHERE disabled_at IS NOT NULL
    OR (oidc_issuer IS NOT NULL AND coalesce(last_sign_in_at, created_at) < now() - interval '${SEEN_DAYS} days'))`
const BY_ID = LINE.replaceAll('WHICH', 'id = $1')
const BY_HASH = LINE.replaceAll('WHICH', 'hash = $1')

type Row = FoundToken & { readonly isUnnoted: boolean }

/** By its id, for what goes on for long. It is not noted as used. */
export async function openToken(on: Executor, id: string): Promise<FoundToken | undefined> {
  return (await on.query<Row>(BY_ID, [id])).rows[0]
}

/** Undefined: unknown, revoked, expired, or somebody in its line was disabled or has not been seen for long. */
export async function findToken(db: Database, token: string): Promise<FoundToken | undefined> {
  const [row] = (await db.pool.query<Row>(BY_HASH, [hashOf(token)])).rows
  if (row?.isUnnoted === true)
    await db.pool.query(
      `UPDATE api_token SET last_used_at = now()
       WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
      [row.id],
    )
  return row
}

/** Those that come from them, however far. @param seed SQL of the first ones */
const family = (seed: string): string => `
WITH RECURSIVE gone AS (
  SELECT id FROM api_token WHERE ${seed} UNION SELECT t.id FROM api_token t JOIN gone g ON t.parent_id = g.id)
UPDATE api_token SET revoked_at = now() WHERE id IN (SELECT id FROM gone) AND revoked_at IS NULL RETURNING name`
const OF_TOKEN = family('id = $1')
const OF_USER = family('user_id = $1 OR maker_id = $1')

export type Whose = { readonly tokenId: string } | { readonly userId: string }

/**
 * Within a transaction that holds `lockActors`: ends a token, or all that a person has or made, and whatever was made by
 * those. @returns their names
 */
export async function endLine(on: Executor, whose: Whose): Promise<string[]> {
  const [sql, id] = 'tokenId' in whose ? [OF_TOKEN, whose.tokenId] : [OF_USER, whose.userId]
  const { rows } = await on.query<{ name: string }>(sql, [id])
  return rows.map((row) => row.name)
}

const LIVE = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())'
const COUNT_USER = `SELECT count(*)::int AS count FROM api_token WHERE (user_id = $1 OR (user_id IS NULL AND maker_id = $1)) AND ${LIVE}`
const COUNT_ROOT = `
WITH RECURSIVE all_of AS (
  SELECT id FROM api_token WHERE id = $1 UNION SELECT t.id FROM api_token t JOIN all_of a ON t.parent_id = a.id)
SELECT count(*)::int AS count FROM api_token WHERE id IN (SELECT id FROM all_of) AND user_id IS NULL AND maker_id IS NULL AND ${LIVE}`

/** Live tokens of a person: theirs, and nobody's that they made; or of nobody, all that came from one. */
export async function countLive(on: Executor, whose: Whose): Promise<number> {
  const [sql, id] = 'tokenId' in whose ? [COUNT_ROOT, whose.tokenId] : [COUNT_USER, whose.userId]
  return (await on.query<{ count: number }>(sql, [id])).rows[0]?.count ?? 0
}

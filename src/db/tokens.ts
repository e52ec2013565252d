/** Keys to the API. What they may is narrowed by their owner at every use. */
import { isActorTaken, lockActors } from './actors.ts'
import { type Database, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import type { ApiToken, User } from './generated/client.ts'
import { hashOf, newSecret } from './secrets.ts'

export interface NewToken {
  readonly name: string
  /** Whose; null: nobody's, told in events by its own name. */
  readonly userId?: string | null
  readonly role?: string
  /** Permissions; none: all of its role. */
  readonly scopes?: readonly string[]
  /** None: the whole chain. */
  readonly storeGroups?: readonly string[]
  readonly expiresAt?: Date | null
  readonly createdBy?: string
}

export type MadeToken =
  | { readonly ok: true; readonly row: TokenRow; readonly secret: string }
  | { readonly ok: false; readonly why: 'nameTaken' }

export type TokenRow = Omit<ApiToken, 'hash'> & { readonly user: { readonly login: string } | null }

const shown = { omit: { hash: true }, include: { user: { select: { login: true } } } } as const

/** Makes a token; its secret is told this once. */
export async function makeToken(db: Database, wanted: NewToken): Promise<MadeToken> {
  const { name, userId = null, role = 'admin', createdBy = 'command line', expiresAt = null } = wanted
  const secret = newSecret('ns_')
  const id = await inTransaction(db, async (client) => {
    await lockActors(client)
    if (userId === null && (await isActorTaken(client, name))) return undefined
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO api_token (id, name, hash, user_id, role, scopes, store_groups, expires_at, created_by)
       VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING RETURNING id`,
      [
        ...[name, hashOf(secret), userId, role, wanted.scopes ?? [], wanted.storeGroups ?? []],
        ...[expiresAt, createdBy],
      ],
    )
    if (rows[0] !== undefined)
      await addEvent(client, { code: 'tokenCreated', actor: createdBy, params: { name, role } })
    return rows[0]?.id
  })
  if (id === undefined) return { ok: false, why: 'nameTaken' }
  const row = await db.prisma.apiToken.findUniqueOrThrow({ where: { id }, ...shown })
  return { ok: true, row, secret }
}

/** A token of this machine's own, which belongs to nobody. @throws Error the name is taken */
export async function createToken(
  db: Database,
  name: string,
  more: Omit<NewToken, 'name'> = {},
): Promise<string> {
  const made = await makeToken(db, { ...more, name })
  if (!made.ok) throw new Error(`there is somebody named ${name}, or a token`)
  return made.secret
}

/** @param userId only of this person; left out: all */
export const listTokens = (db: Database, userId?: string): Promise<TokenRow[]> =>
  db.prisma.apiToken.findMany({
    ...(userId === undefined ? {} : { where: { userId } }),
    ...shown,
    orderBy: { createdAt: 'desc' },
    take: 1000,
  })

export const findTokenRow = (db: Database, id: string): Promise<TokenRow | null> =>
  db.prisma.apiToken.findUnique({ where: { id }, ...shown })

/** From this moment on it opens nothing. */
export async function revokeToken(db: Database, id: string, actor: string): Promise<void> {
  await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'UPDATE api_token SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING name',
      [id],
    )
    if (rows[0] !== undefined)
      await addEvent(client, { code: 'tokenRevoked', actor, params: { name: rows[0].name } })
  })
}

export type FoundToken = ApiToken & { readonly user: User | null }

const USED_EVERY_MS = 60_000

/** By its id or its hash, without being noted as used. */
export async function openToken(
  db: Database,
  where: { readonly id: string } | { readonly hash: string },
): Promise<FoundToken | undefined> {
  const row = await db.prisma.apiToken.findUnique({ where, include: { user: true } })
  if (row === null || row.revokedAt !== null || (row.user?.disabledAt ?? null) !== null) return undefined
  return row.expiresAt !== null && row.expiresAt.getTime() <= Date.now() ? undefined : row
}

/** Undefined: unknown, revoked, expired, or of somebody who was disabled. */
export async function findToken(db: Database, token: string): Promise<FoundToken | undefined> {
  const row = await openToken(db, { hash: hashOf(token) })
  if (row === undefined) return undefined
  if (row.lastUsedAt === null || row.lastUsedAt.getTime() < Date.now() - USED_EVERY_MS)
    await db.pool.query(
      `UPDATE api_token SET last_used_at = now()
       WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
      [row.id],
    )
  return row
}

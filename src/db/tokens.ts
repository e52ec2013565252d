/** Keys to the API: made, listed, and ended. What opens, and for what, is in token-line.ts. */
import { isActorTaken, lockActors } from './actors.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import type { ApiToken } from './generated/client.ts'
import { hashOf, newSecret } from './secrets.ts'
import { isOpen } from './sessions.ts'
import { countLive, endLine, MAX_LINE, openToken, type Whose } from './token-line.ts'

/** That work of one account at once. */
export const MAX_LIVE = 50

/** What a token is made by. */
export type MadeBy = { readonly sessionId: string; readonly userId: string } | { readonly tokenId: string }

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
  /** Left out: this machine, which makes as many as it wants. */
  readonly by?: MadeBy
}

export type MadeToken =
  | { readonly ok: true; readonly row: TokenRow; readonly secret: string }
  /** `makerGone`: what it was to be made by has ended meanwhile; `tooDeep`: tokens of tokens of tokens. */
  | { readonly ok: false; readonly why: 'nameTaken' | 'makerGone' | 'tooMany' | 'tooDeep' }

export type TokenRow = Omit<ApiToken, 'hash'> & { readonly user: { readonly login: string } | null }

const shown = { omit: { hash: true }, include: { user: { select: { login: true } } } } as const

interface Line {
  readonly makerId: string | null
  readonly parentId: string | null
  readonly whose: Whose | undefined
}
type Refusal = Extract<MadeToken, { ok: false }>

/** Where a new one hangs. Looked up under the lock that whoever revokes holds, too: nothing is born after its parent's end. */
async function lineOf(on: Executor, { by, userId }: NewToken): Promise<Line | Refusal['why']> {
  const own = userId == null ? undefined : { userId }
  if (by === undefined) return { makerId: null, parentId: null, whose: undefined }
  if ('sessionId' in by) {
    if (!(await isOpen(on, by.sessionId))) return 'makerGone'
    return { makerId: by.userId, parentId: null, whose: own ?? { userId: by.userId } }
  }
  const parent = await openToken(on, by.tokenId)
  if (parent === undefined) return 'makerGone'
  if (parent.depth >= MAX_LINE) return 'tooDeep'
  const makerId = parent.user?.id ?? parent.makerId
  const whose = own ?? (makerId === null ? { tokenId: parent.rootId } : { userId: makerId })
  return { makerId, parentId: parent.id, whose }
}

/** Makes a token; its secret is told this once. */
export async function makeToken(db: Database, wanted: NewToken): Promise<MadeToken> {
  const { name, userId = null, role = 'admin', createdBy = 'command line', expiresAt = null } = wanted
  const secret = newSecret('ns_')
  const made = await inTransaction(db, async (client): Promise<{ id: string } | Refusal['why']> => {
    await lockActors(client)
    if (userId === null && (await isActorTaken(client, name))) return 'nameTaken'
    const line = await lineOf(client, wanted)
    if (typeof line === 'string') return line
    if (line.whose !== undefined && (await countLive(client, line.whose)) >= MAX_LIVE) return 'tooMany'
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO api_token (id, name, hash, user_id, role, scopes, store_groups, expires_at, created_by, maker_id, parent_id)
       VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (name) DO NOTHING RETURNING id`,
      [
        ...[name, hashOf(secret), userId, role, wanted.scopes ?? [], wanted.storeGroups ?? []],
        ...[expiresAt, createdBy, line.makerId, line.parentId],
      ],
    )
    const [row] = rows
    if (row === undefined) return 'nameTaken'
    await addEvent(client, {
      code: 'tokenCreated',
      actor: createdBy,
      params: { name, role, tokenId: row.id },
    })
    return row
  })
  if (typeof made === 'string') return { ok: false, why: made }
  const row = await db.prisma.apiToken.findUniqueOrThrow({ where: { id: made.id }, ...shown })
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

/** Within a transaction that holds `lockActors`. @returns how many */
export async function endTokens(on: Executor, whose: Whose, actor: string): Promise<number> {
  const names = await endLine(on, whose)
  for (const name of names) await addEvent(on, { code: 'tokenRevoked', actor, params: { name } })
  return names.length
}

/** From this moment on it opens nothing, nor does any that was made by it. */
export async function revokeToken(db: Database, id: string, actor: string): Promise<void> {
  await inTransaction(db, async (client) => {
    await lockActors(client)
    await endTokens(client, { tokenId: id }, actor)
  })
}

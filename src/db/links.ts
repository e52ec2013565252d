/** Links that work once: for the first admin, and to choose a password. */
import type pg from 'pg'
import { lockActors } from './actors.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { hashOf, newSecret } from './secrets.ts'
import { endTokens } from './tokens.ts'
import { endAccess, findUser, hasUsers, insertUser, type UserRow } from './users.ts'

const LINK_HOURS = 24

export interface Link {
  /** The last part of its address; told this once. */
  readonly secret: string
  readonly expiresAt: Date
}

interface NewLink {
  readonly purpose: 'firstAdmin' | 'setPassword'
  readonly userId: string | null
  readonly createdBy: string
}

/** The ones before it stop working. */
async function insertLink(on: Executor, { purpose, userId, createdBy }: NewLink): Promise<Link> {
  await on.query(
    `UPDATE one_time_link SET used_at = now() WHERE purpose = $1 AND user_id IS NOT DISTINCT FROM $2::uuid AND used_at IS NULL`,
    [purpose, userId],
  )
  const secret = newSecret()
  const { rows } = await on.query<{ expiresAt: Date }>(
    `INSERT INTO one_time_link (id, hash, purpose, user_id, created_by, expires_at)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, now() + make_interval(hours => ${LINK_HOURS}))
     RETURNING expires_at AS "expiresAt"`,
    [hashOf(secret), purpose, userId, createdBy],
  )
  return { secret, expiresAt: rows[0]?.expiresAt ?? new Date() }
}

export type FirstLink =
  | ({ readonly kind: 'made' } & Link)
  /** One was told before, and still works. */
  | { readonly kind: 'waiting'; readonly expiresAt: Date }

/**
 * The link that makes the first admin; undefined where there are users. One that still works is left alone, for
 * somebody may be about to follow it, unless `anew`: it was lost.
 */
export async function firstLink(
  db: Database,
  createdBy: string,
  { anew = false }: { anew?: boolean } = {},
): Promise<FirstLink | undefined> {
  return inTransaction(db, async (client): Promise<FirstLink | undefined> => {
    await lockActors(client)
    if (await hasUsers(client)) return undefined
    const { rows } = await client.query<{ expiresAt: Date }>(
      `SELECT expires_at AS "expiresAt" FROM one_time_link
       WHERE purpose = 'firstAdmin' AND used_at IS NULL AND expires_at > now()`,
    )
    if (rows[0] !== undefined && !anew) return { kind: 'waiting', expiresAt: rows[0].expiresAt }
    return { kind: 'made', ...(await insertLink(client, { purpose: 'firstAdmin', userId: null, createdBy })) }
  })
}

/** A link by which a person chooses a password. Undefined: they sign in elsewhere, or are disabled. */
export async function passwordLink(db: Database, userId: string, actor: string): Promise<Link | undefined> {
  return inTransaction(db, async (client) => {
    await lockActors(client)
    const user = await findUser(client, userId)
    if (user === undefined || user.disabledAt !== null || user.signsInBy === 'oidc') return undefined
    await addEvent(client, { code: 'passwordLinkMade', actor, params: { login: user.login } })
    return insertLink(client, { purpose: 'setPassword', userId, createdBy: actor })
  })
}

const GOOD = `
SELECT l.user_id AS "userId", u.login FROM one_time_link l LEFT JOIN app_user u ON u.id = l.user_id
WHERE l.hash = $1 AND l.purpose = $2 AND l.used_at IS NULL AND l.expires_at > now() AND u.disabled_at IS NULL`

/** Whether it would work now, and for whom. */
export async function readLink(
  on: Executor,
  purpose: NewLink['purpose'],
  secret: string,
): Promise<{ login: string | null } | undefined> {
  const { rows } = await on.query<{ login: string | null }>(GOOD, [hashOf(secret), purpose])
  return rows[0]
}

/** True for one caller only. */
async function useLink(client: pg.PoolClient, purpose: string, secret: string) {
  const { rows } = await client.query<{ userId: string | null }>(
    `UPDATE one_time_link SET used_at = now() WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()
     RETURNING user_id AS "userId"`,
    [hashOf(secret), purpose],
  )
  return rows[0]
}

export type UsedLink =
  | { readonly ok: true; readonly user: UserRow }
  | { readonly ok: false; readonly why: 'linkUnusable' | 'loginTaken' }

export interface FirstAdmin {
  readonly login: string
  readonly name: string
  readonly passwordHash: string
}

/** Thrown inside a transaction, so that the link stays good. */
class Refused extends Error {}

async function asUsed(work: Promise<UsedLink>): Promise<UsedLink> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Refused) return { ok: false, why: 'loginTaken' }
    throw error
  }
}

/** Makes the first admin, once; a refused login leaves the link as it was. */
export const useFirstLink = (db: Database, secret: string, admin: FirstAdmin): Promise<UsedLink> =>
  asUsed(
    inTransaction(db, async (client): Promise<UsedLink> => {
      await lockActors(client)
      if (await hasUsers(client)) return { ok: false, why: 'linkUnusable' }
      if ((await useLink(client, 'firstAdmin', secret)) === undefined)
        return { ok: false, why: 'linkUnusable' }
      const more = { role: 'admin', storeGroups: [], createdBy: 'welcome link' }
      const id = await insertUser(client, { ...admin, ...more })
      const user = id === undefined ? undefined : await findUser(client, id)
      if (user === undefined) throw new Refused()
      return { ok: true, user }
    }),
  )

/** Sets the password of the link's person, and ends what they had open, and their tokens. */
export async function usePasswordLink(db: Database, secret: string, passwordHash: string): Promise<UsedLink> {
  return inTransaction(db, async (client): Promise<UsedLink> => {
    await lockActors(client)
    const used = await useLink(client, 'setPassword', secret)
    const user = used?.userId == null ? undefined : await findUser(client, used.userId)
    if (user === undefined || user.disabledAt !== null || user.signsInBy === 'oidc')
      return { ok: false, why: 'linkUnusable' }
    await setPassword(client, user, passwordHash)
    return { ok: true, user }
  })
}

/**
 * Within a transaction. Ends every session of theirs, and every token that they have or made: whoever had the password
 * may have made some. A first password ends nothing. @returns how many tokens; undefined: nothing was done, `former` (the
 * one that was checked) is not theirs any more
 */
export async function setPassword(
  on: Executor,
  { id, login }: Pick<UserRow, 'id' | 'login'>,
  passwordHash: string,
  {
    keepTokens = false,
    former,
  }: { readonly keepTokens?: boolean; readonly former?: string | undefined } = {},
): Promise<number | undefined> {
  await lockActors(on)
  const { rows } = await on.query<{ hash: string | null }>(
    'SELECT password_hash AS hash FROM app_user WHERE id = $1 FOR UPDATE',
    [id],
  )
  const before = rows[0]?.hash ?? null
  if (former !== undefined && before !== former) return undefined
  await on.query('UPDATE app_user SET password_hash = $2 WHERE id = $1', [id, passwordHash])
  await endAccess(on, id)
  await addEvent(on, { code: 'passwordChanged', actor: login, params: { login } })
  if (keepTokens || before === null) return 0
  return endTokens(on, { userId: id }, login)
}

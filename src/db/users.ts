/** People: made, changed, and never removed, for events go on naming them. */
import type pg from 'pg'
import { isActorTaken, lockActors, normalLogin } from './actors.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import type { User } from './generated/client.ts'
import { endTokens } from './tokens.ts'

/** Never with the password's hash. */
export type UserRow = Omit<User, 'passwordHash' | 'oidcIssuer' | 'oidcSubject'> & {
  readonly signsInBy: 'password' | 'oidc' | 'nothing'
}

const USER = `
SELECT id, login, name, role, store_groups AS "storeGroups", revision, created_by AS "createdBy",
  created_at AS "createdAt", last_sign_in_at AS "lastSignInAt", disabled_at AS "disabledAt",
  CASE WHEN oidc_issuer IS NOT NULL THEN 'oidc' WHEN password_hash IS NOT NULL THEN 'password' ELSE 'nothing' END AS "signsInBy"
FROM app_user`

export async function findUser(on: Executor, id: string): Promise<UserRow | undefined> {
  return (await on.query<UserRow>(`${USER} WHERE id = $1`, [id])).rows[0]
}

export async function findUserByLogin(on: Executor, login: string): Promise<UserRow | undefined> {
  return (await on.query<UserRow>(`${USER} WHERE login = $1`, [normalLogin(login)])).rows[0]
}

export async function listUsers(on: Executor): Promise<UserRow[]> {
  return (await on.query<UserRow>(`${USER} ORDER BY login LIMIT 10000`)).rows
}

export async function hasUsers(on: Executor): Promise<boolean> {
  return (await on.query('SELECT 1 FROM app_user LIMIT 1')).rows.length > 0
}

export interface NewUser {
  readonly login: string
  readonly name: string
  readonly role: string
  readonly storeGroups: readonly string[]
  readonly createdBy: string
  readonly passwordHash?: string
  readonly oidc?: { readonly issuer: string; readonly subject: string }
}

/** Within a transaction that holds `lockActors`. Undefined: the login is taken. */
export async function insertUser(on: Executor, wanted: NewUser): Promise<string | undefined> {
  const login = normalLogin(wanted.login)
  if (await isActorTaken(on, login)) return undefined
  const { name, role, storeGroups, createdBy, passwordHash = null, oidc } = wanted
  const { rows } = await on.query<{ id: string }>(
    `INSERT INTO app_user (id, login, name, role, store_groups, password_hash, oidc_issuer, oidc_subject, created_by)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
    [login, name, role, storeGroups, passwordHash, oidc?.issuer ?? null, oidc?.subject ?? null, createdBy],
  )
  await addEvent(on, { code: 'userAdded', actor: createdBy, params: { login, role } })
  return rows[0]?.id
}

export type CreatedUser =
  | { readonly ok: true; readonly user: UserRow }
  | { readonly ok: false; readonly why: 'loginTaken' }

/** A person without a password: a link lets them choose one. */
export async function createUser(db: Database, wanted: NewUser): Promise<CreatedUser> {
  return inTransaction(db, async (client): Promise<CreatedUser> => {
    await lockActors(client)
    const id = await insertUser(client, wanted)
    const user = id === undefined ? undefined : await findUser(client, id)
    return user === undefined ? { ok: false, why: 'loginTaken' } : { ok: true, user }
  })
}

export interface UserChange {
  readonly name?: string | undefined
  readonly role?: string | undefined
  readonly storeGroups?: readonly string[] | undefined
  readonly disabled?: boolean | undefined
}

export type ChangedUser =
  | { readonly ok: true; readonly user: UserRow }
  | { readonly ok: false; readonly why: 'notFound' | 'lastAdmin' }
  | { readonly ok: false; readonly why: 'revisionDiffers'; readonly revision: number }

/** Somebody who can mend everything else: an admin of the whole chain who is not disabled. */
const ADMINS = "SELECT id FROM app_user WHERE role = 'admin' AND disabled_at IS NULL AND store_groups = '{}'"

async function isLastAdmin(on: Executor, before: UserRow, change: UserChange): Promise<boolean> {
  const role = change.role ?? before.role
  const groups = change.storeGroups ?? before.storeGroups
  const isDisabled = change.disabled ?? before.disabledAt !== null
  if (role === 'admin' && groups.length === 0 && !isDisabled) return false
  const { rows } = await on.query<{ id: string }>(ADMINS)
  return rows.length === 1 && rows[0]?.id === before.id
}

/** Ends what a person has open in browsers, and their unused links. @returns how many sessions */
export async function endAccess(on: Executor, userId: string): Promise<number> {
  await on.query('UPDATE one_time_link SET used_at = now() WHERE user_id = $1 AND used_at IS NULL', [userId])
  const { rowCount } = await on.query(
    'UPDATE session SET ended_at = now() WHERE user_id = $1 AND ended_at IS NULL',
    [userId],
  )
  return rowCount ?? 0
}

const differs = (before: UserRow, change: UserChange): string[] => [
  ...(change.name !== undefined && change.name !== before.name ? ['name'] : []),
  ...(change.role !== undefined && change.role !== before.role ? ['role'] : []),
  ...(change.storeGroups !== undefined &&
  JSON.stringify([...change.storeGroups].sort()) !== JSON.stringify([...before.storeGroups].sort())
    ? ['storeGroups']
    : []),
  ...(change.disabled !== undefined && change.disabled !== (before.disabledAt !== null) ? ['disabled'] : []),
]

interface Edit {
  readonly id: string
  readonly change: UserChange
  readonly revision?: number | undefined
  readonly actor: string
}

async function changeLocked(client: pg.PoolClient, edit: Edit): Promise<ChangedUser> {
  const { id, change, revision, actor } = edit
  const before = await findUser(client, id)
  if (before === undefined) return { ok: false, why: 'notFound' }
  if (revision !== undefined && revision !== before.revision)
    return { ok: false, why: 'revisionDiffers', revision: before.revision }
  if (await isLastAdmin(client, before, change)) return { ok: false, why: 'lastAdmin' }
  const changed = differs(before, change)
  if (changed.length === 0) return { ok: true, user: before }
  await client.query(
    `UPDATE app_user SET name = coalesce($2, name), role = coalesce($3, role),
       store_groups = coalesce($4::text[], store_groups), revision = revision + 1,
       disabled_at = CASE WHEN $5::boolean IS NULL THEN disabled_at WHEN $5 THEN coalesce(disabled_at, now()) END
     WHERE id = $1`,
    [id, change.name ?? null, change.role ?? null, change.storeGroups ?? null, change.disabled ?? null],
  )
  if (changed.some((one) => one !== 'name')) await endAccess(client, id)
  if (change.disabled === true) await endTokens(client, { userId: id }, actor)
  const params = { login: before.login, changed, ...(change.role === undefined ? {} : { role: change.role }) }
  await addEvent(client, { code: 'userChanged', actor, params })
  const user = await findUser(client, id)
  return user === undefined ? { ok: false, why: 'notFound' } : { ok: true, user }
}

/** Changes a person. Another role, other groups and a disabling end their sessions; a disabling their tokens, too, for good. */
export const changeUser = (db: Database, edit: Edit): Promise<ChangedUser> =>
  inTransaction(db, async (client) => {
    await lockActors(client)
    return changeLocked(client, edit)
  })

export interface Credentials {
  readonly id: string
  readonly login: string
  readonly passwordHash: string
}

/** Of somebody who may sign in by a password. */
export async function findCredentials(on: Executor, login: string): Promise<Credentials | undefined> {
  const { rows } = await on.query<Credentials>(
    `SELECT id, login, password_hash AS "passwordHash" FROM app_user
     WHERE login = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL AND oidc_issuer IS NULL`,
    [normalLogin(login)],
  )
  return rows[0]
}

/** The same password under other parameters; nothing when it was changed meanwhile. */
export async function keepHash(on: Executor, id: string, former: string, next: string): Promise<void> {
  await on.query('UPDATE app_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [
    ...[id, former, next],
  ])
}

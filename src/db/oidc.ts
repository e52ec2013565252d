/** Sign-ins by OpenID Connect: begun here, ended once, and who they are. */
import { isLogin, lockActors, normalLogin } from './actors.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { hashOf } from './secrets.ts'
import { endTokens } from './tokens.ts'
import { endAccess, findUser, insertUser, type UserRow } from './users.ts'

const REQUEST_MINUTES = 10
const SWEEP = 100

export interface OidcBegun {
  readonly verifier: string
  readonly nonce: string
  readonly returnTo: string
}

export async function keepOidcRequest(on: Executor, state: string, begun: OidcBegun): Promise<void> {
  await on.query(
    `DELETE FROM oidc_request WHERE hash IN (SELECT hash FROM oidc_request WHERE expires_at < now() LIMIT ${SWEEP} FOR UPDATE SKIP LOCKED)`,
  )
  await on.query(
    `INSERT INTO oidc_request (hash, verifier, nonce, return_to, expires_at)
     VALUES ($1, $2, $3, $4, now() + make_interval(mins => ${REQUEST_MINUTES}))`,
    [hashOf(state), begun.verifier, begun.nonce, begun.returnTo],
  )
}

/** For one caller only. Undefined: unknown, used, or too old. */
export async function takeOidcRequest(on: Executor, state: string): Promise<OidcBegun | undefined> {
  const { rows } = await on.query<OidcBegun & { isGood: boolean }>(
    `DELETE FROM oidc_request WHERE hash = $1
     RETURNING verifier, nonce, return_to AS "returnTo", (expires_at > now()) AS "isGood"`,
    [hashOf(state)],
  )
  return rows[0]?.isGood === true ? rows[0] : undefined
}

export interface OidcPerson {
  readonly issuer: string
  readonly subject: string
  readonly login: string
  readonly name: string
  readonly role: string
  readonly storeGroups: readonly string[]
}

export type OidcUser =
  | { readonly ok: true; readonly user: UserRow }
  | { readonly ok: false; readonly why: 'loginTaken' | 'disabled' | 'noLogin' }

type Subject = Pick<OidcPerson, 'issuer' | 'subject'>

async function findBySubject(on: Executor, { issuer, subject }: Subject): Promise<UserRow | undefined> {
  const { rows } = await on.query<{ id: string }>(
    'SELECT id FROM app_user WHERE oidc_issuer = $1 AND oidc_subject = $2',
    [issuer, subject],
  )
  return rows[0] && findUser(on, rows[0].id)
}

/** Role and groups are those of the claim, at every sign-in. */
async function renew(on: Executor, user: UserRow, { role, storeGroups }: OidcPerson): Promise<void> {
  const isSame =
    user.role === role && [...user.storeGroups].sort().join('\n') === [...storeGroups].sort().join('\n')
  if (isSame) return
  await on.query('UPDATE app_user SET role = $2, store_groups = $3, revision = revision + 1 WHERE id = $1', [
    user.id,
    role,
    storeGroups,
  ])
  await endAccess(on, user.id)
  const params = { login: user.login, changed: ['role', 'storeGroups'], role }
  await addEvent(on, { code: 'userChanged', actor: 'oidc', params })
}

/** The person by issuer and subject; made at the first sign-in. A login that is somebody else's is refused. */
export const userOfOidc = (db: Database, person: OidcPerson): Promise<OidcUser> =>
  inTransaction(db, async (client): Promise<OidcUser> => {
    await lockActors(client)
    const known = await findBySubject(client, person)
    if (known !== undefined) {
      if (known.disabledAt !== null) return { ok: false, why: 'disabled' }
      await renew(client, known, person)
      return { ok: true, user: known }
    }
    const login = normalLogin(person.login)
    if (!isLogin(login)) return { ok: false, why: 'noLogin' }
    const { issuer, subject, name, role, storeGroups } = person
    const oidc = { issuer, subject }
    const id = await insertUser(client, { login, name, role, storeGroups, createdBy: 'oidc', oidc })
    const user = id === undefined ? undefined : await findUser(client, id)
    return user === undefined ? { ok: false, why: 'loginTaken' } : { ok: true, user }
  })

/** Ends sessions and tokens of a person to whom the other server gives no role any more. Nobody of ours: nothing. */
export const endOidcAccess = (db: Database, who: Subject): Promise<void> =>
  inTransaction(db, async (client) => {
    await lockActors(client)
    const known = await findBySubject(client, who)
    if (known === undefined) return
    await endTokens(client, { userId: known.id }, 'oidc')
    const count = await endAccess(client, known.id)
    await addEvent(client, { code: 'sessionsEnded', actor: 'oidc', params: { login: known.login, count } })
  })

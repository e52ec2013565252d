/** A login and a password become a session: for the page and for programs alike. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { couldBeLogin } from '../db/actors.ts'
import { inTransaction } from '../db/database.ts'
import { addEvent } from '../db/events.ts'
import { createSession, endSession } from '../db/sessions.ts'
import { beginTry, endTry } from '../db/sign-in.ts'
import { findCredentials, keepHash } from '../db/users.ts'
import { addressOf } from './address.ts'
import type { AuthDeps } from './auth.ts'
import { whoIs } from './auth.ts'
import { readCookie, setCookie } from './cookie.ts'
import { checkPassword, hashPassword, passwordFault } from './passwords.ts'
import { Problem } from './problem.ts'

/** A request and where its answer goes. */
export interface Exchange extends AuthDeps {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export interface Person {
  readonly id: string
  readonly login: string
  /** Of the password by which they come in; left out: by none. */
  readonly passwordHash?: string
}

/**
 * A new session, and its cookie. Whatever session the browser brought ends: no cookie from before is good after.
 * @throws Problem signInRefused: who came in was shut out in that very moment
 */
export async function openSession(
  call: Exchange,
  user: Person,
  by: 'password' | 'oidc' | 'link',
): Promise<void> {
  const { db, config, request, response } = call
  const former =
    request.headers.authorization === undefined ? await whoIs(call, request, response) : undefined
  const session = {
    userId: user.id,
    passwordHash: user.passwordHash,
    address: addressOf(request),
    agent: request.headers['user-agent'] ?? null,
  }
  const secret = await inTransaction(db, async (client) => {
    const made = await createSession(client, session)
    if (made === undefined) throw new Problem('signInRefused')
    if (former?.sessionId != null) await endSession(client, former.sessionId)
    await addEvent(client, { code: 'signedIn', actor: user.login, params: { login: user.login, by } })
    return made
  })
  setCookie(response, config, secret)
}

/**
 * Whether a password is that of a login. Nobody's password takes as long as a wrong one, and is told in the same words.
 * @throws Problem signInRefused, tooManySignIns
 */
export async function checkSignIn(
  { db, config, request }: Pick<Exchange, 'db' | 'config' | 'request'>,
  { login, password }: { readonly login: string; readonly password: string },
): Promise<Person> {
  const isOne = couldBeLogin(login)
  // Nobody has such a login, and not every text is one to a database: they are counted as one.
  const asked = {
    login: isOne ? login : '',
    address: addressOf(request),
    cookie: readCookie(request, config),
  }
  const begun = await beginTry(db, asked)
  if (!begun.ok) throw new Problem('tooManySignIns', { retryAfter: begun.wait })
  const user = isOne ? await findCredentials(db.pool, login) : undefined
  const { isRight, isOld } = await checkPassword(password, user?.passwordHash ?? null)
  if (user === undefined || !isRight) throw new Problem('signInRefused')
  await endTry(db, begun.keys)
  if (!isOld) return user
  const passwordHash = await hashPassword(password)
  await keepHash(db.pool, user.id, user.passwordHash, passwordHash)
  return { ...user, passwordHash }
}

const WHY = {
  short: 'it has fewer than 12 letters',
  long: 'it has more than 1024 bytes',
  login: 'it is the login',
} as const

/** @throws Problem passwordWeak */
export async function hashGood(password: string, login: string): Promise<string> {
  const fault = passwordFault(password, login)
  if (fault !== undefined) throw new Problem('passwordWeak', { path: 'password', detail: WHY[fault] })
  return hashPassword(password)
}

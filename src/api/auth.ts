/** Who asks, and whether a browser was sent here by another site. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { findSession, openSessionById } from '../db/sessions.ts'
import { findToken, openToken } from '../db/token-line.ts'
import { readCookie, setCookie } from './cookie.ts'
import type { Permission } from './permissions.ts'
import { type Principal, principalOfSession, principalOfToken } from './principal.ts'
import { Problem } from './problem.ts'

const MAX_TOKEN = 200
const TOKEN = /^[\x21-\x7e]+$/
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The token of `Bearer …`, or the password of `Basic …` with any user name: browsers can send that one. */
export function tokenOf(header: string | undefined): string | undefined {
  const found = /^(bearer|basic) +([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '')
  const [scheme, value] = [found?.[1]?.toLowerCase(), found?.[2]]
  if (scheme === undefined || value === undefined || value.length > MAX_TOKEN * 4) return undefined
  const token = scheme === 'bearer' ? value : passwordOf(Buffer.from(value, 'base64').toString('utf8'))
  return token !== undefined && token.length <= MAX_TOKEN && TOKEN.test(token) ? token : undefined
}

function passwordOf(pair: string): string | undefined {
  const colon = pair.indexOf(':')
  return colon < 0 ? undefined : pair.slice(colon + 1)
}

export interface AuthDeps {
  readonly db: Database
  readonly config: Pick<Config, 'publicUrl'>
}

/**
 * The token is looked up by its SHA-256, so neither the comparison nor its duration tells anything of a token that
 * exists.
 */
async function byToken(db: Database, request: IncomingMessage): Promise<Principal | undefined> {
  const token = tokenOf(request.headers.authorization)
  const found = token === undefined ? undefined : await findToken(db, token)
  return found && principalOfToken(found)
}

/** A browser sends its cookie with whatever it sends: what changes something must say from where it was sent. */
function refuseUnsaid({ method, headers }: IncomingMessage): void {
  const isSaid = headers['sec-fetch-site'] !== undefined || headers.origin !== undefined
  if (!SAFE.has(method ?? '') && !isSaid) throw new Problem('crossSite')
}

async function bySession(
  { db, config }: AuthDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Principal | undefined> {
  const secret = readCookie(request, config)
  const found = secret === undefined ? undefined : await findSession(db, secret)
  if (found === undefined) return undefined
  refuseUnsaid(request)
  if (found.renewed !== undefined) setCookie(response, config, found.renewed)
  return principalOfSession(found)
}

/**
 * Who sent a request: by the token that it carries, or else by its cookie, which may be renewed in the answer.
 * Undefined: nobody whom we know.
 * @throws Problem crossSite
 */
export function whoIs(
  deps: AuthDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Principal | undefined> {
  return request.headers.authorization === undefined
    ? bySession(deps, request, response)
    : byToken(deps.db, request)
}

const asking = new WeakMap<IncomingMessage, Principal>()

/** Who was found to have sent a request; undefined: nobody was looked for, or found. */
export const foundAsking = (request: IncomingMessage): Principal | undefined => asking.get(request)

/** @throws Problem tokenInvalid, crossSite */
export async function authenticate(
  deps: AuthDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Principal> {
  const found = await whoIs(deps, request, response)
  if (found === undefined) throw new Problem('tokenInvalid')
  asking.set(request, found)
  return found
}

async function asNow(db: Database, who: Principal): Promise<Principal | undefined> {
  if (who.sessionId !== null) {
    const session = await openSessionById(db.pool, who.sessionId)
    return session && principalOfSession(session)
  }
  const token = who.tokenId === null ? undefined : await openToken(db.pool, who.tokenId)
  return token && principalOfToken(token)
}

const rightsOf = ({ permissions, storeGroups }: Principal): string =>
  JSON.stringify([[...permissions].sort(), storeGroups === null ? null : [...storeGroups].sort()])

/** Whether they may still do what they might when they began: for what goes on for long. */
export async function isAsBefore(db: Database, who: Principal): Promise<boolean> {
  const now = await asNow(db, who)
  return now !== undefined && rightsOf(now) === rightsOf(who)
}

/** @throws Problem permissionMissing */
export function requirePermission(who: Principal, permission: Permission): void {
  if (!who.permissions.has(permission)) throw new Problem('permissionMissing', { more: { permission } })
}

const hostOf = (origin: string): string | undefined => {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}

/**
 * Browsers send a remembered password along with whatever another site makes them send, so that site must not be
 * able to change anything. Programs send neither header. https://www.w3.org/TR/fetch-metadata/
 * @param publicOrigin also ours: a proxy may have written another Host
 * @throws Problem crossSite
 */
export function refuseCrossSite(request: IncomingMessage, publicOrigin?: string): void {
  if (SAFE.has(request.method ?? '')) return
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return
    throw new Problem('crossSite')
  }
  const { origin, host } = request.headers
  if (origin === undefined || origin === publicOrigin) return
  if (hostOf(origin) !== host) throw new Problem('crossSite')
}

/** Who asks, and whether a browser was sent here by another site. */
import type { IncomingMessage } from 'node:http'
import type { Database } from '../db/database.ts'
import { findToken } from '../db/tokens.ts'
import { isRole, type Permission } from './permissions.ts'
import { type Principal, principal } from './principal.ts'
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

/**
 * Who sent a request, by the token that it carries. The token is looked up by its SHA-256, so neither the comparison
 * nor its duration tells anything of a token that exists.
 * @throws Problem tokenInvalid
 */
export async function authenticate(db: Database, request: IncomingMessage): Promise<Principal> {
  const token = tokenOf(request.headers.authorization)
  const found = token === undefined ? undefined : await findToken(db, token)
  if (found === undefined) throw new Problem('tokenInvalid')
  const role = isRole(found.role) ? found.role : 'viewer'
  const who = { actor: found.name, userId: null, tokenId: found.id, sessionId: null }
  return principal(who, role, found.storeGroups, found.scopes)
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
 * @throws Problem crossSite
 */
export function refuseCrossSite(request: IncomingMessage): void {
  if (SAFE.has(request.method ?? '')) return
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return
    throw new Problem('crossSite')
  }
  const { origin, host } = request.headers
  if (origin !== undefined && hostOf(origin) !== host) throw new Problem('crossSite')
}

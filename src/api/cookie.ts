/** Cookies. `__Host-` binds them to this host over TLS, out of reach of its neighbours and parents. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '../config.ts'
import { LONGEST_SECONDS } from '../db/sessions.ts'

type Place = Pick<Config, 'publicUrl'>

interface Cookie {
  readonly name: string
  readonly form: RegExp
  readonly seconds: number
}

/** Of a session. */
const SESSION: Cookie = { name: 'nightshift', form: /^[A-Za-z0-9_-]{43}$/, seconds: LONGEST_SECONDS }
/** Binds the answer of a sign-in server to the browser that asked: nobody is signed in by a link that somebody else began. */
const OIDC: Cookie = { name: 'nightshift-oidc', form: /^[A-Za-z0-9_-]{20,100}$/, seconds: 600 }

const isSecure = ({ publicUrl }: Place): boolean => publicUrl?.startsWith('https:') === true
const nameOf = (place: Place, { name }: Cookie): string => (isSecure(place) ? `__Host-${name}` : name)

/** Undefined: none, or nothing of ours. */
function read(request: IncomingMessage, place: Place, cookie: Cookie): string | undefined {
  const name = nameOf(place, cookie)
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at < 0 || pair.slice(0, at).trim() !== name) continue
    const value = pair.slice(at + 1).trim()
    return cookie.form.test(value) ? value : undefined
  }
  return undefined
}

/** Lax: the way back from a sign-in server begins there. */
function write(response: ServerResponse, place: Place, cookie: Cookie, value: string): void {
  if (response.headersSent) return
  const traits = [
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    `Max-Age=${value === '' ? 0 : cookie.seconds}`,
    ...(isSecure(place) ? ['Secure'] : []),
  ]
  response.appendHeader('Set-Cookie', [`${nameOf(place, cookie)}=${value}`, ...traits].join('; '))
}

export const readCookie = (request: IncomingMessage, place: Place): string | undefined =>
  read(request, place, SESSION)
export const setCookie = (response: ServerResponse, place: Place, secret: string): void =>
  write(response, place, SESSION, secret)
export const clearCookie = (response: ServerResponse, place: Place): void =>
  write(response, place, SESSION, '')

export const readOidcState = (request: IncomingMessage, place: Place): string | undefined =>
  read(request, place, OIDC)
export const setOidcState = (response: ServerResponse, place: Place, state: string): void =>
  write(response, place, OIDC, state)
export const clearOidcState = (response: ServerResponse, place: Place): void =>
  write(response, place, OIDC, '')

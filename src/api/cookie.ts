/** The cookie of a session. `__Host-` binds it to this host over TLS, out of reach of its neighbours and parents. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '../config.ts'
import { LONGEST_SECONDS } from '../db/sessions.ts'

type Place = Pick<Config, 'publicUrl'>

const isSecure = ({ publicUrl }: Place): boolean => publicUrl?.startsWith('https:') === true
const nameOf = (place: Place): string => (isSecure(place) ? '__Host-nightshift' : 'nightshift')
const SECRET = /^[A-Za-z0-9_-]{43}$/

/** Undefined: none, or nothing of ours. */
export function readCookie(request: IncomingMessage, place: Place): string | undefined {
  const name = nameOf(place)
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at < 0 || pair.slice(0, at).trim() !== name) continue
    const value = pair.slice(at + 1).trim()
    return SECRET.test(value) ? value : undefined
  }
  return undefined
}

function write(response: ServerResponse, place: Place, value: string, maxAge: number): void {
  if (response.headersSent) return
  const traits = [
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    `Max-Age=${maxAge}`,
    ...(isSecure(place) ? ['Secure'] : []),
  ]
  response.appendHeader('Set-Cookie', [`${nameOf(place)}=${value}`, ...traits].join('; '))
}

export const setCookie = (response: ServerResponse, place: Place, secret: string): void =>
  write(response, place, secret, LONGEST_SECONDS)

export const clearCookie = (response: ServerResponse, place: Place): void => write(response, place, '', 0)

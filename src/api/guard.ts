/** What every request passes before anything is looked up: its headers, its size, and whether the server still works. */
import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { RequestHandler } from 'express'
import type { Config } from '../config.ts'
import { refuseCrossSite } from './auth.ts'
import type { Limits } from './limits.ts'
import { Problem } from './problem.ts'

const REQUEST_ID = /^[A-Za-z0-9._-]{1,80}$/
/** After its answer, for the rest of a request that nobody reads. */
const REST_MS = 5000

export const setHeaders: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id')
  response.locals.requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID()
  response.set({
    'X-Request-Id': response.locals.requestId as string,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  })
  next()
}

export interface ServerState {
  /** Health says so. */
  isDraining: boolean
  /** What comes now is refused; what runs ends. */
  isClosing: boolean
}

/** While it drains, kept connections end with their next answer; once it closes, nothing new is begun. */
export const refuseClosing =
  (state: ServerState, server: Server): RequestHandler =>
  (_request, response, next) => {
    if (state.isDraining || !server.listening) response.set('Connection', 'close')
    if (state.isClosing) throw new Problem('shuttingDown', { retryAfter: 1 })
    next()
  }

/** Node's own limit counts the address and the headers as one, and passes over headers beyond a count. */
export const refuseOversize =
  ({ urlBytes, headerCount, headerBytes }: Limits): RequestHandler =>
  (request, response, next) => {
    response.once('finish', () => {
      if (request.complete) return
      const late = setTimeout(() => request.socket.destroy(), REST_MS)
      request.once('close', () => clearTimeout(late))
    })
    if (request.httpVersion === '1.1' && request.headers.host === undefined)
      throw new Problem('requestInvalid')
    if (request.url.length > urlBytes) throw new Problem('urlTooLong', { more: { limit: urlBytes } })
    const { rawHeaders } = request
    const bytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
    if (rawHeaders.length / 2 > headerCount || bytes > headerBytes)
      throw new Problem('headersTooLarge', { more: { limit: headerCount, bytes: headerBytes } })
    next()
  }

export const refuseForeign = ({ publicUrl }: Config): RequestHandler => {
  const origin = publicUrl === undefined ? undefined : new URL(publicUrl).origin
  return (request, _response, next) => {
    refuseCrossSite(request, origin)
    next()
  }
}

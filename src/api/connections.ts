/** Connections before they are requests: how many, from where, and what is answered to what is no HTTP. */
import { randomUUID } from 'node:crypto'
import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { ipKeyGenerator } from 'express-rate-limit'
import type { Limits } from './limits.ts'
import { Problem, type ProblemCode, problemBody } from './problem.ts'

/** Written by hand: there is no request to answer. */
function refuseSocket(socket: Socket, code: ProblemCode, retryAfter?: number): void {
  if (!socket.writable) return void socket.destroy()
  const problem = new Problem(code)
  const body = JSON.stringify(problemBody(problem, randomUUID()))
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
    'Connection: close',
  ]
  socket.on('error', () => {})
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroySoon())
}

/** By the codes of Node's parser and its timers. */
function refusalOf(error: Error): ProblemCode {
  switch ('code' in error ? error.code : undefined) {
    case 'HPE_HEADER_OVERFLOW':
      return 'headersTooLarge'
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'requestTooSlow'
    default:
      return 'requestInvalid'
  }
}

export interface Connections {
  /** A connection that was refused already, though a request came in over it. */
  isRefused(socket: Socket): boolean
  /**
   * Ends those over which nothing came, and nothing had come when it was called before. Browsers keep such connections
   * ready, and a server that closes waits for their first headers.
   */
  closeUnused(): void
}

/** @param isTrusted a proxy, which has many clients: it is not counted as one address */
export function watchConnections(
  server: Server,
  limits: Limits,
  isTrusted: (address: string) => boolean,
): Connections {
  const byAddress = new Map<string, number>()
  const refused = new WeakSet<Socket>()
  const all = new Set<Socket>()
  const seenUnused = new WeakSet<Socket>()
  let open = 0
  server.on('clientError', (error: Error, socket: Socket) => refuseSocket(socket, refusalOf(error)))
  server.on('connect', (_request, socket: Socket) => refuseSocket(socket, 'methodNotAllowed'))
  server.on('connection', (socket: Socket) => {
    all.add(socket)
    socket.once('close', () => all.delete(socket))
    const address = socket.remoteAddress ?? ''
    const key = isTrusted(address) ? undefined : ipKeyGenerator(address)
    const before = key === undefined ? 0 : (byAddress.get(key) ?? 0)
    if (open >= limits.connections || before >= limits.connectionsPerAddress) {
      refused.add(socket)
      return refuseSocket(socket, 'tooManyConnections', 1)
    }
    open += 1
    if (key !== undefined) byAddress.set(key, before + 1)
    socket.once('close', () => {
      open -= 1
      if (key === undefined) return
      const left = (byAddress.get(key) ?? 1) - 1
      if (left === 0) byAddress.delete(key)
      else byAddress.set(key, left)
    })
  })
  return {
    isRefused: (socket) => refused.has(socket),
    closeUnused: () => {
      for (const socket of all) {
        if (socket.bytesRead > 0) continue
        if (seenUnused.has(socket)) socket.destroy()
        seenUnused.add(socket)
      }
    },
  }
}

/** The API and the queue board on one HTTP server. Stateless: any number of them may run behind a proxy. */
import { randomUUID } from 'node:crypto'
import { createServer, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { createEventFeed } from '../events/feed.ts'
import { isConnectionError } from '../jobs/pool.ts'
import type { Log } from '../log.ts'
import { refuseCrossSite } from './auth.ts'
import { boardRouter } from './board.ts'
import type { ApiDeps } from './call.ts'
import { Problem, problemBody } from './problem.ts'
import { routes } from './routes.ts'
import { type RouteDeps, serveRoute } from './serve-route.ts'
import { sweepUploads } from './upload.ts'

export interface RunningApi {
  readonly url: string
  readonly port: number
  /** Stops accepting, ends streams, lets what runs finish for ten seconds. Database and queues stay open. */
  close(): Promise<void>
}

const API = '/api/v1'
const REQUEST_ID = /^[A-Za-z0-9._-]{1,80}$/
const CLOSE_MS = 10_000
/** A connection over which nothing passes for so long is dropped; streams ping more often. */
const SILENT_MS = 60_000
/** 4 GiB over a line of 2 Mbit/s. */
const LONGEST_REQUEST_MS = 5 * 3600_000
const MAX_CONNECTIONS = 2000
/** A refused body larger than this is not read to its end. */
const SWALLOW_BYTES = 1024 * 1024

const setHeaders: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id')
  response.locals.requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID()
  response.set({
    'X-Request-Id': response.locals.requestId as string,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  })
  refuseCrossSite(request)
  next()
}

/** Codes of Prisma for a database that is not there. */
const PRISMA_AWAY = /^(P1001|P1002|P1008|P1017|P2024)$/
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

/** Errors of Express and its body parser carry a `type` or a `status`. */
function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof URIError) return new Problem('urlInvalid', { cause: error })
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined
  switch (type) {
    case 'entity.parse.failed':
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Problem(type === 'entity.parse.failed' ? 'bodyNotJson' : 'contentTypeUnsupported')
    case 'entity.too.large':
      return new Problem('bodyTooLarge')
    case 'request.aborted':
    case 'request.size.invalid':
      return new Problem('uploadTruncated')
  }
  const isAway = isConnectionError(error) || PRISMA_AWAY.test(codeOf(error))
  return new Problem(isAway ? 'unavailable' : 'internalError', { cause: error })
}

const answerProblem =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    const problem = asProblem(error)
    const requestId = response.locals.requestId as string
    if (problem.status >= 500) log.error({ err: problem.cause ?? problem, requestId }, 'request failed')
    if (response.headersSent) return void response.destroy()
    if (problem.code === 'tokenInvalid') {
      response.append('WWW-Authenticate', 'Bearer realm="nightshift"')
      response.append('WWW-Authenticate', 'Basic realm="nightshift", charset="UTF-8"')
    }
    const length = Number(request.headers['content-length'] ?? Number.NaN)
    const isLong = request.headers['transfer-encoding'] !== undefined || length > SWALLOW_BYTES
    if (!request.complete && isLong) response.set('Connection', 'close')
    response.status(problem.status).type('application/problem+json')
    response.send(JSON.stringify(problemBody(problem, requestId)))
  }

function createApp(deps: RouteDeps): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple')
  app.use(setHeaders)
  for (const route of routes) app[route.method](API + route.path, serveRoute(deps, route))
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase())
    app.all(API + path, (_request, response) => {
      response.set('Allow', allowed.join(', '))
      throw new Problem('methodNotAllowed')
    })
  }
  app.use('/queues', boardRouter(deps))
  app.use(() => {
    throw new Problem('routeUnknown')
  })
  app.use(answerProblem(deps.log))
  return app
}

/** What is no HTTP, or ends in the middle of a request. */
function refuseConnection(_error: Error, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const body = JSON.stringify(problemBody(new Problem('requestInvalid'), randomUUID()))
  socket.end(
    `HTTP/1.1 400 ${STATUS_CODES[400]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // A connection whose answer ends now would otherwise be kept for the client's next request.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

/** Serves API and board on config.host and config.port (0: a free one). Rejects when the port is taken. */
export async function startApi(deps: ApiDeps): Promise<RunningApi> {
  const { db, config, log } = deps
  await sweepUploads(config.packagesFolder)
  const feed = createEventFeed(db, log)
  const closing = new AbortController()
  const server = createServer(createApp({ ...deps, feed, signal: closing.signal }))
  server.setTimeout(SILENT_MS)
  server.requestTimeout = LONGEST_REQUEST_MS
  server.maxConnections = MAX_CONNECTIONS
  server.on('clientError', refuseConnection)
  const port = await listen(server, config.host, config.port)
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return {
    url: `http://${host}:${port}`,
    port,
    close: async () => {
      closing.abort()
      await feed.close()
      await closeServer(server)
    },
  }
}

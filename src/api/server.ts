/** The API and the queue board on one HTTP server. Stateless: any number of them may run behind a proxy. */
import { createServer, type RequestListener, type Server } from 'node:http'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { createSharedReads } from '../db/shared-reads.ts'
import { createEventFeed } from '../events/feed.ts'
import { isConnectionError } from '../jobs/pool.ts'
import type { Log } from '../log.ts'
import { logAccess } from './access-log.ts'
import { boardRouter } from './board.ts'
import type { ApiDeps } from './call.ts'
import { type Connections, watchConnections } from './connections.ts'
import { refuseClosing, refuseForeign, refuseOversize, type ServerState, setHeaders } from './guard.ts'
import { type Limits, limitsOf } from './limits.ts'
import { appRouter, type PageOptions } from './pages/app.ts'
import { type DoorOptions, pageRouter } from './pages/router.ts'
import { Problem, problemBody } from './problem.ts'
import { addressKey, createRateLimit } from './rate.ts'
import { routes } from './routes.ts'
import { closeUnread, type RouteDeps, serveRoute } from './serve-route.ts'
import { countingRefusals } from './streams.ts'
import { sweepUploads } from './upload.ts'

export interface RunningApi {
  readonly url: string
  readonly port: number
  /**
   * Says `draining` for as long as is set; then stops accepting, ends streams, and lets what runs finish for ten
   * seconds. Database and queues stay open.
   */
  close(): Promise<void>
}

const API = '/api/v1'
/** A connection over which nothing passes for so long is dropped; streams ping more often. */
const SILENT_MS = 60_000
/** 4 GiB over a line of 2 Mbit/s. */
const LONGEST_REQUEST_MS = 5 * 3600_000

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
      // A browser would ask for it in a window of its own, in front of the page to sign in at.
      if (request.headers['sec-fetch-site'] === undefined)
        response.append('WWW-Authenticate', 'Basic realm="nightshift", charset="UTF-8"')
    }
    const { retryAfter } = problem.options
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
    closeUnread(request, response)
    if (problem.code === 'requestTooSlow') response.set('Connection', 'close')
    response.status(problem.status).type('application/problem+json')
    response.send(JSON.stringify(problemBody(problem, requestId)))
  }

/** HEAD is answered by what answers GET. */
function methodsOf(path: string): string[] {
  const own = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase())
  return [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
}

/** What a known address answers to any other method. */
const answerOthers =
  (methods: readonly string[]): RequestHandler =>
  (request, response) => {
    response.set('Allow', methods.join(', '))
    if (request.method !== 'OPTIONS') throw new Problem('methodNotAllowed')
    response.status(204).end()
  }

interface AppDeps extends RouteDeps, PageOptions, DoorOptions {
  /** What stands before all else. */
  readonly guards: readonly RequestHandler[]
}

function createApp(deps: AppDeps): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple')
  app.set('trust proxy', deps.config.trustProxy.length === 0 ? false : [...deps.config.trustProxy])
  app.use(setHeaders, logAccess(deps.log), ...deps.guards)
  for (const route of routes) {
    const serve = serveRoute(deps, route)
    // Health is never counted: machines count on its answer.
    app[route.method](API + route.path, route.path === '/health' ? serve : countingRefusals(deps.rate, serve))
  }
  for (const path of new Set(routes.map((route) => route.path)))
    app.all(API + path, answerOthers(methodsOf(path)))
  app.use('/queues', (request, response, next) => {
    response.locals.route = '/queues'
    deps.rate.count(request, response, addressKey(request.ip)).then(() => next(), next)
  })
  app.use('/queues', boardRouter(deps))
  app.use(pageRouter(deps), appRouter(deps))
  app.use(() => {
    throw new Problem('routeUnknown')
  })
  app.use(answerProblem(deps.log))
  return app
}

function createHttpServer(limits: Limits): Server {
  // A little more than what guard.ts refuses in its own words.
  const maxHeaderSize = limits.urlBytes + limits.headerBytes + 1024
  const server = createServer({
    maxHeaderSize,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    // Refused by guard.ts, in the words of all refusals.
    requireHostHeader: false,
  })
  server.setTimeout(SILENT_MS)
  server.requestTimeout = LONGEST_REQUEST_MS
  server.headersTimeout = limits.headersMs
  server.keepAliveTimeout = limits.idleMs
  server.maxHeadersCount = limits.headerCount + 1
  // Beyond this nothing is answered at all.
  server.maxConnections = limits.connections + 100
  return server
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

async function closeServer(server: Server, connections: Connections, closeMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  const idle = setInterval(() => {
    // A connection whose answer ends now would otherwise be kept for the client's next request.
    server.closeIdleConnections()
    connections.closeUnused()
  }, 50)
  const late = setTimeout(() => server.closeAllConnections(), closeMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

interface StartDeps extends ApiDeps, PageOptions, DoorOptions {
  readonly limits?: Partial<Limits>
}

/**
 * Serves API, page and board on config.host and config.port (0: a free one). Rejects when the port is taken.
 * @param deps.limits others than those of src/api/limits.ts
 * @param deps.pageFolder another than dist/web
 */
export async function startApi(deps: StartDeps): Promise<RunningApi> {
  const { db, config, log } = deps
  const limits = limitsOf(config, deps.limits)
  await sweepUploads(config.packagesFolder)
  const feed = createEventFeed(db, log)
  const rate = createRateLimit(limits)
  const closing = new AbortController()
  const state: ServerState = { isDraining: false, isClosing: false }
  const server = createHttpServer(limits)
  const guards = [refuseClosing(state, server), refuseOversize(limits), refuseForeign(config)]
  const isDraining = () => state.isDraining
  const shared = createSharedReads()
  const app = createApp({ ...deps, limits, feed, shared, rate, isDraining, signal: closing.signal, guards })
  const connections = watchConnections(server, limits, trustedBy(app))
  const answer: RequestListener = (request, response) => {
    // Their connection was refused, and answered so.
    if (connections.isRefused(request.socket)) response.destroy()
    else app(request, response)
  }
  server.on('request', answer).on('checkExpectation', answer)
  const port = await listen(server, config.host, config.port)
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return {
    url: `http://${host}:${port}`,
    port,
    close: async () => {
      state.isDraining = true
      if (limits.drainMs > 0) await new Promise((resolve) => setTimeout(resolve, limits.drainMs))
      state.isClosing = true
      closing.abort()
      await feed.close()
      await closeServer(server, connections, limits.closeMs)
      rate.close()
    },
  }
}

/** Express reads the addresses and networks of NIGHTSHIFT_TRUST_PROXY. */
function trustedBy(app: Express): (address: string) => boolean {
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean
  return (address) => isTrusted(address, 0)
}

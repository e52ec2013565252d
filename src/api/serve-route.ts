/** From a request to its answer: who asks, how often, the body, the schemas, the handler. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request, RequestHandler, Response } from 'express'
import type { SharedReads } from '../db/shared-reads.ts'
import { readingFor } from '../db/wide-reads.ts'
import type { EventFeed } from '../events/feed.ts'
import { authenticate, requirePermission } from './auth.ts'
import type { Answer, ApiDeps, Call, Handled, Route } from './call.ts'
import { answerOnce, askedOnce, plain } from './idempotency.ts'
import type { Limits } from './limits.ts'
import { isPermission } from './permissions.ts'
import { nobody, type Principal } from './principal.ts'
import { faultsProblem, Problem } from './problem.ts'
import { accountKey, addressKey, principalKey, type RateLimit } from './rate.ts'
import { keepWithinReach } from './reach.ts'
import { hasBody, readJson, typeOf, UNFIT_NAMES } from './read-json.ts'
import { noFields, parse } from './schemas.ts'

export interface RouteDeps extends ApiDeps {
  readonly feed: EventFeed
  readonly shared: SharedReads
  readonly signal: AbortSignal
  readonly limits: Limits
  readonly rate: RateLimit
  readonly isDraining: () => boolean
}

const BODY_BYTES = 1024 * 1024

/** The JSON of a body before its schema; undefined: it is streamed, or the route has none. */
async function readBody(route: Route, request: Request, limits: Limits): Promise<unknown> {
  if (route.streams !== undefined) {
    if (hasBody(request) && typeOf(request) !== route.streams) throw new Problem('contentTypeUnsupported')
    return undefined
  }
  if (route.body === undefined) return undefined
  return readJson(request, route.bodyLimit ?? BODY_BYTES, limits)
}

/** A path that names nothing in the form of a name is simply not there. */
function readParams(route: Route, request: Request): unknown {
  const read = (route.params ?? noFields).safeParse({ ...request.params })
  if (!read.success) throw new Problem('notFound')
  return read.data
}

/** Two values of one parameter are a mistake, or somebody who hopes that two programs read it differently. */
function readQuery(route: Route, request: Request): unknown {
  const query = { ...request.query }
  for (const [name, value] of Object.entries(query)) {
    const path = name.slice(0, 200)
    if (UNFIT_NAMES.has(name)) throw faultsProblem([{ code: 'fieldUnknown', path }])
    if (Array.isArray(value) && !route.repeats?.includes(name))
      throw faultsProblem([{ code: 'parameterTwice', path }])
  }
  return parse(route.query ?? noFields, query)
}

/** What is read whole and is long, as the board is, goes packed: a tenth of it. */
const PACKED_FROM_BYTES = 64 * 1024
const pack = promisify(gzip)

async function packed(response: Response, text: string): Promise<string | Buffer> {
  const { req: request } = response
  if (request.method !== 'GET' || text.length < PACKED_FROM_BYTES) return text
  response.vary('Accept-Encoding')
  if (request.acceptsEncodings('gzip') !== 'gzip') return text
  const bytes = await pack(text, { level: 4 })
  response.set('Content-Encoding', 'gzip')
  return bytes
}

async function send(response: Response, { status, body, headers }: Answer): Promise<void> {
  response.status(status ?? 200).set(headers ?? {})
  if (!response.hasHeader('Content-Type')) response.type('application/json')
  closeUnread(response.req, response)
  // An ETag is of what may be edited, and an answer tells more than that: 304 would hide it.
  response.req.headers['if-none-match'] = undefined
  response.send(await packed(response, JSON.stringify(body, plain)))
}

/** A refused body larger than this is not read to its end. */
const SWALLOW_BYTES = 1024 * 1024

/** What nobody will read any more is not waited for. */
export function closeUnread(request: Request, response: Response): void {
  const length = Number(request.headers['content-length'] ?? Number.NaN)
  const isLong = request.headers['transfer-encoding'] !== undefined || length > SWALLOW_BYTES
  if (!request.complete && isLong) response.set('Connection', 'close')
}

const isStream = (route: Route, request: Request): boolean =>
  request.method !== 'HEAD' &&
  route.media?.includes('text/event-stream') === true &&
  request.headers.accept?.includes('text/event-stream') === true

/** Health is asked by machines that count on its answer; streams are counted while they are open. */
const isCounted = (route: Route, request: Request): boolean =>
  route.path !== '/health' && !isStream(route, request)

async function identify(
  deps: RouteDeps,
  route: Route,
  request: Request,
  response: Response,
): Promise<Principal> {
  const count = async (key: string, account?: string): Promise<void> => {
    if (isCounted(route, request)) await deps.rate.count(request, response, key, account)
  }
  if (route.permission === 'anyone') {
    await count(addressKey(request.ip))
    return nobody
  }
  const who = await authenticate(deps, request, response).catch(async (error: unknown) => {
    // Who guesses is counted by where that is done; valid tokens from there are not held up by it.
    await count(addressKey(request.ip))
    throw error
  })
  await count(principalKey(who), accountKey(who))
  return who
}

export const serveRoute =
  (deps: RouteDeps, route: Route): RequestHandler =>
  async (request, response) => {
    response.locals.route = route.path
    const principal = await identify(deps, route, request, response)
    response.locals.actor = principal.actor
    if (isPermission(route.permission)) requirePermission(principal, route.permission)
    const params = readParams(route, request)
    await keepWithinReach(deps.db.pool, route, principal, params)
    const query = readQuery(route, request)
    const raw = await readBody(route, request, deps.limits)
    const body = route.body === undefined ? undefined : parse(route.body, raw)
    const { actor } = principal
    const isDraining = deps.isDraining()
    const call: Call = { ...deps, isDraining, actor, principal, params, query, body, request, response }
    const answer = await readingFor(principal.account, () => handle(route, call, raw))
    if (answer !== undefined) await send(response, answer)
  }

function handle(route: Route, call: Call, raw: unknown): Handled {
  const asked = askedOnce(route, call, raw)
  const work = () => route.handler(call)
  return asked === undefined ? work() : answerOnce(route, call, asked, work)
}

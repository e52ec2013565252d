/** From a request to its answer: who asks, the body, the schemas, the handler. */
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { EventFeed } from '../events/feed.ts'
import { authenticate, requirePermission } from './auth.ts'
import type { Answer, ApiDeps, Call, Route } from './call.ts'
import { isPermission } from './permissions.ts'
import { nobody } from './principal.ts'
import { Problem } from './problem.ts'
import { noFields, parse } from './schemas.ts'

export interface RouteDeps extends ApiDeps {
  readonly feed: EventFeed
  readonly signal: AbortSignal
}

const BODY_BYTES = 1024 * 1024

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** The media type without its parameters. */
const typeOf = ({ headers }: Request): string | undefined =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase()

/** Reads a JSON body; express.json's own errors become problems in server.ts. */
async function readJson(request: Request, response: Response, limit: number): Promise<unknown> {
  if (!hasBody(request)) return {}
  if (typeOf(request) !== 'application/json') throw new Problem('contentTypeUnsupported')
  const read = express.json({ limit, strict: true, type: () => true })
  await new Promise<void>((resolve, reject) => {
    read(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)))
  })
  return request.body ?? {}
}

async function readBody(route: Route, request: Request, response: Response): Promise<unknown> {
  if (route.streams !== undefined) {
    if (hasBody(request) && typeOf(request) !== route.streams) throw new Problem('contentTypeUnsupported')
    return undefined
  }
  if (route.body === undefined) return undefined
  return parse(route.body, await readJson(request, response, route.bodyLimit ?? BODY_BYTES))
}

/** A path that names nothing in the form of a name is simply not there. */
function readParams(route: Route, request: Request): unknown {
  const read = (route.params ?? noFields).safeParse({ ...request.params })
  if (!read.success) throw new Problem('notFound')
  return read.data
}

/** No BigInt leaves the server as anything but a number. */
const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)

function send(response: Response, { status, body, headers }: Answer): void {
  response
    .status(status ?? 200)
    .set(headers ?? {})
    .type('application/json')
    .send(JSON.stringify(body, plain))
}

export const serveRoute =
  (deps: RouteDeps, route: Route): RequestHandler =>
  async (request, response) => {
    const principal = route.permission === 'anyone' ? nobody : await authenticate(deps.db, request)
    if (isPermission(route.permission)) requirePermission(principal, route.permission)
    const params = readParams(route, request)
    const query = parse(route.query ?? noFields, { ...request.query })
    const body = await readBody(route, request, response)
    const { actor } = principal
    const call: Call = { ...deps, actor, principal, params, query, body, request, response }
    const answer = await route.handler(call)
    if (answer !== undefined) send(response, answer)
  }

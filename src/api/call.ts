/** What a handler gets and gives. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { EventFeed } from '../events/feed.ts'
import type { QueueBackend } from '../jobs/backend.ts'
import type { Log } from '../log.ts'

export interface ApiDeps {
  readonly db: Database
  readonly queues: QueueBackend
  readonly config: Config
  readonly log: Log
}

export interface Call<Params = unknown, Query = unknown, Body = unknown> extends ApiDeps {
  readonly feed: EventFeed
  /** Name of the token; empty where none is asked for. */
  readonly actor: string
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** For what is streamed in or out. */
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborted when the server closes. */
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}
/** Undefined: the handler has answered by itself. */
export type Handled = Promise<Answer | undefined>

export interface RouteShape<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: 'get' | 'post'
  /** Below /api/v1, as Express reads it. */
  readonly path: string
  readonly role: 'anyone' | 'operator'
  readonly params?: P
  readonly query?: Q
  /** A JSON body. Left out: the request has none, or the handler reads it itself. */
  readonly body?: B
  /** Bytes; 1 MiB when left out. */
  readonly bodyLimit?: number
  /** The handler reads a body of this type itself. */
  readonly streams?: string
  readonly handler: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Handled
}

/** A route whose schemas have been forgotten by the types, and not by the server. */
export interface Route extends Omit<RouteShape<z.ZodType, z.ZodType, z.ZodType>, 'handler'> {
  readonly handler: (call: Call) => Handled
}

/** Ties a handler's types to its route's schemas. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shape: RouteShape<P, Q, B>,
): Route {
  return shape as unknown as Route
}

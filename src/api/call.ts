/** What a handler gets and gives. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { SharedReads } from '../db/shared-reads.ts'
import type { EventFeed } from '../events/feed.ts'
import type { QueueBackend } from '../jobs/backend.ts'
import type { Log } from '../log.ts'
import type { Limits } from './limits.ts'
import type { ListSpec } from './list-spec.ts'
import type { Permission } from './permissions.ts'
import type { Principal } from './principal.ts'

export interface ApiDeps {
  readonly db: Database
  readonly queues: QueueBackend
  readonly config: Config
  readonly log: Log
}

export interface Call<Params = unknown, Query = unknown, Body = unknown> extends ApiDeps {
  readonly feed: EventFeed
  readonly shared: SharedReads
  /** `principal.actor`. */
  readonly actor: string
  readonly principal: Principal
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** For what is streamed in or out. */
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborted when the server closes. */
  readonly signal: AbortSignal
  /** The server is about to close: new work should go elsewhere. */
  readonly isDraining: boolean
  readonly limits: Limits
}

export interface Answer {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** Undefined: the handler has answered by itself. */
export type Handled = Promise<Answer | undefined>

/**
 * Whose stores a route touches, for those who may only see some groups of them. Named things are looked up by their
 * path: to read, one store of theirs is enough; to change, every store must be. `none`: nothing of any store;
 * `chain`: only for who may see the whole chain; `own`: the handler keeps within `principal.storeGroups` itself.
 */
export type Reach =
  | 'none'
  | 'chain'
  | 'own'
  | 'store'
  | 'device'
  | 'rollout'
  | 'update'
  | 'command'
  | 'enrolment'
  | 'dryRun'
  | 'report'

export interface RouteShape<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: Method
  /** Below /api/v1, as Express reads it. */
  readonly path: string
  /** One line for who reads the API's own description. */
  readonly summary: string
  /** `signedIn`: whoever it is. */
  readonly permission: Permission | 'anyone' | 'signedIn'
  readonly reach: Reach
  /** Also to read it every store must be theirs: it tells of all of them. */
  readonly whole?: boolean
  readonly params?: P
  readonly query?: Q
  /** Of its query: what may come more than once. */
  readonly repeats?: readonly string[]
  /** The list that it answers from, or counts: what `filter` and `sort` may name. */
  readonly list?: ListSpec
  /** A JSON body. Left out: the request has none, or the handler reads it itself. */
  readonly body?: B
  /** Bytes; 1 MiB when left out. */
  readonly bodyLimit?: number
  /** The handler reads a body of this type itself. */
  readonly streams?: string
  /**
   * Whether a request with an Idempotency-Key does its work once. Left out: every POST by somebody who is signed in, and
   * may do more than read. Its work is done by `inTransaction` and tells of itself in an event.
   */
  readonly idempotent?: boolean
  /** Needs `If-Match`: the ETag of what was seen. Every PATCH does, said or not. */
  readonly ifMatch?: boolean
  /** Its answer holds a secret, which is not kept: asked again under the same key, it only tells what was made. */
  readonly answersOnce?: boolean
  /** What it answers, as JSON; null: nothing. Tests hold every answer against it. */
  readonly answer?: z.ZodType | null
  /** With which statuses it answers so; left out: 200, or 204 with nothing. The first is the usual one. */
  readonly statuses?: readonly number[]
  /** What else it answers in, where that is asked for: `text/csv`. */
  readonly media?: readonly string[]
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

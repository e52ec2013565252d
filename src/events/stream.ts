/** Server-sent events: everything after a cursor, then whatever comes. https://html.spec.whatwg.org/#server-sent-events */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Database } from '../db/database.ts'
import { type EventFilter, laterCursor, readEvents, readHorizon } from '../db/events.ts'
import type { EventFeed } from './feed.ts'
import { viewEvents } from './view.ts'

export interface StreamOptions {
  readonly db: Database
  readonly feed: EventFeed
  readonly response: ServerResponse
  /** Cursor: what comes after it is sent. */
  readonly after: string
  readonly filter: EventFilter
  /** Ends the stream. */
  readonly signal: AbortSignal
  readonly pingMs?: number
  /** A client that takes nothing for so long is let go; it comes back with its Last-Event-ID. */
  readonly slowMs?: number
}

const PAGE = 200
export const PING_MS = 15_000
const SLOW_MS = 30_000
/** Not read more often than this, however much is going on. */
const REST_MS = 100
const CLIENT_RETRY_MS = 2000
/** Whoever watched a server that closes comes back within this, not all at once. */
const SPREAD_MS = 4000

/** The last words to a client whose server closes. */
export const restartHint = (): string => `retry: ${1000 + Math.floor(Math.random() * SPREAD_MS)}\n\n`

/** Remembers changes that came while nobody waited for one. */
function watch(feed: EventFeed, signal: AbortSignal): { changed(): Promise<void>; stop(): void } {
  let isChanged = true
  let wake: () => void = () => {}
  const note = () => {
    isChanged = true
    wake()
  }
  const unfollow = feed.follow(note)
  signal.addEventListener('abort', note, { once: true })
  return {
    changed: async () => {
      if (!isChanged && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      isChanged = false
    },
    stop: () => {
      unfollow()
      signal.removeEventListener('abort', note)
    },
  }
}

type Written = Pick<StreamOptions, 'response' | 'signal' | 'slowMs'>

/** Writes, and waits while the client's buffer is full: so no more than one page waits for a slow one. */
export async function write({ response, signal, slowMs }: Written, text: string): Promise<void> {
  if (response.write(text)) return
  const patience = AbortSignal.timeout(slowMs ?? SLOW_MS)
  await once(response, 'drain', { signal: AbortSignal.any([signal, patience]) })
}

/** Most of what happens is passed over by these: without a horizon each look would read all of it again. */
const passesOver = ({ where, groups, rolloutId, updateId }: EventFilter): boolean =>
  where !== undefined || groups != null || rolloutId !== undefined || updateId !== undefined

/** Sends all that there is after `from`; tells where it ended, and whether there was anything. */
async function sendAll(options: StreamOptions, from: string): Promise<{ cursor: string; isSent: boolean }> {
  const { db, filter, signal } = options
  let cursor = from
  let isSent = false
  // Taken before reading: what commits meanwhile lies above it.
  const horizon = passesOver(filter) ? await readHorizon(db.pool) : from
  while (!signal.aborted) {
    const rows = await readEvents(db.pool, cursor, PAGE, filter)
    const views = await viewEvents(db, rows)
    if (views.length > 0) {
      const text = views.map((view) => `id: ${view.cursor}\ndata: ${JSON.stringify(view)}\n\n`).join('')
      await write(options, text)
      isSent = true
    }
    cursor = rows.at(-1)?.cursor ?? cursor
    if (rows.length < PAGE) return { cursor: laterCursor(cursor, horizon), isSent }
  }
  return { cursor, isSent }
}

/** The head of a stream that no proxy may keep, and when to come back. */
export function beginStream(response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  })
  response.write(`retry: ${CLIENT_RETRY_MS}\n\n`)
}

/** Lives as long as the client and the signal do. Rejects when the database cannot be read; the client comes back. */
export async function streamEvents(options: StreamOptions): Promise<void> {
  const { feed, response, signal, pingMs = PING_MS } = options
  beginStream(response)
  let cursor = options.after
  let wroteAt = Date.now()
  const changes = watch(feed, signal)
  try {
    while (!signal.aborted) {
      await changes.changed()
      const sent = await sendAll(options, cursor)
      cursor = sent.cursor
      if (sent.isSent) wroteAt = Date.now()
      else if (Date.now() - wroteAt >= pingMs) {
        await write(options, ': ping\n\n')
        wroteAt = Date.now()
      }
      await new Promise((resolve) => setTimeout(resolve, REST_MS))
    }
  } finally {
    changes.stop()
  }
}

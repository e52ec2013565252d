/** What every stream of the API keeps to: a place among the streams, rights that still hold, and an end with its client. */
import { isAhead, parseCursor } from '../db/events.ts'
import { restartHint } from '../events/stream.ts'
import { isAsBefore } from './auth.ts'
import type { Call } from './call.ts'
import { Problem } from './problem.ts'
import { takeStream } from './streams.ts'

/** @throws Problem cursorInvalid */
export function checkedPlace(cursor: string): { xid: string; id: string } {
  const place = parseCursor(cursor)
  if (place === undefined) throw new Problem('cursorInvalid', { path: 'after' })
  return place
}

/** A place that was never reached here would wait for ever, and say nothing meanwhile. @throws Problem cursorInvalid */
export async function reachedPlace({ db }: Pick<Call, 'db'>, cursor: string): Promise<string> {
  const detail = 'it is ahead of everything here: read again from the beginning'
  if (await isAhead(db.pool, checkedPlace(cursor)))
    throw new Problem('cursorInvalid', { path: 'after', detail })
  return cursor
}

/** Where a client wants to go on: its header before its query. */
export function askedPlace({ request }: Pick<Call, 'request'>, after: string | undefined) {
  const last = request.headers['last-event-id']
  return (typeof last === 'string' && last !== '' ? last : undefined) ?? after
}

const WATCH_MS = 10_000

/** A stream ends with the session or token that it was begun by, and when that may do something else now. */
function watchRights({ db, principal }: Call, gone: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    // A database that is away ends it by itself.
    isAsBefore(db, principal).then(
      (isSame) => isSame || gone.abort(),
      () => {},
    )
  }, WATCH_MS)
}

/** Runs one until its client goes, or the server closes. @throws Problem tooManyStreams */
export async function serveStream(call: Call, run: (until: AbortSignal) => Promise<void>): Promise<void> {
  const { limits, log, principal, response, signal } = call
  const leave = takeStream(principal, limits)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  // Its client may have gone while its place was looked up.
  if (response.closed) gone.abort()
  const watch = watchRights(call, gone)
  try {
    await run(AbortSignal.any([gone.signal, signal]))
  } catch (error) {
    if (!gone.signal.aborted && !signal.aborted) log.warn({ err: error }, 'a stream of events ended')
    response.destroy()
  } finally {
    clearInterval(watch)
    leave()
    response.end(signal.aborted ? restartHint() : undefined)
  }
}

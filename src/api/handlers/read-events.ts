import type { EventFilter } from '../../db/events.ts'
import { lastCursor, parseCursor, readEvents } from '../../db/events.ts'
import { streamEvents } from '../../events/stream.ts'
import { viewEvents } from '../../events/view.ts'
import type { Answer, Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'

type Query = {
  after?: string | undefined
  limit: number
  rolloutId?: string | undefined
  updateId?: string | undefined
}
type EventsCall = Call<unknown, Query>

/** Open streams of this process. */
const MAX_STREAMS = 500
let open = 0

const filterOf = ({ rolloutId, updateId }: Query): EventFilter => ({
  ...(rolloutId === undefined ? {} : { rolloutId }),
  ...(updateId === undefined ? {} : { updateId }),
})

function checked(cursor: string): string {
  if (parseCursor(cursor) === undefined) throw new Problem('cursorInvalid', { path: 'after' })
  return cursor
}

async function page({ db, query }: EventsCall): Promise<Answer> {
  const after = checked(query.after ?? '0-0')
  const rows = await readEvents(db.pool, after, query.limit, filterOf(query))
  const items = await viewEvents(db, rows)
  return { body: { items, cursor: items.at(-1)?.cursor ?? after } }
}

/** Ends when the client goes, or with the server. */
async function stream({ db, feed, log, query, request, response, signal }: EventsCall): Promise<void> {
  const last = request.headers['last-event-id']
  const from = (typeof last === 'string' && last !== '' ? last : undefined) ?? query.after
  const after = from === undefined ? await lastCursor(db.pool) : checked(from)
  if (open >= MAX_STREAMS) throw new Problem('tooManyStreams')
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  open += 1
  try {
    const until = AbortSignal.any([gone.signal, signal])
    await streamEvents({ db, feed, response, after, filter: filterOf(query), signal: until })
  } catch (error) {
    if (!gone.signal.aborted && !signal.aborted) log.warn({ err: error }, 'a stream of events ended')
    response.destroy()
  } finally {
    open -= 1
    response.end()
  }
}

/** A page of events after a cursor; or the stream of them, where `text/event-stream` is accepted. */
export async function readEventsHandler(call: EventsCall): Handled {
  if (!call.request.headers.accept?.includes('text/event-stream')) return page(call)
  await stream(call)
  return undefined
}

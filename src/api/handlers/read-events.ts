import { z } from 'zod'
import type { SqlCondition } from '../../db/condition.ts'
import { type EventFilter, type EventRow, isAhead, lastCursor, parseCursor } from '../../db/events.ts'
import { restartHint, streamEvents } from '../../events/stream.ts'
import { viewEvents } from '../../events/view.ts'
import { isAsBefore } from '../auth.ts'
import type { Answer, Call, Handled } from '../call.ts'
import { filterOf, listQuery, pageAnswer, readList } from '../list.ts'
import { eventList } from '../lists/events.ts'
import { Problem } from '../problem.ts'
import { takeStream } from '../streams.ts'

export const eventsQuery = listQuery(200, 1000, {
  after: z
    .string()
    .max(40)
    .optional()
    .meta({ description: 'A place in the stream (`cursor` of an answer): only what came after it.' }),
  rolloutId: z.uuid().optional().meta({ description: 'As `filter=rollout:…`.' }),
  updateId: z.uuid().optional().meta({ description: 'As `filter=update:…`.' }),
})
type Query = z.output<typeof eventsQuery>
type EventsCall = Call<unknown, Query>

function checked(cursor: string): { xid: string; id: string } {
  const place = parseCursor(cursor)
  if (place === undefined) throw new Problem('cursorInvalid', { path: 'after' })
  return place
}

/** A place that was never reached here would wait for ever, and say nothing meanwhile. @throws Problem cursorInvalid */
async function reached({ db }: EventsCall, cursor: string): Promise<string> {
  const detail = 'it is ahead of everything here: read again from the beginning'
  if (await isAhead(db.pool, checked(cursor))) throw new Problem('cursorInvalid', { path: 'after', detail })
  return cursor
}

function conditions({ after, rolloutId, updateId }: Query): SqlCondition[] {
  const place = after === undefined ? undefined : checked(after)
  const where: SqlCondition[] = []
  if (place !== undefined)
    where.push((push) => `(e.xid, e.id) > (${push(place.xid)}::bigint, ${push(place.id)}::bigint)`)
  if (rolloutId !== undefined) where.push((push) => `e.rollout_id = ${push(rolloutId)}::uuid`)
  if (updateId !== undefined) where.push((push) => `e.update_id = ${push(updateId)}::uuid`)
  return where
}

/** `cursor`: where the newest of the page stands in the stream, to go on from there with `after`. */
async function page(call: EventsCall): Promise<Answer> {
  const { db, query, principal } = call
  const { after, rolloutId, updateId } = query
  if (after !== undefined) await reached(call, after)
  const of = JSON.stringify([after, rolloutId, updateId])
  const asked = { query, groups: principal.storeGroups, where: conditions(query), of }
  const found = await readList<EventRow & { id: string }>(db, eventList, asked)
  const items = await viewEvents(
    db,
    found.rows.map(({ id: _, ...event }) => event),
  )
  const isDown = query.sort?.startsWith('-') ?? false
  const newest = isDown ? items[0] : items.at(-1)
  return { body: { ...pageAnswer(found, items), cursor: newest?.cursor ?? after ?? '0-0' } }
}

function streamFilter({ query, principal }: EventsCall): EventFilter {
  const { rolloutId, updateId, filter } = query
  return {
    groups: principal.storeGroups,
    ...(rolloutId === undefined ? {} : { rolloutId }),
    ...(updateId === undefined ? {} : { updateId }),
    ...(filter === undefined ? {} : { where: filterOf(eventList, filter).condition }),
  }
}

const WATCH_MS = 10_000

/** A stream ends with the session or token that it was begun by, and when that may do something else now. */
function watchRights({ db, principal }: EventsCall, gone: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    // A database that is away ends it by itself.
    isAsBefore(db, principal).then(
      (isSame) => isSame || gone.abort(),
      () => {},
    )
  }, WATCH_MS)
}

/** Ends when the client goes, or with the server. */
async function stream(call: EventsCall): Promise<void> {
  const { db, feed, limits, log, principal, query, request, response, signal } = call
  const last = request.headers['last-event-id']
  const from = (typeof last === 'string' && last !== '' ? last : undefined) ?? query.after
  const filter = streamFilter(call)
  const after = from === undefined ? await lastCursor(db.pool) : await reached(call, from)
  const leave = takeStream(principal, limits)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  // Its client may have gone while its place was looked up.
  if (response.closed) gone.abort()
  const watch = watchRights(call, gone)
  try {
    const until = AbortSignal.any([gone.signal, signal])
    await streamEvents({ db, feed, response, after, filter, signal: until })
  } catch (error) {
    if (!gone.signal.aborted && !signal.aborted) log.warn({ err: error }, 'a stream of events ended')
    response.destroy()
  } finally {
    clearInterval(watch)
    leave()
    response.end(signal.aborted ? restartHint() : undefined)
  }
}

/** A page of events; or the stream of them, where `text/event-stream` is accepted. */
export async function readEventsHandler(call: EventsCall): Handled {
  const isStream = call.request.headers.accept?.includes('text/event-stream') === true
  if (!isStream || call.request.method === 'HEAD') return page(call)
  await stream(call)
  return undefined
}

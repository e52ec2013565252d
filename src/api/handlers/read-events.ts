import { z } from 'zod'
import type { SqlCondition } from '../../db/condition.ts'
import { type EventFilter, type EventRow, lastCursor } from '../../db/events.ts'
import { streamEvents } from '../../events/stream.ts'
import { viewEvents } from '../../events/view.ts'
import type { Answer, Call, Handled } from '../call.ts'
import { filterOf, listQuery, pageAnswer, readList } from '../list.ts'
import { eventList } from '../lists/events.ts'
import { askedPlace, checkedPlace, reachedPlace, serveStream } from '../stream-call.ts'

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

function conditions({ after, rolloutId, updateId }: Query): SqlCondition[] {
  const place = after === undefined ? undefined : checkedPlace(after)
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
  if (after !== undefined) await reachedPlace(call, after)
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

/** Ends when the client goes, or with the server. */
async function stream(call: EventsCall): Promise<void> {
  const { db, feed, query, response } = call
  const from = askedPlace(call, query.after)
  const filter = streamFilter(call)
  const after = from === undefined ? await lastCursor(db.pool) : await reachedPlace(call, from)
  await serveStream(call, (signal) => streamEvents({ db, feed, response, after, filter, signal }))
}

/** A page of events; or the stream of them, where `text/event-stream` is accepted. */
export async function readEventsHandler(call: EventsCall): Handled {
  const isStream = call.request.headers.accept?.includes('text/event-stream') === true
  if (!isStream || call.request.method === 'HEAD') return page(call)
  await stream(call)
  return undefined
}

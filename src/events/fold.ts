/** Everything between a place in the stream and now, as one answer: who reads it in any order ends up right. */
import { type BoardCellRow, readBoardCells } from '../db/board-cells.ts'
import type { Database } from '../db/database.ts'
import { readEventNames } from '../db/event-names.ts'
import { type EventRow, laterCursor, readEvents } from '../db/events.ts'
import { type Horizon, isGapLargerThan, readAskedDevices, readLiveHorizon } from '../db/live.ts'
import { readContactedStores } from '../db/store-contacts.ts'
import { foldTopics } from './topics.ts'

export interface FoldView {
  readonly groups: readonly string[] | null
  readonly rolloutId?: string | undefined
}

export interface Fold {
  readonly from: string
  readonly to: string
  readonly at: Date
  readonly seq: number
  /** More happened than is told: everything is to be read again. */
  readonly isReset: boolean
  readonly topics: readonly string[]
  readonly events: number
  readonly cells: readonly BoardCellRow[]
}

/** A page that missed more than this reads everything again: that is cheaper for both. */
export const MAX_GAP_EVENTS = 20_000
/** As much as a fifth of the largest chain. */
export const MAX_CELLS = 2000
const PAGE = 1000

async function readAll(
  db: Database,
  from: string,
  { xid }: Horizon,
  groups: FoldView['groups'],
): Promise<EventRow[]> {
  const all: EventRow[] = []
  let cursor = from
  for (let page = 0; page < MAX_GAP_EVENTS / PAGE; page += 1) {
    const rows = await readEvents(db.pool, cursor, PAGE, {
      groups,
      where: (push) => `e.xid < ${push(xid)}::bigint`,
    })
    all.push(...rows)
    if (rows.length < PAGE) break
    cursor = rows.at(-1)?.cursor ?? cursor
  }
  return all
}

const unique = (values: readonly (string | null)[]): string[] => [
  ...new Set(values.filter((value) => value !== null)),
]

const empty = (from: string, to: string, { seq, at }: Horizon, isReset: boolean): Fold => ({
  ...{ from, to, at, seq, isReset },
  ...{ topics: [], events: 0, cells: [] },
})

/** What the devices of some events, and others, are called. Foreign ones are not. */
async function readTouched(
  db: Database,
  events: readonly EventRow[],
  seen: readonly BoardCellRow[],
  contacted: readonly string[],
) {
  const names = await readEventNames(db.pool, events)
  const stores = [...names.stores.values()].map((store) => store.code)
  return {
    cashIds: [...names.cashIds.values(), ...seen.map((cell) => cell.cashId)],
    stores: [...stores, ...seen.map((cell) => cell.store), ...contacted],
  }
}

/**
 * What lies between a place and a horizon: small as a rule, and five statements. Cells are read after the horizon was, so
 * they are as it says or newer.
 */
export async function foldSince(
  db: Database,
  from: string,
  horizon: Horizon,
  { groups, rolloutId }: FoldView,
): Promise<Fold> {
  const to = laterCursor(from, horizon.cursor)
  const nothing = empty(from, to, horizon, false)
  if (to === from) return nothing
  const [asked, contacted, events] = await Promise.all([
    readAskedDevices(db.pool, from, horizon, MAX_CELLS + 1),
    readContactedStores(db.pool, from, horizon, { groups, limit: MAX_CELLS }),
    readAll(db, from, horizon, groups),
  ])
  if (events.length === 0 && asked.length === 0 && contacted.length === 0) return nothing
  const deviceIds = unique([...events.map((event) => event.deviceId), ...asked])
  if (deviceIds.length > MAX_CELLS || events.length >= MAX_GAP_EVENTS) return empty(from, to, horizon, true)
  const read = (view: FoldView) =>
    deviceIds.length === 0 ? [] : readBoardCells(db.pool, { ...view, deviceIds })
  const cells = await read({ groups, rolloutId })
  // Of a rollout there are only its own cells, and other devices were touched all the same.
  const seen = rolloutId === undefined ? cells : await read({ groups })
  const topics = foldTopics(events, await readTouched(db, events, seen, contacted))
  return { ...nothing, topics, events: events.length, cells }
}

/** A reset where a place is too far back, without reading what lies between; undefined: it is not. */
export async function foldFrom(db: Database, from: string): Promise<Fold | undefined> {
  if (!(await isGapLargerThan(db.pool, from, MAX_GAP_EVENTS))) return undefined
  const horizon = await readLiveHorizon(db.pool)
  return empty(from, horizon.cursor, horizon, true)
}

export const isEmpty = ({ isReset, topics, cells }: Fold): boolean =>
  !isReset && topics.length === 0 && cells.length === 0

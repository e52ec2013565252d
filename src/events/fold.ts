/** Everything between a place in the stream and now, as one answer: who reads it in any order ends up right. */
import { type BoardCellRow, readBoardCells } from '../db/board-cells.ts'
import type { Executor } from '../db/database.ts'
import { readEventGap } from '../db/event-gap.ts'
import { laterCursor } from '../db/events.ts'
import { type Horizon, isGapLargerThan, readAskedDevices, readLiveHorizon } from '../db/live.ts'
import { readContactedStores } from '../db/store-contacts.ts'
import { errandCodes, foldTopics } from './topics.ts'

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

const empty = (from: string, to: string, { seq, at }: Horizon, isReset: boolean): Fold => ({
  ...{ from, to, at, seq, isReset },
  ...{ topics: [], events: 0, cells: [] },
})

/**
 * What lies between a place and a horizon: small as a rule, and five statements at most. Cells are read after the horizon
 * was, so they are as it says or newer.
 */
export async function foldSince(
  on: Executor,
  from: string,
  horizon: Horizon,
  { groups, rolloutId }: FoldView,
): Promise<Fold> {
  const to = laterCursor(from, horizon.cursor)
  const nothing = empty(from, to, horizon, false)
  if (to === from) return nothing
  const most = { mostEvents: MAX_GAP_EVENTS, mostNames: MAX_CELLS + 1 }
  const gap = await readEventGap(on, from, horizon, { groups, errandCodes, ...most })
  const asked = await readAskedDevices(on, from, horizon, MAX_CELLS + 1)
  const contacted = await readContactedStores(on, from, horizon, { groups, limit: MAX_CELLS })
  if (gap.events === 0 && asked.length === 0 && contacted.length === 0) return nothing
  const deviceIds = [...new Set([...gap.deviceIds, ...asked])]
  if (deviceIds.length > MAX_CELLS || gap.events >= MAX_GAP_EVENTS) return empty(from, to, horizon, true)
  const read = (view: FoldView) => (deviceIds.length === 0 ? [] : readBoardCells(on, { ...view, deviceIds }))
  const cells = await read({ groups, rolloutId })
  // Of a rollout there are only its own cells, and other devices were touched all the same.
  const seen = rolloutId === undefined ? cells : await read({ groups })
  const topics = foldTopics(gap, {
    cashIds: [...gap.cashIds, ...seen.map((cell) => cell.cashId)],
    stores: [...gap.stores, ...seen.map((cell) => cell.store), ...contacted],
  })
  return { ...nothing, topics, events: gap.events, cells }
}

/** Everything is to be read again, whatever lies in between: nothing of it was read. */
export async function resetFrom(on: Executor, from: string): Promise<Fold> {
  const horizon = await readLiveHorizon(on)
  return empty(from, horizon.cursor, horizon, true)
}

/** As of now; a reset where the place is too far back. */
export async function replayFrom(on: Executor, from: string, view: FoldView): Promise<Fold> {
  if (await isGapLargerThan(on, from, MAX_GAP_EVENTS)) return resetFrom(on, from)
  return foldSince(on, from, await readLiveHorizon(on), view)
}

export const isEmpty = ({ isReset, topics, cells }: Fold): boolean =>
  !isReset && topics.length === 0 && cells.length === 0

/** Folds for all streams of one process: they look at the same moments, so who stands at one place is read for once. */
import type { Database } from '../db/database.ts'
import { laterCursor, parseCursor } from '../db/events.ts'
import { type Horizon, readLiveHorizon } from '../db/live.ts'
import { createSharedReads } from '../db/shared-reads.ts'
import { readReplay, WideReadRefused } from '../db/wide-reads.ts'
import { type Fold, type FoldView, foldSince, replayFrom, resetFrom } from './fold.ts'

/** Four looks a second, at the same moments for all. */
export const FOLD_MS = 250

export interface Folds {
  /**
   * From a place that a client brought, or a little before it, as of now. Too far back is a reset; so is what must wait for
   * too many others, for the board is one read for all of them.
   */
  replay(from: string, view: FoldView): Promise<Fold>
  /** What this moment's look shows after a place. */
  next(from: string, view: FoldView): Promise<Fold>
  /** Milliseconds to the next moment. */
  restMs(): number
}

/** Transactions between a place and now from which on its neighbours are told what it is told. */
const NEAR_FROM = 1024n
/** As a part of what lies between: at most so much more is told than was missed. */
const NEAR_PART = 8n

/** The largest power of two that is not above it. */
const powerBelow = (value: bigint): bigint => 1n << BigInt(value.toString(2).length - 1)

/**
 * Pages that come back together, after a restart, stand where each of them heard its last word: places of a few seconds.
 * Those of one neighbourhood are told the same; where little was missed a place is one of its own.
 */
function neighbourhoodOf(place: string, { xid: now }: Horizon): string {
  const xid = BigInt(parseCursor(place)?.xid ?? now)
  const behind = BigInt(now) - xid
  if (behind < NEAR_FROM) return place
  const step = powerBelow(behind / NEAR_PART)
  return `${step}*${xid / step}`
}

/** Replays of all streams: of a neighbourhood one at a time, from the earliest place that somebody in it asked for. */
function createReplays(db: Database): (from: string, view: FoldView, now: Horizon) => Promise<Fold> {
  const shared = createSharedReads()
  const asked = new Map<string, { earliest: string; waiting: number }>()
  return async (from, view, now) => {
    const question = [neighbourhoodOf(from, now), view.rolloutId, view.groups]
    const key = JSON.stringify(question)
    const place = asked.get(key) ?? { earliest: from, waiting: 0 }
    asked.set(key, place)
    if (laterCursor(from, place.earliest) === place.earliest) place.earliest = from
    place.waiting += 1
    try {
      return await shared.read(question, () => readReplay(db, (on) => replayFrom(on, place.earliest, view)))
    } catch (error) {
      if (error instanceof WideReadRefused) return await resetFrom(db.pool, from)
      throw error
    } finally {
      place.waiting -= 1
      if (place.waiting === 0) asked.delete(key)
    }
  }
}

export function createFolds(db: Database): Folds {
  let moment = -1
  let horizon: Promise<Horizon> | undefined
  let shared = new Map<string, Promise<Fold>>()
  const look = (): Promise<Horizon> => {
    const now = Math.floor(Date.now() / FOLD_MS)
    if (now !== moment || horizon === undefined) {
      moment = now
      shared = new Map()
      horizon = readLiveHorizon(db.pool)
    }
    return horizon
  }
  const next = (from: string, view: FoldView): Promise<Fold> => {
    const seen = look()
    const key = JSON.stringify([from, view.rolloutId, view.groups])
    const known = shared.get(key)
    if (known !== undefined) return known
    const fold = seen.then((one) => foldSince(db.pool, from, one, view))
    shared.set(key, fold)
    return fold
  }
  const replay = createReplays(db)
  return {
    next,
    replay: async (from, view) => replay(from, view, await look()),
    restMs: () => FOLD_MS - (Date.now() % FOLD_MS),
  }
}

const known = new WeakMap<Database, Folds>()

/** One for each database of a process. */
export function foldsOf(db: Database): Folds {
  const folds = known.get(db) ?? createFolds(db)
  known.set(db, folds)
  return folds
}

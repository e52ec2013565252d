/** Folds for all streams of one process: they look at the same moments, so who stands at one place is read for once. */
import type { Database } from '../db/database.ts'
import { type Horizon, readLiveHorizon } from '../db/live.ts'
import { type Fold, type FoldView, foldFrom, foldSince } from './fold.ts'

/** Four looks a second, at the same moments for all. */
export const FOLD_MS = 250

export interface Folds {
  /** From a place that a client brought, as of now: too far back is a reset. */
  replay(from: string, view: FoldView): Promise<Fold>
  /** What this moment's look shows after a place. */
  next(from: string, view: FoldView): Promise<Fold>
  /** Milliseconds to the next moment. */
  restMs(): number
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
    const fold = seen.then((one) => foldSince(db, from, one, view))
    shared.set(key, fold)
    return fold
  }
  return {
    next,
    replay: async (from, view) =>
      (await foldFrom(db, from)) ?? foldSince(db, from, await readLiveHorizon(db.pool), view),
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

/** Answers that are shown and cannot be had anew: which, since when they are of then, and why. */
import type { Query, QueryClient } from '@tanstack/react-query'

export interface OldAnswers {
  /** When the oldest of them was read, in milliseconds since 1970 on the viewer's clock. */
  readonly readAt: number
  /** Why that one cannot be read. */
  readonly error: unknown
}

/** What a second try mends is nobody's concern. */
const PATIENCE_MS = 6000
/** A cache tells of each step of each answer. */
const REST_MS = 500

const errorOf = ({ state }: Query): unknown => state.fetchFailureReason ?? state.error

/** Shown, and the last try to read it anew was refused or lost; while it is tried again that stays so. */
export const isFailing = (query: Query): boolean =>
  query.isActive() && query.state.data !== undefined && errorOf(query) !== null

/** The oldest of those that fail for longer than anybody's patience. @param begun hash → since when it fails */
function oldestOf(queries: readonly Query[], begun: Map<string, number>): OldAnswers | undefined {
  const now = Date.now()
  const failing = queries.filter(isFailing)
  const hashes = new Set(failing.map(({ queryHash }) => queryHash))
  for (const hash of begun.keys()) if (!hashes.has(hash)) begun.delete(hash)
  for (const hash of hashes) if (!begun.has(hash)) begun.set(hash, now)
  const [oldest] = failing
    .filter(({ queryHash }) => now - (begun.get(queryHash) ?? now) >= PATIENCE_MS)
    .sort((one, other) => one.state.dataUpdatedAt - other.state.dataUpdatedAt)
  return oldest && { readAt: oldest.state.dataUpdatedAt, error: errorOf(oldest) }
}

/** Tells whenever they may have become others. @returns ends it */
export function watchOld(client: QueryClient, told: (old: OldAnswers | undefined) => void): () => void {
  const cache = client.getQueryCache()
  const begun = new Map<string, number>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    timer = undefined
    told(oldestOf(cache.getAll(), begun))
    // Nobody tells that patience has ended.
    if (begun.size > 0) plan()
  }
  const plan = () => {
    timer ??= setTimeout(look, REST_MS)
  }
  const unsubscribe = cache.subscribe(plan)
  plan()
  return () => {
    unsubscribe()
    clearTimeout(timer)
  }
}

/**
 * Makes answers old as news tells, each at most once a second, a list of many pages more seldom, and never stops one that
 * is on its way.
 */
import type { Query, QueryClient } from '@tanstack/react-query'
import { newsRestMs } from '../api/rest.ts'
import { touches } from '../api/topics.ts'

export interface Freshener {
  tell(topics: readonly string[]): void
  /** What was read, or asked for, until now may have missed some. But for the board: it knows its own place. */
  tellAll(): void
  close(): void
}

const REST_MS = 1000

/** Whether it was read, or tried, so lately that it rests still. */
function rests({ state }: Query): boolean {
  const { data, dataUpdatedAt, errorUpdatedAt } = state
  return Date.now() < Math.max(dataUpdatedAt, errorUpdatedAt) + newsRestMs(data)
}

export function createFreshener(client: QueryClient): Freshener {
  const due = new Set<string>()
  let lookedAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const look = () => {
    timer = undefined
    lookedAt = Date.now()
    for (const hash of due) {
      const query = client.getQueryCache().get(hash)
      // What was asked before the news does not know of it: it is asked again when it has come.
      if (query !== undefined && (query.state.fetchStatus === 'fetching' || rests(query))) continue
      due.delete(hash)
      if (query !== undefined) void client.invalidateQueries({ queryKey: query.queryKey, exact: true })
    }
    if (due.size > 0) plan()
  }
  const plan = () => {
    timer ??= setTimeout(look, Math.max(0, lookedAt + REST_MS - Date.now()))
  }
  const add = (predicate: (query: Query) => boolean) => {
    for (const { queryHash } of client.getQueryCache().findAll({ predicate })) due.add(queryHash)
    if (due.size > 0) plan()
  }
  return {
    tell: (topics) => add(({ meta }) => touches(meta?.topics, topics)),
    tellAll: () => add(({ meta }) => meta?.topics?.some((topic) => topic !== 'board') ?? false),
    close: () => {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

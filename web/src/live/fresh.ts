/** Makes answers old as news tells, each at most once a second, and never stops one that is on its way. */
import type { Query, QueryClient } from '@tanstack/react-query'
import { touches } from '../api/hooks.ts'

export interface Freshener {
  tell(topics: readonly string[]): void
  close(): void
}

const REST_MS = 1000

export function createFreshener(client: QueryClient): Freshener {
  const due = new Set<string>()
  let lookedAt = 0
  let timer: number | undefined

  const look = () => {
    timer = undefined
    lookedAt = Date.now()
    for (const hash of due) {
      const query = client.getQueryCache().get(hash)
      // What was asked before the news does not know of it: it is asked again when it has come.
      if (query?.state.fetchStatus === 'fetching') continue
      due.delete(hash)
      if (query !== undefined) void client.invalidateQueries({ queryKey: query.queryKey, exact: true })
    }
    if (due.size > 0) plan()
  }
  const plan = () => {
    timer ??= window.setTimeout(look, Math.max(0, lookedAt + REST_MS - Date.now()))
  }
  return {
    tell: (topics) => {
      const isTouched = ({ meta }: Query) => touches(meta?.topics, topics)
      for (const { queryHash } of client.getQueryCache().findAll({ predicate: isTouched })) due.add(queryHash)
      if (due.size > 0) plan()
    },
    close: () => clearTimeout(timer),
  }
}

/** Events in pages that stand still; what came since is counted beside them. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { EventView, Page } from '../../api/types.ts'

export interface EventPage extends Page<EventView> {
  /** The place of its newest in the stream. */
  readonly cursor: string
}

const PAGE = 100
export const eventParams = (filter: string) => ({ filter, sort: '-at' })

export function useJournal(filter: string) {
  const found = useInfiniteQuery<
    EventPage,
    ApiProblem,
    { pages: EventPage[] },
    unknown[],
    string | undefined
  >({
    queryKey: ['/events', filter, 'journal'],
    queryFn: ({ pageParam, signal }) =>
      get<EventPage>('/events', { ...eventParams(filter), limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    // It moves only when it is told to: what is being read stays under the eye.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const pages = found.data?.pages ?? []
  const newest = pages[0]?.cursor
  const fresh = useAnswer<EventPage>(
    '/events',
    { filter, after: newest, sort: '-at', limit: 1, count: true },
    { topics: ['events'], enabled: newest !== undefined },
  )
  return {
    rows: pages.flatMap((page) => page.items),
    fresh: fresh.data?.total ?? 0,
    error: found.error,
    isLoading: found.isPending,
    isBusy: found.isFetching,
    hasMore: found.hasNextPage,
    more: () => void (found.hasNextPage && !found.isFetching && found.fetchNextPage()),
    again: () => found.refetch(),
  }
}
export type Journal = ReturnType<typeof useJournal>

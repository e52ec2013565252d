/** What screens ask with. Topics say which news of the live stream make an answer old. */
import {
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { get, type Params } from './client.ts'
import { meet } from './person.ts'
import type { ApiProblem } from './problem.ts'
import { newsRestMs, restMs } from './rest.ts'
import { touches } from './topics.ts'
import type { Me, Page, Permission } from './types.ts'

interface AskOptions {
  /** As `/live` names them: `devices`, `rollouts:ID`, … */
  readonly topics?: readonly string[]
  readonly enabled?: boolean
  /** Milliseconds until it is asked for again anyhow; undefined: as ever. For what no news tells, as bytes that come in. */
  readonly every?: (data: unknown) => number | undefined
}

/** `GET path`, kept fresh by the live stream. */
export function useAnswer<T>(
  path: string,
  params: Params = {},
  options: AskOptions = {},
): UseQueryResult<T, ApiProblem> {
  return useQuery<T, ApiProblem>({
    queryKey: [path, params],
    queryFn: ({ signal }) => get<T>(path, params, signal),
    meta: { topics: options.topics ?? [] },
    refetchInterval: ({ state }) => restMs(state, options.every?.(state.data)),
    enabled: options.enabled ?? true,
  })
}

/** A list in pages: `rows` are all that were read so far. */
export function useList<T>(path: string, params: Params = {}, options: AskOptions = {}) {
  const found = useInfiniteQuery({
    queryKey: [path, params, 'pages'],
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(path, { ...params, count: true, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    meta: { topics: options.topics ?? [] },
    refetchInterval: ({ state }) =>
      restMs(state, options.every?.(state.data?.pages.flatMap((page) => page.items))),
    enabled: options.enabled ?? true,
    placeholderData: (former) => former,
  })
  return {
    rows: found.data?.pages.flatMap((page) => page.items) ?? [],
    total: found.data?.pages[0]?.total,
    error: found.error as ApiProblem | null,
    isLoading: found.isPending,
    isOld: found.isPlaceholderData,
    /** Seconds that news of it wait, counted from when it was last read: it is read page by page. */
    restSeconds: newsRestMs(found.data) / 1000,
    hasMore: found.hasNextPage,
    more: () => void (found.hasNextPage && !found.isFetchingNextPage && found.fetchNextPage()),
    again: () => void found.refetch(),
  }
}
export type List<T> = ReturnType<typeof useList<T>>

/** Changes something, then whatever has one of the topics is looked at again. */
export function useChange<In, Out>(
  change: (input: In) => Promise<Out>,
  topics: readonly string[] = [],
): UseMutationResult<Out, ApiProblem, In> {
  const client = useQueryClient()
  return useMutation<Out, ApiProblem, In>({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ predicate: ({ meta }) => touches(meta?.topics, topics) }),
  })
}

/** Who is signed in. Known before whatever is kept for them is shown. */
export const useMe = (): UseQueryResult<Me, ApiProblem> =>
  useQuery<Me, ApiProblem>({
    queryKey: ['/me', {}],
    queryFn: async ({ signal }) => {
      const me = await get<Me>('/me', {}, signal)
      await meet(me)
      return me
    },
    meta: { topics: ['users'] },
    refetchInterval: ({ state }) => restMs(state, undefined),
  })

/** Whether the one who looks may do this. False until it is known. */
export const useMay = (permission: Permission): boolean =>
  useMe().data?.permissions.includes(permission) ?? false

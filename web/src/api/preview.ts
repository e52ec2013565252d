/** What a change would do, before it is done. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { look } from './client.ts'
import type { ApiProblem } from './problem.ts'
import { restMs } from './rest.ts'

/**
 * Asked anew at news of these topics; of another body nothing is told before its own answer has come.
 * @param body as the change itself takes it; undefined: nothing is chosen yet
 */
export function usePreview<T>(
  path: string,
  body: object | undefined,
  topics: readonly string[],
  isAllowed: boolean,
): UseQueryResult<T, ApiProblem> {
  return useQuery<T, ApiProblem>({
    queryKey: [path, 'preview', body],
    queryFn: ({ signal }) => look<T>(path, { ...body, preview: true }, { signal }),
    enabled: isAllowed && body !== undefined,
    refetchInterval: ({ state }) => restMs(state, undefined),
    ...{ staleTime: 0, gcTime: 0, meta: { topics } },
  })
}

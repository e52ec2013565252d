/** The reading of the board: asked for while the scripts of its screen are still on their way. */
import { queryOptions } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { Board } from '../../api/types.ts'

export interface BoardAsked {
  readonly rollout: string | undefined
  readonly filter: string | undefined
}

/** A full look heals whatever the stream did not tell. */
const HEAL_MS = 60_000

export const boardQuery = ({ rollout, filter }: BoardAsked) =>
  queryOptions<Board, ApiProblem>({
    queryKey: ['/board', { rollout, filter }],
    queryFn: ({ signal }) => get<Board>('/board', { rollout, filter }, signal),
    meta: { topics: ['board'] },
    refetchInterval: HEAL_MS,
    gcTime: 10_000,
    // Half a million numbers: to compare them costs more than to read them.
    structuralSharing: false,
  })

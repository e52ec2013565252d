/** The board and its headline, kept as the chain is. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useMemo, useState } from 'react'
import { get } from '../../api/client.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { Board, Outlook } from '../../api/types.ts'
import { useLive } from '../../live/use-live.tsx'
import { type BoardModel, createBoard } from './board-store.ts'

export interface BoardAsked {
  readonly rollout: string | undefined
  readonly filter: string | undefined
}

/** A full look heals whatever the stream did not tell. */
const HEAL_MS = 60_000
/** What a filter lets in is the server's to say: how often it is asked while tills change. */
const FILTERED_MS = 5000
/** Sums of the whole chain. */
const OUTLOOK_MS = 3000

type Meant = (topics: readonly string[], cells: number) => boolean

/** Calls when something is told that is meant, then at most once in `restMs`, the last time included. All three stay the same. */
function useNews(isMeant: Meant, restMs: number, call: () => void) {
  const live = useLive()
  useEffect(() => {
    let timer: number | undefined
    let calledAt = 0
    const fire = () => {
      timer = undefined
      calledAt = Date.now()
      call()
    }
    const unfollow = live.follow(({ topics, cells }) => {
      if (isMeant(topics, cells.cashId.length))
        timer ??= window.setTimeout(fire, Math.max(0, calledAt + restMs - Date.now()))
    })
    return () => {
      unfollow()
      clearTimeout(timer)
    }
  }, [live, isMeant, restMs, call])
}

const never: Meant = () => false
const anyCell: Meant = (_, cells) => cells > 0
const touchesSums: Meant = (topics, cells) =>
  cells > 0 || topics.some((topic) => topic === 'board' || topic === 'rollouts' || topic === 'freezes')

export function useOutlook(rollout: string | undefined) {
  const params = useMemo(() => ({ rollout }), [rollout])
  const found = useAnswer<Outlook>('/outlook', params)
  const { refetch } = found
  const again = useMemo(() => () => void refetch({ cancelRefetch: false }), [refetch])
  useNews(touchesSums, OUTLOOK_MS, again)
  return found
}

export function useBoard({ rollout, filter }: BoardAsked) {
  const live = useLive()
  const client = useQueryClient()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter lets in others
  const model = useMemo(() => createBoard(rollout), [rollout, filter])
  const [shown, setShown] = useState<BoardModel>()
  const key = useMemo(() => ['/board', { rollout, filter }], [rollout, filter])
  useEffect(() => live.follow((news) => model.patch(news)), [live, model])
  const found = useQuery<Board, ApiProblem>({
    queryKey: key,
    queryFn: ({ signal }) => get<Board>('/board', { rollout, filter }, signal),
    meta: { topics: ['board'] },
    refetchInterval: HEAL_MS,
    staleTime: 0,
    gcTime: 0,
    // Half a million numbers: to compare them costs more than to read them.
    structuralSharing: false,
  })
  const { data } = found
  useLayoutEffect(() => {
    if (data === undefined) return
    model.load(data)
    setShown(model)
  }, [data, model])
  const again = useMemo(
    () => () => void client.invalidateQueries({ queryKey: key, exact: true }, { cancelRefetch: false }),
    [client, key],
  )
  useGap(data?.cursor, again)
  useNews(filter === undefined ? never : anyCell, FILTERED_MS, again)
  return { model: shown, isOld: shown !== model, error: found.error, again }
}

const numberOf = (place: string): number => Number(place.split('-')[0])

/** A board that was read before the stream began was not told what happened in between: it is read once more. */
function useGap(cursor: string | undefined, again: () => void) {
  const live = useLive()
  useEffect(() => {
    if (cursor === undefined) return
    const look = (): boolean => {
      const begun = live.begunAt()
      if (begun !== undefined && numberOf(begun) > numberOf(cursor)) again()
      return begun !== undefined
    }
    if (look()) return
    const unwatch = live.watchStatus(() => {
      if (look()) unwatch()
    })
    return unwatch
  }, [live, cursor, again])
}

/** The board and its headline, kept as the chain is. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useAnswer } from '../../api/hooks.ts'
import type { Outlook } from '../../api/types.ts'
import { useLive } from '../../live/use-live.tsx'
import { type BoardAsked, boardQuery } from './board-query.ts'
import { type BoardModel, createBoard } from './board-store.ts'

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

/** @param isTurn sums are as much work for the server as the board: one after the other, not both at half the speed */
export function useOutlook(rollout: string | undefined, isTurn: boolean) {
  const params = useMemo(() => ({ rollout }), [rollout])
  const found = useAnswer<Outlook>('/outlook', params, { enabled: isTurn })
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
  const asked = useMemo(() => boardQuery({ rollout, filter }), [rollout, filter])
  useEffect(() => {
    // What was told while this screen was on its way.
    for (const news of live.recent()) model.patch(news)
    return live.follow((news) => model.patch(news))
  }, [live, model])
  const found = useQuery(asked)
  const { data } = found
  useLayoutEffect(() => {
    if (data === undefined) return
    model.load(data)
    setShown(model)
  }, [data, model])
  const again = useMemo(
    () => () =>
      void client.invalidateQueries({ queryKey: asked.queryKey, exact: true }, { cancelRefetch: false }),
    [client, asked],
  )
  useGap(data?.cursor, again)
  useNews(filter === undefined ? never : anyCell, FILTERED_MS, again)
  return { model: shown, isOld: shown !== model, error: found.error, again }
}

const numberOf = (place: string): number => Number(place.split('-')[0])

/** One reading may have been on its way already. After a restore of the database no reading ever comes so far. */
const MOST_AGAIN = 2

/** A board that was read before the stream began was not told what happened in between: it is read once more. */
function useGap(cursor: string | undefined, again: () => void) {
  const live = useLive()
  const asked = useRef({ begun: '', times: 0 })
  useEffect(() => {
    if (cursor === undefined) return
    const look = (): boolean => {
      const begun = live.begunAt()
      if (begun === undefined) return false
      if (asked.current.begun !== begun) asked.current = { begun, times: 0 }
      if (numberOf(begun) > numberOf(cursor) && asked.current.times < MOST_AGAIN) {
        asked.current.times += 1
        again()
      }
      return true
    }
    if (look()) return
    const unwatch = live.watchStatus(() => {
      if (look()) unwatch()
    })
    return unwatch
  }, [live, cursor, again])
}

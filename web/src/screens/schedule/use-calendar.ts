/** What a calendar shows: hours of the stores in sight, freezes that reach them, rollouts and schedules. */
import { useQueries } from '@tanstack/react-query'
import { nextRun } from '../../../../src/rollout/time/schedule.ts'
import { get } from '../../api/client.ts'
import { useAnswer, useList } from '../../api/hooks.ts'
import type { Counts, Freeze, Rollout, RolloutOutlook, Schedule, Store, StoreWhole } from '../../api/types.ts'
import { viewerZone } from '../../format/time.ts'
import { useParams } from '../../route-params.ts'
import { quoted } from '../journal/kinds.ts'
import { addDays } from './days.ts'
import { type CalendarFacts, freezeStretch, momentStretch, patternsOf, type Stretch } from './entries.ts'

export interface Scope {
  readonly store: StoreWhole | undefined
  readonly group: string | undefined
  readonly zone: string
}

/** Whose calendar: a store's, a group's or the chain's. */
export function useScope(): Scope & { readonly error: unknown; readonly isLoading: boolean } {
  const { store: code, group } = useParams()
  const found = useAnswer<StoreWhole>(
    `/stores/${encodeURIComponent(code ?? '')}`,
    {},
    { topics: [`stores:${code}`], enabled: code !== undefined },
  )
  const store = code === undefined ? undefined : found.data
  return {
    store,
    group: store === undefined ? group : (store.group ?? undefined),
    zone: store?.timeZone ?? viewerZone(),
    error: code === undefined ? null : found.error,
    isLoading: code !== undefined && found.isPending,
  }
}

/** Stores whose hours are counted at most; more are said to be left out. */
const MOST_STORES = 1000

function useStores({ store, group }: Scope) {
  const asked = { limit: MOST_STORES, filter: group === undefined ? '' : `group:${quoted(group)}` }
  return useList<Store>('/stores', asked, { topics: ['stores'], enabled: store === undefined })
}

const reaches = ({ store, group }: Scope, { scope }: Freeze): boolean => {
  if (scope.kind === 'chain') return true
  // The chain's calendar shows what holds for all of it.
  return scope.kind === 'group' ? scope.name === group : scope.name === store?.code
}

interface Range {
  readonly from: string
  readonly to: string
}

/** What an address counts in a rollout; undefined: it is not known yet. */
function useInScope(rollouts: readonly Rollout[], { store, group }: Scope) {
  const filter =
    store !== undefined
      ? `store:${quoted(store.code)}`
      : group !== undefined
        ? `group:${quoted(group)}`
        : undefined
  const answers = useQueries({
    queries: rollouts.map(({ id }) => ({
      queryKey: [`/rollouts/${id}/updates/counts`, filter],
      queryFn: () => get<Counts>(`/rollouts/${id}/updates/counts`, { by: 'bucket', filter }),
      enabled: filter !== undefined,
      meta: { topics: [`rollouts:${id}`] },
    })),
  })
  return rollouts.filter((_, i) => filter === undefined || (answers[i]?.data?.total ?? 0) > 0)
}

const LIVE = new Set(['running', 'paused', 'scheduled', 'stopping'])
const MOST_ROLLOUTS = 30

function useRollouts(scope: Scope): Stretch[] {
  const list = useList<Rollout>(
    '/rollouts',
    { filter: 'state:scheduled,running,paused,stopping,finished,cancelled', limit: MOST_ROLLOUTS },
    { topics: ['rollouts'] },
  )
  const shown = useInScope(list.rows, scope)
  const live = shown.filter(({ state }) => LIVE.has(state))
  const outlooks = useQueries({
    queries: live.map(({ id }) => ({
      queryKey: [`/rollouts/${id}/outlook`],
      queryFn: () => get<RolloutOutlook>(`/rollouts/${id}/outlook`),
      meta: { topics: [`rollouts:${id}`] },
    })),
  })
  const now = Date.now()
  return shown.flatMap((rollout): Stretch[] => {
    const { id, name, startedAt, finishedAt } = rollout
    const what = { key: id, kind: 'rollout', name, id } as const
    const outlook = outlooks[live.indexOf(rollout)]?.data
    const begun = startedAt === null ? undefined : Date.parse(startedAt)
    const past =
      begun === undefined
        ? []
        : [
            momentStretch(
              what,
              { from: begun, to: finishedAt === null ? now : Date.parse(finishedAt) },
              scope.zone,
            ),
          ]
    const ahead = (outlook?.waves ?? []).flatMap(({ number, startsAt, endsAt }) =>
      startsAt === null || endsAt === null
        ? []
        : [
            momentStretch(
              { ...what, key: `${id} ${number}`, isForecast: true },
              { from: Math.max(now, Date.parse(startsAt)), to: Date.parse(endsAt) },
              scope.zone,
            ),
          ],
    )
    return [...past, ...ahead]
  })
}

/** Runs of one schedule on one calendar at most. */
const MOST_RUNS = 60

export function runsOf(
  cron: string,
  timeZone: string,
  after: number,
  until: number,
  most = MOST_RUNS,
): number[] {
  const runs: number[] = []
  try {
    for (let at = nextRun(cron, timeZone, after); at !== null && at < until; at = nextRun(cron, timeZone, at))
      if (runs.push(at) >= most) break
  } catch {
    // It is told as invalid where it is written.
  }
  return runs
}

function useRuns({ zone }: Scope, { from, to }: Range): Stretch[] {
  const schedules = useList<Schedule>(
    '/schedules',
    { filter: 'ended:false', limit: 100 },
    { topics: ['schedules'] },
  )
  const now = Date.now()
  // A day more on both sides: zones differ.
  const [after, until] = [Math.max(now, Date.parse(addDays(from, -1))), Date.parse(addDays(to, 2))]
  return schedules.rows.flatMap(({ id, name, cron, timeZone }) =>
    runsOf(cron, timeZone, after, until).map((at) =>
      momentStretch({ key: `${id} ${at}`, kind: 'run', name }, { from: at, to: at }, zone),
    ),
  )
}

export function useCalendar(scope: Scope, range: Range) {
  const stores = useStores(scope)
  const freezes = useList<Freeze>('/freezes', { filter: 'lifted:false', limit: 500 }, { topics: ['freezes'] })
  const rollouts = useRollouts(scope)
  const runs = useRuns(scope, range)
  const facts: CalendarFacts = {
    patterns: patternsOf(scope.store === undefined ? stores.rows : [scope.store]),
    stretches: [
      ...freezes.rows.filter((one) => reaches(scope, one)).map(freezeStretch),
      ...rollouts,
      ...runs,
    ],
  }
  return { facts, error: freezes.error ?? stores.error }
}

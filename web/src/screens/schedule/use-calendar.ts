/** What a calendar shows: hours of the stores in sight, freezes that reach them, rollouts and schedules. */
import { useQueries } from '@tanstack/react-query'
import { nextRun } from '../../../../src/rollout/time/schedule.ts'
import { get } from '../../api/client.ts'
import { useAnswer, useList } from '../../api/hooks.ts'
import type {
  Counts,
  Freeze,
  PlanKept,
  Rollout,
  RolloutOutlook,
  Schedule,
  Store,
  StoreWhole,
} from '../../api/types.ts'
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

/** Before it begins there are no rows to count: its plan says which stores it is for. */
const hasRows = ({ startedAt }: Rollout): boolean => startedAt !== null

async function storesOf({ id }: Rollout): Promise<readonly string[]> {
  const { devices } = await get<PlanKept>(`/rollouts/${id}/plan`)
  return Object.values(devices).map(({ store }) => store)
}

/** Those of the rollouts that reach what the calendar is of; what nobody may tell is shown. */
function useInScope(rollouts: readonly Rollout[], { store, group }: Scope, stores: readonly Store[]) {
  const filter =
    store !== undefined
      ? `store:${quoted(store.code)}`
      : group !== undefined
        ? `group:${quoted(group)}`
        : undefined
  const begun = useQueries({
    queries: rollouts.map((rollout) => ({
      queryKey: [`/rollouts/${rollout.id}/updates/counts`, filter],
      queryFn: () => get<Counts>(`/rollouts/${rollout.id}/updates/counts`, { by: 'bucket', filter }),
      enabled: filter !== undefined && hasRows(rollout),
      meta: { topics: [`rollouts:${rollout.id}`] },
    })),
  })
  const planned = useQueries({
    queries: rollouts.map((rollout) => ({
      queryKey: [`/rollouts/${rollout.id}/plan`, 'stores'],
      queryFn: () => storesOf(rollout),
      enabled: filter !== undefined && !hasRows(rollout),
      meta: { topics: [`rollouts:${rollout.id}`] },
      retry: false,
    })),
  })
  const codes = new Set(store === undefined ? stores.map(({ code }) => code) : [store.code])
  return rollouts.filter((rollout, i) => {
    if (filter === undefined) return true
    if (hasRows(rollout)) {
      const { data, error } = begun[i] ?? {}
      return data === undefined ? error != null : data.total > 0
    }
    const { data, error } = planned[i] ?? {}
    return data?.some((code) => codes.has(code)) ?? error != null
  })
}

const LIVE = new Set(['running', 'paused', 'scheduled', 'stopping', 'awaitingApproval'])
const MOST_ROLLOUTS = 30

function useRollouts(scope: Scope, stores: readonly Store[]): Stretch[] {
  const list = useList<Rollout>(
    '/rollouts',
    { filter: '-state:draft', limit: MOST_ROLLOUTS },
    { topics: ['rollouts'] },
  )
  const shown = useInScope(list.rows, scope, stores)
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
    const isAwaiting = rollout.state === 'awaitingApproval'
    const what = { key: id, kind: 'rollout', name, id, ...(isAwaiting && { isAwaiting }) } as const
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
  const rollouts = useRollouts(scope, stores.rows)
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

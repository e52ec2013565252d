/** A rollout on the clock: when its stores may be installed, and what ended when. */

import type { Bucket } from '../rollout/page/bucket.ts'
import type { Plan } from '../rollout/plan/plan-types.ts'
import type { Calendar, Interval } from '../rollout/time/calendar.ts'
import { freezeIntervals, freezesFor, subtractIntervals, windowsOf } from '../rollout/time/window.ts'
import { BUCKET, BUCKET_FROM } from './buckets.ts'
import type { Executor } from './database.ts'
import { readFreezes } from './freezes.ts'

export interface Ended {
  readonly wave: number
  readonly at: Date
  readonly bucket: Bucket
  readonly count: number
}

/** Minutes of all waves together; a night has 1,440 of them. */
const MAX_MINUTES = 20_000

/** Whom the plan left out, or a person took out before it began, ended nothing. */
const ENDED = `
SELECT u.wave, date_trunc('minute', u.finished_at) AS at, ${BUCKET} AS bucket, count(*)::int AS count
FROM device_update u JOIN store s ON s.id = u.store_id ${BUCKET_FROM}
WHERE u.rollout_id = $1 AND ($2::text[] IS NULL OR s.group_name = ANY($2))
  AND u.finished_at >= to_timestamp($3 / 1000.0) AND u.finished_at < to_timestamp($4 / 1000.0) AND u.generation > 0
GROUP BY 1, 2, 3 ORDER BY 2, 1, 3 LIMIT ${MAX_MINUTES}`

const UNDER = `
SELECT u.wave, ${BUCKET} AS bucket, count(*)::int AS count
FROM device_update u JOIN store s ON s.id = u.store_id ${BUCKET_FROM}
WHERE u.rollout_id = $1 AND ($2::text[] IS NULL OR s.group_name = ANY($2)) AND u.finished_at IS NULL
  AND u.state IN ('activating', 'armed', 'restarting', 'disarming', 'unhealthy', 'rollingBack', 'inDoubt')
GROUP BY 1, 2 ORDER BY 1, 2`

export interface TimelineOf extends Interval {
  readonly rolloutId: string
  /** Null: the whole chain. */
  readonly groups: readonly string[] | null
}

/** @param of at most some days long: milliseconds since 1970 */
export async function readEnded(on: Executor, { rolloutId, groups, from, to }: TimelineOf) {
  return (await on.query<Ended>(ENDED, [rolloutId, groups, from, to])).rows
}

export async function readUnderWay(on: Executor, { rolloutId, groups }: TimelineOf) {
  return (await on.query<Omit<Ended, 'at'>>(UNDER, [rolloutId, groups])).rows
}

const GROUPS = `SELECT id, group_name AS "group" FROM store WHERE id = ANY($1::uuid[])`

/** Windows of each wave as they were approved, less the freezes of now; equal ones counted together. */
export async function readWaveWindows(
  on: Executor,
  plan: Plan,
  groups: TimelineOf['groups'],
  span: Interval,
) {
  const ids = plan.stores.map((store) => store.id)
  const { rows } = await on.query<{ id: string; group: string | null }>(GROUPS, [ids])
  const groupOf = new Map(rows.map((row) => [row.id, row.group]))
  const freezes = await readFreezes(on)
  const overridden = plan.policy.overrideFreezes.map((one) => one.freezeId)
  const placeOf = new Map(plan.devices.map((device) => [device.id, device.store]))
  const isSeen = (id: string) => groups === null || groups.includes(groupOf.get(id) ?? '')
  const known = new Map<string, readonly Interval[]>()
  const windowsIn = (place: number): { key: string; windows: readonly Interval[] } | undefined => {
    const store = plan.stores[place]
    const calendar: Calendar | undefined = store && plan.calendars[store.calendar]
    if (store === undefined || calendar === undefined || !isSeen(store.id)) return undefined
    const own = freezesFor(freezes, { storeId: store.id, group: groupOf.get(store.id) ?? null }, overridden)
    const key = `${store.calendar} ${own.map((one) => one.id).join(' ')}`
    const windows =
      known.get(key) ??
      subtractIntervals(
        windowsOf(calendar, plan.policy.windows, span.from, span.to),
        freezeIntervals(own, calendar.timeZone),
      )
    known.set(key, windows)
    return { key, windows }
  }
  return plan.waves.map(({ number, deviceIds }) => {
    const places = new Set(deviceIds.map((id) => placeOf.get(id) ?? -1))
    const found = new Map<string, { windows: readonly Interval[]; stores: number }>()
    for (const place of places) {
      const own = windowsIn(place)
      if (own === undefined) continue
      found.set(own.key, { windows: own.windows, stores: (found.get(own.key)?.stores ?? 0) + 1 })
    }
    const windows = [...found.values()].flatMap(({ windows: spans, stores }) =>
      spans.map((one) => ({ ...one, stores })),
    )
    return { number, windows }
  })
}

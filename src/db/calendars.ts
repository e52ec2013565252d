/** When stores may be installed: their calendars now, and those that were approved for a rollout. */

import { calendarOf, type StoreHours } from '../rollout/inventory.ts'
import type { Calendar } from '../rollout/time/calendar.ts'
import type { StoreTimes } from '../rollout/time/install-times.ts'
import type { Executor } from './database.ts'
import { LIVE } from './state-lists.ts'

/** A running rollout in a store, and which version of the store's row was seen. */
export interface Place {
  readonly rolloutId: string
  readonly storeId: string
  readonly changedAt: number
}

/** Where devices wait for their installation, or are in the middle of it. */
export async function readPlaces(on: Executor): Promise<Place[]> {
  const { rows } = await on.query<Place>(
    `SELECT u.rollout_id AS "rolloutId", u.store_id AS "storeId",
       (extract(epoch FROM s.changed_at) * 1000)::float8 AS "changedAt"
     FROM (SELECT DISTINCT rollout_id, store_id FROM device_update WHERE state ${LIVE} AND state NOT IN ('waiting', 'downloading', 'downloaded', 'verifying')) u
     JOIN rollout r ON r.id = u.rollout_id AND r.state = 'running' JOIN store s ON s.id = u.store_id`,
  )
  return rows
}

/** In the order of `places`; undefined: the store is gone. */
export async function readStoreTimes(
  on: Executor,
  places: readonly Pick<Place, 'rolloutId' | 'storeId'>[],
): Promise<(StoreTimes | undefined)[]> {
  const { rows } = await on.query<{
    place: number
    group: string | null
    timeZone: string
    hours: StoreHours | null
    approved: Calendar | null
    same: boolean
  }>(
    `SELECT (p.place - 1)::int AS place, s.group_name AS "group", s.time_zone AS "timeZone", s.calendar AS hours, a.calendar AS approved,
       (a.calendar IS NULL OR a.calendar = s.calendar || jsonb_build_object('timeZone', s.time_zone)) AS same
     FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS p(rollout_id, store_id, place)
     JOIN store s ON s.id = p.store_id
     LEFT JOIN rollout_store a ON a.rollout_id = p.rollout_id AND a.store_id = p.store_id`,
    [places.map((one) => one.rolloutId), places.map((one) => one.storeId)],
  )
  const times: (StoreTimes | undefined)[] = places.map(() => undefined)
  for (const { place, group, timeZone, hours, approved, same } of rows) {
    const present = calendarOf(timeZone, hours)
    times[place] = { group, present, approved: same || approved === null ? present : approved }
  }
  return times
}

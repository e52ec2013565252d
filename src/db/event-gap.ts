/** What many events have in common, gathered by the database: of twenty thousand rows not one is brought here. */
import { newValues } from './condition.ts'
import type { Executor } from './database.ts'
import { parseCursor } from './events.ts'
import type { Horizon } from './live.ts'
import { ownEvent } from './own.ts'

/** Each value once. */
export interface EventGap {
  /** As many as there are, up to the most that were asked for. */
  readonly events: number
  readonly codes: readonly string[]
  readonly rolloutIds: readonly string[]
  /** Of events that tell of errands; null: of none in particular. */
  readonly requestIds: readonly (string | null)[]
  readonly hasStorePackages: boolean
  readonly deviceIds: readonly string[]
  readonly cashIds: readonly string[]
  /** Codes. */
  readonly stores: readonly string[]
}

export interface GapAsked {
  /** Groups of stores that may be seen; null: all. */
  readonly groups: readonly string[] | null
  /** Codes of events that name a request of errands in their `requestId`. */
  readonly errandCodes: readonly string[]
  readonly mostEvents: number
  /** Of each kind, as many as this. */
  readonly mostNames: number
}

/** In one statement. Events of the place itself are not among them, nor any from the horizon on. */
export async function readEventGap(
  on: Executor,
  after: string,
  before: Horizon,
  { groups, errandCodes, mostEvents, mostNames }: GapAsked,
): Promise<EventGap> {
  const { xid, id } = parseCursor(after) ?? { xid: '0', id: '0' }
  const { values, push } = newValues([groups])
  const beyond = `(e.xid, e.id) > (${push(xid)}::bigint, ${push(id)}::bigint) AND e.xid < ${push(before.xid)}::bigint`
  const limit = `LIMIT ${push(mostNames)}::int`
  const distinct = (column: string) => `SELECT DISTINCT ${column} FROM gap WHERE ${column} IS NOT NULL`
  const { rows } = await on.query<EventGap>(
    `WITH gap AS MATERIALIZED (
       SELECT e.code, e.rollout_id::text, e.store_id, e.device_id, e.store_package_id, CASE
         WHEN e.code = ANY(${push(errandCodes)}::text[]) AND jsonb_typeof(e.params->'requestId') = 'string'
         THEN e.params->>'requestId' END AS request_id
       FROM event e WHERE ${beyond} AND ($1::text[] IS NULL OR ${ownEvent('e')})
       ORDER BY e.xid, e.id LIMIT ${push(mostEvents)}::int),
     touched AS MATERIALIZED (${distinct('device_id')} ${limit})
     SELECT (SELECT count(*)::int FROM gap) AS events,
       ARRAY(${distinct('code')}) AS codes,
       ARRAY(${distinct('rollout_id')} ${limit}) AS "rolloutIds",
       ARRAY(SELECT DISTINCT request_id FROM gap WHERE code = ANY(${push(errandCodes)}::text[]) ${limit}) AS "requestIds",
       EXISTS (SELECT 1 FROM gap WHERE store_package_id IS NOT NULL) AS "hasStorePackages",
       ARRAY(SELECT device_id::text FROM touched) AS "deviceIds",
       ARRAY(SELECT d.cash_id FROM device d JOIN touched t ON t.device_id = d.id) AS "cashIds",
       ARRAY(SELECT s.code FROM store s JOIN (${distinct('store_id')} ${limit}) one ON one.store_id = s.id) AS stores`,
    values,
  )
  const [gap] = rows
  if (gap === undefined) throw new Error('no row of a statement that always has one')
  return gap
}

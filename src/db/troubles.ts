/** What keeps devices of a rollout from their end, grouped so that one person may be asked about one thing. */
import type { Bucket } from '../rollout/page/bucket.ts'
import { BUCKET, BUCKET_FROM, TROUBLE } from './buckets.ts'
import type { Executor } from './database.ts'
import { HELD } from './owned.ts'

export interface TroubleRow {
  readonly bucket: Bucket
  readonly reason: string | null
  readonly count: number
  readonly retryable: number
  /** They ended so that they might be retried, but another rollout has them now, or they are gone. */
  readonly held: number
  readonly devices: readonly {
    readonly id: string
    readonly cashId: string
    readonly name: string
    readonly store: string
  }[]
}

/** Of each group; the list has all. */
const SHOWN = 5

/** All that is neither where it was to arrive nor simply on its way. */
const TROUBLES = `
WITH found AS (
  SELECT u.id, d.cash_id, d.name, s.code, ${BUCKET} AS bucket, ${TROUBLE} AS reason,
    (u.state IN ('failed', 'broken', 'skipped') OR (u.state = 'rolledBack' AND r.kind = 'update')) AS ended,
    ${HELD} AS taken
  FROM device_update u JOIN device d ON d.id = u.device_id JOIN store s ON s.id = u.store_id ${BUCKET_FROM}
  WHERE u.rollout_id = $1 AND ($2::text[] IS NULL OR s.group_name = ANY($2))
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY bucket, reason ORDER BY code, cash_id) AS place FROM found
  WHERE bucket IN ('failed', 'broken', 'rolledBack', 'unreachable', 'skipped', 'inDoubt')
    OR (bucket = 'waiting' AND reason IS NOT NULL)
)
SELECT bucket, reason, count(*)::int AS count, (count(*) FILTER (WHERE ended AND NOT taken))::int AS retryable,
  (count(*) FILTER (WHERE ended AND taken))::int AS held,
  json_agg(json_build_object('id', id, 'cashId', cash_id, 'name', name, 'store', code) ORDER BY place)
    FILTER (WHERE place <= ${SHOWN}) AS devices
FROM placed GROUP BY bucket, reason ORDER BY count(*) DESC, bucket, reason`

/** @param groups of stores; null: the whole chain */
export async function readTroubles(
  on: Executor,
  rolloutId: string,
  groups: readonly string[] | null,
): Promise<TroubleRow[]> {
  return (await on.query<TroubleRow>(TROUBLES, [rolloutId, groups])).rows
}

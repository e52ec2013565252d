/** Rollouts as the headline of the night needs them. */
import type { Policy } from '../rollout/policy.ts'
import type { Executor } from './database.ts'

export interface OutlookRolloutRow {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly startedAt: number | null
  readonly windows: Policy['windows']
  /** Waves that are not released. */
  readonly waits: readonly number[]
}

/** In the order of their beginning. */
export async function readOutlookRollouts(
  on: Executor,
  ids: readonly string[],
): Promise<OutlookRolloutRow[]> {
  const { rows } = await on.query<OutlookRolloutRow>(
    `SELECT r.id, r.name, r.state, (extract(epoch FROM r.started_at) * 1000)::float8 AS "startedAt", r.policy->'windows' AS windows,
       ARRAY(SELECT w.number FROM wave w WHERE w.rollout_id = r.id AND w.released_at IS NULL) AS waits
     FROM rollout r WHERE r.id = ANY($1::uuid[]) ORDER BY r.started_at, r.id`,
    [ids],
  )
  return rows
}

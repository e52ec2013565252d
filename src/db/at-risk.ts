/** Devices that may not be over, or back, when their window ends or their shop opens: said once, while there is time to ring. */
import type { Executor } from './database.ts'
import { INSTALLING } from './state-lists.ts'

export interface AtRisk {
  readonly storeId: string
  readonly updateId: string
  /** To the end of the window or the opening, whichever it was planned by. Negative: it is past. */
  readonly minutesLeft: number
}

/**
 * An installation takes the time it was planned with, then its way back has what is left: who is still in the middle then
 * is told of. One event for each installation.
 */
export async function tellAtRisk(on: Executor): Promise<AtRisk[]> {
  const { rows } = await on.query<AtRisk>(
    `WITH late AS (
       SELECT u.id, u.rollout_id, u.store_id, u.device_id, u.state,
         floor(extract(epoch FROM u.latest_start - now()) / 60 + ((r.need->>'installSeconds')::float8 + (r.need->>'confirmSeconds')::float8
           + (r.need->>'rollbackSeconds')::float8 + (r.need->>'marginSeconds')::float8) / 60)::int AS minutes
       FROM device_update u JOIN rollout r ON r.id = u.rollout_id
       WHERE u.state ${INSTALLING} AND u.latest_start IS NOT NULL AND r.need ? 'marginSeconds'
         AND now() > u.latest_start + make_interval(secs => (r.need->>'installSeconds')::float8 + (r.need->>'confirmSeconds')::float8)
         AND NOT EXISTS (SELECT 1 FROM event e WHERE e.update_id = u.id AND e.code = 'openingAtRisk' AND e.at >= u.install_at)
       LIMIT 500
     )
     INSERT INTO event (code, actor, rollout_id, store_id, device_id, update_id, params)
     SELECT 'openingAtRisk', 'conductor', rollout_id, store_id, device_id, id, jsonb_build_object('state', state, 'minutes', minutes)
     FROM late RETURNING store_id AS "storeId", update_id AS "updateId", (params->>'minutes')::int AS "minutesLeft"`,
  )
  return rows
}

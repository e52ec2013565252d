/** What a worker needs to know of the attempts before its own. */
import type { Executor } from './database.ts'

export interface Tries {
  /** When the first of the attempts at this step was claimed that were all put off, this one included. */
  readonly since: Date
  /** The rest state that the claimed row came from. */
  readonly claimedFrom: string | undefined
}

/** @param generation of the claim that is held */
export async function readTries(
  on: Executor,
  updateId: string,
  step: string,
  generation: number,
): Promise<Tries> {
  const { rows } = await on.query<{ since: Date | null; claimedFrom: string | null }>(
    `SELECT
       (SELECT min(claimed_at) FROM step_run WHERE update_id = $1 AND step = $2 AND generation <= $3
          AND generation > coalesce((SELECT max(generation) FROM step_run
            WHERE update_id = $1 AND ended_at IS NOT NULL AND outcome <> 'deferred'), 0)) AS since,
       (SELECT params->>'from' FROM event WHERE update_id = $1 AND code = 'updateMoved' AND params->>'event' LIKE 'claim%'
          ORDER BY id DESC LIMIT 1) AS "claimedFrom"`,
    [updateId, step, generation],
  )
  const row = rows[0]
  return { since: row?.since ?? new Date(), claimedFrom: row?.claimedFrom ?? undefined }
}

/** What is to be known of a claim beside its row: which step, where it came from, since when it is tried. */
import type { Executor } from './database.ts'

export interface Tries {
  readonly step: string | undefined
  /** When the first of the attempts at this step was claimed that were all put off, this one included. */
  readonly since: Date
  /** The rest state that the claimed row came from. */
  readonly claimedFrom: string | undefined
}

const READ = `
SELECT r.step, e.params->>'from' AS "claimedFrom",
  (SELECT min(o.claimed_at) FROM step_run o WHERE o.update_id = $1 AND o.step = r.step AND o.generation <= $2
     AND o.generation > coalesce((SELECT max(x.generation) FROM step_run x
       WHERE x.update_id = $1 AND x.ended_at IS NOT NULL AND x.outcome <> 'deferred'), 0)) AS since
FROM step_run r
LEFT JOIN LATERAL (
  SELECT params FROM event WHERE update_id = $1 AND code = 'updateMoved' AND params->>'event' LIKE 'claim%'
  ORDER BY id DESC LIMIT 1
) e ON true
WHERE r.update_id = $1 AND r.generation = $2`

/** @param generation of the claim that is held */
export async function readTries(on: Executor, updateId: string, generation: number): Promise<Tries> {
  const { rows } = await on.query<{ step: string; since: Date | null; claimedFrom: string | null }>(READ, [
    updateId,
    generation,
  ])
  const row = rows[0]
  return { step: row?.step, since: row?.since ?? new Date(), claimedFrom: row?.claimedFrom ?? undefined }
}

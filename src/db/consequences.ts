/** Device updates as consequence.ts counts them: what a control would do, before anybody does it. */
import { type Consequence, type Control, consequence, type UpdateCount } from '../rollout/consequence.ts'
import type { Executor } from './database.ts'

const COUNTS = `
SELECT u.state, u.reason, u.wave, (w.released_at IS NOT NULL) AS "isReleased", count(*)::int AS count
FROM device_update u LEFT JOIN wave w ON w.rollout_id = u.rollout_id AND w.number = u.wave
WHERE u.rollout_id = $1 GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 2`

const readUpdateCounts = async (on: Executor, rolloutId: string): Promise<UpdateCount[]> =>
  (await on.query<UpdateCount>(COUNTS, [rolloutId])).rows

/** Before its start a rollout has no rows: nothing happens to any device. */
export async function readConsequence(
  on: Executor,
  rolloutId: string,
  control: Control,
  options: { readonly wave?: number; readonly canGoBack: boolean | null },
): Promise<Consequence> {
  return consequence(control, await readUpdateCounts(on, rolloutId), options)
}

/** Who is asked before a report is made. */
import type { Executor } from './database.ts'
import type { ReportHead, ReportKind } from './report-rollouts.ts'
import { LANE_CLOSED, LIVE } from './state-lists.ts'

/** In one go; the others a minute later. */
const AT_ONCE = 5000

/** Evening: who is still to be installed. Morning: who was, or is in the middle of it. */
const MEANT: Readonly<Record<ReportKind, string>> = {
  evening: `u.state ${LIVE}`,
  morning: `(u.install_at IS NOT NULL OR u.state ${LANE_CLOSED})`,
}

const PLANNED = `
SELECT jsonb_array_elements_text(w->'deviceIds')::uuid FROM rollout r, jsonb_array_elements(r.plan->'waves') AS w WHERE r.id = $1
UNION SELECT jsonb_array_elements_text(c->'deviceIds')::uuid FROM rollout r, jsonb_array_elements(r.plan->'carried') AS c WHERE r.id = $1`

/**
 * Devices of a rollout in a zone that nobody has asked since `since` (milliseconds since 1970), and that nobody is about
 * to ask: so asking again costs nothing, and each is asked once.
 */
export async function readNotAsked(
  on: Executor,
  kind: ReportKind,
  head: ReportHead,
  { timeZone, since }: { readonly timeZone: string; readonly since: number },
): Promise<string[]> {
  const meant = head.hasRows
    ? `SELECT u.device_id FROM device_update u WHERE u.rollout_id = $1 AND ${MEANT[kind]}`
    : PLANNED
  const { rows } = await on.query<{ id: string }>(
    `SELECT d.id FROM device d JOIN store s ON s.id = d.store_id LEFT JOIN device_status t ON t.device_id = d.id
     WHERE d.id IN (${meant}) AND s.time_zone = $2 AND d.host IS NOT NULL AND NOT d.in_reserve AND d.removed_at IS NULL
       AND (t.asked_at IS NULL OR t.asked_at < $3)
       AND NOT EXISTS (SELECT 1 FROM command c WHERE c.device_id = d.id AND c.kind = 'look'
         AND (c.state IN ('waiting', 'running') OR c.created_at >= $3))
     ORDER BY d.id LIMIT ${AT_ONCE}`,
    [head.id, timeZone, new Date(since)],
  )
  return rows.map((row) => row.id)
}

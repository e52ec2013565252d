/** What people asked of many hosts at once, as far as somebody has to compare it. */
import type { Executor } from './database.ts'

export interface ShownRequest {
  readonly id: string
  readonly createdAt: Date
  readonly requestedBy: string
  /** Hosts that wait for a person. */
  readonly shown: number
}

/** Hosts wait for seven days at most: there is no more of them than people ask for in a week. */
const MOST_REQUESTS = 200

/** Requests of which hosts wait for a person, as far as the asker may see them; newest first. */
export async function readShownRequests(
  on: Executor,
  storeGroups: readonly string[] | null,
): Promise<ShownRequest[]> {
  const { rows } = await on.query<ShownRequest>(
    `SELECT e.request_id AS id, min(e.created_at) AS "createdAt", min(e.requested_by) AS "requestedBy", count(*)::int AS shown
     FROM enrolment e JOIN store s ON s.id = e.store_id
     WHERE e.state = 'shown' AND ($1::text[] IS NULL OR s.group_name = ANY($1))
     GROUP BY e.request_id ORDER BY 2 DESC, 1 LIMIT ${MOST_REQUESTS}`,
    [storeGroups],
  )
  return rows
}

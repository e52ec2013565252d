/** Groups of the stores that a named thing touches. */
import type { Executor } from './database.ts'

/** Every query takes the name and gives the groups; a store without one is told as null. */
const ROLLOUT = `
SELECT DISTINCT s.group_name AS "group" FROM store s WHERE s.id IN (
  SELECT u.store_id FROM device_update u WHERE u.rollout_id = $1::uuid
  UNION SELECT (one->>'id')::uuid FROM rollout r, jsonb_array_elements(r.plan->'stores') AS one WHERE r.id = $1::uuid
  UNION SELECT (one->>'id')::uuid FROM rollout r, jsonb_array_elements(r.next_plan->'stores') AS one
    WHERE r.id = $1::uuid AND jsonb_typeof(r.next_plan->'stores') = 'array')`

const ERRANDS = `
SELECT DISTINCT s.group_name AS "group" FROM command c JOIN device d ON d.id = c.device_id JOIN store s ON s.id = d.store_id
WHERE c.request_id = $1::uuid OR c.id = $1::uuid`

const queries = {
  store: 'SELECT group_name AS "group" FROM store WHERE code = $1',
  device:
    'SELECT s.group_name AS "group" FROM device d JOIN store s ON s.id = d.store_id WHERE d.cash_id = $1',
  rollout: ROLLOUT,
  update:
    'SELECT s.group_name AS "group" FROM device_update u JOIN store s ON s.id = u.store_id WHERE u.id = $1::uuid',
  command: ERRANDS,
  dryRun: ERRANDS,
  enrolment: `
SELECT DISTINCT s.group_name AS "group" FROM enrolment e JOIN store s ON s.id = e.store_id
WHERE e.request_id = $1::uuid OR e.id = $1::uuid`,
  // One of a whole time zone is of nobody's group.
  report: `
SELECT DISTINCT s.group_name AS "group" FROM report r LEFT JOIN device_update u ON u.rollout_id = r.rollout_id
LEFT JOIN store s ON s.id = u.store_id WHERE r.id = $1::uuid`,
} as const
export type Reached = keyof typeof queries

/** Null stands for stores without a group. Empty: there is nothing of this name, or it touches no store. */
export async function groupsTouched(on: Executor, kind: Reached, name: string): Promise<(string | null)[]> {
  const { rows } = await on.query<{ group: string | null }>(queries[kind], [name])
  return rows.map((row) => row.group)
}

export interface Named {
  readonly stores: readonly string[]
  readonly cashIds: readonly string[]
}

/** Which of these stores and devices are of none of the groups. Names that nothing has are not told. */
export async function findForeign(
  on: Executor,
  groups: readonly string[],
  { stores, cashIds }: Named,
): Promise<Set<string>> {
  if (stores.length === 0 && cashIds.length === 0) return new Set()
  const { rows } = await on.query<{ name: string }>(
    `SELECT 's:' || code AS name FROM store WHERE code = ANY($2::text[]) AND (group_name = ANY($1::text[])) IS NOT TRUE
     UNION ALL SELECT 'd:' || d.cash_id FROM device d JOIN store s ON s.id = d.store_id
       WHERE d.cash_id = ANY($3::text[]) AND (s.group_name = ANY($1::text[])) IS NOT TRUE`,
    [groups, stores, cashIds],
  )
  return new Set(rows.map((row) => row.name))
}

/** Packages that are to lie on store servers whether a rollout needs them or not, and those that are not to any more. */
import { type Database, type Executor, inTransaction } from './database.ts'

export interface StoreCriteria {
  readonly stores?: readonly string[]
  readonly groups?: readonly string[]
  readonly labels?: readonly string[]
}

export interface ChosenStore {
  readonly id: string
  readonly code: string
}

/** Members narrow each other; left out = any. @param groups of stores that may be touched; null: all */
export async function readStores(
  on: Executor,
  wanted: StoreCriteria,
  groups: readonly string[] | null,
): Promise<ChosenStore[]> {
  const { rows } = await on.query<ChosenStore>(
    `SELECT id, code FROM store WHERE removed_at IS NULL
       AND ($1::text[] IS NULL OR code = ANY($1)) AND ($2::text[] IS NULL OR group_name = ANY($2))
       AND ($3::text[] IS NULL OR labels && $3) AND ($4::text[] IS NULL OR group_name = ANY($4)) ORDER BY code`,
    [wanted.stores ?? null, wanted.groups ?? null, wanted.labels ?? null, groups],
  )
  return rows
}

export interface AskedDistribution {
  readonly packageId: string
  readonly storeIds: readonly string[]
  readonly actor: string
}

/** Of rows in `changed` (a CTE with the columns of store_package). */
const said = (code: string): string => `
INSERT INTO event (code, actor, store_id, store_package_id, params)
SELECT '${code}', $3, changed.store_id, changed.id,
  jsonb_build_object('packageId', k.id, 'kind', k.kind, 'version', k.version, 'store', s.code)
FROM changed JOIN store s ON s.id = changed.store_id JOIN package k ON k.id = changed.package_id`

/** One that could not be brought is tried anew at once; one that was wanted already is told of no more. */
const WANT = `
WITH changed AS (
  INSERT INTO store_package AS p (id, store_id, package_id, wanted_by)
  SELECT gen_random_uuid(), unnest($2::uuid[]), $1, $3
  ON CONFLICT (store_id, package_id) DO UPDATE SET wanted_by = $3, withdrawn_by = NULL,
    attempts = CASE WHEN p.state = 'absent' THEN 0 ELSE p.attempts END,
    not_before = CASE WHEN p.state = 'absent' THEN NULL ELSE p.not_before END,
    reason = CASE WHEN p.state = 'absent' THEN NULL ELSE p.reason END
  WHERE p.wanted_by IS NULL OR p.withdrawn_by IS NOT NULL OR p.state = 'absent'
  RETURNING *
) ${said('storePackageWanted')}`

/** Of those where something lies, or may: nothing was ever sent to the others. A removal that failed is tried anew. */
const WITHDRAW = `
WITH changed AS (
  UPDATE store_package SET wanted_by = NULL,
    withdrawn_by = CASE WHEN state <> 'absent' OR wan_bytes > 0 OR withdrawn_by IS NOT NULL THEN $3 END,
    attempts = CASE WHEN state = 'absent' THEN 0 ELSE attempts END,
    not_before = CASE WHEN state = 'absent' THEN NULL ELSE not_before END,
    reason = CASE WHEN state = 'absent' THEN NULL ELSE reason END
  WHERE package_id = $1 AND store_id = ANY($2::uuid[]) AND (wanted_by IS NOT NULL
    OR (withdrawn_by IS NULL AND (state <> 'absent' OR wan_bytes > 0))
    OR (withdrawn_by IS NOT NULL AND state = 'absent' AND reason IS NOT NULL))
  RETURNING *
) ${said('storePackageWithdrawn')}`

const ask = async (db: Database, sql: string, asked: AskedDistribution): Promise<number> => {
  const { packageId, storeIds, actor } = asked
  const changed = await inTransaction(
    db,
    async (client) => (await client.query(sql, [packageId, storeIds, actor])).rowCount ?? 0,
  )
  db.poke()
  return changed
}

/** From now on it lies there, as long as nobody withdraws it. @returns how many stores are new to it */
export const wantPackage = (db: Database, asked: AskedDistribution) => ask(db, WANT, asked)

/** Removed as soon as nothing needs it. @returns how many stores had it, or were to have it */
export const withdrawPackage = (db: Database, asked: AskedDistribution) => ask(db, WITHDRAW, asked)

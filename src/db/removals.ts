/** Packages that nobody wants on a store server any more: claimed by the leader, one by one. */
import type pg from 'pg'
import { neverAgain } from '../rollout/reasons.ts'
import type { Claimed } from './claims.ts'
import { type Executor, inTransactionOn } from './database.ts'
import { FILE_KEPT, NEEDED, TO_REMOVE } from './store-package-need.ts'
import { moveStorePackage } from './transition.ts'

/** There is no hurry: uploads and installations go first. */
const AT_ONCE = 20

interface Removable {
  readonly id: string
  readonly storeId: string
  readonly attempts: number
}

async function readRemovable(on: Executor, limit: number): Promise<Removable[]> {
  const { rows } = await on.query<Removable>(
    `SELECT p.id, p.store_id AS "storeId", p.attempts FROM store_package p
     WHERE ${TO_REMOVE} AND (p.not_before IS NULL OR p.not_before <= now())
       AND (p.state = 'present' OR p.reason IS NULL OR p.reason <> ALL($2::text[]))
     ORDER BY p.not_before NULLS FIRST, p.id LIMIT $1`,
    [limit, neverAgain],
  )
  return rows
}

/** Looked at again with the store locked: a claim of an upload waits for this one, or was made before. */
async function claimRemoval(on: pg.ClientBase, row: Removable, leaseSeconds: number) {
  await on.query('SELECT 1 FROM store WHERE id = $1 FOR UPDATE', [row.storeId])
  const { rows } = await on.query<{ generation: number }>(
    `SELECT p.generation + 1 AS generation FROM store_package p WHERE p.id = $1 AND ${TO_REMOVE}`,
    [row.id],
  )
  const generation = rows[0]?.generation
  if (generation === undefined) return undefined
  const claim = { generation, leaseSeconds }
  const moved = await moveStorePackage(on, row.id, 'claimRemoval', { actor: 'conductor', claim })
  if (moved === undefined) return undefined
  await on.query(
    `INSERT INTO step_run (id, store_package_id, step, attempt, generation) VALUES (gen_random_uuid(), $1, 'remove', $2, $3)`,
    [row.id, row.attempts + 1, generation],
  )
  return { step: 'remove', id: row.id, generation } as const
}

/** The leader's, on its own connection. */
export async function claimRemovals(
  on: pg.ClientBase,
  limit: number,
  leaseSeconds: number,
): Promise<Claimed[]> {
  const claimed: Claimed[] = []
  if (limit <= 0) return claimed
  for (const row of await readRemovable(on, Math.min(limit, AT_ONCE))) {
    const claim = await inTransactionOn(on, () => claimRemoval(on, row, leaseSeconds))
    if (claim !== undefined) claimed.push(claim)
  }
  return claimed
}

/**
 * The worker's last look before it deletes: the claim is still its own, and nobody needs the file again. What is
 * needed from now on finds the row absent, and brings it anew.
 * @returns `row`: the file is another store package's as well, and stays; undefined: nothing may go
 */
export async function mayRemove(
  on: Executor,
  id: string,
  generation: number,
): Promise<'file' | 'row' | undefined> {
  const { rows } = await on.query<{ what: 'file' | 'row' }>(
    `SELECT CASE WHEN ${FILE_KEPT} THEN 'row' ELSE 'file' END AS what FROM store_package p WHERE p.id = $1 AND p.generation = $2 AND p.state = 'removing' AND p.lease_until > now()
       AND p.wanted_by IS NULL AND p.withdrawn_by IS NOT NULL AND NOT ${NEEDED}`,
    [id, generation],
  )
  return rows[0]?.what
}

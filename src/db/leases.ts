/** Leases: written by a claim, taken by begin, renewed in one statement, expired by the conductor. Times are the database's. */
import type pg from 'pg'
import type { Database, Executor } from './database.ts'
import { moveStorePackage, moveUpdate } from './transition.ts'
import { readTries } from './tries.ts'

/** Errands have no record of their attempts: they are taken by errands.ts, and renewed here. */
export type LeaseTable = 'device_update' | 'store_package' | 'command' | 'enrolment'
type StepTable = Exclude<LeaseTable, 'command' | 'enrolment'>
const parentOf = { device_update: 'update_id', store_package: 'store_package_id' } as const

/**
 * Takes a claim: only the first taker of a generation that is still the row's gets it, however often a queue
 * delivers the job. False: somebody has it, or it is stale.
 */
export async function takeClaim(
  on: Executor,
  table: StepTable,
  claim: { id: string; generation: number },
  worker: string,
  leaseSeconds: number,
): Promise<boolean> {
  const { rowCount } = await on.query(
    `WITH row AS (
       SELECT id FROM ${table} WHERE id = $1 AND generation = $2 AND lease_until IS NOT NULL FOR UPDATE
     ), begun AS (
       UPDATE step_run SET started_at = now(), worker = $3 FROM row
       WHERE ${parentOf[table]} = row.id AND generation = $2 AND started_at IS NULL AND ended_at IS NULL
       RETURNING row.id
     )
     UPDATE ${table} t SET lease_until = now() + make_interval(secs => $4), lease_owner = $3 FROM begun WHERE t.id = begun.id`,
    [claim.id, claim.generation, worker, leaseSeconds],
  )
  return rowCount === 1
}

/** Renews what this worker holds; the ids that are still its own come back, the others were taken away. */
export async function renewLeases(
  on: Executor,
  table: LeaseTable,
  held: readonly { id: string; generation: number }[],
  worker: string,
  leaseSeconds: number,
): Promise<Set<string>> {
  const { rows } = await on.query<{ id: string }>(
    `UPDATE ${table} t SET lease_until = now() + make_interval(secs => $4)
     FROM unnest($1::uuid[], $2::int[]) AS held(id, generation)
     WHERE t.id = held.id AND t.generation = held.generation AND t.lease_until IS NOT NULL AND t.lease_owner = $3
     RETURNING t.id`,
    [held.map((one) => one.id), held.map((one) => one.generation), worker, leaseSeconds],
  )
  return new Set(rows.map((row) => row.id))
}

interface Expired {
  readonly id: string
  readonly generation: number
  readonly begun: boolean
}

const readExpired = async (on: pg.ClientBase, table: StepTable): Promise<Expired[]> => {
  const { rows } = await on.query<Expired>(
    `SELECT t.id, t.generation, (r.started_at IS NOT NULL) AS begun FROM ${table} t
     LEFT JOIN step_run r ON r.${parentOf[table]} = t.id AND r.generation = t.generation
     WHERE t.lease_until < now() LIMIT 500`,
  )
  return rows
}

/** Back to where it was claimed from: the way back of a device that sells leaves it as it is. */
async function giveBack(on: pg.ClientBase, id: string, generation: number): Promise<'deferred' | 'putOff'> {
  const { step, claimedFrom } = await readTries(on, id, generation)
  return step === 'rollback' && claimedFrom === 'ready' ? 'putOff' : 'deferred'
}

/**
 * Ends attempts whose lease ran out. One that nobody had begun spent nothing and changed nothing;
 * one that had begun counts, and from arming on the device is in doubt.
 */
export async function expireLeases(on: pg.ClientBase): Promise<number> {
  let expired = 0
  const lost = { actor: 'conductor', reason: 'leaseExpired', attempts: 'spend', retryInSeconds: 1 } as const
  const unbegun = { actor: 'conductor', attempts: 'keep' } as const
  for (const { id, generation, begun } of await readExpired(on, 'device_update')) {
    const moved = begun
      ? await moveUpdate(on, id, 'leaseLost', { ...lost, generation })
      : await moveUpdate(on, id, await giveBack(on, id, generation), { ...unbegun, generation })
    if (moved) expired += 1
  }
  for (const { id, generation, begun } of await readExpired(on, 'store_package')) {
    const moved = begun
      ? await moveStorePackage(on, id, 'leaseLost', { ...lost, generation })
      : await moveStorePackage(on, id, 'deferred', { ...unbegun, generation })
    if (moved) expired += 1
  }
  return expired
}

/** Writes progress of many rows at once; of a row that has moved on, nothing. */
export async function writeProgress(
  on: Executor,
  table: StepTable,
  progress: readonly { id: string; generation: number; doneBytes: number }[],
): Promise<void> {
  if (progress.length === 0) return
  await on.query(
    `UPDATE ${table} t SET done_bytes = p.bytes, updated_at = now()
     FROM unnest($1::uuid[], $2::int[], $3::bigint[]) AS p(id, generation, bytes)
     WHERE t.id = p.id AND t.generation = p.generation AND t.lease_until IS NOT NULL`,
    [
      progress.map((one) => one.id),
      progress.map((one) => one.generation),
      progress.map((one) => one.doneBytes),
    ],
  )
}

/** Bytes that crossed the WAN count whatever became of the attempt. */
export async function addWanBytes(on: Executor, storePackageId: string, bytes: number): Promise<void> {
  await on.query('UPDATE store_package SET wan_bytes = wan_bytes + $2 WHERE id = $1', [storePackageId, bytes])
}

/** Tells the conductor that this worker lives, and what it can carry. */
export async function reportWorker(db: Database, id: string, capacity: number): Promise<void> {
  await db.pool.query(
    `INSERT INTO worker_node (id, capacity) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET capacity = $2, seen_at = now()`,
    [id, capacity],
  )
}

/** Rows of workers that died without a word. */
export async function forgetDeadWorkers(db: Database): Promise<void> {
  await db.pool.query(`DELETE FROM worker_node WHERE seen_at < now() - interval '1 day'`)
}

export async function removeWorker(db: Database, id: string): Promise<void> {
  await db.pool.query('DELETE FROM worker_node WHERE id = $1', [id])
}

/** What commands and enrolments have in common: rows with a lease of their own, and no record of their attempts. */
import type { Executor } from './database.ts'

export type ErrandTable = 'command' | 'enrolment'

/** Takes a claim: only the first taker gets it, however often a queue delivers the job. */
export async function takeErrand(
  on: Executor,
  table: ErrandTable,
  claim: { id: string; generation: number },
  worker: string,
  leaseSeconds: number,
): Promise<boolean> {
  const { rowCount } = await on.query(
    `UPDATE ${table} SET lease_owner = $3, lease_until = now() + make_interval(secs => $4)
     WHERE id = $1 AND generation = $2 AND lease_until IS NOT NULL AND lease_owner IS NULL`,
    [claim.id, claim.generation, worker, leaseSeconds],
  )
  return rowCount === 1
}

/** The device's new generation for each waiting errand that may change it; no two of these are of one device. */
export async function raiseDevices(
  on: Executor,
  table: ErrandTable,
  ids: readonly string[],
): Promise<{ id: string; generation: number }[]> {
  if (ids.length === 0) return []
  const { rows } = await on.query<{ id: string; generation: number }>(
    `UPDATE device d SET generation = d.generation + 1 FROM ${table} e
     WHERE e.id = ANY($1::uuid[]) AND e.state = 'waiting' AND d.id = e.device_id RETURNING e.id, d.generation`,
    [ids],
  )
  return rows
}

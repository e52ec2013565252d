/** What commands and enrolments have in common: rows with a lease of their own, and no record of their attempts. */
import type { ReasonCode } from '../rollout/reasons.ts'
import type { Machine } from '../rollout/states.ts'
import type { Executor } from './database.ts'
import { cells } from './state-lists.ts'

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

export interface ErrandMove {
  readonly id: string
  /** The generation that it must have; left out: any. */
  readonly expected?: number
  /** A claim's new one. */
  readonly generation?: number
}

export interface ErrandMoveOptions {
  readonly actor: string
  /** null clears it; left out keeps it. */
  readonly reason?: ReasonCode | null
  readonly params?: Readonly<Record<string, unknown>>
  readonly spends?: boolean
  readonly retryInSeconds?: number
  /** Only of a claim. */
  readonly leaseSeconds?: number
}

/** What both statements that move errands begin with: $1 to $11. */
export function moveValues(
  machine: Machine,
  moves: readonly ErrandMove[],
  event: string,
  options: ErrandMoveOptions,
): unknown[] {
  const { before, after } = cells(machine, event)
  return [
    before,
    after,
    moves.map((move) => move.id),
    moves.map((move) => move.expected ?? null),
    moves.map((move) => move.generation ?? null),
    options.leaseSeconds ?? null,
    options.spends ? 1 : 0,
    options.retryInSeconds ?? null,
    options.reason !== undefined,
    options.reason ?? null,
    options.params === undefined ? null : JSON.stringify(options.params),
  ]
}

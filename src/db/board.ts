/** What the queue board and the API ask of rows about jobs: the row is the truth, a job only points at it. */
import type { RolloutKind, Step } from '../rollout/due.ts'
import { retryOf } from '../rollout/reasons.ts'
import type { Database, Executor } from './database.ts'
import { OWNED } from './owned.ts'
import { LIVE } from './state-lists.ts'
import { requestRetry } from './updates.ts'

export type RetryRefusal = 'notFound' | 'superseded' | 'rolloutCancelled' | 'ownedByRollout' | 'notRetryable'

/** What a job points at, and why its retry would be refused; no `why`: it may be asked for. */
export interface Judged {
  readonly why?: RetryRefusal
  readonly updateId?: string
  readonly storePackageId?: string
  readonly rolloutId?: string
  readonly storeId?: string
  readonly deviceId?: string
  readonly state?: string
}

interface UpdatePlace {
  readonly updateId: string
  readonly state: string
  readonly reason: string | null
  readonly generation: number
  readonly rolloutId: string
  readonly storeId: string
  readonly deviceId: string
  readonly rolloutState: string
  readonly kind: RolloutKind
  readonly owned: boolean
  readonly isRemoved: boolean
}

function whyNotUpdate(row: UpdatePlace, generation: number): RetryRefusal | undefined {
  if (row.generation !== generation) return 'superseded'
  if (row.rolloutState === 'cancelled' || row.rolloutState === 'stopping') return 'rolloutCancelled'
  if (row.isRemoved || retryOf(row.kind, row.state, row.reason) === undefined) return 'notRetryable'
  return row.owned ? 'ownedByRollout' : undefined
}

/** Whether a retry of this claim's job may be asked for. The request itself decides again, in its transaction. */
export async function judgeUpdateRetry(
  on: Executor,
  claim: { id: string; generation: number },
): Promise<Judged> {
  const { rows } = await on.query<UpdatePlace>(
    `SELECT u.id AS "updateId", u.state, u.reason, u.generation, u.rollout_id AS "rolloutId", u.store_id AS "storeId",
       u.device_id AS "deviceId", r.state AS "rolloutState", r.kind,
       EXISTS (SELECT 1 FROM device d WHERE d.id = u.device_id AND d.removed_at IS NOT NULL) AS "isRemoved",
       ${OWNED} AS owned
     FROM device_update u JOIN rollout r ON r.id = u.rollout_id WHERE u.id = $1`,
    [claim.id],
  )
  const row = rows[0]
  if (row === undefined) return { why: 'notFound' }
  const { updateId, rolloutId, storeId, deviceId, state } = row
  const why = whyNotUpdate(row, claim.generation)
  return { updateId, rolloutId, storeId, deviceId, state, ...(why === undefined ? {} : { why }) }
}

/** Device updates that ended because this store package could not be brought: its retry is theirs. */
const LEFT_WITHOUT = `
SELECT u.id FROM device_update u JOIN rollout r ON r.id = u.rollout_id JOIN store_package p ON p.id = $1
WHERE u.store_id = p.store_id AND u.package_id = p.package_id AND r.state IN ('running', 'paused', 'finished')
  AND u.state IN ('skipped', 'failed') AND u.reason IN (p.reason, 'storePackageMissing')
  AND NOT EXISTS (SELECT 1 FROM device_update o WHERE o.device_id = u.device_id AND o.state ${LIVE})
  AND EXISTS (SELECT 1 FROM device d WHERE d.id = u.device_id AND d.removed_at IS NULL)
ORDER BY u.id LIMIT 1000`

/** The same for a store package: it must be absent, and some device must want it. */
export async function judgeStorePackageRetry(
  on: Executor,
  claim: { id: string; generation: number },
): Promise<Judged> {
  const { rows } = await on.query<{ storeId: string; state: string; generation: number; wanted: boolean }>(
    `SELECT p.store_id AS "storeId", p.state, p.generation, EXISTS (
       SELECT 1 FROM device_update u JOIN rollout r ON r.id = u.rollout_id
       WHERE u.store_id = p.store_id AND u.package_id = p.package_id AND u.state = 'waiting'
         AND r.state IN ('running', 'paused')) OR p.wanted_by IS NOT NULL OR p.withdrawn_by IS NOT NULL AS wanted
     FROM store_package p WHERE p.id = $1`,
    [claim.id],
  )
  const row = rows[0]
  if (row === undefined) return { why: 'notFound' }
  const place = { storePackageId: claim.id, storeId: row.storeId, state: row.state }
  if (row.generation !== claim.generation) return { ...place, why: 'superseded' }
  const isWanted = row.wanted || (await on.query(LEFT_WITHOUT, [claim.id])).rowCount !== 0
  return row.state === 'absent' && isWanted ? place : { ...place, why: 'notRetryable' }
}

/** Retries the device updates that a store package left behind; returns how many go on. */
export async function reviveLeftWithout(
  db: Database,
  storePackageId: string,
  actor: string,
): Promise<number> {
  const { rows } = await db.pool.query<{ id: string }>(LEFT_WITHOUT, [storePackageId])
  let revived = 0
  for (const { id } of rows) {
    if ((await requestRetry(db, id, { actor, via: 'board' })).ok) revived += 1
  }
  return revived
}

export interface PastClaim {
  readonly step: Step
  readonly id: string
  readonly generation: number
}

/** The last claim of each of these device updates, and of the store packages that they need. */
export async function readLastClaims(on: Executor, updateIds: readonly string[]): Promise<PastClaim[]> {
  const { rows } = await on.query<PastClaim>(
    `SELECT DISTINCT ON (id) step, id, generation FROM (
       SELECT r.step, r.update_id AS id, r.generation FROM step_run r WHERE r.update_id = ANY($1::uuid[])
       UNION ALL
       SELECT r.step, r.store_package_id, r.generation FROM step_run r
       JOIN store_package p ON p.id = r.store_package_id
       JOIN device_update u ON u.store_id = p.store_id AND u.package_id = p.package_id
       WHERE u.id = ANY($1::uuid[]) AND r.ended_at IS NOT NULL
     ) AS claim ORDER BY id, generation DESC`,
    [updateIds],
  )
  return rows
}

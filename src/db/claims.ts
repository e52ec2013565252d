/**
 * What only the leader writes. Every statement runs on the connection that holds the leader's lock:
 * when that connection is gone, so is the right to claim.
 */
import type pg from 'pg'
import { claimEvents, type DeviceStep, type DueSnapshot } from '../rollout/due.ts'
import { neverAgain } from '../rollout/reasons.ts'
import type { StoreLoad } from '../rollout/release.ts'
import { AT_REST, INSTALLING, LIVE } from './state-lists.ts'
import { moveStorePackage, moveUpdate } from './transition.ts'

export interface Candidate extends Omit<DueSnapshot, 'now'> {
  readonly id: string
  readonly storeId: string
}

/** Rows read in one tick: enough for every limit, bounded whatever the size of the chain. */
const CANDIDATES_PER_STORE = 40
const CANDIDATES = 4000

/** Live updates at rest whose back-off is over, some of every store; and the database's now. */
export async function readCandidates(on: pg.ClientBase): Promise<{ now: number; candidates: Candidate[] }> {
  const { rows: clock } = await on.query<{ now: Date }>('SELECT now() AS now')
  const { rows } = await on.query<Candidate>(
    `SELECT * FROM (
       SELECT u.id, u.store_id AS "storeId", u.state, u.reason, u.attempts,
         (extract(epoch FROM u.not_before) * 1000)::float8 AS "notBefore",
         (extract(epoch FROM u.armed_until) * 1000)::float8 AS "armedUntil",
         r.state AS "rolloutState", r.policy, (w.released_at IS NOT NULL) AS "waveReleased",
         p.state AS "storePackageState", p.reason AS "storePackageReason", p.attempts AS "storePackageAttempts",
         row_number() OVER (PARTITION BY u.store_id ORDER BY (u.state IN ('waiting', 'downloaded')), u.created_at, u.id) AS place
       FROM device_update u
       JOIN rollout r ON r.id = u.rollout_id AND r.state IN ('running', 'paused', 'stopping')
       JOIN wave w ON w.rollout_id = u.rollout_id AND w.number = u.wave
       JOIN store_package p ON p.store_id = u.store_id AND p.package_id = u.package_id
       WHERE u.state ${AT_REST}
         AND u.lease_until IS NULL
         -- A back-off holds nothing back that would end the update or take its arming away.
         AND (u.not_before IS NULL OR u.not_before <= now() OR r.state <> 'running' OR u.state = 'armed'
              OR (r.policy->>'endsAt') IS NOT NULL)
         AND (u.state <> 'waiting' OR r.state <> 'running' OR p.state <> 'uploading' OR (r.policy->>'endsAt') IS NOT NULL)
     ) live WHERE place <= $1 ORDER BY place LIMIT $2`,
    [CANDIDATES_PER_STORE, CANDIDATES],
  )
  return { now: clock[0]?.now.getTime() ?? Date.now(), candidates: rows }
}

/** What runs now in these stores, and their limits. */
export async function readLoads(
  on: pg.ClientBase,
  storeIds: readonly string[],
): Promise<Map<string, StoreLoad>> {
  const { rows } = await on.query<StoreLoad & { id: string }>(
    `SELECT s.id, s.max_downloads AS "maxDownloads", s.max_installs AS "maxInstalls",
       count(u.id) FILTER (WHERE u.state = 'downloading')::int AS downloads,
       count(u.id) FILTER (WHERE u.state ${INSTALLING})::int AS installs
     FROM store s LEFT JOIN device_update u ON u.store_id = s.id
       AND u.state ${LIVE}
     WHERE s.id = ANY($1::uuid[]) GROUP BY s.id`,
    [storeIds],
  )
  return new Map(rows.map(({ id, ...load }) => [id, load]))
}

/** How many steps workers that were heard of lately can carry, less those that run. */
export async function readRoom(
  on: pg.ClientBase,
  totalLimit: number,
  silentSeconds: number,
): Promise<number> {
  const { rows } = await on.query<{ capacity: number; running: number }>(
    `SELECT
       coalesce((SELECT sum(capacity) FROM worker_node WHERE seen_at > now() - make_interval(secs => $1)), 0)::int AS capacity,
       (SELECT count(*) FROM device_update WHERE lease_until IS NOT NULL)::int
         + (SELECT count(*) FROM store_package WHERE lease_until IS NOT NULL)::int AS running`,
    [silentSeconds],
  )
  const { capacity, running } = rows[0] ?? { capacity: 0, running: 0 }
  return Math.max(0, Math.min(totalLimit, capacity) - running)
}

export interface Claimed {
  readonly step: DeviceStep | 'distribute'
  readonly id: string
  readonly generation: number
}

/** Claims of one transaction: a commit costs a disk's flush (5 ms and more), so fifty share one. */
const CLAIMS_PER_COMMIT = 50

/** Claims one after the other; those of a transaction that fails are claimed by a later tick. */
async function claimAll<T>(
  on: pg.ClientBase,
  wanted: readonly T[],
  claimOne: (one: T) => Promise<Claimed | undefined>,
): Promise<Claimed[]> {
  const claimed: Claimed[] = []
  for (let from = 0; from < wanted.length; from += CLAIMS_PER_COMMIT) {
    const ofCommit: Claimed[] = []
    await on.query('BEGIN')
    try {
      for (const one of wanted.slice(from, from + CLAIMS_PER_COMMIT)) {
        const claim = await claimOne(one)
        if (claim !== undefined) ofCommit.push(claim)
      }
      await on.query('COMMIT')
    } catch (error) {
      await on.query('ROLLBACK').catch(() => {})
      throw error
    }
    claimed.push(...ofCommit)
  }
  return claimed
}

/**
 * Another claim of the same store waits here, so that its lanes are counted once; and the rollout still stands as it
 * was judged by: who stops it waits for this commit, and finds the claim. False: it was paused or stopped meanwhile.
 */
async function lockForUpdate(on: pg.ClientBase, id: string, rolloutState: string): Promise<boolean> {
  const { rowCount } = await on.query(
    `SELECT 1 FROM device_update u JOIN store s ON s.id = u.store_id JOIN rollout r ON r.id = u.rollout_id
     WHERE u.id = $1 AND r.state = $2 FOR UPDATE OF s FOR SHARE OF r`,
    [id, rolloutState],
  )
  return rowCount === 1
}

/** Raises the device's generation, leases the row, opens the attempt's record. Undefined: the row had moved on. */
async function claimUpdate(
  on: pg.ClientBase,
  { candidate, step }: WantedUpdate,
  leaseSeconds: number,
): Promise<Claimed | undefined> {
  if (!(await lockForUpdate(on, candidate.id, candidate.rolloutState))) return undefined
  const { rows } = await on.query<{ generation: number }>(
    `UPDATE device d SET generation = d.generation + 1 FROM device_update u
     WHERE u.id = $1 AND d.id = u.device_id AND u.lease_until IS NULL RETURNING d.generation`,
    [candidate.id],
  )
  const generation = rows[0]?.generation
  if (generation === undefined) return undefined
  const claim = { generation, leaseSeconds }
  const moved = await moveUpdate(on, candidate.id, claimEvents[step], { actor: 'conductor', claim })
  if (moved === undefined) return undefined
  await on.query(
    'INSERT INTO step_run (id, update_id, step, attempt, generation) VALUES (gen_random_uuid(), $1, $2, $3, $4)',
    [candidate.id, step, candidate.attempts + 1, generation],
  )
  return { step, id: candidate.id, generation }
}

export interface WantedUpdate {
  readonly candidate: Pick<Candidate, 'id' | 'attempts' | 'rolloutState'>
  readonly step: DeviceStep
}

export const claimUpdates = (on: pg.ClientBase, wanted: readonly WantedUpdate[], leaseSeconds: number) =>
  claimAll(on, wanted, (one) => claimUpdate(on, one, leaseSeconds))

export interface WantedStorePackage {
  readonly id: string
  readonly storeId: string
  readonly attempts: number
}

/** Store packages that a running rollout's devices still need and that are not there. */
export async function readWantedStorePackages(
  on: pg.ClientBase,
  limit: number,
): Promise<WantedStorePackage[]> {
  const { rows } = await on.query<WantedStorePackage>(
    `SELECT p.id, p.store_id AS "storeId", p.attempts FROM store_package p
     WHERE p.state = 'absent' AND (p.not_before IS NULL OR p.not_before <= now())
       AND (p.reason IS NULL OR p.reason <> ALL($2::text[]))
       AND EXISTS (
         SELECT 1 FROM device_update u JOIN rollout r ON r.id = u.rollout_id
         WHERE u.store_id = p.store_id AND u.package_id = p.package_id AND u.state = 'waiting' AND r.state = 'running'
           AND p.attempts < (r.policy->>'maxAttempts')::int)
     ORDER BY p.not_before NULLS FIRST, p.id LIMIT $1`,
    [limit, neverAgain],
  )
  return rows
}

async function claimStorePackage(
  on: pg.ClientBase,
  wanted: WantedStorePackage,
  leaseSeconds: number,
): Promise<Claimed | undefined> {
  await on.query('SELECT 1 FROM store WHERE id = $1 FOR UPDATE', [wanted.storeId])
  const { rows } = await on.query<{ generation: number }>(
    'SELECT generation + 1 AS generation FROM store_package WHERE id = $1',
    [wanted.id],
  )
  const generation = rows[0]?.generation
  if (generation === undefined) return undefined
  const claim = { generation, leaseSeconds }
  const moved = await moveStorePackage(on, wanted.id, 'claim', { actor: 'conductor', claim })
  if (moved === undefined) return undefined
  await on.query(
    `INSERT INTO step_run (id, store_package_id, step, attempt, generation) VALUES (gen_random_uuid(), $1, 'distribute', $2, $3)`,
    [wanted.id, wanted.attempts + 1, generation],
  )
  return { step: 'distribute', id: wanted.id, generation }
}

export const claimStorePackages = (
  on: pg.ClientBase,
  wanted: readonly WantedStorePackage[],
  leaseSeconds: number,
) => claimAll(on, wanted, (one) => claimStorePackage(on, one, leaseSeconds))

/** Claims that no worker has begun for a while: their jobs may be lost (a crash before the enqueueing, an emptied Redis). */
export async function readUnbegun(
  on: pg.ClientBase,
  olderThanSeconds: number,
  limit: number,
): Promise<Claimed[]> {
  const { rows } = await on.query<Claimed>(
    `SELECT step, coalesce(update_id, store_package_id) AS id, generation FROM step_run
     WHERE ended_at IS NULL AND started_at IS NULL AND claimed_at < now() - make_interval(secs => $1)
     ORDER BY claimed_at LIMIT $2`,
    [olderThanSeconds, limit],
  )
  return rows
}

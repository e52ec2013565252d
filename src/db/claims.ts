/**
 * What only the leader writes. Every statement runs on the connection that holds the leader's lock:
 * when that connection is gone, so is the right to claim.
 */
import type pg from 'pg'
import type { RestingRow, Wanted } from '../rollout/decide.ts'
import { claimEvents, type DeviceStep } from '../rollout/due.ts'
import { defaultPolicy } from '../rollout/policy.ts'
import { networkReasons, neverAgain } from '../rollout/reasons.ts'
import { release } from '../rollout/release.ts'
import { inTransactionOn } from './database.ts'
import { readLoads } from './loads.ts'
import { AT_REST, LIVE } from './state-lists.ts'
import { FILE_COMING, FILE_GOING } from './store-package-need.ts'
import { moveStorePackage, moveUpdate } from './transition.ts'

/** Rows read in one tick: enough for every limit, bounded whatever the size of the chain. */
const CANDIDATES_PER_STORE = 40
const CANDIDATES = 4000

/**
 * How far the store's server is: in the same rollout, or else by what it last said, where the package may not be newer.
 * One that was left out because it needs nothing, or is beyond it, holds nobody up; one whose version nobody knows does.
 */
const SERVER = `
CASE WHEN d.kind = 'storeServer' OR NOT (u.carried OR r.server_package_id IS NOT NULL OR k.needs_server) THEN 'ok'
ELSE coalesce((
  SELECT CASE WHEN x.state = 'succeeded' OR x.reason IN ('notNeeded', 'versionLower') THEN 'ok' WHEN x.state ${LIVE} THEN 'behind' ELSE 'failed' END
  FROM device_update x JOIN device xd ON xd.id = x.device_id AND xd.kind = 'storeServer'
    JOIN package xk ON xk.id = x.package_id AND xk.kind = 'storeServer'
  WHERE x.rollout_id = u.rollout_id AND x.store_id = u.store_id LIMIT 1), (
  SELECT CASE WHEN NOT k.needs_server OR t.version >= u.to_version THEN 'ok' ELSE 'behind' END
  FROM device xd LEFT JOIN device_status t ON t.device_id = xd.id
  WHERE xd.store_id = u.store_id AND xd.kind = 'storeServer' AND xd.removed_at IS NULL LIMIT 1), 'ok') END`

/** Columns of a candidate, for `device_update u` and what CANDIDATE_FROM joins. */
export const CANDIDATE = `
u.id, u.rollout_id AS "rolloutId", u.device_id AS "deviceId", u.store_id AS "storeId", u.state, u.generation, u.reason, u.attempts, u.carried,
(extract(epoch FROM u.not_before) * 1000)::float8 AS "notBefore",
(extract(epoch FROM u.armed_until) * 1000)::float8 AS "armedUntil",
(w.released_at IS NOT NULL) AS "waveReleased", d.blocked, (d.kind = 'storeServer' AND k.updates_tills) AS "mustBeClosed",
coalesce(p.state, 'present') AS "storePackageState", p.reason AS "storePackageReason", coalesce(p.attempts, 0) AS "storePackageAttempts",
${SERVER} AS server`

/** What is carried or goes back needs no store package. */
export const CANDIDATE_FROM = `
FROM device_update u
JOIN rollout r ON r.id = u.rollout_id
JOIN device d ON d.id = u.device_id
JOIN package k ON k.id = u.package_id
JOIN wave w ON w.rollout_id = u.rollout_id AND w.number = u.wave
LEFT JOIN store_package p ON p.store_id = u.store_id AND p.package_id = u.package_id`

/** Where something may be installed now, pairwise. */
export interface OpenPlaces {
  readonly rolloutIds: readonly string[]
  readonly storeIds: readonly string[]
}

/**
 * Live updates at rest for which something may be due, some of every store.
 * Those that wait for a wave or a window are not read: 10,000 of them may wait all day. Nor, while nobody has room, those
 * that would only begin.
 */
export async function readCandidates(
  on: pg.ClientBase,
  open: OpenPlaces,
  hasRoom: boolean,
): Promise<RestingRow[]> {
  const { rows } = await on.query<RestingRow>(
    `SELECT * FROM (
       SELECT ${CANDIDATE},
         row_number() OVER (PARTITION BY u.store_id, (u.state IN ('waiting', 'downloaded', 'ready'))
           ORDER BY (u.state IN ('waiting', 'downloaded')), u.created_at, u.id) AS place
       ${CANDIDATE_FROM}
       WHERE r.state IN ('running', 'paused', 'stopping') AND u.state ${AT_REST} AND u.lease_until IS NULL
         -- A back-off holds nothing back that would end the update or take its arming away.
         AND (u.state NOT IN ('waiting', 'downloaded', 'ready') OR r.state = 'stopping'
           OR (r.policy->>'endsAt')::timestamptz <= now()
           OR ($5 AND r.state = 'running' AND (r.policy->>'preloadFrom' IS NULL OR (r.policy->>'preloadFrom')::timestamptz <= now())
             AND (u.not_before IS NULL OR u.not_before <= now())
             AND (u.state <> 'waiting' OR p.state = 'present' OR (p.state = 'absent' AND p.reason IS NOT NULL))
             AND (u.state <> 'ready' OR u.carried OR (w.released_at IS NOT NULL
               AND (u.rollout_id, u.store_id) IN (SELECT * FROM unnest($3::uuid[], $4::uuid[]))))))
         AND (u.state IN ('waiting', 'downloaded', 'ready', 'armed') OR u.not_before IS NULL OR u.not_before <= now())
     ) live WHERE place <= $1 ORDER BY place LIMIT $2`,
    [CANDIDATES_PER_STORE, CANDIDATES, open.rolloutIds, open.storeIds, hasRoom],
  )
  return rows
}

export interface Claimed {
  readonly step: DeviceStep | 'distribute' | 'remove' | 'command' | 'enrol'
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
    const ofCommit = await inTransactionOn(on, async () => {
      const claims: Claimed[] = []
      for (const one of wanted.slice(from, from + CLAIMS_PER_COMMIT)) {
        const claim = await claimOne(one)
        if (claim !== undefined) claims.push(claim)
      }
      return claims
    })
    claimed.push(...ofCommit)
  }
  return claimed
}

/**
 * Another claim of the same store waits here, so that its lanes are counted once; and the rollout still stands as it
 * was judged by: who stops it waits for this commit, and finds the claim. False: it was paused or stopped meanwhile, or
 * the row was claimed since it was read, by another conductor that leads now.
 */
async function lockForUpdate(on: pg.ClientBase, wanted: Wanted): Promise<boolean> {
  const { rowCount } = await on.query({
    name: 'lockForUpdate',
    text: `SELECT 1 FROM device_update u JOIN store s ON s.id = u.store_id JOIN rollout r ON r.id = u.rollout_id
     WHERE u.id = $1 AND u.generation = $2 AND r.state = $3 FOR UPDATE OF s FOR SHARE OF r`,
    values: [wanted.updateId, wanted.generation, wanted.rolloutState],
  })
  return rowCount === 1
}

/** Counted again with the store locked: whoever else claims in this store waits, or has been counted. */
async function stillHasRoom(on: pg.ClientBase, wanted: Wanted): Promise<boolean> {
  if (!wanted.closesLane) return true
  const trading = wanted.trading === null ? [] : [[wanted.storeId, wanted.trading] as const]
  const loads = await readLoads(on, [wanted.storeId], new Map(trading))
  return release([wanted], loads, { total: 1, ramp: new Map() }).length === 1
}

/** Raises the device's generation, leases the row, opens the attempt's record. Undefined: the row had moved on. */
async function claimUpdate(
  on: pg.ClientBase,
  wanted: Wanted,
  leaseSeconds: number,
): Promise<Claimed | undefined> {
  const { updateId: id, step, latestStart } = wanted
  if (!(await lockForUpdate(on, wanted))) return undefined
  if (!(await stillHasRoom(on, wanted))) return undefined
  const { rows } = await on.query<{ generation: number }>({
    name: 'raiseGeneration',
    text: `UPDATE device d SET generation = d.generation + 1 FROM device_update u
     WHERE u.id = $1 AND d.id = u.device_id AND u.lease_until IS NULL RETURNING d.generation`,
    values: [id],
  })
  const generation = rows[0]?.generation
  if (generation === undefined) return undefined
  const options = { actor: 'conductor', claim: { generation, leaseSeconds } }
  const install = { latestStart: latestStart === null ? null : new Date(latestStart) }
  const moved = await moveUpdate(on, id, claimEvents[step], options, wanted.closesLane ? { install } : {})
  if (moved === undefined) return undefined
  await on.query({
    name: 'openAttempt',
    text: 'INSERT INTO step_run (id, update_id, step, attempt, generation) VALUES (gen_random_uuid(), $1, $2, $3, $4)',
    values: [id, step, wanted.attempts + 1, generation],
  })
  return { step, id, generation }
}

export const claimUpdates = (on: pg.ClientBase, wanted: readonly Wanted[], leaseSeconds: number) =>
  claimAll(on, wanted, (one) => claimUpdate(on, one, leaseSeconds))

export interface WantedStorePackage {
  readonly id: string
  readonly storeId: string
  readonly attempts: number
}

/** Store packages that a running rollout's devices still need, or somebody wants there, and that are not there. */
export async function readWantedStorePackages(
  on: pg.ClientBase,
  limit: number,
): Promise<WantedStorePackage[]> {
  const { rows } = await on.query<WantedStorePackage>(
    `SELECT p.id, p.store_id AS "storeId", p.attempts FROM store_package p
     WHERE p.state = 'absent' AND (p.not_before IS NULL OR p.not_before <= now())
       AND (p.reason IS NULL OR p.reason <> ALL($2::text[]))
       AND NOT EXISTS (SELECT 1 FROM store s WHERE s.id = p.store_id AND s.removed_at IS NOT NULL)
       AND NOT ${FILE_GOING} AND NOT ${FILE_COMING}
       AND ((p.wanted_by IS NOT NULL AND (p.attempts < $4 OR p.reason = ANY($3::text[]))) OR EXISTS (
         SELECT 1 FROM device_update u JOIN rollout r ON r.id = u.rollout_id
         WHERE u.store_id = p.store_id AND u.package_id = p.package_id AND u.state = 'waiting' AND r.state = 'running'
           AND (r.policy->>'preloadFrom' IS NULL OR (r.policy->>'preloadFrom')::timestamptz <= now())
           AND (p.attempts < (r.policy->>'maxAttempts')::int
             OR (r.policy->>'offline' = 'wait' AND p.reason = ANY($3::text[])))))
     ORDER BY p.not_before NULLS FIRST, p.id LIMIT $1`,
    [limit, neverAgain, networkReasons, defaultPolicy.maxAttempts],
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
    // One of the same tick may bring this very file.
    `SELECT p.generation + 1 AS generation FROM store_package p WHERE p.id = $1 AND NOT ${FILE_COMING}`,
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

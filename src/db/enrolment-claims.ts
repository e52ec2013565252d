/** Whose turn it is to be enrolled: the leader's claims, and the worker's taking of them. */
import type pg from 'pg'
import { inTransactionOn } from './database.ts'
import { moveEnrolments } from './enrolment-moves.ts'
import { type ErrandMove, raiseDevices } from './errands.ts'
import { INSTALLING } from './state-lists.ts'

/** Scans at one store server at a time; each device behind it is a connection of its own. */
const SCANS_PER_STORE = 4

/** Asked for before its device left the store or the fleet; or because it left, and it is back. `e` is an enrolment. */
const NEEDLESS = `EXISTS (SELECT 1 FROM device x WHERE x.id = e.device_id AND (
  (e.kind = 'deviceKey' AND (x.removed_at IS NOT NULL OR x.store_id <> e.store_id))
  OR (e.kind = 'revokeKey' AND e.requested_by = 'conductor' AND x.removed_at IS NULL AND x.store_id = e.store_id)))`

/**
 * Those that may begin now. A device is reached through its store server, so that one's key is pinned first. What
 * changes a device's own key waits while anything else changes the device, and one server's keys are written one after
 * the other: they share a file, also those of two stores behind one address.
 */
const CLAIMABLE = `
SELECT id, kind, generation FROM (
  SELECT e.id, e.kind, e.generation, e.created_at,
    row_number() OVER (PARTITION BY s.host, s.port, (e.kind = 'hostKeys') ORDER BY e.created_at, e.id) AS place
  FROM enrolment e JOIN store s ON s.id = e.store_id
  WHERE e.state = 'waiting' AND (e.not_before IS NULL OR e.not_before <= now()) AND e.not_after > now() AND NOT ${NEEDLESS}
    AND (e.device_id IS NULL OR cardinality(s.host_keys) > 0)
    AND (e.kind = 'hostKeys' OR NOT EXISTS (
      SELECT 1 FROM enrolment o JOIN store os ON os.id = o.store_id
      WHERE os.host = s.host AND os.port = s.port AND o.state = 'running' AND o.kind <> 'hostKeys'))
    AND (e.kind <> 'deviceKey' OR NOT (
      EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = e.device_id AND (u.lease_until IS NOT NULL OR u.state ${INSTALLING}))
      OR EXISTS (SELECT 1 FROM command c WHERE c.device_id = e.device_id AND c.state = 'running' AND c.kind <> 'look')))
) due WHERE place <= CASE WHEN kind = 'hostKeys' THEN ${SCANS_PER_STORE} ELSE 1 END ORDER BY created_at, id LIMIT $1`

/** Claims those that may begin, at most `limit`: the leader's, on its own connection. */
export async function claimEnrolments(
  on: pg.ClientBase,
  limit: number,
  leaseSeconds: number,
): Promise<{ step: 'enrol'; id: string; generation: number }[]> {
  if (limit <= 0) return []
  const { rows } = await on.query<{ id: string; kind: string; generation: number }>(CLAIMABLE, [limit])
  if (rows.length === 0) return []
  const changing = rows.filter((row) => row.kind === 'deviceKey').map((row) => row.id)
  const others = rows.filter((row) => row.kind !== 'deviceKey')
  return inTransactionOn(on, async () => {
    const raised = await raiseDevices(on, 'enrolment', changing)
    const moves = [...others.map(({ id, generation }) => ({ id, generation: generation + 1 })), ...raised]
    const moved = await moveEnrolments(on, moves, 'claim', { actor: 'conductor', leaseSeconds })
    return moved.map(({ id, generation }) => ({ step: 'enrol', id, generation }))
  })
}

const MANY = 1000

/** Gives back what ran out of its lease, and ends what nobody wants any more. @returns how many */
export async function expireEnrolments(on: pg.ClientBase): Promise<number> {
  const { rows } = await on.query<{ id: string; generation: number; begun: boolean | null }>(
    `SELECT id, generation, CASE WHEN state = 'running' THEN lease_owner IS NOT NULL END AS begun FROM enrolment
     WHERE state IN ('waiting', 'running', 'shown')
       AND ((state = 'running' AND lease_until < now()) OR (state <> 'running' AND not_after < now()))
     LIMIT ${MANY}`,
  )
  const those = (begun: boolean | null): ErrandMove[] =>
    rows.filter((row) => row.begun === begun).map(({ id, generation }) => ({ id, expected: generation }))
  const actor = 'conductor'
  const lost = { actor, reason: 'leaseExpired', spends: true, retryInSeconds: 1 } as const
  const moved = [
    ...(await moveEnrolments(on, those(true), 'leaseLost', lost)),
    ...(await moveEnrolments(on, those(false), 'deferred', { actor })),
    ...(await moveEnrolments(on, those(null), 'expire', { actor })),
  ]
  return moved.length
}

/**
 * The key of a device that was taken out of the fleet is taken off its store server, once: what comes of it is an
 * enrolment like any other. One that came back keeps its key. @returns how many were begun
 */
export async function revokeRemoved(on: pg.ClientBase): Promise<number> {
  const { rows } = await on.query<{ id: string; expected: number }>(
    `SELECT e.id, e.generation AS expected FROM enrolment e WHERE e.state IN ('waiting', 'shown') AND ${NEEDLESS} LIMIT ${MANY}`,
  )
  await moveEnrolments(on, rows, 'expire', { actor: 'conductor', reason: 'superseded' })
  const { rowCount } = await on.query(
    `INSERT INTO enrolment (id, request_id, store_id, device_id, kind, keys, not_after, requested_by)
     SELECT gen_random_uuid(), gen_random_uuid(), d.store_id, d.id, 'revokeKey', ARRAY[d.public_key], now() + interval '7 days', 'conductor'
     FROM device d WHERE d.removed_at IS NOT NULL AND d.public_key IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.device_id = d.id AND e.kind = 'revokeKey' AND e.created_at >= d.removed_at)
     LIMIT ${MANY}`,
  )
  return rowCount ?? 0
}

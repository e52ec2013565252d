/** When an errand may begin: claimed by the leader on its own connection, taken by one worker, given back when its lease ran out. */
import type pg from 'pg'
import { moveCommands } from './command-moves.ts'
import type { CommandKind } from './commands.ts'
import { type Executor, inTransactionOn } from './database.ts'
import { type ErrandMove, raiseDevices } from './errands.ts'
import { INSTALLING, LIVE } from './state-lists.ts'

/**
 * What may not go beside a rollout that has the device: it fetches for itself, and a switch that is on might install
 * outside its waves. `c` is a command.
 */
const OWNED = `((c.kind IN ('downloadStart', 'downloadStop') OR (c.kind = 'autoUpdate' AND c.body = 'on'))
  AND EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = c.device_id AND u.state ${LIVE}))`

/** Somebody stopped the download after this start was asked for. */
const STOPPED = `(c.kind = 'downloadStart' AND EXISTS (SELECT 1 FROM command o WHERE o.device_id = c.device_id
  AND o.kind = 'downloadStop' AND o.state IN ('waiting', 'running', 'done') AND o.created_at > c.created_at))`

/**
 * In its way on its own device: a step that holds it, an installation under way, another change. A download that runs
 * by itself is in nobody's way but another download's.
 */
const HINDERED = `(c.kind <> 'look' AND (
  EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = c.device_id AND (u.lease_until IS NOT NULL OR u.state ${INSTALLING}))
  OR EXISTS (SELECT 1 FROM command o WHERE o.device_id = c.device_id AND o.state = 'running' AND o.kind <> 'look'
    AND (o.kind <> 'downloadStart' OR c.kind = 'downloadStart'))))`

/** Downloads under way from this store's server, rollouts' and errands'. `d` is a device. */
const DOWNLOADS = `((SELECT count(*) FROM device_update u WHERE u.store_id = d.store_id AND u.state = 'downloading')
  + (SELECT count(*) FROM command o JOIN device x ON x.id = o.device_id
     WHERE x.store_id = d.store_id AND o.state = 'running' AND o.kind = 'downloadStart'))`

/** A download takes a worker's place for as long as it lasts: at most so much of what the workers carry. */
const DOWNLOADS_SHARE = 0.25
const SILENT_SECONDS = 15
const DOWNLOADS_IN_ALL = `greatest(1, (SELECT coalesce(sum(capacity), 0) * ${DOWNLOADS_SHARE} FROM worker_node
  WHERE seen_at > now() - interval '${SILENT_SECONDS} seconds')) - (SELECT count(*) FROM command WHERE state = 'running' AND kind = 'downloadStart')`

/** Looks, downloads and what else changes a device: of each the oldest first, one at a time for a device. */
const LANE = `CASE WHEN c.kind IN ('look', 'downloadStart') THEN c.kind ELSE 'change' END`

/**
 * A look raises nothing and goes beside whatever runs. Downloads keep within their store's limit, as those of rollouts do.
 */
const CLAIMABLE = `
SELECT id, kind, generation FROM (
  SELECT due.*, row_number() OVER (PARTITION BY kind ORDER BY created_at, id) AS "inAll",
    row_number() OVER (PARTITION BY kind, store_id ORDER BY created_at, id) AS "inStore"
  FROM (
    SELECT c.id, c.kind, c.generation, c.created_at, d.store_id, CASE WHEN c.kind = 'downloadStart' THEN s.max_downloads - ${DOWNLOADS} END AS room,
      bool_or(${LANE} = 'change') OVER (PARTITION BY c.device_id) AS changing,
      row_number() OVER (PARTITION BY c.device_id, ${LANE} ORDER BY c.created_at, c.id) AS place
    FROM command c JOIN device d ON d.id = c.device_id JOIN store s ON s.id = d.store_id
    WHERE c.state = 'waiting' AND (c.not_before IS NULL OR c.not_before <= now()) AND c.not_after > now()
      AND d.removed_at IS NULL AND s.removed_at IS NULL AND NOT ${HINDERED} AND NOT ${OWNED}
  ) due WHERE place = 1
) ready
WHERE kind <> 'downloadStart' OR (NOT changing AND "inStore" <= room AND "inAll" <= (${DOWNLOADS_IN_ALL}))
ORDER BY (kind = 'look'), (kind = 'downloadStart'), created_at, id LIMIT $1`

const MANY = 1000

const REFUSED = `SELECT c.id, c.generation, CASE WHEN ${OWNED} THEN 'refuse' ELSE 'cancel' END AS event FROM command c
WHERE c.state = 'waiting' AND c.kind IN ('downloadStart', 'downloadStop', 'autoUpdate') AND (${OWNED} OR ${STOPPED}) LIMIT ${MANY}`

/** Ends those that may not go beside the rollout that has their device, and downloads that were stopped before they began. */
async function refuseCommands(on: pg.ClientBase): Promise<void> {
  const { rows } = await on.query<{ id: string; generation: number; event: 'refuse' | 'cancel' }>(REFUSED)
  const of = (event: string): ErrandMove[] =>
    rows.filter((row) => row.event === event).map(({ id, generation }) => ({ id, expected: generation }))
  const actor = 'conductor'
  await moveCommands(on, of('refuse'), 'refuse', { actor, reason: 'ownedByRollout' })
  await moveCommands(on, of('cancel'), 'cancel', { actor, reason: 'stoppedByPerson' })
}

interface Ready {
  readonly id: string
  readonly kind: CommandKind
  readonly generation: number
}

async function claimReady(on: pg.ClientBase, rows: readonly Ready[], leaseSeconds: number) {
  const looks = rows.filter((row) => row.kind === 'look')
  const changes = rows.filter((row) => row.kind !== 'look').map((row) => row.id)
  const seen = looks.map(({ id, generation }) => ({ id, generation: generation + 1 }))
  const moves = [...seen, ...(await raiseDevices(on, 'command', changes))]
  return moveCommands(on, moves, 'claim', { actor: 'conductor', leaseSeconds })
}

/** Claims those that may begin, at most `limit`: the leader's, on its own connection. */
export async function claimCommands(
  on: pg.ClientBase,
  limit: number,
  leaseSeconds: number,
): Promise<{ step: 'command'; id: string; generation: number }[]> {
  await refuseCommands(on)
  if (limit <= 0) return []
  const { rows } = await on.query<Ready>(CLAIMABLE, [limit])
  if (rows.length === 0) return []
  const moved = await inTransactionOn(on, () => claimReady(on, rows, leaseSeconds))
  return moved.map(({ id, generation }) => ({ step: 'command', id, generation }))
}

/** Gives back what ran out of its lease, and ends what nobody wants any more. @returns how many */
export async function expireCommands(on: pg.ClientBase): Promise<number> {
  const { rows } = await on.query<{ id: string; generation: number; begun: boolean | null }>(
    `SELECT id, generation, CASE WHEN state = 'running' THEN lease_owner IS NOT NULL END AS begun FROM command
     WHERE state IN ('waiting', 'running') AND ((state = 'running' AND lease_until < now()) OR (state = 'waiting' AND not_after < now()))
     LIMIT ${MANY}`,
  )
  const those = (begun: boolean | null): ErrandMove[] =>
    rows.filter((row) => row.begun === begun).map(({ id, generation }) => ({ id, expected: generation }))
  const actor = 'conductor'
  const lost = { actor, reason: 'leaseExpired', spends: true, retryInSeconds: 1 } as const
  const moved = [
    ...(await moveCommands(on, those(true), 'leaseLost', lost)),
    ...(await moveCommands(on, those(false), 'deferred', { actor })),
    ...(await moveCommands(on, those(null), 'expire', { actor })),
  ]
  return moved.length
}

/** Keeps how far a download is, for who watches it. Of a command that has moved on, nothing. */
export async function writeCommandProgress(
  on: Executor,
  claim: { id: string; generation: number },
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  await on.query(
    `UPDATE command SET params = $3::jsonb WHERE id = $1 AND generation = $2 AND state = 'running'`,
    [claim.id, claim.generation, JSON.stringify(params)],
  )
}

/** A rollout has this device by now. */
export async function isOwned(on: Executor, deviceId: string): Promise<boolean> {
  const { rowCount } = await on.query(
    `SELECT 1 FROM device_update WHERE device_id = $1 AND state ${LIVE} LIMIT 1`,
    [deviceId],
  )
  return rowCount === 1
}

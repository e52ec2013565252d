/** Errands to single devices, beside any rollout: a look, a message, closing a shift. Rows are the truth, as everywhere. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { CommandState } from '../rollout/states.ts'
import { type CommandMove, moveCommands } from './command-moves.ts'
import { type Database, type Executor, inTransaction, inTransactionOn } from './database.ts'
import { addEvent } from './events.ts'
import { INSTALLING } from './state-lists.ts'

export type CommandKind = 'look' | 'message' | 'closeShift'

export interface NewCommands {
  readonly deviceIds: readonly string[]
  readonly kind: CommandKind
  /** The text of a message. */
  readonly body?: string
  readonly requestedBy: string
  /** What has not ended by then expires. */
  readonly notAfterSeconds: number
}

/** As addCommands, in a transaction of the caller's: who pokes when it is done. @returns the request's id */
export async function insertCommands(on: Executor, wanted: NewCommands): Promise<string> {
  const { kind, body, requestedBy } = wanted
  if ((kind === 'message') !== (body !== undefined && body !== ''))
    throw new RangeError('a message has a text, and nothing else has')
  const requestId = randomUUID()
  const { rowCount } = await on.query(
    `INSERT INTO command (id, request_id, device_id, kind, body, not_after, requested_by)
     SELECT gen_random_uuid(), $1, d.id, $2, $3, now() + make_interval(secs => $4), $5
     FROM device d WHERE d.id = ANY($6::uuid[])`,
    [requestId, kind, body ?? null, wanted.notAfterSeconds, requestedBy, wanted.deviceIds],
  )
  const devices = rowCount ?? 0
  const event =
    kind === 'message'
      ? { code: 'messageSent', params: { devices, text: body, requestId } }
      : { code: 'commandsRequested', params: { kind, devices, requestId } }
  await addEvent(on, { ...event, actor: requestedBy })
  return requestId
}

/** One for each device, under one request. Ids that are no device's are passed over. @returns the request's id */
export async function addCommands(db: Database, wanted: NewCommands): Promise<string> {
  const requestId = await inTransaction(db, (client) => insertCommands(client, wanted))
  db.poke()
  return requestId
}

export interface CommandOutcome {
  readonly deviceId: string
  readonly cashId: string
  readonly storeCode: string
  readonly state: CommandState
  readonly reason: string | null
  readonly params: Readonly<Record<string, unknown>> | null
  readonly finishedAt: Date | null
}

export interface CommandRequest {
  readonly id: string
  readonly kind: CommandKind
  readonly body: string | null
  readonly requestedBy: string
  readonly createdAt: Date
  readonly notAfter: Date
  readonly counts: Readonly<Record<CommandState, number>>
  /** Nothing of it waits or runs any more. */
  readonly isOver: boolean
  /** In the order of stores and cash ids. */
  readonly outcomes: readonly CommandOutcome[]
}

/** More devices than a request may have; each is one line of an answer. */
const OUTCOMES = 50_000

/** How far a request is, and what became of it at each device. Undefined: there is none with this id, or it had no device. */
export async function readRequest(db: Database, requestId: string): Promise<CommandRequest | undefined> {
  const { rows } = await db.pool.query<
    CommandOutcome & Pick<CommandRequest, 'kind' | 'body' | 'requestedBy' | 'createdAt' | 'notAfter'>
  >(
    `SELECT c.kind, c.body, c.requested_by AS "requestedBy", c.created_at AS "createdAt", c.not_after AS "notAfter",
       c.device_id AS "deviceId", d.cash_id AS "cashId", s.code AS "storeCode", c.state, c.reason, c.params, c.finished_at AS "finishedAt"
     FROM command c JOIN device d ON d.id = c.device_id JOIN store s ON s.id = d.store_id
     WHERE c.request_id = $1 ORDER BY s.code, d.cash_id LIMIT ${OUTCOMES}`,
    [requestId],
  )
  const first = rows[0]
  if (first === undefined) return undefined
  const { kind, body, requestedBy, createdAt, notAfter } = first
  const counts = { waiting: 0, running: 0, done: 0, failed: 0, expired: 0 }
  for (const { state } of rows) counts[state] += 1
  const outcomes = rows.map(({ deviceId, cashId, storeCode, state, reason, params, finishedAt }) => ({
    ...{ deviceId, cashId, storeCode, state, reason, params, finishedAt },
  }))
  const isOver = counts.waiting + counts.running === 0
  return { id: requestId, kind, body, requestedBy, createdAt, notAfter, counts, isOver, outcomes }
}

/**
 * Those that may begin now. A look raises nothing and goes beside whatever runs; what changes a device waits until no
 * step holds it and no installation of it is under way, and is one at a time.
 */
const CLAIMABLE = `
SELECT id, kind, generation FROM (
  SELECT c.id, c.kind, c.generation, c.created_at,
    row_number() OVER (PARTITION BY c.device_id, (c.kind = 'look') ORDER BY c.created_at, c.id) AS place
  FROM command c
  WHERE c.state = 'waiting' AND (c.not_before IS NULL OR c.not_before <= now()) AND c.not_after > now()
    AND (c.kind = 'look' OR NOT (
      EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = c.device_id AND (u.lease_until IS NOT NULL OR u.state ${INSTALLING}))
      OR EXISTS (SELECT 1 FROM command o WHERE o.device_id = c.device_id AND o.state = 'running' AND o.kind <> 'look')))
) due WHERE place = 1 ORDER BY (kind = 'look'), created_at, id LIMIT $1`

/** The device's new generation for each command that may change it. */
async function raise(on: Executor, ids: readonly string[]): Promise<CommandMove[]> {
  if (ids.length === 0) return []
  const { rows } = await on.query<{ id: string; generation: number }>(
    `UPDATE device d SET generation = d.generation + 1 FROM command c
     WHERE c.id = ANY($1::uuid[]) AND c.state = 'waiting' AND d.id = c.device_id RETURNING c.id, d.generation`,
    [ids],
  )
  return rows
}

/** Claims those that may begin, at most `limit`: the leader's, on its own connection. */
export async function claimCommands(
  on: pg.ClientBase,
  limit: number,
  leaseSeconds: number,
): Promise<{ step: 'command'; id: string; generation: number }[]> {
  if (limit <= 0) return []
  const { rows } = await on.query<{ id: string; kind: CommandKind; generation: number }>(CLAIMABLE, [limit])
  if (rows.length === 0) return []
  const looks = rows.filter((row) => row.kind === 'look')
  const others = rows.filter((row) => row.kind !== 'look')
  return inTransactionOn(on, async () => {
    const raised = await raise(
      on,
      others.map((row) => row.id),
    )
    const moves = [...looks.map(({ id, generation }) => ({ id, generation: generation + 1 })), ...raised]
    const moved = await moveCommands(on, moves, 'claim', { actor: 'conductor', leaseSeconds })
    return moved.map(({ id, generation }) => ({ step: 'command', id, generation }))
  })
}

/** Takes a claim: only the first taker gets it, however often a queue delivers the job. */
export async function takeCommand(
  on: Executor,
  claim: { id: string; generation: number },
  worker: string,
  leaseSeconds: number,
): Promise<boolean> {
  const { rowCount } = await on.query(
    `UPDATE command SET lease_owner = $3, lease_until = now() + make_interval(secs => $4)
     WHERE id = $1 AND generation = $2 AND lease_until IS NOT NULL AND lease_owner IS NULL`,
    [claim.id, claim.generation, worker, leaseSeconds],
  )
  return rowCount === 1
}

const MANY = 1000

/** Gives back what ran out of its lease, and ends what nobody wants any more. @returns how many */
export async function expireCommands(on: pg.ClientBase): Promise<number> {
  const { rows } = await on.query<{ id: string; generation: number; begun: boolean | null }>(
    `SELECT id, generation, CASE WHEN state = 'running' THEN lease_owner IS NOT NULL END AS begun FROM command
     WHERE state IN ('waiting', 'running') AND ((state = 'running' AND lease_until < now()) OR (state = 'waiting' AND not_after < now()))
     LIMIT ${MANY}`,
  )
  const those = (begun: boolean | null): CommandMove[] =>
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

/** One claim's command with everything that a worker needs; undefined: no such row. */
export async function readCommandWork(db: Database, id: string) {
  const include = { device: { include: { store: true } } } as const
  return (await db.prisma.command.findUnique({ where: { id }, include })) ?? undefined
}
export type CommandWork = NonNullable<Awaited<ReturnType<typeof readCommandWork>>>

/** Looks come by thousands a day; their findings are in the reports and in the devices' readings. */
const KEPT = '30 days'
const FORGOTTEN_AT_ONCE = 5000

/** Deletes some of those that ended long ago. */
export async function forgetCommands(db: Database): Promise<number> {
  const { rowCount } = await db.pool.query(
    `DELETE FROM command WHERE id IN (
       SELECT id FROM command WHERE finished_at < now() - interval '${KEPT}' LIMIT $1)`,
    [FORGOTTEN_AT_ONCE],
  )
  return rowCount ?? 0
}

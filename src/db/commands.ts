/** Errands to single devices, beside any rollout: a look, a message, closing a shift, a download, a switch. Rows are the truth, as everywhere. */
import { randomUUID } from 'node:crypto'
import type { CommandState } from '../rollout/states.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'

export const commandKinds = [
  'look',
  'message',
  'closeShift',
  'downloadStart',
  'downloadStop',
  'autoUpdate',
  'block',
] as const
export type CommandKind = (typeof commandKinds)[number]

/** Their body says `on` or `off`. */
export const isSwitch = (kind: CommandKind): kind is 'autoUpdate' | 'block' =>
  kind === 'autoUpdate' || kind === 'block'

export interface NewCommands {
  readonly deviceIds: readonly string[]
  readonly kind: CommandKind
  /** The text of a message; `on` or `off` of a switch. */
  readonly body?: string
  /** Of downloads: which package each device is to fetch, in the order of the devices. */
  readonly packageIds?: readonly string[]
  readonly requestedBy: string
  /** What has not ended by then expires. */
  readonly notAfterSeconds: number
}

/** @throws RangeError */
function checkCommands({ kind, body, packageIds, deviceIds }: NewCommands): void {
  if ((kind === 'message') !== (body !== undefined && body !== '' && !isSwitch(kind)))
    throw new RangeError('a message has a text, and nothing else has')
  if (isSwitch(kind) && body !== 'on' && body !== 'off') throw new RangeError('a switch is on or off')
  if ((kind === 'downloadStart' ? deviceIds.length : 0) !== (packageIds?.length ?? 0))
    throw new RangeError('every download has a package, and nothing else has')
}

/** As addCommands, in a transaction of the caller's: who pokes when it is done. @returns the request's id */
export async function insertCommands(on: Executor, wanted: NewCommands): Promise<string> {
  checkCommands(wanted)
  const { kind, body, requestedBy } = wanted
  const requestId = randomUUID()
  const { rowCount } = await on.query(
    `INSERT INTO command (id, request_id, device_id, kind, body, not_after, requested_by, package_id)
     SELECT gen_random_uuid(), $1, d.id, $2, $3, now() + make_interval(secs => $4), $5, w.package_id
     FROM unnest($6::uuid[], $7::uuid[]) AS w(device_id, package_id) JOIN device d ON d.id = w.device_id`,
    [
      ...[requestId, kind, body ?? null, wanted.notAfterSeconds, requestedBy],
      ...[wanted.deviceIds, wanted.packageIds ?? []],
    ],
  )
  const devices = rowCount ?? 0
  const event =
    kind === 'message'
      ? { code: 'messageSent', params: { devices, text: body, requestId } }
      : { code: 'commandsRequested', params: { kind, devices, requestId, ...(body && { body }) } }
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

const NONE: Readonly<Record<CommandState, number>> = {
  ...{ waiting: 0, running: 0, done: 0 },
  ...{ failed: 0, expired: 0, cancelled: 0 },
}

/**
 * How far a request is, and what became of it at each device. Undefined: there is none with this id, or it had no device.
 * @param groups of stores that may be seen; null: all
 */
export async function readRequest(
  db: Database,
  requestId: string,
  groups: readonly string[] | null = null,
): Promise<CommandRequest | undefined> {
  const { rows } = await db.pool.query<
    CommandOutcome & Pick<CommandRequest, 'kind' | 'body' | 'requestedBy' | 'createdAt' | 'notAfter'>
  >(
    `SELECT c.kind, c.body, c.requested_by AS "requestedBy", c.created_at AS "createdAt", c.not_after AS "notAfter",
       c.device_id AS "deviceId", d.cash_id AS "cashId", s.code AS "storeCode", c.state, c.reason, c.params, c.finished_at AS "finishedAt"
     FROM command c JOIN device d ON d.id = c.device_id JOIN store s ON s.id = d.store_id
     WHERE c.request_id = $1 AND ($2::text[] IS NULL OR s.group_name = ANY($2))
     ORDER BY s.code, d.cash_id LIMIT ${OUTCOMES}`,
    [requestId, groups],
  )
  const first = rows[0]
  if (first === undefined) return undefined
  const { kind, body, requestedBy, createdAt, notAfter } = first
  const counts = { ...NONE }
  for (const { state } of rows) counts[state] += 1
  const outcomes = rows.map(({ deviceId, cashId, storeCode, state, reason, params, finishedAt }) => ({
    ...{ deviceId, cashId, storeCode, state, reason, params, finishedAt },
  }))
  const isOver = counts.waiting + counts.running === 0
  return { id: requestId, kind, body, requestedBy, createdAt, notAfter, counts, isOver, outcomes }
}

/** One claim's command with everything that a worker needs; undefined: no such row. */
export async function readCommandWork(db: Database, id: string) {
  const include = { device: { include: { store: true } }, package: true } as const
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

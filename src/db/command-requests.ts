/** Requests for errands: sent, listed, cancelled. */
import { moveCommands } from './command-moves.ts'
import type { LeftOut, Target } from './command-targets.ts'
import { type CommandKind, insertCommands } from './commands.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'

export interface NewRequest {
  readonly kind: CommandKind
  readonly targets: readonly Target[]
  readonly leftOut: readonly LeftOut[]
  readonly body?: string
  /** Of a block: why, for the journal. */
  readonly why?: string
  readonly requestedBy: string
  readonly notAfterSeconds: number
}

const BLOCK = `
WITH changed AS (
  UPDATE device SET blocked = $2, revision = revision + 1 WHERE id = ANY($1::uuid[]) AND blocked <> $2
  RETURNING id, store_id, cash_id
)
INSERT INTO event (code, actor, store_id, device_id, params)
SELECT CASE WHEN $2 THEN 'deviceBlocked' ELSE 'deviceUnblocked' END, $3, store_id, id,
  jsonb_strip_nulls(jsonb_build_object('cashId', cash_id, 'why', $4::text)) FROM changed`

/** In the head office at once, so that plans leave them out; also those that nobody can reach. */
async function blockRows(on: Executor, wanted: NewRequest): Promise<void> {
  const ids = [...wanted.targets, ...wanted.leftOut.filter((one) => one.reason === 'noAddress')].map(
    (one) => one.id,
  )
  await on.query(BLOCK, [ids, wanted.body === 'on', wanted.requestedBy, wanted.why ?? null])
}

/** One errand for each target, under one request; of a block the rows too. @returns the request's id */
export async function sendRequest(db: Database, wanted: NewRequest): Promise<string> {
  const { kind, targets, body, requestedBy, notAfterSeconds } = wanted
  const id = await inTransaction(db, async (client) => {
    if (kind === 'block') await blockRows(client, wanted)
    return insertCommands(client, {
      ...{ kind, requestedBy, notAfterSeconds, deviceIds: targets.map((one) => one.id) },
      ...(body === undefined ? {} : { body }),
      ...(kind === 'downloadStart' ? { packageIds: targets.map((one) => one.packageId ?? '') } : {}),
    })
  })
  db.poke()
  return id
}

/** Ends what has not begun; what runs goes on. @returns how many; undefined: there is no such request */
export async function cancelRequest(db: Database, id: string, actor: string): Promise<number | undefined> {
  const cancelled = await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ id: string; kind: string; state: string }>(
      'SELECT id, kind, state FROM command WHERE request_id = $1 ORDER BY id FOR UPDATE',
      [id],
    )
    const [first] = rows
    if (first === undefined) return undefined
    const waiting = rows.filter((row) => row.state === 'waiting')
    const moved = await moveCommands(client, waiting, 'cancel', { actor, reason: 'stoppedByPerson' })
    const params = { kind: first.kind, devices: moved.length, requestId: id }
    if (moved.length > 0) await addEvent(client, { code: 'commandsCancelled', actor, params })
    return moved.length
  })
  db.poke()
  return cancelled
}

export interface RequestCounts {
  readonly id: string
  readonly counts: Readonly<Record<string, number>>
  readonly devices: number
}

/** How far these requests are. @param groups of stores that may be seen; null: all */
export async function readRequestCounts(
  on: Executor,
  ids: readonly string[],
  groups: readonly string[] | null,
): Promise<Map<string, RequestCounts>> {
  const { rows } = await on.query<{ id: string; state: string; count: number }>(
    `SELECT c.request_id AS id, c.state, count(*)::int AS count FROM command c
     JOIN device d ON d.id = c.device_id JOIN store s ON s.id = d.store_id
     WHERE c.request_id = ANY($1::uuid[]) AND ($2::text[] IS NULL OR s.group_name = ANY($2))
     GROUP BY c.request_id, c.state`,
    [ids, groups],
  )
  const found = new Map<string, RequestCounts>()
  for (const { id, state, count } of rows) {
    const { counts = {}, devices = 0 } = found.get(id) ?? {}
    found.set(id, { id, counts: { ...counts, [state]: count }, devices: devices + count })
  }
  return found
}

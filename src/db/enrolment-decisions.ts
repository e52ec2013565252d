/** What a person makes of what was shown to them: pinned, or refused. Nothing is pinned that they did not name. */
import { fingerprintOf } from '../hosts/host-key.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { moveEnrolments } from './enrolment-moves.ts'
import type { EnrolmentKind } from './enrolments.ts'
import { addEvent } from './events.ts'
import { settleAlarms } from './host-key-alarms.ts'
import { lockHost, pinKeys, sayHost } from './host-keys.ts'

export interface Confirmation {
  readonly id: string
  /** Those that the person compared: each must be among what was shown, and only these are pinned. */
  readonly fingerprints: readonly string[]
  readonly mode: 'replace' | 'add'
}

export type Decided = 'done' | 'notFound' | 'notAllowed' | 'fingerprintUnknown' | 'hostMoved' | 'tooManyKeys'

interface Shown {
  readonly storeId: string
  readonly deviceId: string | null
  readonly kind: EnrolmentKind
  readonly source: string
  readonly state: string
  readonly host: string | null
  readonly port: number | null
  readonly keys: readonly string[]
}

/** The row as nobody else changes it until the decision is written. */
async function lockShown(on: Executor, id: string): Promise<Shown | undefined> {
  const { rows } = await on.query<Shown>(
    `SELECT store_id AS "storeId", device_id AS "deviceId", kind, source, state, host, port, keys FROM enrolment WHERE id = $1 FOR UPDATE`,
    [id],
  )
  return rows[0]
}

async function pin(
  on: Executor,
  shown: Shown,
  { mode }: Confirmation,
  keys: readonly string[],
  actor: string,
) {
  const host = await lockHost(on, shown)
  // A key is only worth something for the address at which it was seen.
  if (host === undefined || host.host !== shown.host || host.port !== shown.port) return 'hostMoved'
  return (await pinKeys(on, host, { keys, mode, actor })) ? 'done' : 'tooManyKeys'
}

/**
 * The device may fetch with this key from now on, or not any more; where our account wrote it down, or a person did. Of a
 * store that it is not in any more nothing is said of the device but that its line is gone there.
 */
export async function keepDeviceKey(
  on: Executor,
  { kind, storeId, deviceId }: Pick<Shown, 'kind' | 'storeId' | 'deviceId'>,
  key: string | undefined,
  actor: string,
): Promise<void> {
  if (deviceId === null) return
  const isMade = kind === 'deviceKey'
  const { rows } = await on.query<{ cashId: string; isThere: boolean }>(
    `WITH kept AS (
       UPDATE device SET key_authorised_at = CASE WHEN $2 THEN now() END, public_key = CASE WHEN $2 THEN coalesce($3, public_key) END
       WHERE id = $1 AND store_id = $4 RETURNING id)
     SELECT cash_id AS "cashId", EXISTS (SELECT 1 FROM kept) AS "isThere" FROM device WHERE id = $1`,
    [deviceId, isMade, key ?? null, storeId],
  )
  const { cashId = '', isThere = false } = rows[0] ?? {}
  if (isMade && !isThere) return
  const event = isMade
    ? { code: 'deviceKeyAuthorised', params: { cashId, fingerprint: fingerprintOf(key ?? '') } }
    : { code: 'deviceKeyRevoked', params: { cashId } }
  await addEvent(on, { ...event, actor, storeId, deviceId })
}

/** A device changes its key when the new one's line is there: now that a person has put it there, it is told to. */
async function changeKey(on: Executor, id: string, key: string, actor: string): Promise<void> {
  await on.query(
    `INSERT INTO enrolment (id, request_id, store_id, device_id, kind, source, keys, not_after, requested_by)
     SELECT gen_random_uuid(), request_id, store_id, device_id, kind, source, ARRAY[$2], now() + interval '24 hours', $3
     FROM enrolment WHERE id = $1`,
    [id, key, actor],
  )
}

async function confirm(on: Executor, wanted: Confirmation, actor: string): Promise<Decided> {
  const shown = await lockShown(on, wanted.id)
  if (shown === undefined) return 'notFound'
  if (shown.state !== 'shown') return 'notAllowed'
  const found = new Map(shown.keys.map((key) => [fingerprintOf(key), key]))
  const keys = [...new Set(wanted.fingerprints)].map((one) => found.get(one))
  if (keys.length === 0 || !keys.every((key) => key !== undefined)) return 'fingerprintUnknown'
  if (shown.kind === 'hostKeys') {
    const end = await pin(on, shown, wanted, keys, actor)
    if (end !== 'done') return end
  } else if (shown.kind === 'deviceKey' && shown.source === 'renew')
    await changeKey(on, wanted.id, keys[0] ?? '', actor)
  else await keepDeviceKey(on, shown, keys[0], actor)
  const options = { actor, decidedBy: actor, keys, reason: null }
  await moveEnrolments(on, [{ id: wanted.id }], 'confirm', options)
  return 'done'
}

/** Thrown inside, so that nothing of the transaction stays. */
class Undone extends Error {
  readonly end: Decided

  constructor(end: Decided) {
    super(end)
    this.end = end
  }
}

async function decided(db: Database, work: (on: Executor) => Promise<Decided>): Promise<Decided> {
  try {
    return await inTransaction(db, async (client) => {
      const end = await work(client)
      if (end !== 'done') throw new Undone(end)
      return end
    })
  } catch (error) {
    if (error instanceof Undone) return error.end
    throw error
  } finally {
    db.poke()
  }
}

export const confirmEnrolment = (db: Database, wanted: Confirmation, actor: string): Promise<Decided> =>
  decided(db, (on) => confirm(on, wanted, actor))

async function refuse(on: Executor, id: string, why: string | undefined, actor: string): Promise<Decided> {
  const shown = await lockShown(on, id)
  if (shown === undefined) return 'notFound'
  if (shown.state !== 'shown' && shown.state !== 'waiting') return 'notAllowed'
  const host = await lockHost(on, shown)
  await moveEnrolments(on, [{ id }], 'refuse', { actor, decidedBy: actor })
  if (shown.kind === 'hostKeys') await settleAlarms(on, shown, actor)
  const fingerprint = shown.keys.map(fingerprintOf).join(', ')
  const params = {
    host: host === undefined ? '' : sayHost(host),
    fingerprint: fingerprint === '' ? null : fingerprint,
    ...(why === undefined ? {} : { why }),
  }
  const { storeId, deviceId } = shown
  const place = { storeId, ...(deviceId === null ? {} : { deviceId }) }
  await addEvent(on, { code: 'hostKeyRefused', actor, ...place, params })
  return 'done'
}

/** What is pinned stays as it is; an alarm of this host is settled. */
export const refuseEnrolment = (
  db: Database,
  { id, why }: { id: string; why?: string | undefined },
  actor: string,
): Promise<Decided> => decided(db, (on) => refuse(on, id, why, actor))

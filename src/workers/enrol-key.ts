/** A device's own key: made there, written down where it fetches, changed with an overlap, and taken off again. */
import type { EnrolmentMoveOptions } from '../db/enrolment-moves.ts'
import type { EnrolmentWork } from '../db/enrolments.ts'
import { CALL_MS, callDevice } from '../device/call.ts'
import * as commands from '../device/commands.ts'
import { keyData } from '../device/contract.ts'
import { DeviceFailure } from '../device/failure.ts'
import {
  KeyLineUnclear,
  withDeviceKey,
  withNextDeviceKey,
  withoutDeviceKey,
} from '../hosts/authorized-keys.ts'
import { normalHostKey } from '../hosts/host-key.ts'
import { formatKnownHosts, sftpPlace } from '../hosts/known-hosts.ts'
import type { EnrolmentEvent } from '../rollout/states.ts'
import { SshFailure } from '../ssh/failure.ts'
import type { WorkerDeps } from './deps.ts'
import type { Held } from './held.ts'
import { routeOf } from './step-context.ts'

const REWRITE_MS = 60_000

export interface EnrolErrand {
  readonly deps: WorkerDeps
  readonly work: EnrolmentWork
  readonly held: Held
  readonly signal: AbortSignal
}

export interface End extends Omit<EnrolmentMoveOptions, 'actor'> {
  readonly event: EnrolmentEvent
}

/** The device and its public key as it answers. Operations are the enrolment's own: each is done once. */
async function askDevice(
  { deps, work, held, signal }: EnrolErrand,
  call: (claim: commands.Claim) => commands.Call,
  what = '',
): Promise<string> {
  const { device, store } = work
  if (device === null || device.host === null) throw new DeviceFailure('noAddress', { mayHaveActed: false })
  const operation = `enrolment.${work.id}${what}`
  const one = call({ cashId: device.cashId, operation, generation: held.generation })
  const target = { route: routeOf({ device, store }), agent: device.agent }
  const { publicKey } = await callDevice(deps.ssh, target, one, keyData, { deadlineMs: CALL_MS, signal })
  const key = normalHostKey(publicKey)
  if (key === undefined)
    throw new DeviceFailure('contractViolation', { mayHaveActed: true, detail: 'no key' })
  return key
}

/** The key in use, made where there is none; of a renewal the one beside it. */
function askKey(errand: EnrolErrand): Promise<string> {
  const { store, source } = errand.work
  const place = sftpPlace(store.packageUrl)
  const lines = place === undefined ? '' : formatKnownHosts(place.host, place.port, store.hostKeys)
  return askDevice(errand, (claim) => commands.key(claim, lines, { renew: source === 'renew' }))
}

async function switchKey(errand: EnrolErrand, key: string): Promise<void> {
  if ((await askDevice(errand, (claim) => commands.switchKey(claim, key), '.use')) !== key)
    throw new DeviceFailure('contractViolation', { mayHaveActed: true, detail: 'it uses another key' })
}

/** What the device said: kept at once, for it is so whatever comes of the rest. */
async function keepKey({ deps, work }: EnrolErrand, key: string, isAuthorised: boolean): Promise<void> {
  const isKnown = work.device?.publicKey === key
  if (isKnown && !isAuthorised) return
  await deps.db.pool.query(
    `UPDATE device SET public_key = $3, key_authorised_at = CASE WHEN $4 THEN coalesce(key_authorised_at, now()) END
     WHERE id = $1 AND store_id = $2`,
    [work.deviceId, work.storeId, key, isAuthorised],
  )
}

/** Thrown inside the edit: nothing is written, and a person has to look at the line. */
function orRefuse(change: (text: string) => string): (text: string) => string {
  return (text) => {
    try {
      return change(text)
    } catch (error) {
      if (!(error instanceof KeyLineUnclear)) throw error
      const params = { problem: 'keyLineUnclear', line: error.line }
      throw new SshFailure('contractViolation', { params, cause: error })
    }
  }
}

function edit({ deps, work, signal }: EnrolErrand, file: string, change: (text: string) => string) {
  const options = { deadlineMs: REWRITE_MS, signal }
  return deps.ssh.rewrite(work.store, file, orRefuse(change), options)
}

/**
 * The device fetches all the time: with the old key until both lines are there, with the new one from then on. Cut off
 * anywhere, it is begun again from the top, and what was done is found done.
 */
async function renewKey(errand: EnrolErrand, file: string): Promise<End> {
  const { deps, work } = errand
  const cashId = work.device?.cashId ?? ''
  const key = await askKey(errand)
  deps.crash('enrol.afterKeyMade')
  await edit(errand, file, (text) => withNextDeviceKey(text, cashId, key))
  deps.crash('enrol.afterKeyAdded')
  await switchKey(errand, key)
  deps.crash('enrol.afterKeyUsed')
  await keepKey(errand, key, true)
  await edit(errand, file, (text) => withDeviceKey(text, cashId, key))
  return { event: 'done', keys: [key] }
}

export async function makeKey(errand: EnrolErrand): Promise<End> {
  const { work } = errand
  const { deviceKeysFile: file } = work.store
  const isRenewal = work.source === 'renew'
  const [confirmed] = work.keys
  if (isRenewal && confirmed !== undefined) {
    // A person has put its line there: see changeKey of enrolment-decisions.ts.
    await switchKey(errand, confirmed)
    return { event: 'done', keys: [confirmed] }
  }
  if (isRenewal && file !== null) return renewKey(errand, file)
  const key = await askKey(errand)
  // A new one is not in use yet: what is known of the old one stays.
  if (!isRenewal || work.device?.publicKey === null) await keepKey(errand, key, false)
  if (file === null) return { event: 'shown', keys: [key] }
  await edit(errand, file, (text) => withDeviceKey(text, work.device?.cashId ?? '', key))
  return { event: 'done', keys: [key] }
}

export async function revokeKey(errand: EnrolErrand): Promise<End> {
  const { device, store, keys: asked } = errand.work
  const keys = asked.length > 0 ? asked : device?.publicKey ? [device.publicKey] : []
  if (store.deviceKeysFile === null) return { event: 'shown', keys }
  await edit(errand, store.deviceKeysFile, (text) => withoutDeviceKey(text, device?.cashId ?? ''))
  return { event: 'done', keys }
}

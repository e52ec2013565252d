/** Errands to devices beside any rollout: sent to one or many, watched, cancelled. */
import { z } from 'zod'
import { cancelRequest, readRequestCounts, sendRequest } from '../../db/command-requests.ts'
import { readTargets, type Target, type Targets } from '../../db/command-targets.ts'
import { type CommandKind, isSwitch, readRequest } from '../../db/commands.ts'
import { findPackage } from '../../db/packages.ts'
import { formatVersion } from '../../rollout/versions.ts'
import { requirePermission } from '../auth.ts'
import type { Call, Handled } from '../call.ts'
import { type CommandBody, errandSelectionOf, expiresOf } from '../command-schema.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { deviceCommandList, requestList } from '../lists/commands.ts'
import { ownSelection } from '../own-selection.ts'
import { namesProblem, unknownNames } from '../plan-names.ts'
import { faultsProblem, Problem } from '../problem.ts'
import { identifier } from '../schemas.ts'

/** Rows of one answer; the counts are of all. */
const SHOWN = 1000

type SendCall = Call<unknown, unknown, CommandBody>

/** @throws Problem packageUnknown, packageRetired */
async function packageOf({ db, body }: SendCall) {
  if (body.kind !== 'downloadStart' || body.packageId === undefined) return null
  const found = await findPackage(db, body.packageId)
  if (found === null)
    throw faultsProblem([{ code: 'packageUnknown', path: 'packageId', value: body.packageId }])
  if (found.retiredAt !== null) throw new Problem('packageRetired', { more: { packageId: found.id } })
  return found
}

/** @throws Problem for every name that nothing has, or that is of another's group */
async function targetsOf(call: SendCall): Promise<Targets> {
  const { db, body, principal } = call
  const asked = errandSelectionOf(body)
  const direct = body.cashIds === undefined ? [] : (['cashIds'] as const)
  const faults = await unknownNames(db.pool, { selection: asked, direct, waves: undefined }, principal)
  if (faults.length > 0) throw namesProblem(faults)
  const { selection } = await ownSelection(db.pool, principal, asked, direct)
  return readTargets(db.pool, {
    ...{ kind: body.kind, selection, groups: principal.storeGroups, package: await packageOf(call) },
    ...('on' in body ? { on: body.on } : {}),
  })
}

const targetView = ({ cashId, storeCode, number, name, packageId, packageVersion }: Target) => ({
  ...{ cashId, store: storeCode, number, name },
  ...(packageVersion === null ? {} : { packageId, version: formatVersion(packageVersion) }),
})

function leftOutView({ leftOut }: Targets) {
  const counts: Record<string, number> = {}
  for (const { reason } of leftOut) counts[reason] = (counts[reason] ?? 0) + 1
  const devices = leftOut
    .slice(0, SHOWN)
    .map(({ cashId, storeCode, reason }) => ({ cashId, store: storeCode, reason }))
  return { leftOut: counts, leftOutDevices: devices }
}

/** What goes into the rows: the text of a message, or `on` and `off`. */
function bodyOf(body: CommandBody): { body?: string; why?: string } {
  if (body.kind === 'message') return { body: body.text }
  if (body.kind !== 'autoUpdate' && body.kind !== 'block') return {}
  const why = body.kind === 'block' ? body.text : undefined
  return { body: body.on ? 'on' : 'off', ...(why === undefined ? {} : { why }) }
}

/** Sends at once to all that it may reach; who is left out, and why, is told here and nowhere else. */
export async function sendCommandsHandler(call: SendCall): Handled {
  const { db, body, principal, actor } = call
  const { kind, preview } = body
  // It changes the head office's row of the device as well.
  if (kind === 'block') requirePermission(principal, 'fleet.edit')
  const found = await targetsOf(call)
  const { targets, leftOut } = found
  const answer = { kind, devices: targets.length, ...leftOutView(found) }
  if (preview) return { body: { ...answer, preview, targets: targets.slice(0, SHOWN).map(targetView) } }
  if (targets.length === 0)
    throw new Problem('nobodyReached', { path: 'selection', more: leftOutView(found) })
  const notAfterSeconds = expiresOf(body)
  const request = { kind, targets, leftOut, requestedBy: actor, notAfterSeconds, ...bodyOf(body) }
  const id = await sendRequest(db, request)
  return { status: 202, headers: { Location: `/api/v1/commands/${id}` }, body: { id, ...answer } }
}

/** A switch says `on`, a message its text. */
const saidView = (kind: CommandKind, body: string | null) => {
  if (isSwitch(kind)) return { on: body === 'on' }
  return body === null ? {} : { text: body }
}

export const commandsQuery = listQuery(100, 1000, {})
type ListCall<Params> = Call<Params, z.output<typeof commandsQuery>>

interface Head {
  readonly id: string
  readonly kind: CommandKind
  readonly body: string | null
  readonly requestedBy: string
  readonly createdAt: Date
  readonly notAfter: Date
}

/** Requests, the newest first. */
export async function listCommandsHandler({ db, query, principal }: ListCall<unknown>): Handled {
  const groups = principal.storeGroups
  const page = await readList<Head>(db, requestList, { query, groups })
  const ids = page.rows.map((row) => row.id)
  const counted = await readRequestCounts(db.pool, ids, groups)
  const items = page.rows.map(({ id, kind, body, requestedBy, createdAt, notAfter }) => {
    const { counts = {}, devices = 0 } = counted.get(id) ?? {}
    const isOver = (counts.waiting ?? 0) + (counts.running ?? 0) === 0
    return { id, kind, ...saidView(kind, body), requestedBy, createdAt, notAfter, devices, counts, isOver }
  })
  return { body: pageAnswer(page, items) }
}

/** @throws Problem notFound */
async function requestView(
  { db, params, principal }: Pick<Call<{ id: string }>, 'db' | 'params' | 'principal'>,
  store?: string,
) {
  const found = await readRequest(db, params.id, principal.storeGroups)
  if (found === undefined) throw new Problem('notFound')
  const { id, kind, body, requestedBy, createdAt, notAfter, counts, isOver, outcomes } = found
  return {
    ...{ id, kind, ...saidView(kind, body), requestedBy, createdAt, notAfter },
    ...{ devices: outcomes.length, counts, isOver },
    items: outcomes
      .filter(({ storeCode }) => store === undefined || storeCode === store)
      .map(({ cashId, storeCode, state, reason, params, finishedAt }) => ({
        ...{ cashId, store: storeCode, state, reason, params, finishedAt },
      })),
  }
}

/** `devices` and `counts` are of the whole request all the same. */
export const commandQuery = z.strictObject({
  store: identifier(64).optional().meta({ description: 'Only what became of it in this store.' }),
})

export const getCommandHandler = async (
  call: Call<{ id: string }, z.output<typeof commandQuery>>,
): Handled => ({
  body: await requestView(call, call.query.store),
})

/** What has not begun; what runs goes on to its end. */
export async function cancelCommandHandler(call: Call<{ id: string }>): Handled {
  const cancelled = await cancelRequest(call.db, call.params.id, call.actor)
  if (cancelled === undefined) throw new Problem('notFound')
  return { body: { cancelled, ...(await requestView(call)) } }
}

interface DeviceCommand extends Record<string, unknown> {
  readonly id: string
  readonly kind: CommandKind
  readonly body: string | null
}

/** What one device was asked for, the newest first. */
export async function listDeviceCommandsHandler(call: ListCall<{ cashId: string }>): Handled {
  const { db, query, principal, params } = call
  const page = await readList<DeviceCommand>(db, deviceCommandList, {
    ...{ query, groups: principal.storeGroups, of: params.cashId },
    where: [(push) => `d.cash_id = ${push(params.cashId)}`],
  })
  const items = page.rows.map(({ body, kind, ...row }) => ({ ...row, kind, ...saidView(kind, body) }))
  return { body: pageAnswer(page, items) }
}

/** A device of docs/nightctl.md: what every verb does, the generation before all. Answers are those of device/contract.ts. */
import type { Call } from '../../src/device/commands.ts'
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import { advance, beginInstall, beginRollback, expireArming } from './device-install.ts'
import { useOf } from './people.ts'
import type { Device, OperationRecord, World } from './shapes.ts'
import { statusOf } from './status.ts'
import { MINUTE, SECOND } from './wall.ts'

export type Reply = { readonly data: unknown } | { readonly refused: ReasonCode }
const done = (data: unknown = {}): Reply => ({ data })
const refused = (reason: ReasonCode): Reply => ({ refused: reason })

const flag = (call: Call, name: string): string => call.args[call.args.indexOf(`--${name}`) + 1] ?? ''
const numberOf = (call: Call, name: string): number => Number(flag(call, name))

const OPERATIONS_KEPT = 12

function keep(device: Device, record: OperationRecord): void {
  device.operations.set(record.id, record)
  for (const id of device.operations.keys()) {
    if (device.operations.size <= OPERATIONS_KEPT) break
    device.operations.delete(id)
  }
}

const operationAnswer = (id: string, record: OperationRecord | undefined): Reply =>
  done({
    operation: {
      id,
      verb: record?.verb ?? '',
      generation: record?.generation ?? 0,
      state: record?.state ?? 'unknown',
      reason: record?.reason ?? null,
      detail: null,
    },
  })

function downloadAnswer({ transfer }: Device, now: number): Reply {
  const state = transfer === null ? 'none' : transfer.state
  const size = transfer?.size ?? 0
  const left = transfer === null || state !== 'running' ? 0 : Math.max(0, transfer.until - now)
  return done({
    download: {
      state,
      received: state === 'done' ? size : Math.max(0, Math.floor(size - left)),
      size,
      version: null,
      sha256: transfer?.sha256 ?? null,
      reason: state === 'failed' ? 'transferFailed' : null,
    },
  })
}

type Verb = (world: World, device: Device, call: Call) => Reply

const downloadStart: Verb = (world, device, call) => {
  const now = world.agenda.now()
  const [sha256, version, size] = [flag(call, 'sha256'), numberOf(call, 'version'), numberOf(call, 'size')]
  if (device.staged.has(sha256)) device.transfer = { version, sha256, size, until: now, state: 'done' }
  else if (device.transfer?.sha256 !== sha256 || device.transfer.state !== 'running') {
    if (world.random.chance(0.001)) return refused('diskFull')
    const until = now + world.random.between(1.5, 8) * MINUTE
    device.transfer = { version, sha256, size, until, state: 'running' }
  }
  return downloadAnswer(device, now)
}

const downloadStop: Verb = (world, device) => {
  if (device.transfer?.state === 'running') device.transfer = null
  return downloadAnswer(device, world.agenda.now())
}

function checkStaged(device: Device, sha256: string): ReasonCode | undefined {
  const staged = device.staged.get(sha256)
  if (staged === undefined) return 'packageMissing'
  if (!staged.isDamaged) return undefined
  device.staged.delete(sha256)
  device.transfer = null
  return 'packageDamaged'
}

const verify: Verb = (_world, device, call) => {
  const wrong = checkStaged(device, flag(call, 'sha256'))
  return wrong === undefined ? done({ verified: true }) : refused(wrong)
}

const arm: Verb = (world, device, call) => {
  const [sha256, version] = [flag(call, 'sha256'), numberOf(call, 'version')]
  const until = world.agenda.now() + numberOf(call, 'expires-in') * SECOND
  const wrong = checkStaged(device, sha256)
  if (wrong !== undefined) return refused(wrong)
  const [operation, generation] = [flag(call, 'operation'), numberOf(call, 'generation')]
  device.armed = { version, sha256, until, operation, generation }
  world.checks.armed(device, generation)
  return done({ armed: {}, formerAutoUpdate: false })
}

const disarm: Verb = (_world, device) => {
  device.armed = null
  return done({ armed: null, autoUpdate: false })
}

const restart: Verb = (world, device, call) => {
  const { activity } = useOf(device, world.agenda.now())
  const version = numberOf(call, 'version')
  if (activity === 'receipt' || activity === 'payment') return refused('receiptOpen')
  if (activity === 'unknown') return refused('activityUnknown')
  if (device.blocked) return refused('tillBlocked')
  if (device.armed === null && device.version === version) return done()
  if (device.armed?.version !== version) return refused('armingExpired')
  beginInstall(world, device, flag(call, 'operation'), numberOf(call, 'generation'), 'claim')
  return done()
}

const rollback: Verb = (world, device, call) => {
  if (device.version !== numberOf(call, 'version')) return done()
  if (device.previousVersion === null) return refused('rollbackUnsupported')
  const { activity } = useOf(device, world.agenda.now())
  if (activity === 'receipt' || activity === 'payment') return refused('receiptOpen')
  beginRollback(world, device, flag(call, 'operation'))
  return done()
}

const closeShift: Verb = (world, device) => {
  const now = world.agenda.now()
  const { activity, shiftOpen } = useOf(device, now)
  if (!shiftOpen) return done()
  if (activity === 'receipt' || activity === 'payment') return refused('receiptOpen')
  if (world.random.chance(0.1)) return refused('shiftOpen')
  device.shiftClosedAt = now
  return done()
}

const verbs: Readonly<Record<string, Verb>> = {
  'download start': downloadStart,
  'download stop': downloadStop,
  arm,
  disarm,
  restart,
  rollback,
  'close-shift': closeShift,
  message: () => done(),
}

function mutate(world: World, device: Device, name: string, call: Call): Reply {
  const [operation, generation] = [flag(call, 'operation'), numberOf(call, 'generation')]
  if (flag(call, 'cash-id') !== device.cashId) return refused('wrongDevice')
  const known = device.operations.get(operation)
  if (known !== undefined) return operationAnswer(operation, known)
  if (generation < device.highest && world.core.device.refusesOlder) return refused('superseded')
  if (device.install !== null) return refused('deviceBusy')
  world.checks.obeyed(device, name, generation)
  device.highest = Math.max(device.highest, generation)
  const verb = verbs[name]
  if (verb === undefined) throw new Error(`no such verb: ${name}`)
  // A restart's own work fails the record that it finds here.
  const record: OperationRecord = { id: operation, verb: name, generation, state: 'running', reason: null }
  keep(device, record)
  const reply = verb(world, device, call)
  if ('refused' in reply) {
    device.operations.delete(operation)
    return reply
  }
  if (device.install === null && record.state === 'running') record.state = 'done'
  return name === 'restart' || name === 'rollback' ? operationAnswer(operation, record) : reply
}

/** One call arrives at a device that has power and is up. */
export function obey(world: World, device: Device, call: Call): Reply {
  const now = world.agenda.now()
  advance(world, device)
  expireArming(world, device)
  const [word = '', second = ''] = call.args
  const name = word === 'download' ? `download ${second}` : word
  if (call.mutates === true) return mutate(world, device, name, call)
  switch (name) {
    case 'status':
      return done(statusOf(device, now))
    case 'operation':
      return operationAnswer(second, device.operations.get(second))
    case 'download status':
      return downloadAnswer(device, now)
    case 'verify':
      return verify(world, device, call)
    default:
      throw new Error(`no such verb: ${name}`)
  }
}

/**
 * A device of docs/nightctl.md, abstracted: what each mutating verb does, what goes on by itself, what a power cut does.
 * Stands for src/sim/agent.ts (mutate, act), src/sim/verbs.ts (arm, disarm, restart, rollback, downloadStart,
 * downloadStop) and src/sim/install.ts (run, recoverInstall); nightctl/ keeps the same contract.
 */
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import type { Command, Device, Operation } from './world.ts'

/** What a device promises; a mutation takes one away. */
export interface DeviceRules {
  readonly refusesOlder: boolean
  readonly remembersOperations: boolean
  /** An arming ends by the device's own clock. */
  readonly enforcesExpiry: boolean
}

export interface Delivered {
  readonly device: Device
  /** null: done. */
  readonly refused: ReasonCode | null
  /** What must never happen, and did. */
  readonly wrong?: string
}

type Effect = { readonly change: Partial<Device>; readonly state: Operation['state'] } | ReasonCode

function effectOf(device: Device, { verb, generation }: Command): Effect {
  const done = (change: Partial<Device>): Effect => ({ change, state: 'done' })
  switch (verb) {
    case 'downloadStart':
      return done({ staged: device.staged === 'none' ? 'running' : device.staged })
    case 'fence':
      return done({ staged: device.staged === 'running' ? 'none' : device.staged })
    case 'arm':
      return device.staged === 'good' ? done({ isArmed: true }) : armRefused(device)
    case 'disarm':
      return done({ isArmed: false })
    case 'restart':
      if (device.isSelling) return 'receiptOpen'
      if (!device.isArmed) return device.version === 'new' ? done({}) : 'armingExpired'
      return { change: { phase: 'stopping', phaseOf: generation }, state: 'running' }
    case 'rollback':
      if (device.version === 'old') return done({})
      if (device.fate === 'noFormer') return 'rollbackUnsupported'
      if (device.isSelling) return 'receiptOpen'
      if (device.fate === 'noWayBack') return { change: { health: 'bad' }, state: 'failed' }
      return { change: { phase: 'goingBack', phaseOf: generation, health: 'bad' }, state: 'running' }
  }
}

const armRefused = (device: Device): ReasonCode =>
  device.staged === 'damaged' ? 'packageDamaged' : 'packageMissing'

/** One mutating call arrives. */
export function deliver(device: Device, command: Command, rules: DeviceRules): Delivered {
  const { generation, verb } = command
  const known = device.operations.find((one) => one.generation === generation)
  if (known && rules.remembersOperations) return { device, refused: null }
  if (generation < device.highest && rules.refusesOlder) return { device, refused: 'superseded' }
  if (device.phase !== 'none') return { device, refused: 'deviceBusy' }
  const isOlder = generation < device.highest
  const raised = { ...device, highest: Math.max(device.highest, generation) }
  const effect = effectOf(raised, command)
  if (typeof effect === 'string') {
    const staged = effect === 'packageDamaged' ? 'none' : raised.staged
    return { device: { ...raised, staged }, refused: effect }
  }
  const record = { verb, generation, state: effect.state, effects: (known?.effects ?? 0) + 1 }
  const others = raised.operations.filter((one) => one !== known)
  const after = { ...raised, ...effect.change, operations: [...others, record] }
  const wrong = isOlder
    ? `the device obeyed ${verb} of an older claim`
    : record.effects > 1
      ? `${verb} took effect twice under one claim`
      : undefined
  return { device: after, refused: null, ...(wrong === undefined ? {} : { wrong }) }
}

const ended = (
  device: Device,
  change: Partial<Device>,
  state: Exclude<Operation['state'], 'running'>,
): Device => ({
  ...device,
  ...change,
  phase: 'none',
  phaseOf: 0,
  isSick: device.isSick || (state === 'failed' && device.phaseOf > 0),
  operations: device.operations.map((one) =>
    one.generation === device.phaseOf && one.state === 'running' ? { ...one, state } : one,
  ),
})

/** What a device may do next without being told: one thing or the other; nothing: it rests. */
export function goOn(device: Device): readonly Device[] {
  if (device.phase === 'stopping') return switches(device)
  const next = goesOn(device)
  return next === undefined ? [] : [next]
}

/** Everything that allowed the restart is looked at once more before the switch; whether its time is, contract 1 leaves open. */
function switches(device: Device): readonly Device[] {
  if (device.isSelling && device.phaseOf > 0) return [ended(device, {}, 'untouched')]
  const switched: Device =
    device.fate === 'failsInstall'
      ? ended(device, { isArmed: false }, 'failed')
      : { ...device, isArmed: false, version: 'new', health: 'starting', phase: 'starting' }
  return device.isArmed ? [switched] : [switched, ended(device, {}, 'expired')]
}

function goesOn(device: Device): Device | undefined {
  switch (device.phase) {
    case 'none':
      return device.staged === 'running' ? { ...device, staged: 'good' } : undefined
    case 'stopping':
      return undefined
    case 'starting':
      if (device.fate === 'staysBad' || device.fate === 'noWayBack')
        return ended(device, { health: 'bad' }, 'failed')
      if (device.fate === 'good') return ended(device, { health: 'ok' }, 'done')
      return { ...device, version: 'old', phase: 'reverting' }
    case 'reverting':
      return ended(device, { health: device.fate === 'revertsBad' ? 'bad' : 'ok' }, 'failed')
    case 'goingBack':
      return { ...device, version: 'old', health: 'starting', phase: 'leaving', isArmed: false }
    case 'leaving':
      return device.fate === 'revertsBad'
        ? ended(device, { health: 'bad' }, 'failed')
        : ended(device, { health: 'ok' }, 'done')
  }
}

/** Its own clock says that the arming is over. A boot of its own that installs is seen as armed until it has switched. */
export function expireArming(device: Device, rules: DeviceRules): Device {
  const isOwnBoot = device.phase === 'stopping' && device.phaseOf === 0
  return device.isArmed && rules.enforcesExpiry && !isOwnBoot ? { ...device, isArmed: false } : device
}

/** Off and on again. Armed, it installs; an install under way goes on; one whose arming is over is undone. */
export function cyclePower(device: Device): Device | undefined {
  if (device.phase === 'none' && device.isArmed) return { ...device, phase: 'stopping', phaseOf: 0 }
  if (device.phase === 'stopping') return ended(device, { isArmed: false }, 'expired')
  return undefined
}

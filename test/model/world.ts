/** The abstract world of the model: plain data, copied for every move, and one text per state for the hash. */
import type { DeviceStep, Due } from '../../src/rollout/due.ts'
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import type { DeviceUpdateEvent, RolloutState, StorePackageState } from '../../src/rollout/states.ts'

/** What a device update's row says (src/db/transition.ts); of its past attempts only the one that observe asks for. */
export interface Row {
  state: string
  generation: number
  isLeased: boolean
  isBegun: boolean
  step: DeviceStep | null
  attempts: number
  reason: ReasonCode | null
  isBackingOff: boolean
  armedUntil: 'later' | 'over' | null
  /** The last attempt that was no observing, when its worker or its contact was lost. */
  lost: { step: DeviceStep; generation: number } | null
}

export interface StorePackageRow {
  state: StorePackageState
  generation: number
  isLeased: boolean
  isBegun: boolean
  attempts: number
  reason: ReasonCode | null
  isBackingOff: boolean
}

export type Verb = 'downloadStart' | 'arm' | 'disarm' | 'restart' | 'rollback' | 'fence'
export interface Command {
  readonly verb: Verb
  readonly generation: number
}

export interface Operation {
  readonly verb: Verb
  readonly generation: number
  /** untouched: it failed before it changed anything. */
  readonly state: 'running' | 'done' | 'failed' | 'untouched'
  readonly effects: number
}

/** How the new version behaves on this device: decided before the night, for ever. */
export type Fate = 'good' | 'reverts' | 'staysBad' | 'noWayBack' | 'revertsBad' | 'failsInstall'

export interface Device {
  version: 'old' | 'new'
  health: 'ok' | 'bad' | 'starting'
  staged: 'none' | 'running' | 'good' | 'damaged'
  isArmed: boolean
  highest: number
  phase: 'none' | 'stopping' | 'starting' | 'reverting' | 'goingBack' | 'leaving'
  /** The generation of the operation under way; 0: it restarted by itself. */
  phaseOf: number
  operations: readonly Operation[]
  isReachable: boolean
  isSelling: boolean
  fate: Fate
  /** A commanded restart failed, and no person has asked since. */
  isSick: boolean
}

/** What a step decided, as it will be written. */
export interface End {
  readonly event: DeviceUpdateEvent
  readonly reason?: ReasonCode | null
  readonly attempts: 'keep' | 'spend' | 'reset'
  readonly isBackingOff: boolean
  readonly armedUntil?: 'later' | 'over' | null
}

/** A worker between two crash points of src/workers/device-job.ts. `target` −1 is the store package. */
export interface Work {
  readonly target: number
  readonly generation: number
  readonly step: DeviceStep | 'distribute'
  readonly phase: 'begun' | 'observed' | 'acted' | 'ended'
  readonly hasActed: boolean
  readonly attempts: number
  readonly lost: Row['lost']
  readonly end: End | null
  /** The job goes to the board's failed list. */
  readonly isFailed: boolean
}

export interface Job {
  readonly target: number
  readonly generation: number
  readonly step: DeviceStep | 'distribute'
  readonly state: 'waiting' | 'active' | 'failed'
  /** A person put it back from the failed list. */
  readonly isAgain: boolean
}

export interface Decision {
  readonly target: number
  /** The rollout's state that it was made by. */
  readonly rollout: RolloutState
  readonly due: Due | { readonly do: 'distribute' }
}

export interface World {
  rollout: RolloutState
  isNightOver: boolean
  rows: readonly Row[]
  devices: readonly Device[]
  storePackage: StorePackageRow
  isStoreReachable: boolean
  jobs: readonly Job[]
  /** Who holds the leader's lock, and what each conductor has read or claimed and not yet carried out. */
  leader: 0 | 1
  held: readonly (Decision | Job | null)[]
  workers: readonly (Work | null)[]
  /** Commands that a worker has given up and that may still arrive. */
  flights: readonly (Command & { readonly target: number })[]
  faultsLeft: number
  requestsLeft: number
}

export const newDevice = (fate: Fate, staged: Device['staged']): Device => ({
  version: 'old',
  health: 'ok',
  staged,
  isArmed: false,
  highest: 0,
  phase: 'none',
  phaseOf: 0,
  operations: [],
  isReachable: true,
  isSelling: false,
  fate,
  isSick: false,
})

export const newRow = (state: string): Row => ({
  state,
  generation: 0,
  isLeased: false,
  isBegun: false,
  step: null,
  attempts: 0,
  reason: null,
  isBackingOff: false,
  armedUntil: null,
  lost: null,
})

/** @param from `waiting`: nothing is there yet; `ready`: fetched and verified */
export function newWorld(options: {
  fates: readonly Fate[]
  from: 'waiting' | 'ready'
  faults: number
  requests: number
}): World {
  const isFetched = options.from === 'ready'
  return {
    rollout: 'running',
    isNightOver: false,
    rows: options.fates.map(() => newRow(options.from)),
    devices: options.fates.map((fate) => newDevice(fate, isFetched ? 'good' : 'none')),
    storePackage: {
      state: isFetched ? 'present' : 'absent',
      generation: 0,
      isLeased: false,
      isBegun: false,
      attempts: 0,
      reason: null,
      isBackingOff: false,
    },
    isStoreReachable: true,
    jobs: [],
    leader: 0,
    held: [null, null],
    workers: [null, null],
    flights: [],
    faultsLeft: options.faults,
    requestsLeft: options.requests,
  }
}

export const withRow = (world: World, at: number, change: Partial<Row>): World => ({
  ...world,
  rows: world.rows.map((row, i) => (i === at ? { ...row, ...change } : row)),
})
export const withDevice = (world: World, at: number, change: Partial<Device>): World => ({
  ...world,
  devices: world.devices.map((device, i) => (i === at ? { ...device, ...change } : device)),
})
export const withWorker = (world: World, at: number, work: Work | null): World => ({
  ...world,
  workers: world.workers.map((one, i) => (i === at ? work : one)),
})
export function rowAt(world: World, at: number): Row {
  const row = world.rows[at]
  if (row === undefined) throw new RangeError(`no row ${at}`)
  return row
}
export function deviceAt(world: World, at: number): Device {
  const device = world.devices[at]
  if (device === undefined) throw new RangeError(`no device ${at}`)
  return device
}

/** The abstract world of the model: plain data, copied for every move, and one text per state for the hash. */
import type { Wanted, WaveDecision } from '../../src/rollout/decide.ts'
import type { DeviceStep } from '../../src/rollout/due.ts'
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import type { DeviceUpdateEvent, RolloutState, StorePackageState } from '../../src/rollout/states.ts'
import type { Setting } from './setting.ts'

/** Of a moment that was ahead when it was written down. */
export type Moment = 'ahead' | 'past'
/** early: an installation fits into the window. late: it does not any more. closed: until the next night. */
export type Hour = 'early' | 'late' | 'closed'

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
  armedUntil: Moment | null
  /** Of the last installation that was claimed. */
  latestStart: Moment | null
  /** The last attempt that was no observing, when its worker or its contact was lost. */
  lost: { step: DeviceStep; generation: number } | null
  /** A way back that was asked for is claimed: from `ready`, so that the device sells. */
  isPutOff: boolean
  /** It ended before the sample of its wave began. */
  isBeforeSample: boolean
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
  /** untouched, expired: it failed before it changed anything, because it was in use or its arming was over. */
  readonly state: 'running' | 'done' | 'failed' | 'untouched' | 'expired'
  readonly effects: number
}

/** How the new version behaves on this device: decided before the night, for ever. */
export type Fate =
  | 'good'
  | 'reverts'
  | 'staysBad'
  | 'noWayBack'
  | 'revertsBad'
  | 'failsInstall'
  /** It has no version before to go back to, and says so. */
  | 'noFormer'

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
  readonly armedUntil?: Moment | null
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
  readonly latestStart: Row['latestStart']
  readonly isPutOff: boolean
  /** Of a rollout of kind `rollback`. */
  readonly isWayBack: boolean
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

export interface Ending {
  readonly do: 'end'
  readonly target: number
  /** The row's, that it was judged by; as with a claim. */
  readonly generation: number
  readonly event: 'skip' | 'fail' | 'cancel'
  readonly reason: ReasonCode | null
}
export interface RowClaim {
  readonly do: 'claim'
  readonly target: number
  readonly generation: number
  readonly step: DeviceStep
  /** The rollout's state that it was judged by. */
  readonly rollout: RolloutState
  readonly closesLane: boolean
  readonly latestStart: Moment | null
  readonly trading: Wanted['trading']
}
/** What a conductor has decided: one statement or transaction each. */
export type Decision =
  | Ending
  | RowClaim
  | { readonly do: 'distribute' }
  /** `isOld`: a new sample has begun since it was judged. */
  | { readonly do: 'wave'; readonly wave: Waved; readonly isOld: boolean }
/** Without its numbers, which are for people. */
export type Waved =
  | { readonly do: Exclude<WaveDecision['do'], 'fulfilled'>; readonly wave: number }
  | { readonly do: 'fulfilled'; readonly wave: number; readonly is: boolean }

/** Where a conductor was held up: after reading, inside a claim's transaction after counting, or before enqueueing. */
export type Held =
  | { readonly is: 'read'; readonly decision: Decision }
  | { readonly is: 'counted'; readonly decision: RowClaim }
  | { readonly is: 'claimed'; readonly job: Job }

export interface Written {
  readonly world: World
  /** What is to be enqueued. */
  readonly job: Job | null
}

export interface Wave {
  readonly isReleased: boolean
  readonly isPassed: boolean
  /** All but the soak is fulfilled: just now, or for as long as the soak takes. */
  readonly fulfilled: 'no' | 'now' | 'soaked'
}

export interface World {
  rollout: RolloutState
  /** Paused by a gate: to go on begins a new sample. */
  isBreached: boolean
  hour: Hour
  /** The rollout's end has come: what has not begun is skipped. */
  isNightOver: boolean
  waves: readonly Wave[]
  rows: readonly Row[]
  devices: readonly Device[]
  storePackage: StorePackageRow
  isStoreReachable: boolean
  jobs: readonly Job[]
  /** Who holds the leader's lock, and what each conductor has read or claimed and not yet carried out. */
  leader: 0 | 1
  held: readonly (Held | null)[]
  workers: readonly (Work | null)[]
  /** Commands that a worker has given up and that may still arrive. */
  flights: readonly (Command & { readonly target: number })[]
  faultsLeft: number
  requestsLeft: number
}

const newDevice = (fate: Fate, version: Device['version'], staged: Device['staged']): Device => ({
  version,
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

const newRow = (state: string): Row => ({
  state,
  generation: 0,
  isLeased: false,
  isBegun: false,
  step: null,
  attempts: 0,
  reason: null,
  isBackingOff: false,
  armedUntil: null,
  latestStart: null,
  lost: null,
  isPutOff: false,
  isBeforeSample: false,
})

/** @param from `waiting`: nothing is there yet; `ready`: fetched and verified, or, on the way back, the new version runs */
export function newWorld(
  { kind, waveOf, gate }: Setting,
  options: { fates: readonly Fate[]; from: 'waiting' | 'ready'; faults: number; requests: number },
): World {
  const isFetched = options.from === 'ready'
  const [version, staged] =
    kind === 'rollback' ? (['new', 'none'] as const) : (['old', isFetched ? 'good' : 'none'] as const)
  const waves = gate === null ? 1 : 1 + Math.max(...waveOf)
  return {
    rollout: 'running',
    isBreached: false,
    hour: 'early',
    isNightOver: false,
    waves: Array.from({ length: waves }, (_, number) => ({
      isReleased: number === 0,
      isPassed: false,
      fulfilled: 'no' as const,
    })),
    rows: options.fates.map(() => newRow(options.from)),
    devices: options.fates.map((fate) => newDevice(fate, version, staged)),
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

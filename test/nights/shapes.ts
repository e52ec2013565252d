/** The simulated chain: stores, devices, and the rows that PostgreSQL would keep. All times in milliseconds since 1970. */
import type { Status } from '../../src/device/contract.ts'
import type { DeviceStep, RolloutKind } from '../../src/rollout/due.ts'
import type { Plan, PlanPackage } from '../../src/rollout/plan/plan-types.ts'
import type { GatePolicy, Policy } from '../../src/rollout/policy.ts'
import type { DeviceUpdateState, RolloutState, StorePackageState } from '../../src/rollout/states.ts'
import type { Calendar, Freeze, InstallNeed, InstallTime, Interval } from '../../src/rollout/time/calendar.ts'
import type { Accepted, WaveGroup } from '../../src/rollout/wave-facts.ts'
import type { Agenda } from './agenda.ts'
import type { Checks } from './checks.ts'
import type { Core } from './core.ts'
import type { Random } from './random.ts'
import type { Held } from './workers.ts'

export interface Store {
  readonly index: number
  readonly id: string
  readonly code: string
  readonly group: string
  readonly labels: readonly string[]
  /** As the head office knows it. */
  calendar: Calendar
  /** Since when it has it. */
  calendarFrom: number
  /** What it has when nobody changes it. */
  readonly toldCalendar: Calendar
  /** When people really come: the same, but where nobody told the head office. */
  readonly habits: Calendar
  readonly maxInstalls: number
  readonly maxDownloads: number
  readonly bytesPerSecond: number
  readonly devices: Device[]
  readonly packages: Map<string, StorePackage>
  /** Its line is cut, or its server is down. */
  offlineUntil: number
  /** What its server brings its tills along to. */
  followVersion: number | null
  /** By its habits, around the present night. */
  trading: readonly Interval[]
  // what the head office counts
  asks: number
  misses: number
  downloads: number
  installs: number
  live: Row[]
  isDirty: boolean
  wakeAt: number
}

export type Phase = 'stopping' | 'starting' | 'reverting' | 'goingBack' | 'leaving'
export type Fate = 'good' | 'failsInstall' | 'reverts' | 'staysBad'

export interface Install {
  readonly operation: string
  /** Of whom: the head office's claim, the device's own boot while armed, or its store server's update. */
  readonly cause: 'claim' | 'boot' | 'server'
  readonly from: number
  readonly to: number
  readonly formerPrevious: number | null
  readonly fate: Fate
  phase: Phase
  /** When this phase ends, power given. */
  until: number
  /** Power was cut in it: what takes longer then is not ours. */
  wasCut: boolean
}

export interface OperationRecord {
  readonly id: string
  readonly verb: string
  readonly generation: number
  state: 'running' | 'done' | 'failed'
  reason: string | null
}

export interface Staged {
  readonly version: number
  readonly size: number
  readonly isDamaged: boolean
}

export interface Armed {
  readonly version: number
  readonly sha256: string
  readonly until: number
  readonly operation: string
  readonly generation: number
}

export interface Transfer {
  readonly version: number
  readonly sha256: string
  readonly size: number
  /** When it is complete, power given. */
  until: number
  state: 'running' | 'done' | 'failed'
}

/** One till, self-checkout or store server, and what the head office keeps of it. */
export interface Device {
  readonly index: number
  readonly id: string
  readonly cashId: string
  readonly store: Store
  readonly kind: 'till' | 'selfCheckout' | 'storeServer'
  readonly number: number
  readonly configuration: string
  readonly blocked: boolean
  readonly inReserve: boolean
  // the device itself
  version: number
  previousVersion: number | null
  health: 'healthy' | 'unhealthy'
  boots: number
  highest: number
  armed: Armed | null
  readonly staged: Map<string, Staged>
  transfer: Transfer | null
  readonly operations: Map<string, OperationRecord>
  install: Install | null
  hasPower: boolean
  offSince: number
  /** Nobody answers while it boots. */
  awayUntil: number
  shiftClosedAt: number
  cannotGoBack: boolean
  /** How often each rollout's version was switched on. */
  activations: Map<string, number>
  // what the head office keeps
  generation: number
  said: Pick<Status, 'health' | 'activity'> & { version: number | null }
  isReached: boolean
  row: Row | null
  lastEnded: DeviceUpdateState | null
}

export interface StorePackage {
  readonly store: Store
  readonly package: Package
  state: StorePackageState
  reason: string | null
  attempts: number
  notBefore: number | null
  generation: number
  isLeased: boolean
}

export interface Package extends PlanPackage {
  /** Devices of this configuration do not come up with it. */
  readonly badFor: string | null
}

/** One device in one rollout. */
export interface Row {
  readonly id: string
  readonly device: Device
  readonly store: Store
  readonly rollout: Rollout
  readonly package: Package
  readonly wave: Wave
  readonly carried: boolean
  state: DeviceUpdateState
  reason: string | null
  attempts: number
  notBefore: number | null
  armedUntil: number | null
  latestStart: number | null
  installAt: number | null
  finishedAt: number | null
  generation: number
  isLeased: boolean
  isBegun: boolean
  claimedFrom: DeviceUpdateState | null
  claimedAt: number
  step: DeviceStep | null
  /** The last attempt that did more than look. */
  lastRun: { step: DeviceStep; generation: number; outcome: string; endedAt: number } | null
  /** Since when its present step is tried again and again. */
  triedSince: { step: DeviceStep; at: number } | null
  group: WaveGroup & { count: number }
  /** Its package was checked on the device since it was fetched last. */
  isVerified: boolean
  /** A person asked for it to be tried again so often. */
  asked: number
}

export interface Wave {
  readonly number: number
  readonly gate: GatePolicy
  readonly rows: Row[]
  releasedAt: number | null
  passedAt: number | null
  fulfilledAt: number | null
  sampleFrom: number
  accepted: Accepted
  expectedUnreachable: number
  readonly groups: Map<string, WaveGroup & { count: number }>
  readonly inDoubt: Set<Row>
}

export interface Rollout {
  readonly id: string
  readonly kind: RolloutKind
  readonly package: Package
  readonly serverPackage: Package | null
  readonly policy: Policy
  /** The policy's, read once; infinity: never. */
  readonly endsAt: number
  readonly preloadFrom: number
  readonly need: InstallNeed
  readonly plan: Plan
  readonly waves: readonly Wave[]
  readonly rows: Row[]
  readonly serverRows: Map<Store, Row>
  readonly approved: ReadonlyMap<Store, Calendar>
  readonly stores: readonly Store[]
  /** By group of stores. */
  readonly freezeLists: Map<string, readonly Freeze[]>
  readonly times: Map<string, InstallTime>
  state: RolloutState
  reason: string | null
  /** The wave that a breach sends back. */
  rollBackWave: Wave | null
  live: number
  successes: number
  starts: number[]
  isDirty: boolean
  judgedAt: number
  expectedAt: number
}

export interface Counters {
  nights: number
  rollouts: number
  /** Devices that switched to another version under a claim. */
  installations: number
  /** How updates ended, and why. */
  readonly ends: Map<string, number>
  breaches: number
  rollbacks: number
  claims: number
  checks: number
  storeOpenings: number
  storesNotOpen: number
  /** Tills that did not sell at an opening, because of us. */
  tillsNotReady: number
  superseded: number
}

export interface Worker {
  readonly index: number
  readonly capacity: number
  readonly running: Set<Held>
  isAlive: boolean
  frozenUntil: number
}

export interface World {
  readonly agenda: Agenda
  readonly random: Random
  readonly core: Core
  /** How many, 1 = an ordinary night's. */
  readonly accidents: number
  readonly stores: readonly Store[]
  readonly devices: readonly Device[]
  readonly workers: readonly Worker[]
  readonly checks: Checks
  readonly counters: Counters
  freezes: Freeze[]
  rollouts: Rollout[]
  pausedUntil: number
  tickAt: number
  dirty: Set<Store>
  /** Only for the story. */
  readonly tell: (
    store: Store | null,
    device: Device | null,
    what: string,
    more?: unknown,
    then?: unknown,
  ) => void
}

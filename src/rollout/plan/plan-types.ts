/** The shapes of planning: what a plan is made from, what it is, and what is shown beside it. plan.ts makes them. */

import type { LaneKind } from '../lanes.ts'
import type { GatePolicy, Policy } from '../policy.ts'
import type { ReasonCode } from '../reasons.ts'
import type { Calendar, Freeze, InstallNeed } from '../time/calendar.ts'
import type { Selectable } from './selection.ts'
import type { WavePlan } from './wave-types.ts'

export interface PlanDevice extends Selectable {
  readonly id: string
  readonly storeId: string
  /** A label of the device, 0 = none (self-checkouts). */
  readonly number: number
  readonly host: string | null
  readonly blocked: boolean
  readonly inReserve: boolean
  readonly configuration: string | null
  /** Another rollout's live update holds it. */
  readonly owned: boolean
  /** It did not answer when it was last asked; left out: it did, or was never asked. */
  readonly off?: boolean
}

export interface PlanLanes {
  readonly all: number
  /** Of them those with an address, neither blocked nor in reserve. */
  readonly inService: number
}

export interface PlanStore {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly group: string | null
  readonly labels: readonly string[]
  readonly calendar: Calendar
  readonly maxInstalls: number
  readonly maxDownloads: number
  /** Its devices of these kinds, selected or not. */
  readonly lanes: Readonly<Record<LaneKind, PlanLanes>>
  /** Measured bytes per second of the line, null = never measured. */
  readonly bytesPerSecond: number | null
  /** Share (0 … 1) of askings that its devices did not answer; null = never asked. */
  readonly offlineRate: number | null
  /** The package lies there already. */
  readonly hasPackage: boolean
  /** So does the server's package; left out: it does not, or there is none. */
  readonly hasServerPackage?: boolean
  /** Its server or a device of it is spoken to with algorithms that are not safe any more. */
  readonly legacy?: boolean
}

export interface PlanPackage {
  readonly id: string
  readonly kind: string
  readonly version: number
  readonly sha256: string
  /** Bytes. */
  readonly size: number
  /** A device below it needs another package first. */
  readonly minVersion: number | null
  /** A till may not be newer than its store server. */
  readonly needsServer: boolean
  /** Of a store server: its tills are updated with it, as one unit, only while the store is closed. */
  readonly updatesTills: boolean
  /** null = as the device says. */
  readonly canGoBack: boolean | null
  /** Left out: somebody signed it. */
  readonly signed?: boolean
  /** p95 of its measured installations, from their beginning until they were confirmed; null = not yet. */
  readonly measured: { readonly installSeconds: number; readonly samples: number } | null
}

export interface PlanInput {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly kind: 'update' | 'rollback'
  readonly package: PlanPackage
  /** Store servers go first with this one. */
  readonly serverPackage: PlanPackage | null
  /** The selection, each device once. */
  readonly devices: readonly PlanDevice[]
  /** At least the stores of `devices`. */
  readonly stores: readonly PlanStore[]
  /** By store id, also of servers outside of the selection; null = unknown. */
  readonly serverVersions: ReadonlyMap<string, number | null>
  readonly freezes: readonly Freeze[]
  readonly waves: WavePlan
  readonly policy: Policy
}

export interface PlanWave {
  /** From 1. */
  readonly number: number
  readonly name: string
  /** In the order of their store's code and their cash ids. */
  readonly deviceIds: readonly string[]
  /** `minimumSample` is never more than the wave has. */
  readonly gate: GatePolicy
}

export interface PlannedPackage {
  readonly id: string
  readonly version: number
  readonly sha256: string
  readonly size: number
}

/** A target or a carried till as it was when the plan was made: what an approval is compared with. */
export interface PlannedDevice {
  readonly id: string
  /** Place in the plan's `stores`. */
  readonly store: number
  readonly kind: string
  readonly version: number | null
}

/** Immutable: its hash names all of it. */
export interface Plan {
  readonly kind: 'update' | 'rollback'
  readonly package: PlannedPackage
  readonly serverPackage: PlannedPackage | null
  readonly waves: readonly PlanWave[]
  /** Tills that their server's update brings along; they are in no wave. */
  readonly carried: readonly { readonly serverId: string; readonly deviceIds: readonly string[] }[]
  readonly leftOut: readonly { readonly deviceId: string; readonly reason: ReasonCode }[]
  readonly devices: readonly PlannedDevice[]
  readonly calendars: readonly Calendar[]
  /** Stores with a planned device; `calendar` is a place in `calendars`. */
  readonly stores: readonly { readonly id: string; readonly calendar: number }[]
  /** Measured, or the policy's; the longer one where two packages are installed. */
  readonly need: InstallNeed
  readonly policy: Policy
}

export type PlanProblemCode =
  | 'wavesDoNotAddUp'
  | 'waveInvalid'
  | 'thresholdInvalid'
  | 'policyInvalid'
  | 'lanesImpossible'
  | 'windowNeverOpens'
  /** A store's: what is wrong stands in the parameters. */
  | 'calendarInvalid'
  | 'freezeInvalid'
  | 'storeMissing'
  | 'nothingToDo'

export interface PlanProblem {
  readonly code: PlanProblemCode
  /** Of the input: `policy.gate.successPercent`, `waves.2.percent`, `stores.M12`. */
  readonly path: string
  /** JSON. */
  readonly params: Readonly<Record<string, unknown>>
}

export type PlanWarningCode =
  | 'packageUnsigned'
  | 'cannotGoBack'
  | 'rollbackUnknown'
  | 'uncovered'
  | 'thinLine'
  | 'emptyWave'
  | 'windowNeverFits'
  | 'sampleLargerThanWave'
  | 'needAssumed'
  | 'lanesImpossible'
  | 'serverVersionUnknown'
  | 'legacyAlgorithms'

/** Lists in `params` are cut at 20 entries; `count` is the whole number. */
export interface PlanWarning {
  readonly code: PlanWarningCode
  readonly params: Readonly<Record<string, unknown>>
}

export interface StoreForecast {
  readonly storeId: string
  readonly code: string
  /** Targets, and carried tills. */
  readonly devices: number
  /** From the head office to the store: nothing where the packages are already. */
  readonly wanBytes: number
  /** From the store server to its devices. */
  readonly lanBytes: number
  /** Of its first installation; null: never within the next 14 days. Milliseconds since 1970. */
  readonly startsAt: number | null
  /** Of its last installation; null: not within the next 14 days. */
  readonly estimatedEnd: number | null
  /** All in the night of its first installation. */
  readonly fits: boolean
}

/** What is shown beside the plan, and not hashed: it ages. Every gate is taken to open as soon as its wave is over. */
export interface Forecast {
  /** In the order of their codes. */
  readonly perStore: readonly StoreForecast[]
  readonly wanBytes: number
  readonly lanBytes: number
  readonly startsAt: number | null
  /** null: not within the next 14 days. */
  readonly endsAt: number | null
  readonly warnings: readonly PlanWarning[]
}

export type Planned =
  | { readonly ok: true; readonly plan: Plan; readonly forecast: Forecast }
  | { readonly ok: false; readonly problems: readonly PlanProblem[] }

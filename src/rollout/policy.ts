/** What a rollout may decide for itself. Stored with the rollout; the plan's hash covers all of it. */
import type { InstallNeed, WeeklySpan } from './time/calendar.ts'

export const preconditionCodes = [
  'tillBlocked',
  'receiptOpen',
  'shiftOpen',
  'shiftExpired',
  'cashierSignedIn',
  'technicalBreak',
  'cashInDrawer',
  'replicationLag',
  'fiscalCritical',
  'ofdQueueOld',
  'ffdUnsupported',
  'printerNotReady',
  'statusStale',
  'diskFull',
  'clockSkew',
] as const
export type PreconditionCode = (typeof preconditionCodes)[number]

/** `block` waits and tries again until the window ends; `warn` is reported; `off` is not looked at. */
export type PreconditionLevel = 'block' | 'warn' | 'off'
export interface PreconditionRule {
  readonly level: PreconditionLevel
  /** What it is measured against, in the unit that preconditions.ts names; left out where there is nothing to measure. */
  readonly limit?: number
  /** Where a smaller value is only reported: the limit of the warning, in the same unit. */
  readonly warnLimit?: number
}

/** What stands between a wave and the next. Percent are 0 … 100. */
export interface GatePolicy {
  /** Of the judged: at least so many succeeded. */
  readonly successPercent: number
  /** Of the judged: more failures than this is a breach, and the rollout pauses. */
  readonly failurePercent: number
  /** Judged devices before either is decided; a smaller wave is judged whole. */
  readonly minimumSample: number
  /** Devices of the wave out of reach, in percent of the wave, above what is usual for their stores. */
  readonly unreachablePercent: number
  /** Devices of the wave that fell silent in the middle of their installation, in percent of the wave. */
  readonly silentPercent: number
  /** From the moment all else is fulfilled. */
  readonly soakMinutes: number
  /** A person releases the next wave. */
  readonly approval: boolean
}

/** Devices per minute, as AWS IoT ramps: begins slowly, grows with every so many successes. */
export interface RampPolicy {
  readonly startPerMinute: number
  /** The rate is multiplied by this … */
  readonly growth: number
  /** … each time so many more succeeded. */
  readonly everySuccesses: number
  readonly maxPerMinute: number
}

/** Lanes that stay open while the shop trades: the larger of both, and never less than the rules of lanes.ts. */
export interface LaneMinimum {
  readonly count: number
  readonly percent: number
}

export interface Policy {
  /** Attempts that one step of one device may spend before the update ends. */
  readonly maxAttempts: number
  /** Stretches every back-off of reasons.ts: 1 for a night. */
  readonly backoffScale: number
  /** Whom nobody reaches: `wait` for it until endsAt, or `skip` it when the attempts are spent. */
  readonly offline: 'wait' | 'skip'
  /** How long an arming holds on the device at most; never beyond the latest start. */
  readonly armSeconds: number
  /** How long a device may take from its restart until it answers healthy with the new version. */
  readonly restartSeconds: number
  /** Packages are carried from then on (ISO 8601); null = from the start. */
  readonly preloadFrom: string | null
  /** Nothing is installed before (ISO 8601); null = the first window. */
  readonly startsAt: string | null
  /** What has not begun to install by then is skipped (ISO 8601); null = never. */
  readonly endsAt: string | null
  /** In each store's zone, instead of the stores' own windows; null = theirs. */
  readonly windows: readonly WeeklySpan[] | null
  /** Freezes that do not hold for this rollout, each with a reason. */
  readonly overrideFreezes: readonly { readonly freezeId: string; readonly reason: string }[]
  /** Until durations of this package were measured. */
  readonly need: InstallNeed
  readonly lanes: { readonly till: LaneMinimum; readonly selfCheckout: LaneMinimum }
  readonly gate: GatePolicy
  readonly ramp: RampPolicy | null
  readonly preconditions: Readonly<Record<PreconditionCode, PreconditionRule>>
  /** What is done about an open shift: nothing, the evening message asks for it, or it is closed before arming. */
  readonly closeShift: 'never' | 'ask' | 'auto'
  /** Who made the plan may not approve it. */
  readonly twoPersons: boolean
  /** A wave is rolled back when so many percent **and** so many of its devices failed; null = never by itself. */
  readonly rollBackWave: { readonly failedPercent: number; readonly failedCount: number } | null
}

const DAY_MINUTES = 24 * 60

/** Reasons of the field: docs/preconditions.md. Days, minutes and bytes as preconditions.ts measures them. */
export const defaultPreconditions: Policy['preconditions'] = {
  tillBlocked: { level: 'block' },
  receiptOpen: { level: 'block' },
  shiftOpen: { level: 'block' },
  shiftExpired: { level: 'block', limit: DAY_MINUTES },
  cashierSignedIn: { level: 'block' },
  technicalBreak: { level: 'block' },
  cashInDrawer: { level: 'warn' },
  replicationLag: { level: 'block', limit: 15 },
  fiscalCritical: { level: 'block', limit: 3 },
  ofdQueueOld: { level: 'block', limit: 25, warnLimit: 1 },
  ffdUnsupported: { level: 'block' },
  printerNotReady: { level: 'block' },
  statusStale: { level: 'warn', limit: DAY_MINUTES },
  diskFull: { level: 'block' },
  clockSkew: { level: 'warn', limit: 5 },
}

export const defaultGate: GatePolicy = {
  successPercent: 95,
  failurePercent: 5,
  minimumSample: 20,
  unreachablePercent: 20,
  silentPercent: 2,
  soakMinutes: 0,
  approval: false,
}

export const defaultPolicy: Policy = {
  maxAttempts: 5,
  backoffScale: 1,
  offline: 'wait',
  armSeconds: 1800,
  restartSeconds: 600,
  preloadFrom: null,
  startsAt: null,
  endsAt: null,
  windows: null,
  overrideFreezes: [],
  need: { installSeconds: 600, confirmSeconds: 300, rollbackSeconds: 600, marginSeconds: 900 },
  lanes: { till: { count: 1, percent: 50 }, selfCheckout: { count: 0, percent: 50 } },
  gate: defaultGate,
  ramp: null,
  preconditions: defaultPreconditions,
  closeShift: 'never',
  twoPersons: false,
  rollBackWave: null,
}

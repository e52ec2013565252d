/** The evening list: who is not ready for tonight, why, since when, and whom to ring. Pure. */
import { isTerminalUpdate, laneClosedStates } from '../states.ts'
import {
  apartCause,
  byStore,
  type Cause,
  type CauseCount,
  cause,
  compareDevices,
  compareText,
  countBy,
  countCauses,
  distinct,
  hasArrived,
  isOld,
  percentOf,
  type ReportDevice,
  type ReportScope,
  type ReportStore,
  stateCauses,
} from './facts.ts'

export interface EveningStoreFacts extends ReportStore {
  /** Tonight's window; null = none, or not known. */
  readonly windowFrom: number | null
  readonly windowTo: number | null
  readonly latestStart: number | null
  /** Whether its devices can be installed tonight; null = not computed. */
  readonly fits: boolean | null
  /** A wait reason (`windowTooShort`, `frozen` …) where it does not fit. */
  readonly because: string | null
}

export interface EveningFinding {
  readonly code: string
  readonly level: 'block' | 'warn'
  readonly params: Readonly<Record<string, unknown>>
}

export interface EveningDeviceFacts extends ReportDevice {
  /** What the preconditions found in the reading of `readAt`; null = nobody looked. */
  readonly findings: readonly EveningFinding[] | null
  /** Since when this is so, as far as older readings tell; null = only the last reading is known. */
  readonly knownSince: number | null
}

export interface EveningFacts extends ReportScope {
  readonly stores: readonly EveningStoreFacts[]
  /** Those of other stores are left out, so that one query may serve the reports of several zones. */
  readonly devices: readonly EveningDeviceFacts[]
}

/** Each device is in exactly one, the worst first. */
export const eveningGroups = [
  'blocked',
  'ended',
  'unreachable',
  'unknown',
  'stale',
  'noTime',
  'preparing',
  'ready',
  'updated',
  'apart',
] as const
export type EveningGroup = (typeof eveningGroups)[number]

/** In these somebody has to do something before tonight, device by device. */
const ATTENTION: ReadonlySet<EveningGroup> = new Set(['blocked', 'ended', 'unreachable', 'unknown', 'stale'])

export interface EveningDevice extends EveningDeviceFacts {
  readonly group: EveningGroup
  readonly needsSomebody: boolean
  /** Worst first; none: nothing is in the way. */
  readonly causes: readonly Cause[]
}

export interface EveningStore extends EveningStoreFacts {
  readonly counts: Readonly<Record<EveningGroup, number>>
  readonly needSomebody: number
  /** Ready devices with something to be known about. */
  readonly warned: number
  /** Nothing to do here: one line. */
  readonly isQuiet: boolean
  readonly devices: readonly EveningDevice[]
}

export interface EveningReport extends ReportScope {
  readonly kind: 'evening'
  readonly totals: {
    readonly devices: number
    readonly counts: Readonly<Record<EveningGroup, number>>
    /** All but those apart and those already updated: who should be ready tonight. */
    readonly expected: number
    readonly ready: number
    readonly readyPercent: number | null
    readonly needSomebody: number
    /** The oldest reading that a `ready` rests on. */
    readonly oldestReadAt: number | null
    readonly stores: number
    readonly storesNotTonight: number
  }
  /** By the first cause of every device that needs somebody. */
  readonly causes: readonly CauseCount[]
  /** Warnings, each device once per code. */
  readonly warnings: readonly CauseCount[]
  readonly stores: readonly EveningStore[]
}

const findingCauses = (device: EveningDeviceFacts): Cause[] =>
  (device.findings ?? [])
    .map(({ code, level, params }) =>
      cause('finding', code, device.knownSince ?? device.readAt, { level, params }),
    )
    .sort((a, b) => Number(a.level === 'warn') - Number(b.level === 'warn'))

type Judged = readonly [EveningGroup, readonly Cause[]]

/** Why nothing in the store is installed tonight: no window, or it does not fit. */
function storeCause({ fits, because }: EveningStoreFacts): Cause | null {
  if (fits !== false) return null
  return because === null ? cause('report', 'noTimeTonight', null) : cause('reason', because, null)
}

/** What the row of the update alone decides. */
function judgeState(facts: EveningFacts, device: EveningDeviceFacts): Judged | null {
  const apart = apartCause(device)
  if (apart !== null) return ['apart', [apart]]
  if (hasArrived(facts.rollout, device)) return ['updated', []]
  if (laneClosedStates.has(device.state)) return ['blocked', stateCauses(device, device.knownSince)]
  return isTerminalUpdate(device.state) ? ['ended', stateCauses(device, device.knownSince)] : null
}

/** Old trouble of an update that still waits for its package stands in the way; of one that has it, the look decides. */
function reasonCause(device: EveningDeviceFacts): Cause[] {
  if (device.reason === null) return []
  const level = device.state === 'ready' ? 'warn' : 'block'
  return [cause('reason', device.reason, device.knownSince, { level })]
}

/** What was read of the device decides. */
function judgeReading(facts: EveningFacts, device: EveningDeviceFacts): Judged {
  const found = [...findingCauses(device), ...reasonCause(device)]
  const blocks = found.filter(({ level }) => level === 'block')
  const warns = found.filter(({ level }) => level === 'warn')
  if (device.unreachableReason !== null) {
    const since = device.knownSince ?? device.askedAt
    return ['unreachable', [cause('reach', device.unreachableReason, since), ...blocks, ...warns]]
  }
  if (device.findings === null || device.readAt === null)
    return ['unknown', [cause('report', 'notLookedAt', null), ...blocks, ...warns]]
  if (blocks.length > 0) return ['blocked', [...blocks, ...warns]]
  if (isOld(device.readAt, facts)) return ['stale', [cause('report', 'readingOld', device.readAt), ...warns]]
  return [device.state === 'ready' ? 'ready' : 'preparing', warns]
}

function judge(facts: EveningFacts, store: EveningStoreFacts, device: EveningDeviceFacts): Judged {
  const byState = judgeState(facts, device)
  if (byState !== null) return byState
  const noTime = storeCause(store)
  return noTime === null ? judgeReading(facts, device) : ['noTime', [noTime, ...findingCauses(device)]]
}

const rank = (device: EveningDevice): number => eveningGroups.indexOf(device.group)

function eveningStore(
  facts: EveningFacts,
  store: EveningStoreFacts,
  rows: readonly EveningDeviceFacts[],
): EveningStore {
  const devices = rows
    .map((row): EveningDevice => {
      const [group, causes] = judge(facts, store, row)
      return { ...row, group, needsSomebody: ATTENTION.has(group), causes: distinct(causes) }
    })
    .sort((a, b) => rank(a) - rank(b) || compareDevices(a, b))
  const counts = countBy(devices, eveningGroups, ({ group }) => group)
  const needSomebody = devices.filter((device) => device.needsSomebody).length
  const warned = devices.filter(({ group, causes }) => group === 'ready' && causes.length > 0).length
  return {
    ...store,
    counts,
    needSomebody,
    warned,
    isQuiet: needSomebody === 0 && counts.noTime === 0,
    devices,
  }
}

/** By the beginning of the window (no window last), then by how much there is to do. */
const inOrder = (a: EveningStore, b: EveningStore): number =>
  (a.windowFrom ?? Number.MAX_SAFE_INTEGER) - (b.windowFrom ?? Number.MAX_SAFE_INTEGER) ||
  b.counts.blocked - a.counts.blocked ||
  b.needSomebody - a.needSomebody ||
  compareText(a.code, b.code)

function eveningTotals(stores: readonly EveningStore[], devices: readonly EveningDevice[]) {
  const counts = countBy(devices, eveningGroups, ({ group }) => group)
  const expected = devices.length - counts.apart - counts.updated
  const readings = devices.flatMap(({ group, readAt }) =>
    group === 'ready' && readAt !== null ? [readAt] : [],
  )
  return {
    devices: devices.length,
    counts,
    expected,
    ready: counts.ready,
    readyPercent: percentOf(counts.ready, expected),
    needSomebody: devices.filter((device) => device.needsSomebody).length,
    oldestReadAt: readings.length === 0 ? null : readings.reduce((a, b) => Math.min(a, b)),
    stores: stores.length,
    storesNotTonight: stores.filter(({ fits }) => fits === false).length,
  }
}

export function evening(facts: EveningFacts): EveningReport {
  const rows = byStore(facts.devices)
  const stores = facts.stores
    .map((store) => eveningStore(facts, store, rows.get(store.code) ?? []))
    .sort(inOrder)
  const devices = stores.flatMap((store) => store.devices)
  const first = devices.flatMap(({ storeCode, needsSomebody, causes: [main] }) =>
    needsSomebody && main !== undefined ? [{ storeCode, cause: main }] : [],
  )
  const warnings = devices.flatMap(({ storeCode, group, causes }) =>
    group === 'apart'
      ? []
      : causes.filter(({ level }) => level === 'warn').map((one) => ({ storeCode, cause: one })),
  )
  const { madeAt, timeZone, staleMinutes, rollout } = facts
  return {
    kind: 'evening',
    madeAt,
    timeZone,
    staleMinutes,
    rollout,
    totals: eveningTotals(stores, devices),
    causes: countCauses(first),
    warnings: countCauses(warnings),
    stores,
  }
}

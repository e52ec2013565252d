/** The morning report: in order of opening, who cannot sell, who is degraded, who has no first receipt yet. Pure. */
import { type Comparison, compareRollouts, type OutcomeRow, type RolloutOutcome } from './compare.ts'
import {
  byStore,
  type Cause,
  type CauseCount,
  compareDevices,
  compareText,
  countBy,
  countCauses,
  distinct,
  hasArrived,
  percentOf,
  type ReportScope,
} from './facts.ts'
import {
  type FirstReceipt,
  judgeMorning,
  type MorningDeviceFacts,
  type MorningGroup,
  type MorningStoreFacts,
  morningGroups,
} from './morning-judge.ts'

export interface MorningFacts extends ReportScope {
  readonly stores: readonly MorningStoreFacts[]
  /** Those of other stores are left out. */
  readonly devices: readonly MorningDeviceFacts[]
  readonly previous: RolloutOutcome | null
}

export interface MorningDevice extends MorningDeviceFacts {
  readonly group: MorningGroup
  /** Worst first; none: updated, and nothing is known against it. */
  readonly causes: readonly Cause[]
  /** Somebody has to know of it by name; the others on the old version are told by their reasons. */
  readonly isListed: boolean
  readonly firstReceipt: FirstReceipt | null
  /** The newest proof of how it stands: a reading, or the end of its update. */
  readonly provenAt: number | null
}

export interface MorningStore extends MorningStoreFacts {
  /** That of its worst device; `apart` where it has no other. */
  readonly worst: MorningGroup
  readonly counts: Readonly<Record<MorningGroup, number>>
  /** Of updated devices that sell. */
  readonly receipts: Readonly<Record<FirstReceipt, number>>
  /** Open for half an hour, and not one updated device is known to have sold: on top of the list. */
  readonly isSilent: boolean
  /** No device of it is listed: one line. */
  readonly isQuiet: boolean
  readonly devices: readonly MorningDevice[]
}

export interface MorningReport extends ReportScope {
  readonly kind: 'morning'
  readonly totals: {
    readonly devices: number
    readonly counts: Readonly<Record<MorningGroup, number>>
    /** All but those apart: what the percentages are of. */
    readonly counted: number
    readonly updated: number
    readonly updatedPercent: number | null
    readonly receipts: Readonly<Record<FirstReceipt, number>>
    readonly stores: number
    /** Stores by their worst device. */
    readonly storesBy: Readonly<Record<MorningGroup, number>>
    readonly silentStores: number
  }
  /** Of the counted devices, by state. */
  readonly outcomes: readonly { readonly state: string; readonly devices: number }[]
  /** Of the counted devices that are not simply in order, by first cause. */
  readonly causes: readonly CauseCount[]
  /** With the rollout before; null = there was none. */
  readonly comparison: Comparison | null
  readonly stores: readonly MorningStore[]
}

const IN_ORDER: ReadonlySet<MorningGroup> = new Set(['ready', 'apart'])
/** Back on the old version, or kept there by a fault: not merely late. */
const FAULTS: ReadonlySet<string> = new Set(['rolledBack', 'failed'])
const receiptStates = ['confirmed', 'overdue', 'notYet', 'cannotTell'] as const

const isListed = (group: MorningGroup, state: string): boolean =>
  group === 'readyOld' ? FAULTS.has(state) : !IN_ORDER.has(group)

function countReceipts(devices: readonly MorningDevice[]): Record<FirstReceipt, number> {
  const said = devices.flatMap(({ group, firstReceipt }) =>
    firstReceipt === null || group === 'apart' ? [] : [firstReceipt],
  )
  return countBy(said, receiptStates, (one) => one)
}

function morningStore(
  facts: MorningFacts,
  store: MorningStoreFacts,
  rows: readonly MorningDeviceFacts[],
): MorningStore {
  const devices = rows
    .map((row): MorningDevice => {
      const judged = judgeMorning(facts, store, row)
      const causes = distinct(judged.causes)
      return { ...row, ...judged, causes, isListed: isListed(judged.group, row.state) }
    })
    .sort((a, b) => morningGroups.indexOf(a.group) - morningGroups.indexOf(b.group) || compareDevices(a, b))
  const receipts = countReceipts(devices)
  return {
    ...store,
    worst: devices[0]?.group ?? 'apart',
    counts: countBy(devices, morningGroups, ({ group }) => group),
    receipts,
    isSilent: receipts.overdue > 0 && receipts.confirmed === 0,
    isQuiet: !devices.some((device) => device.isListed),
    devices,
  }
}

/** Always open, and not known when: as if open already. */
const opening = ({ opensAt }: MorningStore): number => (typeof opensAt === 'number' ? opensAt : 0)

/** Silent stores first; then by opening, the worst first. */
const inOrder = (a: MorningStore, b: MorningStore): number =>
  Number(b.isSilent) - Number(a.isSilent) ||
  opening(a) - opening(b) ||
  morningGroups.indexOf(a.worst) - morningGroups.indexOf(b.worst) ||
  compareText(a.code, b.code)

function morningTotals(
  facts: MorningFacts,
  stores: readonly MorningStore[],
  devices: readonly MorningDevice[],
) {
  const counts = countBy(devices, morningGroups, ({ group }) => group)
  const counted = devices.length - counts.apart
  const updated = devices.filter(
    (device) => device.group !== 'apart' && hasArrived(facts.rollout, device),
  ).length
  return {
    devices: devices.length,
    counts,
    counted,
    updated,
    updatedPercent: percentOf(updated, counted),
    receipts: countReceipts(devices),
    stores: stores.length,
    storesBy: countBy(stores, morningGroups, ({ worst }) => worst),
    silentStores: stores.filter(({ isSilent }) => isSilent).length,
  }
}

/** State and reason of the counted devices, as SQL would group them. */
function outcomeRows(devices: readonly MorningDevice[]): OutcomeRow[] {
  const rows = new Map<string, { state: string; reason: string | null; devices: number }>()
  for (const { group, state, reason } of devices) {
    if (group === 'apart') continue
    const key = `${state} ${reason ?? ''}`
    const row = rows.get(key) ?? { state, reason, devices: 0 }
    row.devices += 1
    rows.set(key, row)
  }
  return [...rows.values()]
}

function byState(rows: readonly OutcomeRow[]): { state: string; devices: number }[] {
  const states = new Map<string, number>()
  for (const { state, devices } of rows) states.set(state, (states.get(state) ?? 0) + devices)
  return [...states]
    .map(([state, devices]) => ({ state, devices }))
    .sort((a, b) => b.devices - a.devices || compareText(a.state, b.state))
}

/** What a device is counted by: behind a bare state stands its reason, which says more. */
function countedBy({ group, causes }: MorningDevice): Cause | undefined {
  if (group === 'apart') return undefined
  const [first, second] = causes
  return first?.from === 'state' && second?.from === 'reason' ? second : first
}

export function morning(facts: MorningFacts): MorningReport {
  const rows = byStore(facts.devices)
  const stores = facts.stores
    .map((store) => morningStore(facts, store, rows.get(store.code) ?? []))
    .sort(inOrder)
  const devices = stores.flatMap((store) => store.devices)
  const outcomes = outcomeRows(devices)
  const counted = devices.flatMap((device) => {
    const main = countedBy(device)
    return main === undefined ? [] : [{ storeCode: device.storeCode, cause: main }]
  })
  const { madeAt, timeZone, staleMinutes, rollout, previous } = facts
  return {
    kind: 'morning',
    madeAt,
    timeZone,
    staleMinutes,
    rollout,
    totals: morningTotals(facts, stores, devices),
    outcomes: byState(outcomes),
    causes: countCauses(counted),
    comparison: previous === null ? null : compareRollouts({ rollout, outcomes }, previous),
    stores,
  }
}

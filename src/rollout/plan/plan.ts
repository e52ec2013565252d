/** The plan of a rollout: whom it reaches in which wave, whom it leaves out and why. Pure, immutable, hashed. */

import type { Calendar } from '../time/calendar.ts'
import { type CalendarProblem, checkCalendar, checkFreeze } from '../time/calendar-check.ts'
import { type Drafted, type DraftWave, outlook } from './forecast.ts'
import { groupBy } from './group-by.ts'
import { type Judged, judgeDevices, sortedByStore } from './left-out.ts'
import { planNeed } from './need.ts'
import { canonical } from './plan-hash.ts'
import { checkLanes } from './plan-lanes.ts'
import type {
  Forecast,
  Plan,
  PlanDevice,
  PlanInput,
  Planned,
  PlannedPackage,
  PlanPackage,
  PlanProblem,
  PlanStore,
} from './plan-types.ts'
import { checkGate, checkPolicy } from './policy-check.ts'
import { type Warned, warningsOf } from './warnings.ts'
import { waveSpecs } from './wave-templates.ts'
import { type Cut, cutWaves, type Wave } from './waves.ts'

const SHOWN = 20
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What a plan depends on, in one order: whatever order the rows came in. */
interface Sorted {
  readonly stores: readonly PlanStore[]
  readonly storeById: ReadonlyMap<string, PlanStore>
  /** By store id, as sortedByStore leaves them. */
  readonly byStore: ReadonlyMap<string, readonly PlanDevice[]>
  readonly devices: readonly PlanDevice[]
}

function sort(input: PlanInput): Sorted {
  const byStore = sortedByStore(input.devices)
  const stores = input.stores
    .filter((store) => byStore.has(store.id))
    .sort((a, b) => byText(a.code, b.code) || byText(a.id, b.id))
  const storeById = new Map(stores.map((store) => [store.id, store]))
  return { byStore, devices: [...byStore.values()].flat(), stores, storeById }
}

/** Equal calendars become one object: it is read, snapshotted and played through once. */
function shareCalendars(stores: readonly PlanStore[]): Map<string, Calendar> {
  const known = new Map<string, Calendar>()
  return new Map(
    stores.map((store) => {
      const text = canonical(store.calendar)
      const calendar = known.get(text) ?? store.calendar
      known.set(text, calendar)
      return [store.id, calendar]
    }),
  )
}

/** A store whose windows never open is no fault of the plan: it gets a warning. */
function calendarProblems({ stores }: Sorted, calendars: ReadonlyMap<string, Calendar>): PlanProblem[] {
  const checked = new Map<Calendar, CalendarProblem[]>()
  return stores.flatMap((store) => {
    const calendar = calendars.get(store.id) ?? store.calendar
    const found = checked.get(calendar) ?? checkCalendar(calendar)
    checked.set(calendar, found)
    const path = `stores.${store.code}.calendar`
    const bad = found.filter((one) => one.code !== 'windowNeverOpens' && one.code !== 'dateRepeated')
    return bad.map((one) => ({ code: 'calendarInvalid', path, params: { ...one } }) as const)
  })
}

function inputProblems(
  input: PlanInput,
  sorted: Sorted,
  calendars: ReadonlyMap<string, Calendar>,
): PlanProblem[] {
  const orphans = sorted.devices.filter((one) => !sorted.storeById.has(one.storeId))
  const missing = orphans.slice(0, SHOWN).map((one) => one.cashId)
  const frozen = input.freezes.flatMap((freeze) =>
    checkFreeze(freeze).map(
      (one) => ({ code: 'freezeInvalid', path: `freezes.${freeze.id}`, params: { ...one } }) as const,
    ),
  )
  return [
    ...checkPolicy(input.policy, input.freezes),
    ...calendarProblems(sorted, calendars),
    ...frozen,
    ...(missing.length > 0
      ? [{ code: 'storeMissing', path: 'stores', params: { cashIds: missing } } as const]
      : []),
  ]
}

/** Which reasons left everything out. */
function nothingProblem({ targets, leftOut }: Judged): PlanProblem[] {
  if (targets.length > 0) return []
  const reasons = groupBy(leftOut, (one) => one.reason)
  const counts = Object.fromEntries([...reasons].map(([reason, all]) => [reason, all.length]))
  return [{ code: 'nothingToDo', path: 'selection', params: { leftOut: counts } }]
}

/** The gate of a wave never asks for more judged devices than the wave has. */
function draftWave({ name, spec, devices }: Wave, input: PlanInput): DraftWave {
  const gate = { ...input.policy.gate, ...spec.gate }
  const minimumSample = Math.min(gate.minimumSample, devices.length)
  return { name, devices, gate: { ...gate, minimumSample }, sampleAsked: gate.minimumSample }
}

function cut(input: PlanInput, sorted: Sorted, targets: readonly PlanDevice[]): Cut {
  const used = new Set(targets.map((one) => one.storeId))
  const stores = sorted.stores.filter((store) => used.has(store.id))
  const specs = waveSpecs(input.waves, stores, input.now)
  const gates = specs.flatMap((spec, place) => checkGate(spec.gate ?? {}, `waves.${place}.gate`))
  const fleet = { devices: targets, stores: sorted.storeById, salt: input.package.sha256 }
  const made = cutWaves(specs, { ...fleet, goesBack: input.kind === 'rollback' })
  return { ...made, problems: [...gates, ...made.problems] }
}

const planned = ({ id, version, sha256, size }: PlanPackage): PlannedPackage => ({
  id,
  version,
  sha256,
  size,
})

function writePlan(drafted: Drafted, judged: Judged, devices: readonly PlanDevice[]): Plan {
  const { input, stores, calendars, waves, need } = drafted
  const used = [...new Set(stores.map((store) => calendars.get(store.id) ?? store.calendar))]
  const storePlace = new Map(stores.map((store, place) => [store.id, place]))
  const reached = new Set([
    ...judged.targets.map((one) => one.id),
    ...judged.carried.flatMap((one) => one.deviceIds),
  ])
  return {
    kind: input.kind,
    package: planned(input.package),
    serverPackage: input.serverPackage === null ? null : planned(input.serverPackage),
    waves: waves.map(({ name, devices: own, gate }, i) => ({
      number: i + 1,
      name,
      deviceIds: own.map((one) => one.id),
      gate,
    })),
    carried: judged.carried,
    leftOut: judged.leftOut,
    devices: devices
      .filter((one) => reached.has(one.id))
      .map(({ id, storeId, kind, version }) => ({ id, store: storePlace.get(storeId) ?? -1, kind, version })),
    calendars: used,
    stores: stores.map((store) => ({
      id: store.id,
      calendar: used.indexOf(calendars.get(store.id) ?? store.calendar),
    })),
    need,
    policy: input.policy,
  }
}

function foresee(warned: Warned): Forecast {
  const seen = outlook(warned)
  const perStore = seen.perStore.map(
    ({ storeId, code, devices, wanBytes, lanBytes, startsAt, estimatedEnd, fits }) => ({
      storeId,
      code,
      devices,
      wanBytes,
      lanBytes,
      startsAt,
      estimatedEnd,
      fits,
    }),
  )
  const { wanBytes, lanBytes, startsAt, endsAt } = seen
  return { perStore, wanBytes, lanBytes, startsAt, endsAt, warnings: warningsOf(warned, seen) }
}

/**
 * Waves, carried and left-out devices are together exactly the devices of the input, each once. The same input gives
 * the same plan, in whatever order its rows come. Bad input gives problems and never throws.
 */
export function plan(input: PlanInput): Planned {
  const sorted = sort(input)
  const calendars = shareCalendars(sorted.stores)
  const faults = inputProblems(input, sorted, calendars)
  if (faults.length > 0) return { ok: false, problems: faults }
  const judged = judgeDevices(sorted.byStore, input)
  const made = cut(input, sorted, judged.targets)
  const problems = [
    ...nothingProblem(judged),
    ...made.problems,
    ...checkLanes(judged.targets, sorted.storeById, input.policy),
  ]
  if (problems.length > 0) return { ok: false, problems }
  const used = new Set(judged.targets.map((one) => one.storeId))
  const carried = new Map(judged.carried.map(({ serverId, deviceIds }) => [serverId, deviceIds.length]))
  const warned: Warned = {
    input,
    stores: sorted.stores.filter((store) => used.has(store.id)),
    calendars,
    waves: made.waves.map((wave) => draftWave(wave, input)),
    carried,
    need: planNeed(input),
    empty: made.empty,
    serverUnknown: judged.serverUnknown,
  }
  return { ok: true, plan: writePlan(warned, judged, sorted.devices), forecast: foresee(warned) }
}

/** Cuts the targets into waves: each target into exactly one. Pure, and the same for the same input. */
import type { PlanDevice, PlanProblem, PlanStore } from './plan-types.ts'
import { pick, spreadUnits, type Unit } from './wave-pick.ts'
import type { WaveSpec } from './wave-types.ts'

const MAX_WAVES = 100
const SHOWN = 20

export interface Fleet {
  /** The targets: stores in the order of their codes, devices of a store in the order of their cash ids. */
  readonly devices: readonly PlanDevice[]
  readonly stores: ReadonlyMap<string, PlanStore>
  /** Spreads "so many stores" over the chain. */
  readonly salt: string
  /** On the way back a server follows its tills. */
  readonly goesBack: boolean
}

export interface Wave {
  readonly name: string
  readonly spec: WaveSpec
  readonly devices: readonly PlanDevice[]
}

export interface Cut {
  /** None is empty. */
  readonly waves: readonly Wave[]
  /** Those that came out empty, and vanish: place in what was asked for, from 1, and name. */
  readonly empty: readonly { readonly place: number; readonly name: string }[]
  readonly problems: readonly PlanProblem[]
}

const isWhole = (value: number, from: number): boolean => Number.isSafeInteger(value) && value >= from
const isPercent = (value: number): boolean => value >= 0 && value <= 100
const nameOf = (spec: WaveSpec): string => spec.name ?? spec.by

/** Percents of this unit that add up on their own, not cumulative ones. */
function percentsOf(specs: readonly WaveSpec[], unit: Unit): number {
  return specs.reduce((sum, spec) => {
    const adds = spec.by === 'percent' && spec.cumulative !== true && (spec.of ?? 'stores') === unit
    return adds ? sum + spec.percent : sum
  }, 0)
}

/** The last cumulative percent of this unit before a wave, or 0. */
function cumulativeBefore(specs: readonly WaveSpec[], unit: Unit): number {
  const last = specs.findLast(
    (spec) => spec.by === 'percent' && spec.cumulative === true && (spec.of ?? 'stores') === unit,
  )
  return last?.by === 'percent' ? last.percent : 0
}

function namesOf(spec: WaveSpec): readonly string[] | undefined {
  switch (spec.by) {
    case 'labels':
      return spec.labels
    case 'groups':
      return spec.groups
    case 'zones':
      return spec.zones
    case 'stores':
      return spec.stores
    case 'cashIds':
      return spec.cashIds
    default:
      return undefined
  }
}

function checkSpec(spec: WaveSpec, place: number, specs: readonly WaveSpec[]): PlanProblem[] {
  const path = `waves.${place}`
  if (spec.by === 'count' && !isWhole(spec.count, 1))
    return [{ code: 'waveInvalid', path: `${path}.count`, params: { value: spec.count } }]
  if (spec.by === 'percent' && !isPercent(spec.percent))
    return [{ code: 'thresholdInvalid', path: `${path}.percent`, params: { value: spec.percent } }]
  if (spec.by === 'percent' && spec.cumulative === true) {
    const before = cumulativeBefore(specs.slice(0, place), spec.of ?? 'stores')
    const falls = {
      code: 'wavesDoNotAddUp',
      path: `${path}.percent`,
      params: { value: spec.percent, before },
    } as const
    return spec.percent < before ? [falls] : []
  }
  return namesOf(spec)?.length === 0 ? [{ code: 'waveInvalid', path: `${path}.${spec.by}`, params: {} }] : []
}

/** What can be said without the devices. */
function checkSpecs(specs: readonly WaveSpec[]): PlanProblem[] {
  if (specs.length > MAX_WAVES)
    return [{ code: 'waveInvalid', path: 'waves', params: { count: specs.length, most: MAX_WAVES } }]
  const problems = specs.flatMap((spec, place) => checkSpec(spec, place, specs))
  if (problems.length > 0) return problems
  const sums = (['stores', 'devices'] as const).map((of) => ({ of, percent: percentsOf(specs, of) }))
  const over = sums.filter((sum) => sum.percent > 100 + 1e-9)
  return over.map((params) => ({ code: 'wavesDoNotAddUp' as const, path: 'waves', params }))
}

/** Forward a server is in no later wave than any of its tills; on the way back in no earlier one. */
function orderServers(waves: readonly (readonly PlanDevice[])[], goesBack: boolean): PlanDevice[][] {
  const isServer = (device: PlanDevice) => device.kind === 'storeServer'
  const edge = new Map<string, number>()
  waves.forEach((devices, place) => {
    for (const { storeId } of devices.filter((one) => !isServer(one)))
      edge.set(storeId, goesBack ? place : (edge.get(storeId) ?? place))
  })
  const ordered: PlanDevice[][] = waves.map(() => [])
  waves.forEach((devices, place) => {
    for (const device of devices) {
      const till = isServer(device) ? (edge.get(device.storeId) ?? place) : place
      ordered[goesBack ? Math.max(place, till) : Math.min(place, till)]?.push(device)
    }
  })
  return ordered
}

function missingProblem(left: readonly PlanDevice[]): PlanProblem[] {
  if (left.length === 0) return []
  const cashIds = left.slice(0, SHOWN).map((one) => one.cashId)
  return [{ code: 'wavesDoNotAddUp', path: 'waves', params: { missing: left.length, cashIds } }]
}

/** Every target is in exactly one wave, or there are problems. Bad input never throws. */
export function cutWaves(specs: readonly WaveSpec[], fleet: Fleet): Cut {
  const problems = checkSpecs(specs)
  if (problems.length > 0) return { waves: [], empty: [], problems }
  const units = spreadUnits(fleet.devices, specs, fleet.salt)
  let left = fleet.devices
  const picked = specs.map((spec, place) => {
    const unit = spec.by === 'percent' ? (spec.of ?? 'stores') : 'stores'
    const percentBefore = percentsOf(specs.slice(0, place), unit)
    const devices = pick(spec, left, { stores: fleet.stores, units, percentBefore })
    const taken = new Set(devices)
    left = left.filter((one) => !taken.has(one))
    return devices
  })
  const order = new Map(fleet.devices.map((device, place) => [device, place]))
  const placeOf = (device: PlanDevice) => order.get(device) ?? 0
  const all = orderServers(picked, fleet.goesBack).map((devices, i) => ({
    spec: specs[i] as WaveSpec,
    place: i + 1,
    devices: devices.sort((a, b) => placeOf(a) - placeOf(b)),
  }))
  return {
    waves: all.flatMap(({ spec, devices }) =>
      devices.length === 0 ? [] : [{ name: nameOf(spec), spec, devices }],
    ),
    empty: all.flatMap(({ spec, place, devices }) =>
      devices.length > 0 ? [] : [{ place, name: nameOf(spec) }],
    ),
    problems: missingProblem(left),
  }
}

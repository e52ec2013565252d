/** Which of the devices that are left belong to one wave. Pure, and the same for the same input. */
import { createHash } from 'node:crypto'
import { coverStores } from './cover.ts'
import { groupBy } from './group-by.ts'
import type { PlanDevice, PlanStore } from './plan-types.ts'
import type { WaveSpec } from './wave-types.ts'

export type Unit = 'stores' | 'devices'

/** What "so many" and percents count over all targets, in the order in which they are taken. */
export interface Units {
  readonly stores: readonly string[]
  readonly devices: readonly string[]
}

const unitOf = (device: PlanDevice, unit: Unit): string => (unit === 'stores' ? device.storeId : device.id)

/** Those with an even number; without a number the last digit of the cash id decides. */
export function isEven(device: Pick<PlanDevice, 'number' | 'cashId'>): boolean {
  if (device.number !== 0) return device.number % 2 === 0
  return Number(device.cashId.replace(/\D/g, '').at(-1) ?? 0) % 2 === 0
}

/** By SHA-256 over salt and name: neither the oldest stores nor one region are always the first. */
function spread(names: ReadonlyMap<string, string>, salt: string): string[] {
  const hash = (name: string) => createHash('sha256').update(`${salt}:${name}`).digest('hex')
  return [...names]
    .map(([id, name]) => ({ id, key: hash(name) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((one) => one.id)
}

/** @param salt another package begins in other stores */
export function spreadUnits(devices: readonly PlanDevice[], specs: readonly WaveSpec[], salt: string): Units {
  const countsDevices = specs.some((spec) => 'of' in spec && spec.of === 'devices')
  return {
    stores: spread(new Map(devices.map((one) => [one.storeId, one.storeCode])), salt),
    devices: countsDevices ? spread(new Map(devices.map((one) => [one.id, one.cashId])), salt) : [],
  }
}

/** 0.1 + 0.2 is no reason for one device more. */
const atLeast = (value: number): number => Math.ceil(value - 1e-9)

function pickUnits(left: readonly PlanDevice[], units: Units, unit: Unit, count: number): PlanDevice[] {
  const open = new Set(left.map((one) => unitOf(one, unit)))
  const chosen = new Set(units[unit].filter((one) => open.has(one)).slice(0, Math.max(count, 0)))
  return left.filter((one) => chosen.has(unitOf(one, unit)))
}

/** @param before percents of the same unit that waves before this one took */
function pickPercent(
  spec: WaveSpec & { by: 'percent' },
  left: readonly PlanDevice[],
  units: Units,
  before: number,
): PlanDevice[] {
  const unit = spec.of ?? 'stores'
  const all = units[unit].length
  const upTo = (percent: number) => atLeast((all * percent) / 100)
  const taken = all - new Set(left.map((one) => unitOf(one, unit))).size
  const count =
    spec.cumulative === true ? upTo(spec.percent) - taken : upTo(before + spec.percent) - upTo(before)
  return pickUnits(left, units, unit, count)
}

function pickCover(left: readonly PlanDevice[], notStores: readonly string[]): PlanDevice[] {
  const without = new Set(notStores)
  const byStore = groupBy(
    left.filter((one) => !without.has(one.storeCode)),
    (one) => one.storeId,
  )
  const chosen = new Set(coverStores(byStore))
  return left.filter((one) => chosen.has(one.storeId))
}

function hasLabel(
  spec: WaveSpec & { by: 'labels' },
  device: PlanDevice,
  store: PlanStore | undefined,
): boolean {
  const ofStore = store?.labels ?? []
  const has = spec.of === 'devices' ? [...device.labels, ...ofStore] : ofStore
  return spec.labels.some((label) => has.includes(label))
}

/**
 * The devices of one wave.
 * @param left what the waves before it left over
 */
export function pick(
  spec: WaveSpec,
  left: readonly PlanDevice[],
  fleet: {
    readonly stores: ReadonlyMap<string, PlanStore>
    readonly units: Units
    readonly percentBefore: number
  },
): readonly PlanDevice[] {
  const storeOf = (device: PlanDevice) => fleet.stores.get(device.storeId)
  const named = (names: readonly string[], nameOf: (device: PlanDevice) => string | null | undefined) => {
    const wanted = new Set<string | null | undefined>(names)
    return left.filter((device) => wanted.has(nameOf(device)))
  }
  switch (spec.by) {
    case 'count':
      return pickUnits(left, fleet.units, spec.of ?? 'stores', spec.count)
    case 'percent':
      return pickPercent(spec, left, fleet.units, fleet.percentBefore)
    case 'labels':
      return left.filter((device) => hasLabel(spec, device, storeOf(device)))
    case 'groups':
      return named(spec.groups, (device) => device.group)
    case 'zones':
      return named(spec.zones, (device) => storeOf(device)?.calendar.timeZone)
    case 'stores':
      return named(spec.stores, (device) => device.storeCode)
    case 'cashIds':
      return named(spec.cashIds, (device) => device.cashId)
    case 'parity':
      return left.filter((device) => isEven(device) === (spec.parity === 'even'))
    case 'cover':
      return pickCover(left, spec.notStores ?? [])
    case 'rest':
      return left
  }
}

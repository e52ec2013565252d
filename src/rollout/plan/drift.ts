/** An approved plan against the fleet as it is now: what refuses the plan, and what is only listed. Pure. */
import { judgeDevices, packageFor, sortedByStore } from './left-out.ts'
import { canonical } from './plan-hash.ts'
import type { Plan, PlanDevice, PlanInput, PlannedDevice, PlannedPackage, PlanPackage } from './plan-types.ts'

/** What an approval does not cover any more. Lists in `params` are cut at 20 entries; `count` is the whole number. */
export interface PlanChange {
  readonly code: 'packageChanged' | 'packageRetired' | 'targetsChanged' | 'windowsChanged' | 'policyChanged'
  /** JSON. */
  readonly params: Readonly<Record<string, unknown>>
}

export type DriftCode =
  /** Another one than planned, and not the wanted one. */
  | 'versionChanged'
  /** Nothing to do any more. */
  | 'nowDone'
  | 'nowBlocked'
  | 'nowInReserve'
  | 'nowNoAddress'
  | 'nowOff'
  | 'nowOwned'
  /** In the selection, and unknown to the plan: a new revision of the plan brings it in. */
  | 'newcomer'
  /** Left out by the plan, for a reason that is gone: so does a new revision. */
  | 'nowPossible'

export interface PlanDrift {
  readonly deviceId: string
  readonly code: DriftCode
}

const SHOWN = 20

function changed(code: PlanChange['code'], of: string, all: readonly unknown[]): PlanChange[] {
  return all.length === 0 ? [] : [{ code, params: { count: all.length, [of]: all.slice(0, SHOWN) } }]
}

/** Paths below `path` at which two JSON values differ. */
function differences(a: unknown, b: unknown, path: string): string[] {
  if (canonical(a) === canonical(b)) return []
  const isBranch = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isBranch(a) || !isBranch(b)) return [path]
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return keys.flatMap((key) => differences(a[key], b[key], path === '' ? key : `${path}.${key}`))
}

function packageChanges(plan: Plan, now: PlanInput): PlanChange[] {
  const essence = (one: PlanPackage | null): PlannedPackage | null =>
    one === null ? null : { id: one.id, version: one.version, sha256: one.sha256, size: one.size }
  const fields = [
    ...(plan.kind === now.kind ? [] : ['kind']),
    ...differences(plan.package, essence(now.package), 'package'),
    ...differences(plan.serverPackage, essence(now.serverPackage), 'serverPackage'),
  ]
  return changed('packageChanged', 'fields', fields)
}

function targetChange(planned: PlannedDevice, plan: Plan, present: PlanDevice | undefined) {
  const { id: deviceId } = planned
  if (present === undefined) return [{ deviceId, how: 'gone' }]
  if (present.storeId !== plan.stores[planned.store]?.id) return [{ deviceId, how: 'moved' }]
  return present.kind === planned.kind
    ? []
    : [{ deviceId, how: 'kind', from: planned.kind, to: present.kind }]
}

/** Stores whose calendar, snapshotted with the plan, is another one now. */
function windowChanges(plan: Plan, now: PlanInput): PlanChange[] {
  const present = new Map(now.stores.map((store) => [store.id, store]))
  const texts = plan.calendars.map(canonical)
  const stores = plan.stores.flatMap(({ id, calendar }) => {
    const store = present.get(id)
    return store === undefined || canonical(store.calendar) === texts[calendar] ? [] : [store.code]
  })
  return changed('windowsChanged', 'stores', stores)
}

/** @param isCarried what its server's update brings along ends at the server's version */
function isDone(device: PlanDevice, isCarried: boolean, now: PlanInput): boolean {
  const target = packageFor(now, isCarried ? 'storeServer' : device.kind) ?? now.package
  if (device.version === null) return false
  return now.kind === 'rollback' ? device.version !== target.version : device.version >= target.version
}

function deviceDrift(
  planned: PlannedDevice,
  device: PlanDevice,
  isCarried: boolean,
  now: PlanInput,
): DriftCode[] {
  const done = isDone(device, isCarried, now)
  const codes: readonly (readonly [DriftCode, boolean])[] = [
    ['nowDone', done],
    // A version that nobody knew when the plan was made has not changed.
    ['versionChanged', !done && planned.version !== null && device.version !== planned.version],
    ['nowBlocked', device.blocked],
    ['nowInReserve', device.inReserve],
    ['nowNoAddress', device.host === null],
    ['nowOff', device.off === true],
    ['nowOwned', device.owned],
  ]
  return codes.flatMap(([code, holds]) => (holds ? [code] : []))
}

/** Who would be planned now and is not in the plan. */
function additions(plan: Plan, now: PlanInput): PlanDrift[] {
  const known = new Set(plan.devices.map((one) => one.id))
  const leftOut = new Set(plan.leftOut.map((one) => one.deviceId))
  const { targets, carried } = judgeDevices(sortedByStore(now.devices), now)
  const reached = [...targets.map((one) => one.id), ...carried.flatMap((one) => one.deviceIds)]
  return reached
    .filter((id) => !known.has(id))
    .map((deviceId) => ({ deviceId, code: leftOut.has(deviceId) ? 'nowPossible' : 'newcomer' }))
}

/**
 * @param now what the plan would be made from today, with every device of the plan that still exists, also those that
 * the selection does not name any more
 */
export function comparePlan(plan: Plan, now: PlanInput): { refuse: PlanChange[]; drift: PlanDrift[] } {
  const present = new Map(now.devices.map((device) => [device.id, device]))
  const targets = plan.devices.flatMap((one) => targetChange(one, plan, present.get(one.id)))
  const carried = new Set(plan.carried.flatMap((one) => one.deviceIds))
  const drift = plan.devices.flatMap((one) => {
    const device = present.get(one.id)
    const codes = device === undefined ? [] : deviceDrift(one, device, carried.has(one.id), now)
    return codes.map((code) => ({ deviceId: one.id, code }))
  })
  return {
    refuse: [
      ...packageChanges(plan, now),
      ...changed('targetsChanged', 'devices', targets),
      ...windowChanges(plan, now),
      ...changed('policyChanged', 'fields', differences(plan.policy, now.policy, 'policy')),
    ],
    drift: [...drift, ...additions(plan, now)],
  }
}

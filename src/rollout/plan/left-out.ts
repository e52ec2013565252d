/** Who of a selection is a target, who comes along with its server, and why the others are left out. Pure. */

import type { ReasonCode } from '../reasons.ts'
import { groupBy } from './group-by.ts'
import type { Plan, PlanDevice, PlanInput, PlanPackage } from './plan-types.ts'

/** A self-checkout is a till without a cashier: packages for tills are for it too. */
const alsoFor: Readonly<Record<string, readonly string[]>> = { till: ['selfCheckout'] }
/** Nothing is ever installed on them. */
const LISTED_ONLY = 'priceChecker'
const SERVER = 'storeServer'
const isTill = (kind: string): boolean => kind === 'till' || kind === 'selfCheckout'

export function packageFits(packageKind: string, deviceKind: string): boolean {
  if (deviceKind === LISTED_ONLY) return false
  return packageKind === deviceKind || (alsoFor[packageKind] ?? []).includes(deviceKind)
}

type Packages = Pick<PlanInput, 'kind' | 'package' | 'serverPackage'>

/** Which of the rollout's packages is for this kind of device, if any. */
export function packageFor(packages: Packages, kind: string): PlanPackage | undefined {
  const both = [packages.package, packages.serverPackage]
  return both.find((one): one is PlanPackage => one !== null && packageFits(one.kind, kind))
}

/** What stands in the way of any change to it, whichever way. */
function unfitReason(device: PlanDevice): ReasonCode | undefined {
  if (device.blocked) return 'tillBlocked'
  if (device.inReserve) return 'inReserve'
  if (device.host === null) return 'noAddress'
  if (device.owned) return 'ownedByRollout'
  return undefined
}

/** Forward. A version that nobody knows is looked at by the steps, unless the package asks for a minimum. */
function forwardReason(version: number | null, target: PlanPackage): ReasonCode | undefined {
  if (version === null) return target.minVersion === null ? undefined : 'versionUnknown'
  if (version > target.version) return 'versionLower'
  if (version === target.version) return 'notNeeded'
  return target.minVersion !== null && version < target.minVersion ? 'versionChain' : undefined
}

/** Back. Only what is known to run the version can leave it. */
function backReason(version: number | null, target: PlanPackage): ReasonCode | undefined {
  if (version === null) return 'versionUnknown'
  if (version !== target.version) return 'notNeeded'
  return target.canGoBack === false ? 'rollbackUnsupported' : undefined
}

/** Whether the server of a till's store is old enough to forbid the till's package, as far as is known. */
type ServerOf = 'behind' | 'unknown' | 'fine'

function serverOf(
  device: PlanDevice,
  target: PlanPackage,
  input: Pick<PlanInput, 'kind' | 'serverVersions'>,
  plannedVersion: number | undefined,
): ServerOf {
  if (input.kind === 'rollback' || !target.needsServer || device.kind === SERVER) return 'fine'
  if (plannedVersion !== undefined && plannedVersion >= target.version) return 'fine'
  const version = input.serverVersions.get(device.storeId) ?? null
  if (version === null) return 'unknown'
  return version < target.version ? 'behind' : 'fine'
}

/**
 * Why a device is left out, or undefined: it is a target.
 * @param plannedVersion what its store's server gets in the same plan, if anything
 */
export function leftOutReason(
  device: PlanDevice,
  input: Packages & Pick<PlanInput, 'serverVersions'>,
  plannedVersion?: number,
): ReasonCode | undefined {
  const target = packageFor(input, device.kind)
  if (target === undefined) return 'wrongKind'
  const judge = input.kind === 'rollback' ? backReason : forwardReason
  const reason = unfitReason(device) ?? judge(device.version, target)
  if (reason !== undefined) return reason
  return serverOf(device, target, input, plannedVersion) === 'behind' ? 'serverBehind' : undefined
}

export interface Judged {
  readonly targets: readonly PlanDevice[]
  readonly carried: Plan['carried']
  readonly leftOut: Plan['leftOut']
  /** Stores whose tills may not be newer than their server, and nobody knows what that runs. */
  readonly serverUnknown: readonly string[]
}

/** A till that its server's update would bring along against a rule holds back the whole unit. */
function unitReason(tills: readonly PlanDevice[], input: PlanInput): ReasonCode | undefined {
  if (tills.some((till) => till.owned)) return 'ownedByRollout'
  const below = tills.some((till) => {
    const target = packageFor(input, till.kind)
    return target !== undefined && forwardReason(till.version, target) === 'versionChain'
  })
  return below ? 'versionChain' : undefined
}

interface Unit {
  readonly server: PlanDevice | undefined
  readonly reason: ReasonCode | undefined
  readonly target: PlanPackage | undefined
  readonly carries: boolean
}

/** The store's server: its first, by cash id. */
function unitOf(devices: readonly PlanDevice[], input: PlanInput): Unit {
  const server = devices.find((one) => one.kind === SERVER)
  const target = server && packageFor(input, SERVER)
  const canCarry = input.kind === 'update' && target?.updatesTills === true
  const own = server && leftOutReason(server, input)
  const tills = canCarry ? devices.filter((one) => isTill(one.kind)) : []
  const reason = own ?? (canCarry ? unitReason(tills, input) : undefined)
  return { server, target, reason, carries: canCarry && reason === undefined }
}

/** A till is carried unless nobody could look after it, or it is there already. */
function notCarried(till: PlanDevice, unit: Unit): ReasonCode | undefined {
  const version = unit.target?.version
  const isThere = till.version !== null && version !== undefined && till.version >= version
  return unfitReason(till) ?? (isThere ? 'notNeeded' : undefined)
}

/** @param devices of one store */
function judgeStore(devices: readonly PlanDevice[], input: PlanInput) {
  const unit = unitOf(devices, input)
  const isPlanned = unit.server !== undefined && unit.reason === undefined
  const planned = isPlanned ? unit.target?.version : undefined
  const targets: PlanDevice[] = []
  const carried: string[] = []
  const leftOut: Plan['leftOut'][number][] = []
  for (const device of devices) {
    const isCarried = unit.carries && isTill(device.kind)
    const reason = isCarried
      ? notCarried(device, unit)
      : device === unit.server
        ? unit.reason
        : leftOutReason(device, input, planned)
    if (reason !== undefined) leftOut.push({ deviceId: device.id, reason })
    else if (isCarried) carried.push(device.id)
    else targets.push(device)
  }
  const isUnknown = targets.some((one) => {
    const target = packageFor(input, one.kind)
    return target !== undefined && serverOf(one, target, input, planned) === 'unknown'
  })
  const along =
    carried.length === 0 || unit.server === undefined
      ? []
      : [{ serverId: unit.server.id, deviceIds: carried }]
  return { targets, carried: along, leftOut, isUnknown }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Each device once, stores in the order of their codes, devices in that of their cash ids: whatever order the rows had. */
export function sortedByStore(devices: readonly PlanDevice[]): Map<string, PlanDevice[]> {
  const once = [...new Map(devices.map((device) => [device.id, device])).values()]
  once.sort((a, b) => byText(a.storeCode, b.storeCode) || byText(a.cashId, b.cashId) || byText(a.id, b.id))
  return groupBy(once, (device) => device.storeId)
}

/**
 * Targets, carried and left out are together exactly the devices, each once.
 * @param byStore as sortedByStore leaves them
 */
export function judgeDevices(byStore: ReadonlyMap<string, readonly PlanDevice[]>, input: PlanInput): Judged {
  const judged = [...byStore].map(([storeId, devices]) => ({ storeId, ...judgeStore(devices, input) }))
  return {
    targets: judged.flatMap((one) => one.targets),
    carried: judged.flatMap((one) => one.carried),
    leftOut: judged.flatMap((one) => one.leftOut),
    serverUnknown: judged.flatMap((one) => (one.isUnknown ? [one.storeId] : [])),
  }
}

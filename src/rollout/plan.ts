/** The plan of a rollout: whom it reaches, whom it leaves out and why. Pure, immutable, hashed. */
import { createHash } from 'node:crypto'
import type { Policy } from './policy.ts'
import type { ReasonCode } from './reasons.ts'

export interface PlanDevice {
  readonly id: string
  readonly storeId: string
  readonly kind: string
  readonly cashId: string
  readonly host: string | null
  readonly blocked: boolean
  /** The full version it last said, or null: unknown. */
  readonly version: number | null
  /** Another rollout's live update holds it. */
  readonly owned: boolean
}

export interface PlanPackage {
  readonly id: string
  readonly kind: string
  readonly version: number
  readonly sha256: string
  readonly size: number
}

export interface Plan {
  readonly package: {
    readonly id: string
    readonly version: number
    readonly sha256: string
    readonly size: number
  }
  readonly waves: readonly { readonly number: number; readonly deviceIds: readonly string[] }[]
  readonly leftOut: readonly { readonly deviceId: string; readonly reason: ReasonCode }[]
  readonly policy: Policy
}

/** A self-checkout is a till without a cashier: packages for tills are for it too. */
const alsoFor: Readonly<Record<string, readonly string[]>> = { till: ['selfCheckout'] }

export function packageFits(packageKind: string, deviceKind: string): boolean {
  return packageKind === deviceKind || (alsoFor[packageKind] ?? []).includes(deviceKind)
}

/** Why a device is left out, or undefined: it is a target. */
export function leftOutReason(device: PlanDevice, target: PlanPackage): ReasonCode | undefined {
  if (!packageFits(target.kind, device.kind)) return 'wrongKind'
  if (device.blocked) return 'tillBlocked'
  if (device.host === null) return 'noAddress'
  if (device.owned) return 'ownedByRollout'
  if (device.version !== null && device.version >= target.version) return 'notNeeded'
  return undefined
}

/** Plans one wave of all targets, in the order of their cash ids: the same input gives the same plan. */
export function plan(target: PlanPackage, devices: readonly PlanDevice[], policy: Policy): Plan {
  const sorted = [...devices].sort((a, b) => (a.cashId < b.cashId ? -1 : a.cashId > b.cashId ? 1 : 0))
  const judged = sorted.map((device) => ({ device, reason: leftOutReason(device, target) }))
  const { id, version, sha256, size } = target
  return {
    package: { id, version, sha256, size },
    waves: [
      { number: 1, deviceIds: judged.filter((one) => one.reason === undefined).map((one) => one.device.id) },
    ],
    leftOut: judged.flatMap(({ device, reason }) =>
      reason === undefined ? [] : [{ deviceId: device.id, reason }],
    ),
    policy,
  }
}

/** Keys in order, so that equal values have equal texts. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  )
}

/** SHA-256 in hex over everything an approval is given for. */
export function planHash(value: Plan): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex')
}

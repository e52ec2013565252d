/** What may be meant, and had better be looked at before a file is applied. */
import type { InventoryDevice } from '../rollout/inventory.ts'
import type { After, Compared, FleetState, KnownDevice } from './diff.ts'

export interface FleetWarning {
  readonly code:
    | 'hostTwice'
    | 'storeHostTwice'
    | 'storeWithoutDevices'
    | 'deviceMoves'
    | 'kindChanges'
    | 'addressChangesKeysKept'
    | 'hostKeysDropped'
    | 'timeZoneChanges'
    | 'deviceReturns'
    | 'manyRemoved'
  /** A store's code, or a cash id. */
  readonly at: string
  readonly value: string
}

export interface Judged {
  readonly stores: Compared['stores']
  readonly devices: Compared['devices']
  /** In the same stores, and not in the file. */
  readonly staying: readonly KnownDevice[]
  readonly gone: readonly KnownDevice[]
  readonly state: FleetState
}

/** The chain's file may be a store's by mistake. */
const MANY_SHARE = 0.2
const MANY = 10

interface Addressed {
  readonly at: string
  readonly address: string
}

function twice(code: FleetWarning['code'], all: readonly Addressed[]): FleetWarning[] {
  const first = new Map<string, string>()
  return all.flatMap(({ at, address }) => {
    const other = first.get(address)
    if (other === undefined) {
      first.set(address, at)
      return []
    }
    return [{ code, at, value: `${address.split(' ')[0]}: ${other}` }]
  })
}

/** Behind its store server an address is one device's; another store may have the same. */
const addressesOf = (devices: readonly (InventoryDevice & { readonly store: string })[]): Addressed[] =>
  devices.flatMap(({ cashId, host, port, store }) =>
    host === null ? [] : [{ at: cashId, address: `${host}:${port} ${store}` }],
  )

type Reached = {
  readonly host: string | null
  readonly port: number
  readonly hostKeys?: readonly string[] | undefined
}

function keyWarnings(at: string, before: Reached, after: Reached): FleetWarning[] {
  const had = before.hostKeys ?? []
  if (had.length === 0) return []
  if ((after.hostKeys ?? []).length === 0) return [{ code: 'hostKeysDropped', at, value: String(had.length) }]
  const isMoved = before.host !== after.host || before.port !== after.port
  const value = `${before.host}:${before.port} → ${after.host}:${after.port}`
  return isMoved && had.join() === after.hostKeys?.join()
    ? [{ code: 'addressChangesKeysKept', at, value }]
    : []
}

type DevicePair = Compared['devices'][number]

function deviceWarnings({ after, before }: DevicePair): FleetWarning[] {
  if (before === undefined) return []
  const at = after.cashId
  const warnings: FleetWarning[] = before.isRemoved
    ? [{ code: 'deviceReturns', at, value: before.store }]
    : []
  if (before.store !== after.store)
    warnings.push({ code: 'deviceMoves', at, value: `${before.store} → ${after.store}` })
  if (before.kind !== after.kind)
    warnings.push({ code: 'kindChanges', at, value: `${before.kind} → ${after.kind}` })
  return [...warnings, ...keyWarnings(at, before, after)]
}

function storeWarnings({ after, before }: Compared['stores'][number]): FleetWarning[] {
  if (before === undefined) return []
  const at = after.code
  const value = `${before.timeZone} → ${after.timeZone}`
  const zone: FleetWarning[] =
    before.timeZone === after.timeZone ? [] : [{ code: 'timeZoneChanges', at, value }]
  return [...zone, ...keyWarnings(at, before, after)]
}

function manyRemoved({ gone, state }: Judged): FleetWarning[] {
  const all = state.devices.filter((device) => !device.isRemoved).length
  if (gone.length < MANY || gone.length < all * MANY_SHARE) return []
  return [{ code: 'manyRemoved', at: '', value: `${gone.length} / ${all}` }]
}

const afterOf = <T>(one: After<T, unknown>): T => one.after

export function warningsOf(judged: Judged): FleetWarning[] {
  const { stores, devices, staying } = judged
  const after = [...staying, ...devices.map(afterOf)]
  const filled = new Set(after.map((device) => device.store))
  const hosts = stores.map(({ after: { code, host, port } }) => ({ at: code, address: `${host}:${port}` }))
  return [
    ...manyRemoved(judged),
    ...stores.flatMap(storeWarnings),
    ...devices.flatMap(deviceWarnings),
    ...stores.flatMap(({ after: { code, name } }): FleetWarning[] =>
      filled.has(code) ? [] : [{ code: 'storeWithoutDevices', at: code, value: name }],
    ),
    ...twice('storeHostTwice', hosts),
    ...twice('hostTwice', addressesOf(after)),
  ]
}

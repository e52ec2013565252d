/** What a file would change in the fleet as it stands: pure, so that what was shown and what is applied is one judgement. */
import type { InventoryDevice, InventoryStore } from '../rollout/inventory.ts'
import type { FileDevice, FileStore } from './file.ts'
import { isSame } from './same.ts'
import { type FleetWarning, warningsOf } from './warnings.ts'

export const importModes = ['merge', 'replace'] as const
/** `merge`: what the file does not name stays. `replace`: it is taken out of the fleet. */
export type ImportMode = (typeof importModes)[number]

export interface KnownStore extends Omit<InventoryStore, 'devices'> {
  readonly id: string
  /** Taken out of the fleet before. */
  readonly isRemoved: boolean
}

export interface KnownDevice extends InventoryDevice {
  readonly id: string
  readonly store: string
  readonly isRemoved: boolean
  /** Some update of it has not ended. */
  readonly isOwned: boolean
}

export interface FleetState {
  readonly stores: readonly KnownStore[]
  readonly devices: readonly KnownDevice[]
}

export interface FieldChange {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

export interface StoreLine {
  readonly code: string
  readonly name: string
  readonly changes?: readonly FieldChange[]
  /** It was taken out before, and comes again with all that it was in. */
  readonly returns?: true
}

export interface DeviceLine {
  readonly cashId: string
  readonly store: string
  readonly name: string
  readonly changes?: readonly FieldChange[]
  readonly returns?: true
}

export interface Lines<T> {
  readonly added: readonly T[]
  readonly changed: readonly T[]
  readonly removed: readonly T[]
  readonly unchanged: number
}

export interface FleetRefusal {
  readonly code: 'ownedByRollout' | 'numberTwice'
  readonly cashId: string
  readonly store: string
  /** Of numberTwice: who has it. */
  readonly other?: string
  readonly number?: number
}

export interface FleetDiff {
  readonly mode: ImportMode
  readonly stores: Lines<StoreLine>
  readonly devices: Lines<DeviceLine>
  readonly warnings: readonly FleetWarning[]
  /** With any of them nothing is applied. */
  readonly refusals: readonly FleetRefusal[]
}

/** A store or device as it will be; `before` where there is one. */
export interface After<T, K> {
  readonly after: T
  readonly before?: K
}

type DeviceAfter = InventoryDevice & { readonly store: string }
type StoreAfter = Omit<InventoryStore, 'devices'>

export interface Compared {
  readonly diff: FleetDiff
  readonly stores: readonly After<StoreAfter, KnownStore>[]
  readonly devices: readonly After<DeviceAfter, KnownDevice>[]
  readonly removedStoreIds: readonly string[]
  readonly removedDeviceIds: readonly string[]
}

const STORE_KEYS = [
  ...(['name', 'timeZone', 'group', 'phone', 'host', 'port', 'user', 'credential', 'hostKeys'] as const),
  ...(['packageFolder', 'packageUrl', 'maxDownloads', 'maxInstalls', 'labels', 'calendar'] as const),
  ...(['legacyAlgorithms', 'deviceKeysFile'] as const),
] as const
const DEVICE_KEYS = [
  ...([
    'store',
    'kind',
    'number',
    'name',
    'host',
    'port',
    'user',
    'credential',
    'hostKeys',
    'agent',
  ] as const),
  ...([
    'blocked',
    'inReserve',
    'configuration',
    'makerNumber',
    'registrationNumber',
    'legacyAlgorithms',
  ] as const),
  'labels' as const,
] as const
const NEW_STORE = {
  ...{ group: null, hostKeys: [], labels: [], calendar: null },
  ...{ legacyAlgorithms: false, deviceKeysFile: null },
}
const NEW_DEVICE = {
  ...{ hostKeys: [], blocked: false, inReserve: false, configuration: null, labels: [] },
  ...{ makerNumber: null, registrationNumber: null, legacyAlgorithms: false },
}

type Raw = Readonly<Record<string, unknown>>

/** What the file says over what is known, or over the defaults of a new one. */
function laidOver(
  file: Raw,
  known: Raw | undefined,
  fresh: Raw,
  keys: readonly string[],
): Record<string, unknown> {
  const keeps = (file.keeps ?? []) as readonly string[]
  const after: Record<string, unknown> = {}
  for (const key of keys) {
    const said = file[key]
    // A calendar is set here too; a file without one leaves it.
    const isUnsaid = said === undefined || (key === 'calendar' && said === null)
    const stays = known !== undefined && (isUnsaid || keeps.includes(key))
    after[key] = stays ? known[key] : isUnsaid ? fresh[key] : said
  }
  return after
}

const changesOf = (before: Raw, after: Raw, keys: readonly string[]): FieldChange[] =>
  keys.flatMap((field) =>
    isSame(before[field], after[field])
      ? []
      : [{ field, before: before[field] ?? null, after: after[field] ?? null }],
  )

interface Judged<L, A> {
  readonly line: L
  readonly kind: 'added' | 'changed' | 'unchanged'
  readonly applied: A
}

function judge<L extends object, K extends { readonly isRemoved: boolean }, T>(
  head: L,
  before: K | undefined,
  after: T,
  keys: readonly string[],
): Judged<L & { changes?: FieldChange[]; returns?: true }, After<T, K>> {
  if (before === undefined) return { kind: 'added', line: head, applied: { after } }
  if (before.isRemoved) return { kind: 'added', line: { ...head, returns: true }, applied: { after, before } }
  const changes = changesOf(before as unknown as Raw, after as Raw, keys)
  const kind = changes.length === 0 ? 'unchanged' : 'changed'
  return { kind, line: { ...head, ...(changes.length === 0 ? {} : { changes }) }, applied: { after, before } }
}

function linesOf<L>(judged: readonly Judged<L, unknown>[], removed: readonly L[]): Lines<L> {
  const of = (kind: string): L[] => judged.filter((one) => one.kind === kind).map((one) => one.line)
  return { added: of('added'), changed: of('changed'), removed, unchanged: of('unchanged').length }
}

function judgeStore(file: FileStore, before: KnownStore | undefined) {
  const after = laidOver(file as unknown as Raw, before as unknown as Raw | undefined, NEW_STORE, STORE_KEYS)
  const full = { ...after, code: file.code } as unknown as StoreAfter
  return judge({ code: file.code, name: file.name }, before, full, STORE_KEYS)
}

function judgeDevice(file: FileDevice, store: string, before: KnownDevice | undefined) {
  const said = { ...file, store } as unknown as Raw
  const after = laidOver(said, before as unknown as Raw | undefined, NEW_DEVICE, DEVICE_KEYS)
  const full = { ...after, cashId: file.cashId } as unknown as DeviceAfter
  return judge({ cashId: file.cashId, store, name: file.name }, before, full, DEVICE_KEYS)
}

/** Numbers that are another device's of the same store once everything is applied. */
function numbersTwice(after: readonly DeviceAfter[], staying: readonly KnownDevice[]): FleetRefusal[] {
  const taken = new Map<string, string>()
  for (const { store, number, cashId } of staying) if (number !== 0) taken.set(`${number} ${store}`, cashId)
  return after.flatMap(({ store, number, cashId }): FleetRefusal[] => {
    const other = taken.get(`${number} ${store}`)
    return other === undefined ? [] : [{ code: 'numberTwice', cashId, store, other, number }]
  })
}

const movesAway = ({ after, before }: After<DeviceAfter, KnownDevice>): boolean =>
  before !== undefined &&
  !before.isRemoved &&
  before.isOwned &&
  (before.store !== after.store || before.kind !== after.kind)

/** @param state of the whole fleet for `replace`; for `merge` the stores that the file touches, with all their devices */
export function compareFleet(state: FleetState, file: readonly FileStore[], mode: ImportMode): Compared {
  const knownStores = new Map(state.stores.map((store) => [store.code, store]))
  const knownDevices = new Map(state.devices.map((device) => [device.cashId, device]))
  const stores = file.map((store) => judgeStore(store, knownStores.get(store.code)))
  const devices = file.flatMap((store) =>
    store.devices.map((device) => judgeDevice(device, store.code, knownDevices.get(device.cashId))),
  )
  const named = new Set(devices.map((one) => one.line.cashId))
  const namedStores = new Set(file.map((store) => store.code))
  const others = state.devices.filter((device) => !device.isRemoved && !named.has(device.cashId))
  const goneStores = state.stores.filter((store) => !store.isRemoved && !namedStores.has(store.code))
  const gone = mode === 'replace' ? others : []
  const staying = mode === 'replace' ? [] : others
  const applied = devices.map((one) => one.applied)
  const refusals: FleetRefusal[] = [
    ...gone.filter((device) => device.isOwned).map((device) => owned(device)),
    ...applied.filter(movesAway).map(({ after }) => owned(after)),
    ...numbersTwice(
      applied.map((one) => one.after),
      staying,
    ),
  ]
  const removed = mode === 'replace' ? goneStores : []
  const changed = stores.filter((one) => one.kind !== 'unchanged').map((one) => one.applied)
  return {
    diff: {
      mode,
      stores: linesOf(
        stores,
        removed.map(({ code, name }) => ({ code, name })),
      ),
      devices: linesOf(
        devices,
        gone.map(({ cashId, store, name }) => ({ cashId, store, name })),
      ),
      warnings: warningsOf({
        stores: stores.map((one) => one.applied),
        devices: applied,
        staying,
        gone,
        state,
      }),
      refusals,
    },
    stores: changed,
    devices: devices.filter((one) => one.kind !== 'unchanged').map((one) => one.applied),
    removedStoreIds: removed.map((store) => store.id),
    removedDeviceIds: gone.map((device) => device.id),
  }
}

const owned = ({ cashId, store }: { cashId: string; store: string }): FleetRefusal => ({
  code: 'ownedByRollout',
  cashId,
  store,
})

/** The simulated fleet: store servers and their devices as real SSH servers of this process, on loopback ports. */
import { randomInt } from 'node:crypto'
import path from 'node:path'
import type { ParsedKey } from 'ssh2'
import type { StoreHours } from '../rollout/inventory.ts'
import { createSignatureChecker, type SignatureChecker } from '../signing/verify.ts'
import { type DeviceOptions, SimDevice } from './device.ts'
import { type FleetFile, openFleetFile, saveFleetFile } from './fleet-file.ts'
import type { Inventory, InventoryDevice, InventoryStore, PlannedTill } from './inventory.ts'
import { alwaysNight, planTills, spread } from './inventory.ts'
import { hostKeyOf } from './keys.ts'
import type { ProfileOptions } from './profile.ts'
import { readClientKey } from './ssh-host.ts'
import { SimStore } from './store.ts'

export type { Inventory, SimDevice, SimStore }

export interface FleetOptions {
  /** Everything is kept here; started again on the same folder, the fleet goes on where it was. */
  readonly dir: string
  readonly stores: number
  /** In all, spread evenly; a third of each store's are self-checkouts. */
  readonly tills: number
  /** What runs at first, e.g. 95000. */
  readonly version: number
  /** The one authorised public key line. */
  readonly clientKey: string
  readonly speed?: {
    /** Of each download from a store server; unlimited when left out. */
    readonly downloadBytesPerSecond?: number
    /** From the answer to the new version's start and health check. 100 when left out. */
    readonly restartMs?: number
    /** Before every answer of a device. */
    readonly latencyMs?: number
  }
  readonly timeZones?: readonly string[]
  /** How long a new version takes to be found healthy or not, besides restartMs. 0 when left out. */
  readonly healthSeconds?: number
  /** `seed`: shifts stand open as on the manual's page. `closed` when left out: nothing stands in the way at night. */
  readonly shifts?: ProfileOptions['shifts']
  /** Store servers are devices too: kind `storeServer`, the store's code as their cash id. */
  readonly storeServers?: boolean
  /** With storeServers: when a store server comes up with a version, its tills take it over, after a short outage. */
  readonly updatesTills?: boolean
  /** Tills whose standing switch is turned on install what they have fetched, as in the field; off when left out. */
  readonly installsByItself?: boolean
  /** Windows and opening hours of every store; a night without end when left out. */
  readonly calendar?: StoreHours
  readonly now?: () => number
  /** A file of allowed signers: every device checks signatures against it, and refuses unsigned packages. */
  readonly signers?: string
}

export interface Fleet {
  readonly inventory: Inventory
  readonly stores: readonly SimStore[]
  readonly devices: readonly SimDevice[]
  /** By code. Throws RangeError. */
  store(code: string): SimStore
  /** By cash id. Throws RangeError. */
  device(cashId: string): SimDevice
  /** Ends everything that listens or runs; the folder stays. */
  stop(): Promise<void>
}

const SIM_USER = 'nightshift'
const TIME_ZONES = ['Europe/Moscow', 'Asia/Yekaterinburg', 'Asia/Vladivostok', 'Europe/Kaliningrad']
/** Sockets opened at a time. */
const BATCH = 200
const DEFAULT_RESTART_MS = 100
const LOWEST_PORT = 10_240
/** Linux's default net.ipv4.ip_local_port_range begins here. */
const EPHEMERAL_FROM = 32_768

interface Context {
  readonly options: FleetOptions
  readonly folder: string
  readonly file: FleetFile
  readonly save: () => Promise<void>
  readonly clientKey: ParsedKey
  /** Shared by all: ten thousand devices ask ssh-keygen once. */
  readonly signers: SignatureChecker | undefined
}

function keysOf({ file, save }: Context, name: string) {
  return {
    hostKey: () => hostKeyOf(file.secret, name, file.keyEpochs[name] ?? 0).privateKey,
    changeHostKey: async () => {
      file.keyEpochs[name] = (file.keyEpochs[name] ?? 0) + 1
      await save()
    },
  }
}

type Planned = Omit<PlannedTill, 'kind'> & { readonly kind: ProfileOptions['kind'] }

function makeDevice(
  context: Context,
  storeCode: string,
  planned: Planned,
  more: Pick<DeviceOptions, 'onRuns' | 'serverVersion'> & { outer?: () => SimStore['host'] } = {},
): SimDevice {
  const { options, folder, file } = context
  const { index, ...labels } = planned
  const { restartMs = DEFAULT_RESTART_MS, latencyMs = 0 } = options.speed ?? {}
  return new SimDevice({
    ...labels,
    ...keysOf(context, planned.cashId),
    storeCode,
    folder: path.join(folder, storeCode, planned.cashId),
    version: options.version,
    user: SIM_USER,
    clientKey: context.clientKey,
    pace: { restartMs, latencyMs, healthMs: (options.healthSeconds ?? 0) * 1000 },
    profile: { index, kind: planned.kind, sinceMs: file.sinceMs, shifts: options.shifts ?? 'closed' },
    now: options.now ?? Date.now,
    ...(context.signers && { signers: context.signers }),
    ...(options.installsByItself && { installsByItself: true }),
    ...more,
  })
}

function makeStore(context: Context, place: number, first: number, tills: number): SimStore {
  const { options, folder } = context
  const code = `M${place + 1}`
  const zones = options.timeZones ?? TIME_ZONES
  const server: Planned = {
    index: first,
    cashId: code,
    kind: 'storeServer',
    number: 0,
    name: `Сервер ${code}`,
  }
  const carry = (): void => {
    for (const till of store.devices) void till.follow()
  }
  const agent = options.storeServers
    ? makeDevice(context, code, server, {
        outer: () => store.host,
        ...(options.updatesTills && { onRuns: carry }),
      })
    : undefined
  const store: SimStore = new SimStore({
    code,
    name: `ООО "Вот это - магазин"`,
    timeZone: zones[place % zones.length] ?? 'Europe/Moscow',
    phone: `+7 000 000-${String(place + 1).padStart(4, '0')}`,
    root: path.join(folder, code, 'server'),
    user: SIM_USER,
    clientKey: context.clientKey,
    ...keysOf(context, code),
    downloadBytesPerSecond: options.speed?.downloadBytesPerSecond ?? Number.POSITIVE_INFINITY,
    ...(agent && { agent }),
  })
  const link = agent && options.updatesTills ? { serverVersion: () => agent.version } : {}
  store.devices.push(...planTills(first, tills).map((planned) => makeDevice(context, code, planned, link)))
  return store
}

const everyDevice = (store: SimStore): SimDevice[] =>
  store.options.agent ? [store.options.agent, ...store.devices] : store.devices

function inventoryOf(stores: readonly SimStore[], { file, options }: Context): Inventory {
  const access = (name: string, port: number) => ({
    host: '127.0.0.1',
    port,
    user: SIM_USER,
    credential: 'default',
    hostKeys: [hostKeyOf(file.secret, name, file.keyEpochs[name] ?? 0).publicLine],
  })
  const device = (one: SimDevice, store: SimStore): InventoryDevice => {
    const { kind, cashId, number, name } = one
    const isServer = kind === 'storeServer'
    const reach = access(cashId, isServer ? store.host.port : one.host.port)
    return { kind, cashId, number, name, ...reach, agent: 'nightctl', blocked: false }
  }
  const entry = (store: SimStore): InventoryStore => {
    const { code, name, timeZone, phone } = store.options
    const { packageFolder, packageUrl } = store
    const devices = everyDevice(store).map((one) => device(one, store))
    return {
      code,
      name,
      timeZone,
      phone,
      ...access(code, store.host.port),
      packageFolder,
      packageUrl,
      calendar: options.calendar ?? alwaysNight,
      devices,
    }
  }
  return { stores: stores.map(entry) }
}

async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) await Promise.all(items.slice(at, at + BATCH).map(work))
}

/**
 * Where a large fleet's devices are to listen first, or 0: any free port. Asking Linux for 10,000 free ports takes it
 * 25 s, naming them 1.5 s; and the range below the ephemeral ports leaves those to the connections.
 */
function suggestedPort(place: number, devices: number, base: number): number {
  const fits = devices > 500 && base + devices < EPHEMERAL_FROM
  return fits ? base + place : 0
}

async function listenAll(stores: readonly SimStore[], { file }: Context): Promise<void> {
  await inBatches(stores, async (store) => {
    await store.start(file.sshPorts[store.code] ?? 0, file.httpPorts[store.code] ?? 0)
    file.sshPorts[store.code] = store.host.port
    file.httpPorts[store.code] = store.http.port
  })
  const devices = stores.flatMap((store) => store.devices)
  const base = LOWEST_PORT + randomInt(Math.max(1, EPHEMERAL_FROM - LOWEST_PORT - devices.length))
  const places = new Map(devices.map((device, place) => [device, place]))
  await inBatches(devices, async (device) => {
    const first = suggestedPort(places.get(device) ?? 0, devices.length, base)
    await device.host.listen(file.sshPorts[device.cashId] ?? first)
    file.sshPorts[device.cashId] = device.host.port
  })
}

async function stopAll(stores: readonly SimStore[]): Promise<void> {
  await inBatches(stores.flatMap(everyDevice), (device) => device.stop())
  await inBatches(stores, (store) => store.stop())
}

function finder<T>(pairs: readonly (readonly [string, T])[]): (name: string) => T {
  const byName = new Map(pairs)
  return (name) => {
    const found = byName.get(name)
    if (found === undefined) throw new RangeError(`not in this fleet: ${name}`)
    return found
  }
}

/** Starts a fleet; on a folder that holds one, its devices go on with what they were doing. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const clientKey = readClientKey(options.clientKey)
  const { folder, file, isNew } = await openFleetFile(options.dir, (options.now ?? Date.now)())
  let saving: Promise<void> = Promise.resolve()
  const save = (): Promise<void> => {
    saving = saving.then(() => saveFleetFile(folder, file))
    return saving
  }
  const signers = options.signers === undefined ? undefined : createSignatureChecker(options.signers)
  const context: Context = { options, folder, file, save, clientKey, signers }
  let first = 0
  const stores = spread(options.tills, options.stores).map((tills, place) => {
    first += tills
    return makeStore(context, place, first - tills, tills)
  })
  const devices = stores.flatMap(everyDevice)
  try {
    await listenAll(stores, context)
    await save()
    await inBatches(devices, (device) => device.boot(!isNew))
  } catch (error) {
    await stopAll(stores)
    throw error
  }
  return {
    inventory: inventoryOf(stores, context),
    stores,
    devices,
    store: finder(stores.map((store) => [store.code, store])),
    device: finder(devices.map((device) => [device.cashId, device])),
    stop: () => stopAll(stores),
  }
}

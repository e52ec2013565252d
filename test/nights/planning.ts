/** From the fleet to a plan and its rows. The only user of plan.ts; the rows are those of src/db/rollout-rows.ts. */
import type {
  Plan,
  PlanDevice,
  PlanInput,
  PlanProblem,
  PlanStore,
} from '../../src/rollout/plan/plan-types.ts'
import type { WavePlan } from '../../src/rollout/plan/wave-types.ts'
import type { Policy } from '../../src/rollout/policy.ts'
import { isTerminalUpdate } from '../../src/rollout/states.ts'
import { nothingAccepted, type WaveGroup } from '../../src/rollout/wave-facts.ts'
import { groupAll } from './gates.ts'
import { touchAll } from './rows.ts'
import type { Device, Package, Rollout, Row, Store, Wave, World } from './shapes.ts'

export interface Wanted {
  readonly id: string
  readonly kind: 'update' | 'rollback'
  readonly package: Package
  readonly serverPackage: Package | null
  readonly devices: readonly Device[]
  readonly waves: WavePlan
  readonly policy: Policy
}

const planDevice = (device: Device): PlanDevice => ({
  id: device.id,
  storeId: device.store.id,
  storeCode: device.store.code,
  group: device.store.group,
  labels: device.store.labels,
  kind: device.kind,
  cashId: device.cashId,
  number: device.number,
  version: device.said.version,
  host: '10.0.0.2',
  blocked: device.blocked,
  inReserve: device.inReserve,
  configuration: device.configuration,
  owned: device.row !== null,
  off: !device.isReached,
})

function lanesOf(store: Store, kind: Device['kind']) {
  const all = store.devices.filter((one) => one.kind === kind)
  return { all: all.length, inService: all.filter((one) => !one.blocked && !one.inReserve).length }
}

const planStore = (store: Store, wanted: Wanted): PlanStore => ({
  id: store.id,
  code: store.code,
  name: store.code,
  group: store.group,
  labels: store.labels,
  calendar: store.calendar,
  maxInstalls: store.maxInstalls,
  maxDownloads: store.maxDownloads,
  lanes: { till: lanesOf(store, 'till'), selfCheckout: lanesOf(store, 'selfCheckout') },
  bytesPerSecond: store.bytesPerSecond,
  offlineRate: store.misses / store.asks,
  hasPackage: store.packages.get(wanted.package.id)?.state === 'present',
})

const serverOf = (store: Store): Device | undefined => store.devices.find((one) => one.kind === 'storeServer')

function inputOf(world: World, wanted: Wanted): PlanInput {
  const { kind, package: own, serverPackage, waves, policy, devices } = wanted
  const stores = [...new Set(devices.map((one) => one.store))]
  return {
    now: world.agenda.now(),
    ...{ kind, package: own, serverPackage, waves, policy },
    devices: devices.map(planDevice),
    stores: stores.map((store) => planStore(store, wanted)),
    serverVersions: new Map(world.stores.map((store) => [store.id, serverOf(store)?.said.version ?? null])),
    freezes: world.freezes,
  }
}

const emptyGroup = (): WaveGroup & { count: number } => ({
  ...{ state: 'waiting', reason: null, inSample: true, isOverdue: false, count: 0 },
})

function makeRow(rollout: Rollout, device: Device, wave: Wave, carried: boolean): Row {
  const isServers = device.kind === 'storeServer' || carried
  const serverPackage = rollout.serverPackage ?? rollout.package
  const isReady = carried || rollout.kind === 'rollback'
  return {
    id: `${rollout.id}.${device.id}`,
    ...{ device, store: device.store, rollout, wave, carried },
    package: isServers ? serverPackage : rollout.package,
    state: isReady ? 'ready' : 'waiting',
    ...{ reason: null, attempts: 0, notBefore: null, armedUntil: null, latestStart: null, installAt: null },
    ...{
      finishedAt: null,
      generation: 0,
      isLeased: false,
      isBegun: false,
      claimedFrom: null,
      claimedAt: 0,
      step: null,
    },
    ...{ lastRun: null, triedSince: null, group: emptyGroup(), isVerified: false, asked: 0 },
  }
}

const makeWave = (now: number, { number, gate }: Plan['waves'][number]): Wave => ({
  number,
  gate,
  rows: [],
  releasedAt: number === 1 ? now : null,
  ...{
    passedAt: null,
    fulfilledAt: null,
    sampleFrom: now,
    accepted: nothingAccepted,
    expectedUnreachable: 0,
  },
  ...{ groups: new Map(), inDoubt: new Set<Row>() },
})

function addRow(rollout: Rollout, device: Device, wave: Wave, carried: boolean): void {
  if (device.row !== null && !isTerminalUpdate(device.row.state)) return
  const row = makeRow(rollout, device, wave, carried)
  const { store } = device
  rollout.rows.push(row)
  rollout.live += 1
  wave.rows.push(row)
  store.live.push(row)
  device.row = row
  if (device.kind === 'storeServer') rollout.serverRows.set(store, row)
  if (row.state === 'waiting') {
    const fresh = { store, package: row.package, state: 'absent', generation: 0, isLeased: false } as const
    const kept = store.packages.get(row.package.id) ?? {
      ...fresh,
      reason: null,
      attempts: 0,
      notBefore: null,
    }
    Object.assign(kept, { reason: null, attempts: 0, notBefore: null })
    store.packages.set(row.package.id, kept)
  }
}

function makeRollout(world: World, wanted: Wanted, plan: Plan): Rollout {
  const now = world.agenda.now()
  const { id, kind, policy, serverPackage } = wanted
  const stores = new Map(world.stores.map((store) => [store.id, store]))
  const used = plan.stores.map((one) => ({
    store: stores.get(one.id) as Store,
    calendar: plan.calendars[one.calendar],
  }))
  return {
    ...{ id, kind, package: wanted.package, serverPackage, policy, need: plan.need, plan },
    endsAt: policy.endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(policy.endsAt),
    preloadFrom: policy.preloadFrom === null ? Number.NEGATIVE_INFINITY : Date.parse(policy.preloadFrom),
    waves: plan.waves.map((wave) => makeWave(now, wave)),
    approved: new Map(used.map(({ store, calendar }) => [store, calendar ?? store.calendar])),
    stores: used.map(({ store }) => store),
    freezeLists: new Map(),
    ...{
      rows: [],
      serverRows: new Map(),
      times: new Map(),
      state: 'running',
      reason: null,
      rollBackWave: null,
    },
    ...{ live: 0, successes: 0, starts: [], isDirty: true, judgedAt: 0, expectedAt: 0 },
  }
}

/** Plans, approves and begins; or the plan's problems. */
export function beginRollout(
  world: World,
  wanted: Wanted,
): Rollout | { readonly problems: readonly PlanProblem[] } {
  const planned = world.core.plan(inputOf(world, wanted))
  if (!planned.ok) return planned
  const { plan } = planned
  const rollout = makeRollout(world, wanted, plan)
  const byId = new Map(wanted.devices.map((one) => [one.id, one]))
  const deviceOf = (deviceId: string): Device => byId.get(deviceId) as Device
  const waveOf = new Map<string, Wave>()
  plan.waves.forEach(({ deviceIds }, at) => {
    const wave = rollout.waves[at] as Wave
    for (const deviceId of deviceIds) {
      waveOf.set(deviceId, wave)
      addRow(rollout, deviceOf(deviceId), wave, false)
    }
  })
  for (const { serverId, deviceIds } of plan.carried)
    for (const deviceId of deviceIds)
      addRow(rollout, deviceOf(deviceId), waveOf.get(serverId) ?? (rollout.waves[0] as Wave), true)
  for (const { deviceId } of plan.leftOut) deviceOf(deviceId).lastEnded = 'skipped'
  checkPlan(world, wanted, plan)
  for (const wave of rollout.waves) groupAll(wave)
  world.rollouts.push(rollout)
  world.counters.rollouts += 1
  world.tell(
    null,
    null,
    `rollout ${id(rollout)} begins`,
    `${rollout.rows.length} devices, ${rollout.waves.length} waves`,
  )
  touchAll(world, rollout)
  return rollout
}

const id = (rollout: Rollout): string => `${rollout.id} (${rollout.kind} ${rollout.package.version})`

/** Waves, carried and left-out devices together are exactly the selection, each once. */
function checkPlan(world: World, wanted: Wanted, plan: Plan): void {
  const all = [
    ...plan.waves.flatMap((wave) => wave.deviceIds),
    ...plan.carried.flatMap((one) => one.deviceIds),
    ...plan.leftOut.map((one) => one.deviceId),
  ]
  const isExact = all.length === wanted.devices.length && new Set(all).size === all.length
  if (!isExact)
    world.checks.wrong(null, null, `the plan has ${all.length} devices of ${wanted.devices.length}`)
}

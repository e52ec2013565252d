/** What is rolled out, how, and by whom it is steered: campaigns of one to four nights, each with another package. */
import { createHash } from 'node:crypto'
import type { WavePlan, WaveTemplate } from '../../src/rollout/plan/wave-types.ts'
import { defaultPolicy, type Policy } from '../../src/rollout/policy.ts'
import { isTerminalUpdate } from '../../src/rollout/states.ts'
import { personReleases, resume } from './gates.ts'
import { beginRollout, type Wanted } from './planning.ts'
import { moveRollout, retryRow } from './rows.ts'
import type { Device, Package, Rollout, World } from './shapes.ts'
import { HOUR, MINUTE } from './wall.ts'

export interface Campaign {
  readonly number: number
  readonly nights: number
  readonly start: number
  readonly end: number
}

function makePackage(world: World, number: number, kind: Package['kind'], change: Partial<Package>): Package {
  const { random } = world
  const version = 96_000 + number * 2 + (kind === 'storeServer' ? 1 : 0)
  return {
    id: `p${version}`,
    kind,
    version,
    sha256: createHash('sha256').update(String(version)).digest('hex'),
    size: Math.floor(random.between(40e6, 450e6)),
    ...{ minVersion: null, needsServer: false, updatesTills: false, canGoBack: true, badFor: null },
    measured: random.chance(0.3)
      ? { installSeconds: Math.round(random.between(580, 640)), samples: 200 }
      : null,
    ...change,
  }
}

const templates: readonly WaveTemplate[] = [
  { template: 'single' },
  { template: 'pilotEvenOdd', pilotStores: 3 },
  { template: 'canary', stores: 2 },
  { template: 'eastToWest' },
  { template: 'stratifiedPilot' },
  { template: 'pilotEvenOdd', pilotStores: 5, pilotGate: { soakMinutes: 90, approval: true } },
]

/** A single night has no time for many waves: the east is half-way through its own before the west begins. */
function wavesOf(world: World, campaign: Campaign): WavePlan {
  const few = templates.filter((one) => one.template === 'single' || one.template === 'eastToWest')
  return world.random.pick(campaign.nights === 1 ? few : templates)
}

const iso = (at: number): string => new Date(at).toISOString()

function overrides(world: World): Policy['overrideFreezes'] {
  if (!world.random.chance(0.15)) return []
  const groups = world.freezes.filter((one) => one.scope.kind === 'group')
  return groups.map((one) => ({ freezeId: one.id, reason: 'the store is being refitted' }))
}

function policyOf(world: World, campaign: Campaign): Policy {
  const { random } = world
  return {
    ...defaultPolicy,
    // A shop that never closes is asked less often than every minute, all night long.
    backoffScale: random.pick([1, 3, 3, 5, 5, 5]),
    offline: random.chance(0.75) ? 'wait' : 'skip',
    closeShift: random.chance(0.4) ? 'auto' : 'never',
    startsAt: random.chance(0.3) ? iso(campaign.start + random.between(2, 5) * HOUR) : null,
    preloadFrom: random.chance(0.3) ? iso(campaign.start + HOUR) : null,
    endsAt: iso(campaign.end - 90 * MINUTE),
    overrideFreezes: overrides(world),
    lanes: {
      till: { count: 1, percent: random.pick([25, 34, 50]) },
      selfCheckout: { count: random.pick([0, 1]), percent: random.pick([25, 50]) },
    },
    gate: {
      ...defaultPolicy.gate,
      soakMinutes: random.pick([0, 0, 20, 60]),
      minimumSample: random.pick([10, 20, 40]),
    },
    ramp: random.chance(0.2) ? { startPerMinute: 5, growth: 2, everySuccesses: 20, maxPerMinute: 200 } : null,
    rollBackWave: random.chance(0.3) ? { failedPercent: 10, failedCount: 5 } : null,
  }
}

type Shape = 'tills' | 'serversFirst' | 'unit' | 'servers'

function shapeOf(world: World): Shape {
  const draw = world.random.next()
  return draw < 0.7 ? 'tills' : draw < 0.87 ? 'serversFirst' : draw < 0.96 ? 'unit' : 'servers'
}

/** In some nights a package is bad on one configuration: its gate must stop it. */
function packagesOf(world: World, { number }: Campaign): Pick<Wanted, 'package' | 'serverPackage'> {
  const badFor = world.random.chance(0.12) ? 'shtrih-linux' : null
  const tills = makePackage(world, number, 'till', { badFor })
  switch (shapeOf(world)) {
    case 'tills':
      return { package: tills, serverPackage: null }
    case 'serversFirst': {
      const server = makePackage(world, number, 'storeServer', {})
      return {
        package: makePackage(world, number, 'till', { badFor, needsServer: false }),
        serverPackage: server,
      }
    }
    case 'unit':
      return {
        package: makePackage(world, number, 'storeServer', { updatesTills: true }),
        serverPackage: null,
      }
    case 'servers':
      return { package: makePackage(world, number, 'storeServer', {}), serverPackage: null }
  }
}

export function beginCampaign(world: World, campaign: Campaign): void {
  const packages = packagesOf(world, campaign)
  const own = policyOf(world, campaign)
  // A till that its server brings along is busy for minutes, and asked every five seconds times this.
  const policy = packages.package.updatesTills ? { ...own, backoffScale: 8 } : own
  const wanted: Wanted = {
    id: `r${campaign.number}`,
    kind: 'update',
    ...packages,
    devices: world.devices,
    waves: wavesOf(world, campaign),
    policy,
  }
  const begun = beginPossible(world, wanted)
  if (begun !== undefined) world.checks.wrong(null, null, `the plan is refused: ${begun.join('; ')}`)
}

/** Stores that can never spare a lane are taken out by whoever plans. @returns why the plan is refused all the same */
function beginPossible(world: World, wanted: Wanted): readonly string[] | undefined {
  let { devices } = wanted
  for (let tries = 0; tries < 5; tries += 1) {
    const begun = beginRollout(world, { ...wanted, devices })
    if (!('problems' in begun)) return undefined
    const { problems } = begun
    const named = problems.flatMap((one) =>
      one.code === 'lanesImpossible' ? (one.params.stores as { store: string }[]) : [],
    )
    const codes = new Set(named.map((one) => one.store))
    if (codes.size === 0)
      return problems.map((one) => `${one.code} ${one.path} ${JSON.stringify(one.params)}`)
    devices = devices.filter((one) => !codes.has(one.store.code))
  }
  return ['lanesImpossible again and again']
}

/** src/db/roll-back.ts: devices that succeeded go back, as a rollout of its own. */
export function beginRollback(world: World, of: Rollout, devices: readonly Device[], endsAt: number): void {
  if (devices.length === 0 || of.kind === 'rollback' || of.package.kind === 'storeServer') return
  const policy = {
    ...of.policy,
    ramp: null,
    rollBackWave: null,
    startsAt: null,
    preloadFrom: null,
    endsAt: iso(endsAt),
  }
  world.counters.rollbacks += 1
  const begun = beginRollout(world, {
    id: `${of.id}-back${world.counters.rollbacks}`,
    ...{
      kind: 'rollback',
      package: of.package,
      serverPackage: null,
      devices,
      waves: { template: 'single' },
      policy,
    },
  })
  if ('problems' in begun) world.tell(null, null, 'the way back is refused', begun.problems[0]?.code)
}

const succeededOf = (rollout: Rollout): Device[] =>
  rollout.rows
    .filter(
      (row) =>
        row.state === 'succeeded' &&
        !row.carried &&
        row.device.row === null &&
        row.package === rollout.package,
    )
    .map((row) => row.device)

/** The conductor's own: a wave that a breach sends back. */
export function rollBackOwed(world: World, endsAt: number): void {
  for (const rollout of world.rollouts) {
    const { rollBackWave } = rollout
    if (rollBackWave === null || rollout.state !== 'paused') continue
    rollout.rollBackWave = null
    const devices = new Set(rollBackWave.rows.map((row) => row.device))
    beginRollback(
      world,
      rollout,
      succeededOf(rollout).filter((one) => devices.has(one)),
      endsAt,
    )
  }
}

/** A retry of everything that ended without the new version, or of a few. */
function retrySome(world: World, rollout: Rollout): void {
  if (rollout.kind === 'rollback') return
  const ended = rollout.rows.filter((row) => isTerminalUpdate(row.state) && row.state !== 'succeeded')
  world.tell(null, null, `a person retries ${ended.length} of ${rollout.id}`)
  for (const row of ended) if (world.random.chance(0.7)) retryRow(world, row)
}

/** A person comes, looks, and does what the situation asks for; now and then something else. */
export function visit(world: World, endsAt: number): void {
  const { random } = world
  for (const rollout of [...world.rollouts]) {
    personReleases(world, rollout)
    if (rollout.state === 'paused') {
      const draw = random.next()
      if (rollout.reason === null || draw < 0.4) resume(world, rollout)
      else if (draw < 0.7) {
        moveRollout(world, rollout, 'stop', null)
        if (random.chance(0.6)) beginRollback(world, rollout, succeededOf(rollout), endsAt)
      }
    } else if (rollout.state === 'running') {
      const draw = random.next()
      if (draw < 0.04) moveRollout(world, rollout, 'pause', null)
      else if (draw < 0.045) moveRollout(world, rollout, 'stop', null)
      else if (draw < 0.08) retrySome(world, rollout)
    } else if (rollout.state === 'finished' && random.chance(0.05)) retrySome(world, rollout)
  }
}

/** In the morning somebody has the last few looked after by hand. */
export function stopRemains(world: World): void {
  for (const rollout of world.rollouts) {
    const isNearlyOver = rollout.live > 0 && rollout.live < rollout.rows.length * 0.04
    if (isNearlyOver && world.random.chance(0.7)) moveRollout(world, rollout, 'stop', null)
  }
}

/** Between campaigns technicians mend what does not sell. */
export function mend(world: World): void {
  for (const device of world.devices) {
    if (device.row !== null || device.health === 'healthy') continue
    device.health = 'healthy'
    device.cannotGoBack = false
  }
  for (const device of world.devices) {
    device.staged.clear()
    device.transfer = null
    device.activations = new Map()
    device.isReached = device.hasPower
    device.said = { health: device.health, activity: 'idle', version: device.version }
  }
  for (const store of world.stores) {
    store.packages.clear()
    store.calendar = store.toldCalendar
  }
}

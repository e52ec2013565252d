/** What the model explores: how the night is and begins, and how much may go wrong and be asked for in it. */
import { plainNight, type Setting, twoWaves } from './setting.ts'
import { type Fate, newWorld, type World } from './world.ts'

export interface Scenario {
  readonly name: string
  readonly setting: Setting
  readonly starts: readonly World[]
}

export const fates = ['good', 'reverts', 'staysBad', 'noWayBack', 'revertsBad', 'failsInstall'] as const

interface Begin {
  readonly night?: Partial<Setting>
  /** Each a start of its own, with the fates of its devices. */
  readonly of: readonly (readonly Fate[])[]
  readonly from?: 'waiting' | 'ready'
  /** Crashes, lost or late commands, cut lines, power cuts, emptied queues, lost locks: that many in all. */
  readonly faults?: number
  readonly requests?: number
}

export function scenario(
  name: string,
  { night, of, from = 'ready', faults = 0, requests = 0 }: Begin,
): Scenario {
  const setting = { ...plainNight, ...night }
  const starts = of.map((one) => newWorld(setting, { fates: one, from, faults, requests }))
  return { name, setting, starts }
}

const alone = (some: readonly Fate[]) => some.map((fate) => [fate])

/** Both may be installed as far as places go: only the lanes keep one of them open. */
const trading = { trading: 'trading', maxInstalls: 2, endsAtLast: true } as const
/** Only the store's row keeps two conductors apart: what a former leader had begun may still arrive. */
const twoLeaders = { lockIsConnection: false, cutsClaims: true, onlyConductorsFail: true } as const
const gateOfOne = twoWaves.gate && { ...twoWaves.gate, soakMinutes: 0, minimumSample: 1 }
/** The second device of the first wave may still fail when its gate is fulfilled. */
const twoGateKeepers = scenario('a gate, two conductors, two faults of theirs', {
  night: { ...twoLeaders, gate: gateOfOne, waveOf: [0, 0, 1] },
  of: [['good', 'reverts', 'good']],
  faults: 2,
})
const window = { hasClock: true } as const
const wayBack = { kind: 'rollback', hasClock: true } as const

/** Small enough for every run of the tests; test/model/deep.ts goes further. */
export const everyRun: readonly Scenario[] = [
  scenario('a device, three requests', { of: alone(fates), from: 'waiting', requests: 3 }),
  scenario('a device from the beginning, a fault and a request', {
    of: alone(['good']),
    from: 'waiting',
    faults: 1,
    requests: 1,
  }),
  scenario('a device installs, a fault and a request', { of: alone(fates), faults: 1, requests: 1 }),
  scenario('a device installs, two faults', { of: alone(['good', 'staysBad']), faults: 2 }),
  scenario('two devices of a store, a fault and a request', {
    of: [['good', 'reverts']],
    faults: 1,
    requests: 1,
  }),
  scenario('a window and the next, a fault and a request', {
    night: window,
    of: alone(['good']),
    faults: 1,
    requests: 1,
  }),
  scenario('two waves and a gate, a request', {
    night: twoWaves,
    of: ['good', 'reverts', 'failsInstall'].map((fate) => [fate as Fate, 'good']),
    requests: 1,
  }),
  scenario('two waves and a gate, a fault', {
    night: twoWaves,
    of: [
      ['good', 'good'],
      ['reverts', 'good'],
    ],
    faults: 1,
  }),
  scenario('a gate that asks for approval', {
    night: { ...twoWaves, gate: twoWaves.gate && { ...twoWaves.gate, approval: true } },
    of: [['good', 'reverts']],
    requests: 2,
  }),
  scenario('two lanes of a shop that trades, a fault', {
    night: trading,
    of: [['good', 'reverts']],
    faults: 1,
  }),
  scenario('two lanes, two conductors, three faults of theirs', {
    night: { ...trading, ...twoLeaders },
    of: [['good', 'reverts']],
    faults: 3,
  }),
  scenario('one place, two conductors, three faults of theirs', {
    night: twoLeaders,
    of: [['good', 'good']],
    faults: 3,
  }),
  twoGateKeepers,
  scenario('two conductors, two faults of theirs and two requests', {
    night: twoLeaders,
    of: alone(['good', 'reverts', 'failsInstall']),
    faults: 2,
    requests: 2,
  }),
  scenario('a way back, a fault and a request', {
    night: wayBack,
    of: alone(['good', 'noWayBack', 'revertsBad', 'noFormer']),
    faults: 1,
    requests: 1,
  }),
  scenario('two ways back in a shop that trades, a fault', {
    night: { ...trading, kind: 'rollback' },
    of: [['good', 'good']],
    faults: 1,
  }),
]

/** Where a broken core is looked for: no larger than it takes to see it. */
export const forMutations = {
  calm: scenario('no fault', {
    of: [['reverts'], ['noWayBack'], ['good', 'good']],
    from: 'waiting',
    requests: 1,
  }),
  good: scenario('a fault and a request', { of: [['good']], faults: 1, requests: 1 }),
  twice: scenario('two faults', { of: [['good']], faults: 2 }),
  reverts: scenario('a fault, goes back by itself', { of: [['reverts']], faults: 1 }),
  fetching: scenario('a fault, from the beginning', { of: [['good']], from: 'waiting', faults: 1 }),
  broken: scenario('no way back, two requests', { of: [['noWayBack']], requests: 2 }),
  window: scenario('a window, a fault', { night: window, of: [['good']], faults: 1 }),
  waves: scenario('two waves', { night: twoWaves, of: [['good', 'good']], requests: 1 }),
  breach: scenario('two waves, the first fails', { night: twoWaves, of: [['reverts', 'good']] }),
  lanes: scenario('two lanes, two conductors', {
    night: { ...trading, ...twoLeaders },
    of: [['good', 'good']],
    faults: 3,
  }),
  places: scenario('one place, two conductors', { night: twoLeaders, of: [['good', 'good']], faults: 3 }),
  leaders: scenario('two conductors, two requests', {
    night: twoLeaders,
    of: alone(['good', 'failsInstall']),
    faults: 2,
    requests: 2,
  }),
  gateKeepers: twoGateKeepers,
  wayBack: scenario('a way back', { night: wayBack, of: [['good']], faults: 1, requests: 1 }),
} as const satisfies Record<string, Scenario>

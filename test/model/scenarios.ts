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

export function scenario(name: string, { night, of, from = 'ready', faults = 0, requests = 0 }: Begin): Scenario {
  const setting = { ...plainNight, ...night }
  return { name, setting, starts: of.map((one) => newWorld(setting, { fates: one, from, faults, requests })) }
}

const alone = (some: readonly Fate[]) => some.map((fate) => [fate])
const waysBack = ['good', 'noWayBack', 'revertsBad', 'noFormer'] as const

/** Both may be installed as far as places go: only the lanes keep one of them open. */
const trading = { trading: 'trading', maxInstalls: 2, endsAtLast: true } as const
/** Nothing but the store's row keeps two conductors apart. */
const twoLeaders = { lockIsConnection: false, cutsClaims: true, onlyConductorsFail: true } as const

/** Small enough for every run of the tests; test/model/deep.ts goes further. */
export const everyRun: readonly Scenario[] = [
  scenario('a device, three requests', { of: alone(fates), from: 'waiting', requests: 3 }),
  scenario('a device from the beginning, a fault, a request', {
    of: alone(['good']),
    from: 'waiting',
    faults: 1,
    requests: 1,
  }),
  scenario('a device installs, a fault, a request', { of: alone(fates), faults: 1, requests: 1 }),
  scenario('a device installs, two faults', { of: alone(['good', 'staysBad']), faults: 2 }),
  scenario('two devices of a store, a fault', { of: [['good', 'reverts']], faults: 1, requests: 0 }),
  scenario('a window, a fault, a request', {
    night: { hasClock: true },
    of: alone(['good', 'reverts']),
    faults: 1,
    requests: 1,
  }),
  scenario('two waves, a request', {
    night: twoWaves,
    of: [
      ['good', 'good'],
      ['reverts', 'good'],
      ['failsInstall', 'good'],
    ],
    requests: 1,
  }),
  scenario('two waves, a fault', { night: twoWaves, of: [['good', 'good'], ['reverts', 'good']], faults: 1 }),
  scenario('lanes of a shop that trades, a fault', { night: trading, of: [['good', 'reverts']], faults: 1 }),
  scenario('lanes, two conductors', { night: { ...trading, ...twoLeaders }, of: [['good', 'reverts']], faults: 3 }),
  scenario('places, two conductors', { night: twoLeaders, of: [['good', 'good']], faults: 3 }),
  scenario('one, two conductors, requests', { night: twoLeaders, of: [['good'], ['reverts'], ['failsInstall']], faults: 2, requests: 2 }),
  scenario('from beginning, two conductors, requests', { night: {...twoLeaders, policy: {...plainNight.policy, maxAttempts: 1}}, of: [['good'], ['failsInstall']], from: 'waiting', faults: 2, requests: 2 }),
  scenario('a way back, a fault, a request', {
    night: { kind: 'rollback', hasClock: true },
    of: alone(waysBack),
    faults: 1,
    requests: 1,
  }),
]

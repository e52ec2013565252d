/** What the model explores: how the night begins, and how much may go wrong and be asked for in it. */
import { type Fate, newWorld, type World, withDevice } from './world.ts'

export interface Scenario {
  readonly name: string
  readonly starts: readonly World[]
}

export const fates: readonly Fate[] = [
  'good',
  'reverts',
  'staysBad',
  'noWayBack',
  'revertsBad',
  'failsInstall',
]

/** @param faults crashes, lost or late commands, cut lines, power cuts, emptied queues, lost locks: that many in all */
export function scenario(
  name: string,
  devices: readonly (readonly Fate[])[],
  from: 'waiting' | 'ready',
  faults: number,
  requests: number,
): Scenario {
  return { name, starts: devices.map((one) => newWorld({ fates: one, from, faults, requests })) }
}

const alone = (some: readonly Fate[]) => some.map((fate) => [fate])

/** Small enough for every run of the tests; test/model/deep.ts goes further. */
export const everyRun: readonly Scenario[] = [
  scenario('one device, nothing goes wrong, three requests', alone(fates), 'waiting', 0, 3),
  scenario('one device from the beginning, one fault, one request', alone(['good']), 'waiting', 1, 1),
  scenario('one device installs, one fault, one request', alone(fates), 'ready', 1, 1),
  scenario('one device installs, two faults', alone(['good', 'staysBad']), 'ready', 2, 0),
  scenario('two devices of a store, one fault, one request', [['good', 'reverts']], 'ready', 1, 1),
]

/** The first device cannot begin at once, so that the second is claimed while an old decision on the first is held. */
function busyStore(): Scenario {
  const { starts, name } = scenario('two devices, one busy, two faults', [['good', 'good']], 'ready', 2, 0)
  return { name, starts: starts.map((world) => withDevice(world, 0, { isSelling: true })) }
}

/** Where a broken core is looked for: no larger than it takes to see it. */
export const forMutations = {
  calm: scenario('no fault', [['reverts'], ['noWayBack'], ['good', 'good']], 'waiting', 0, 1),
  good: scenario('one fault', [['good']], 'ready', 1, 1),
  twice: scenario('two faults', [['good']], 'ready', 2, 0),
  reverts: scenario('one fault, goes back by itself', [['reverts']], 'ready', 1, 0),
  fetching: scenario('one fault, from the beginning', [['good']], 'waiting', 1, 0),
  busy: busyStore(),
} as const satisfies Record<string, Scenario>

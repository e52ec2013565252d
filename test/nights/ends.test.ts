/** Whose fault it is that a till does not sell when its shop opens. */
import { expect, it } from 'vitest'
import { atOpening } from './ends.ts'
import { makeFleet } from './fleet.ts'
import type { Device, Install, Store, World } from './shapes.ts'

const NOW = 1_000_000
const install: Install = {
  ...{
    operation: 'o',
    cause: 'claim',
    from: 1,
    to: 2,
    formerPrevious: null,
    fate: 'good',
    phase: 'starting',
  },
  ...{ until: NOW + 1, wasCut: false },
}

/** A shop with three tills, seen after something happened to them. */
function morning(change: (tills: Device[], store: Store) => void) {
  const { stores } = makeFleet(1, 1, 4)
  const store = stores[0] as Store
  change(
    store.devices.filter((one) => one.kind === 'till'),
    store,
  )
  const world = { agenda: { now: () => NOW } } as unknown as World
  const { isClosed, notReady, inTheMiddle } = atOpening(world, store)
  return { isClosed, notReady: notReady.length, inTheMiddle: inTheMiddle.length }
}
const each = (change: Partial<Device>) => (tills: Device[]) => {
  for (const till of tills) Object.assign(till, change)
}

it.each([
  ['all sell', each({}), { isClosed: false, notReady: 0, inTheMiddle: 0 }],
  ['none came up again', each({ health: 'unhealthy' }), { isClosed: true, notReady: 3, inTheMiddle: 0 }],
  ['all are installing', each({ install }), { isClosed: true, notReady: 3, inTheMiddle: 3 }],
  [
    'one still sells',
    (tills: Device[]) => each({ install })(tills.slice(1)),
    { isClosed: false, notReady: 2, inTheMiddle: 2 },
  ],
  [
    'somebody switched all off',
    each({ hasPower: false, install }),
    { isClosed: false, notReady: 0, inTheMiddle: 0 },
  ],
  [
    'power was cut in the middle',
    each({ install: { ...install, wasCut: true } }),
    { isClosed: false, notReady: 0, inTheMiddle: 0 },
  ],
  [
    'its server is installing',
    (_: Device[], store: Store) => Object.assign(store.devices[0] as Device, { install }),
    { isClosed: false, notReady: 0, inTheMiddle: 1 },
  ],
] as const)('%s', (_name, change, expected) => {
  expect(morning(change as (tills: Device[], store: Store) => void)).toEqual(expected)
})

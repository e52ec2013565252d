import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DeviceStep, deviceSteps } from '../../src/rollout/due.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { type DueStep, release, type StoreLoad } from '../../src/rollout/release.ts'

const idle: StoreLoad = {
  downloads: 0,
  installs: 0,
  maxDownloads: 4,
  maxInstalls: 1,
  lanes: null,
  trading: 'trading',
}
const room = (total: number, ramp: readonly (readonly [string, number])[] = []) => ({
  total,
  ramp: new Map(ramp),
})
const stepOf = (updateId: string, storeId: string, step: DeviceStep): DueStep => ({
  updateId,
  deviceId: updateId,
  storeId,
  rolloutId: 'r',
  step,
  closesLane: step === 'activate',
  latestStart: null,
  lanePolicy: defaultPolicy.lanes,
})
const steps = (storeId: string, step: DeviceStep, count: number): DueStep[] =>
  Array.from({ length: count }, (_, i) => stepOf(`${storeId}-${step}-${i}`, storeId, step))
const ids = (released: readonly DueStep[]): string[] => released.map((one) => one.updateId)

describe('release', () => {
  test('keeps to what a store can carry', () => {
    const loads = new Map([['a', { ...idle, downloads: 2 }]])
    const released = release([...steps('a', 'download', 5), ...steps('a', 'activate', 3)], loads, room(100))
    expect(ids(released).sort()).toEqual(['a-activate-0', 'a-download-0', 'a-download-1'])
  })

  test('takes from every store in turn', () => {
    const loads = new Map(['a', 'b', 'c'].map((id) => [id, idle]))
    const due = ['a', 'b', 'c'].flatMap((id) => steps(id, 'verify', 10))
    expect(
      ids(release(due, loads, room(6)))
        .map((id) => id[0])
        .sort(),
    ).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
  })

  test('looks after a device in danger first, and without a limit of the store', () => {
    const loads = new Map([['a', { ...idle, installs: 1 }]])
    const due = [...steps('a', 'download', 1), ...steps('a', 'activate', 1), ...steps('a', 'rollback', 3)]
    expect(ids(release(due, loads, room(3)))).toEqual(['a-rollback-0', 'a-rollback-1', 'a-rollback-2'])
  })

  test('the store with the least time left is first', () => {
    const loads = new Map(['late', 'soon', 'none'].map((id) => [id, idle]))
    const late = steps('late', 'activate', 1).map((one) => ({ ...one, latestStart: 2000 }))
    const soon = steps('soon', 'activate', 1).map((one) => ({ ...one, latestStart: 1000 }))
    const due = [...steps('none', 'activate', 1), ...late, ...soon]
    expect(ids(release(due, loads, room(2)))).toEqual(['soon-activate-0', 'late-activate-0'])
  })

  test('a ramp bounds installations of its rollout, and nothing else', () => {
    const loads = new Map(['a', 'b', 'c'].map((id) => [id, idle]))
    const due = ['a', 'b', 'c'].flatMap((id) => [...steps(id, 'activate', 1), ...steps(id, 'download', 1)])
    const released = release(due, loads, room(100, [['r', 2]]))
    expect(released.filter((one) => one.closesLane)).toHaveLength(2)
    expect(released.filter((one) => one.step === 'download')).toHaveLength(3)
  })

  test('while a shop trades, its lanes are kept, whatever its limit', () => {
    const due = steps('a', 'activate', 4)
    const lanes = due.map((one) => ({ deviceId: one.deviceId, kind: 'till', isOpen: true }))
    const load = { ...idle, maxInstalls: 4 }
    expect(release(due, new Map([['a', { ...load, lanes }]]), room(100))).toHaveLength(2)
    expect(release(due, new Map([['a', load]]), room(100))).toHaveLength(4)
  })

  test('one store that is full does not hold up another', () => {
    const loads = new Map([
      ['full', { ...idle, downloads: 4 }],
      ['free', idle],
    ])
    const due = [...steps('full', 'download', 50), ...steps('free', 'download', 2)]
    expect(ids(release(due, loads, room(2)))).toEqual(['free-download-0', 'free-download-1'])
  })
})

describe('whatever is due', () => {
  const stores = ['a', 'b', 'c', 'd']
  const input = fc.record({
    kinds: fc.array(fc.tuple(fc.constantFrom(...stores), fc.constantFrom(...deviceSteps)), { maxLength: 60 }),
    loads: fc.array(
      fc.record({
        downloads: fc.nat(4),
        installs: fc.nat(4),
        maxDownloads: fc.nat(4),
        maxInstalls: fc.nat(4),
        lanes: fc.constant(null),
        trading: fc.constant('trading' as const),
      }),
      { minLength: 4, maxLength: 4 },
    ),
    total: fc.nat(40),
  })

  test('no limit is passed, nothing is released twice or invented, no room is wasted', () => {
    fc.assert(
      fc.property(input, ({ kinds, loads, total }) => {
        const due = kinds.map(([storeId, step], i) => stepOf(`u${i}`, storeId, step))
        const byStore = new Map(stores.map((id, i) => [id, loads[i] ?? idle]))
        const released = release(due, byStore, room(total))
        expect(released.length).toBeLessThanOrEqual(total)
        expect(new Set(ids(released)).size).toBe(released.length)
        expect(due).toEqual(expect.arrayContaining(released))
        for (const [id, load] of byStore) {
          const begun = (step: DeviceStep) =>
            released.filter((r) => r.storeId === id && r.step === step).length
          expect(begun('download')).toBeLessThanOrEqual(Math.max(0, load.maxDownloads - load.downloads))
          expect(begun('activate')).toBeLessThanOrEqual(Math.max(0, load.maxInstalls - load.installs))
        }
        const unlimited = due.filter((one) => one.step !== 'download' && one.step !== 'activate')
        expect(released.length).toBeGreaterThanOrEqual(Math.min(total, unlimited.length))
        expect(byStore.get('a')).toEqual(loads[0])
      }),
      { numRuns: 500 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DeviceStep, deviceSteps } from '../../src/rollout/due.ts'
import { type DueStep, release, type StoreLoad } from '../../src/rollout/release.ts'

const idle: StoreLoad = { downloads: 0, installs: 0, maxDownloads: 4, maxInstalls: 1 }
const steps = (storeId: string, step: DeviceStep, count: number): DueStep[] =>
  Array.from({ length: count }, (_, i) => ({ updateId: `${storeId}-${step}-${i}`, storeId, step }))
const ids = (released: readonly DueStep[]): string[] => released.map((one) => one.updateId)

describe('release', () => {
  test('keeps to what a store can carry', () => {
    const loads = new Map([['a', { ...idle, downloads: 2 }]])
    const released = release([...steps('a', 'download', 5), ...steps('a', 'activate', 3)], loads, 100)
    expect(ids(released).sort()).toEqual(['a-activate-0', 'a-download-0', 'a-download-1'])
  })

  test('takes from every store in turn', () => {
    const loads = new Map(['a', 'b', 'c'].map((id) => [id, idle]))
    const due = ['a', 'b', 'c'].flatMap((id) => steps(id, 'verify', 10))
    expect(
      ids(release(due, loads, 6))
        .map((id) => id[0])
        .sort(),
    ).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
  })

  test('looks after a device in danger first, and without a limit of the store', () => {
    const loads = new Map([['a', { ...idle, installs: 1 }]])
    const due = [...steps('a', 'download', 1), ...steps('a', 'activate', 1), ...steps('a', 'rollback', 3)]
    expect(ids(release(due, loads, 3))).toEqual(['a-rollback-0', 'a-rollback-1', 'a-rollback-2'])
  })

  test('one store that is full does not hold up another', () => {
    const loads = new Map([
      ['full', { ...idle, downloads: 4 }],
      ['free', idle],
    ])
    const due = [...steps('full', 'download', 50), ...steps('free', 'download', 2)]
    expect(ids(release(due, loads, 2))).toEqual(['free-download-0', 'free-download-1'])
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
      }),
      { minLength: 4, maxLength: 4 },
    ),
    room: fc.nat(40),
  })

  test('no limit is passed, nothing is released twice or invented, no room is wasted', () => {
    fc.assert(
      fc.property(input, ({ kinds, loads, room }) => {
        const due = kinds.map(([storeId, step], i) => ({ updateId: `u${i}`, storeId, step }))
        const byStore = new Map(stores.map((id, i) => [id, loads[i] ?? idle]))
        const released = release(due, byStore, room)
        expect(released.length).toBeLessThanOrEqual(room)
        expect(new Set(ids(released)).size).toBe(released.length)
        expect(due).toEqual(expect.arrayContaining(released))
        for (const [id, load] of byStore) {
          const begun = (step: DeviceStep) =>
            released.filter((r) => r.storeId === id && r.step === step).length
          expect(begun('download')).toBeLessThanOrEqual(Math.max(0, load.maxDownloads - load.downloads))
          expect(begun('activate')).toBeLessThanOrEqual(Math.max(0, load.maxInstalls - load.installs))
        }
        const unlimited = due.filter((one) => one.step !== 'download' && one.step !== 'activate')
        expect(released.length).toBeGreaterThanOrEqual(Math.min(room, unlimited.length))
        expect(byStore.get('a')).toEqual(loads[0])
      }),
      { numRuns: 500 },
    )
  })
})

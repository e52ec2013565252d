import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { combinationKey, combinations, coverStores, uncovered } from '../../../src/rollout/plan/cover.ts'

const device = (configuration: string, kind = 'till', version: number | null = 95_000) => ({
  kind,
  version,
  configuration,
})
const chain = (stores: Record<string, string>) =>
  new Map(Object.entries(stores).map(([id, letters]) => [id, [...letters].map((letter) => device(letter))]))

const keysOf = (
  stores: ReadonlyMap<string, ReturnType<typeof device>[]>,
  ids: readonly string[],
): Set<string> => new Set(ids.flatMap((id) => (stores.get(id) ?? []).map(combinationKey)))

/** The size of the smallest cover, by trying every set of stores. */
function smallest(stores: ReadonlyMap<string, ReturnType<typeof device>[]>): number {
  const ids = [...stores.keys()]
  const all = keysOf(stores, ids).size
  const sets = Array.from({ length: 2 ** ids.length }, (_, set) =>
    ids.filter((_id, i) => (set >> i) % 2 === 1),
  )
  return Math.min(...sets.filter((set) => keysOf(stores, set).size === all).map((set) => set.length))
}

describe('cover', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['one store that has all', { M1: 'a', M2: 'abc', M3: 'bc' }, ['M2']],
    ['the smaller of two that show the same', { M1: 'aabb', M2: 'ab' }, ['M2']],
    // The largest first would take M1 and then two more.
    ['where the largest is no part of it', { M1: 'abcd', M2: 'abe', M3: 'cdf' }, ['M2', 'M3']],
    ['nothing', {}, []],
    ['a store without devices', { M1: '', M2: 'a' }, ['M2']],
  ])('%s', (_label, stores, ids) => {
    expect(coverStores(chain(stores))).toEqual(ids)
  })

  test('kind, version and configuration each make a difference', () => {
    const stores = new Map([
      ['M1', [device('a')]],
      ['M2', [device('a', 'selfCheckout')]],
      ['M3', [device('a', 'till', null)]],
      ['M4', [device('b')]],
      ['M5', [device('a')]],
    ])
    expect(coverStores(stores)).toEqual(['M1', 'M2', 'M3', 'M4'])
  })

  test('is as small as any set of stores that covers', () => {
    const stores = fc
      .array(fc.array(fc.constantFrom(...'abcdefgh'), { maxLength: 4 }), { maxLength: 9 })
      .map((lists) => new Map(lists.map((letters, i) => [`M${i}`, letters.map((letter) => device(letter))])))
    fc.assert(
      fc.property(stores, (given) => {
        const chosen = coverStores(given)
        expect(keysOf(given, chosen)).toEqual(keysOf(given, [...given.keys()]))
        expect(chosen).toHaveLength(smallest(given))
      }),
      { numRuns: 120 },
    )
  })

  test('covers a chain too large to try everything, and soon', () => {
    const letters = Array.from({ length: 40 }, (_, i) => `c${i}`)
    const stores = new Map(
      Array.from({ length: 500 }, (_, s) => [
        `M${s}`,
        letters.filter((_l, i) => (s * 7 + i * i) % 11 === 0).map((l) => device(l)),
      ]),
    )
    const began = performance.now()
    const chosen = coverStores(stores)
    expect(keysOf(stores, chosen).size).toBe(40)
    expect(performance.now() - began).toBeLessThan(20_000)
  })

  test('the exact answer is found in time at the largest size it is looked for', () => {
    // Twenty stores, each with its own pair of neighbours: no store is useless, and ten are enough.
    const stores = new Map(
      Array.from({ length: 20 }, (_, i) => [`M${i}`, [device(`c${i}`), device(`c${(i + 1) % 20}`)]]),
    )
    expect(coverStores(stores)).toHaveLength(10)
  })
})

test('what is uncovered is counted', () => {
  const seen = [device('a')]
  const all = [...seen, device('b'), device('b'), device('a', 'selfCheckout')]
  expect(uncovered(all, seen)).toEqual([
    { kind: 'selfCheckout', version: 95_000, configuration: 'a', devices: 1 },
    { kind: 'till', version: 95_000, configuration: 'b', devices: 2 },
  ])
  expect(combinations([])).toEqual([])
})

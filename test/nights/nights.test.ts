/** A few nights with every change of clocks and New Year's freeze, and the same nights with a broken core. */
import { describe, expect, it } from 'vitest'
import type { Day } from './dates.ts'
import { mutations } from './mutations.ts'
import { simulate } from './simulate.ts'

/** Berlin and Lord Howe in spring and in autumn; into the freeze, and out of it. */
const days: readonly Day[] = [
  { date: '2026-03-28', nights: 1 },
  { date: '2026-04-04', nights: 1 },
  { date: '2026-10-03', nights: 1 },
  { date: '2026-10-24', nights: 1 },
  { date: '2026-12-26', nights: 2 },
  { date: '2027-01-07', nights: 1 },
]
const common = { nights: 0, stores: 40, from: '2026-03-28', days, accidents: 4 }
const SEEDS = [2, 3, 4, 5, 6, 7, 8, 9]

describe('simulated nights', () => {
  it('keeps every promise when clocks change, in a freeze, with accidents', async () => {
    const { violations, storesNotOpen, installations, checks, stories } = await simulate({
      ...common,
      seed: 1,
    })
    expect(stories.join('\n\n')).toBe('')
    expect({ violations, storesNotOpen }).toEqual({ violations: 0, storesNotOpen: 0 })
    expect(installations).toBeGreaterThan(300)
    expect(checks).toBeGreaterThan(5000)
  })

  it('is the same for the same seed', async () => {
    const one = await simulate({ ...common, days: days.slice(0, 2), seed: 9 })
    expect(await simulate({ ...common, days: days.slice(0, 2), seed: 9 })).toEqual(one)
    expect(await simulate({ ...common, days: days.slice(0, 2), seed: 10 })).not.toEqual(one)
  })
})

describe('a broken core is seen', () => {
  for (const { name, core, seen } of mutations)
    it(name, async () => {
      let said: readonly string[] = []
      for (const seed of SEEDS) {
        said = (await simulate({ ...common, core, seed })).stories
        if (said.some((story) => seen.test(story))) break
      }
      expect(said.map((story) => story.split('\n')[0]).join('\n')).toMatch(seen)
    })
})

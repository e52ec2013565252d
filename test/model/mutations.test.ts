/** A core that is broken in one place: the model tells how it goes wrong. */
import { describe, expect, test } from 'vitest'
import { coreOfToday } from './core.ts'
import { explore, storyOf, type Violation } from './explore.ts'
import { type Mutation, mutations, named } from './mutations.ts'
import { withoutStacks } from './quiet.ts'
import { everyRun, forMutations } from './scenarios.ts'

const LIMIT = 200_000

withoutStacks()

const caught = ({ core, where }: Mutation): Violation | undefined =>
  explore(core, forMutations[where], LIMIT).violation

describe('the model catches', () => {
  test.each(named)('$name, and tells the story', (mutation) => {
    const violation = caught(mutation)
    console.log(`model: ${mutation.name}\n${violation ? storyOf(violation) : 'not seen'}`)
    expect(violation?.what).toMatch(mutation.seen)
    expect(violation?.trace.length).toBeGreaterThan(0)
  })
})

describe('the model sees that', () => {
  test.each(mutations)('$name', (mutation) => {
    expect(caught(mutation)?.what ?? '').toMatch(mutation.seen)
  })
})

test('in the core as it is, the same searches find nothing', () => {
  const others = Object.values(forMutations).filter((one) => !everyRun.includes(one))
  for (const scenario of others) {
    const { violation } = explore(coreOfToday, scenario, LIMIT)
    expect(violation === undefined ? '' : storyOf(violation)).toBe('')
  }
})

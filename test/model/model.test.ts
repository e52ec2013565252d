/** The core, explored: every state, every event, every crash point, and whether the promises hold in all of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coreOfToday } from './core.ts'
import { type Explored, explore } from './explore.ts'
import { type Mutation, mutations } from './mutations.ts'
import { everyRun, forMutations } from './scenarios.ts'

/** Far above what a scenario needs: one that grows beyond it is cut down by a person, not by the clock. */
const LIMIT = 200_000

const before = Error.stackTraceLimit
beforeAll(() => {
  // Thousands of failures are made and never shown.
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = before
})

const told = ({ violation }: Explored): string =>
  violation === undefined ? '' : [violation.what, ...violation.trace].join('\n  ')

describe('the promises hold', () => {
  test.each(everyRun)('$name', ({ name, starts }) => {
    const explored = explore(coreOfToday, starts, LIMIT)
    console.log(`model: ${explored.states} states, ${explored.moves} moves: ${name}`)
    expect(told(explored)).toBe('')
    expect(explored.isComplete).toBe(true)
  })
})

function caught({ core, where }: Mutation): string {
  return explore(core, forMutations[where].starts, LIMIT).violation?.what ?? ''
}

describe('the model sees that', () => {
  test.each(mutations)('$name', (mutation) => {
    expect(caught(mutation)).toMatch(mutation.seen)
  })
})

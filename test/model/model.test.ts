/** The core, explored: every state, every event, every crash point, and whether the promises hold in all of them. */
import { afterAll, describe, expect, test } from 'vitest'
import { coreOfToday } from './core.ts'
import { explore, storyOf } from './explore.ts'
import { withoutStacks } from './quiet.ts'
import { everyRun } from './scenarios.ts'

/** Far above what a scenario needs: one that grows beyond it is cut down by a person, not by the clock. */
const LIMIT = 200_000

withoutStacks()
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const total = { states: 0, ms: 0 }
afterAll(() => console.log(`model: ${total.states} states in all, ${seconds(total.ms)}`))

describe('the promises hold', () => {
  test.each(everyRun)('$name', (scenario) => {
    const from = performance.now()
    const { states, moves, isComplete, violation } = explore(coreOfToday, scenario, LIMIT)
    const ms = performance.now() - from
    total.states += states
    total.ms += ms
    console.log(`model: ${states} states, ${moves} moves, ${seconds(ms)}: ${scenario.name}`)
    expect(violation === undefined ? '' : storyOf(violation)).toBe('')
    expect(isComplete).toBe(true)
  })
})

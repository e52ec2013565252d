import { describe, expect, test } from 'vitest'
import type { RampPolicy } from '../../src/rollout/policy.ts'
import { ramp, rampRoom } from '../../src/rollout/ramp.ts'

const policy: RampPolicy = { startPerMinute: 5, growth: 2, everySuccesses: 10, maxPerMinute: 100 }

describe('devices per minute', () => {
  test.each([
    [0, 5],
    [9, 5],
    [10, 10],
    [29, 20],
    [30, 40],
    [49, 80],
    [50, 100],
    [1_000_000, 100],
  ])('after %d successes: %d', (successes, rate) => {
    expect(ramp(policy, successes)).toBe(rate)
  })

  test('grows from nothing, and as slowly as it is told', () => {
    expect(ramp({ ...policy, startPerMinute: 0 }, 1_000_000)).toBe(100)
    expect(ramp({ ...policy, growth: 1.001 }, 20_000)).toBeCloseTo(5 * 1.001 ** 2000, 6)
  })

  test('without a ramp there is no limit', () => {
    expect(ramp(null, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(rampRoom(null, 0, 10_000)).toBe(Number.POSITIVE_INFINITY)
  })

  test('less than one in a minute would never begin', () => {
    expect(rampRoom({ ...policy, startPerMinute: 0.2 }, 0, 0)).toBe(1)
    expect(rampRoom({ ...policy, startPerMinute: 0.2 }, 0, 1)).toBe(0)
  })
})

describe('room', () => {
  test.each([
    [0, 5],
    [3, 2],
    [5, 0],
    [99, 0],
  ])('%d began in the last minute: %d more', (started, room) => {
    expect(rampRoom(policy, 0, started)).toBe(room)
  })

  test('is a whole number', () => {
    expect(rampRoom({ ...policy, growth: 1.5 }, 10, 0)).toBe(7)
  })
})

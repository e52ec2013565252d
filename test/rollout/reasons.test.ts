import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deviceReasons } from '../../src/device/contract.ts'
import {
  backoffSeconds,
  isReason,
  type ReasonCode,
  reasonRule,
  reasons,
  retryEvent,
} from '../../src/rollout/reasons.ts'
import { deviceUpdateStates, isActiveUpdate, isTerminalUpdate, nextState } from '../../src/rollout/states.ts'

const codes = Object.keys(reasons) as ReasonCode[]
const anyCode = fc.constantFrom(...codes)

describe.each(codes)('%s', (code) => {
  const rule = reasonRule(code)

  test('goes back to a state of rest, and ends in a terminal state', () => {
    expect(deviceUpdateStates).toHaveProperty(rule.retry)
    expect(isActiveUpdate(rule.retry) || isTerminalUpdate(rule.retry)).toBe(false)
    expect(isTerminalUpdate(rule.end)).toBe(true)
  })

  test('can be retried by a person from every end that has a retry', () => {
    for (const state of ['failed', 'skipped'])
      expect(nextState(deviceUpdateStates, state, retryEvent(state, code)), state).toBe(rule.retry)
    for (const state of ['rolledBack', 'broken'])
      expect(nextState(deviceUpdateStates, state, retryEvent(state, code)), state).toBe('inDoubt')
  })
})

describe('the rules among each other', () => {
  const where = (test: (code: ReasonCode) => boolean): ReasonCode[] => codes.filter(test)

  test('nobody answering says nothing against the package', () => {
    for (const code of where((c) => reasonRule(c).owner === 'network')) {
      expect(reasonRule(code).gate, code).toBe(false)
      expect(reasonRule(code).end, code).toBe('skipped')
    }
  })

  test('what counts at the gate is the package’s own, and the other way round', () => {
    for (const code of codes) expect(reasonRule(code).gate, code).toBe(reasonRule(code).owner === 'package')
  })

  test('what spends no attempt is tried again by itself', () => {
    for (const code of where((c) => !reasonRule(c).spends))
      expect(backoffSeconds(code, 1), code).toBeDefined()
  })

  test('an alarm waits for a person', () => {
    for (const code of ['hostKeyChanged', 'hostKeyUnknown', 'wrongDevice', 'signatureInvalid'] as const)
      expect(backoffSeconds(code, 1), code).toBeUndefined()
  })

  test('a device past arming is looked at before anything else', () => {
    for (const code of ['installFailed', 'healthFailed', 'rollbackUnsupported', 'rollbackFailed'] as const)
      expect(reasonRule(code).retry, code).toBe('inDoubt')
  })

  test('every reason of the device contract is known here', () => {
    for (const code of deviceReasons) expect(isReason(code), code).toBe(true)
  })
})

describe('backoffSeconds', () => {
  test.each([
    ['tillOffline', 1, 30],
    ['tillOffline', 2, 60],
    ['tillOffline', 5, 480],
    ['tillOffline', 6, 900],
    ['receiptOpen', 1, 60],
    ['receiptOpen', 99, 600],
    ['internalError', 1, 5],
    ['noAddress', 1, undefined],
  ] as const)('%s, attempt %d: %s s', (code, attempt, seconds) => {
    expect(backoffSeconds(code, attempt)).toBe(seconds)
  })

  test('is positive, never falls, stays under its cap, and stretches with the policy', () => {
    const attempt = fc.integer({ min: -5, max: 1_000_000 })
    const scale = fc.double({ min: 0.001, max: 10, noNaN: true })
    fc.assert(
      fc.property(anyCode, attempt, scale, (code, n, stretch) => {
        const { backoff } = reasonRule(code)
        const seconds = backoffSeconds(code, n)
        expect(seconds === undefined).toBe(backoff === 'never')
        if (backoff === 'never') return
        expect(seconds).toBeGreaterThanOrEqual(backoff.baseSeconds)
        expect(seconds).toBeLessThanOrEqual(backoff.capSeconds)
        expect(backoffSeconds(code, n + 1)).toBeGreaterThanOrEqual(seconds ?? 0)
        expect(backoffSeconds(code, n, stretch)).toBeCloseTo((seconds ?? 0) * stretch, 6)
      }),
    )
  })
})

describe('isReason', () => {
  test('knows the table and nothing else', () => {
    for (const code of codes) expect(isReason(code)).toBe(true)
    for (const code of ['', 'toString', '__proto__', 'TILLOFFLINE', 'tillOffline '])
      expect(isReason(code)).toBe(false)
  })
})

test('a retry without a reason starts from the beginning', () => {
  expect(retryEvent('failed', null)).toBe('retryFetch')
  expect(retryEvent('skipped', null)).toBe('retryFetch')
  expect(retryEvent('broken', null)).toBe('retryLook')
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { endAttempt, retryLaterSeconds } from '../../src/rollout/attempt.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { type ReasonCode, reasonRule, reasons } from '../../src/rollout/reasons.ts'
import { deviceUpdateStates, nextState } from '../../src/rollout/states.ts'

const impatient = { ...defaultPolicy, offline: 'skip' } as const
const anyCode = fc.constantFrom(...(Object.keys(reasons) as ReasonCode[]))
const anyJitter = fc.double({ min: 0, max: 1, noNaN: true })

describe('endAttempt', () => {
  test.each([
    ['tillOffline', 0, { event: 'deferred', retryInSeconds: 30, attempts: 'spend' }],
    ['tillOffline', 3, { event: 'deferred', retryInSeconds: 240, attempts: 'spend' }],
    ['tillOffline', 4, { event: 'skip' }],
    ['transferFailed', 4, { event: 'fail' }],
    ['receiptOpen', 400, { event: 'deferred', retryInSeconds: 600, attempts: 'keep' }],
    ['hostKeyChanged', 0, { event: 'fail' }],
    ['signatureInvalid', 0, { event: 'fail' }],
    ['inReserve', 0, { event: 'skip' }],
    ['tillBlocked', 400, { event: 'deferred', retryInSeconds: 600, attempts: 'keep' }],
  ] as const)('%s after %d: %o', (reason, attempts, end) => {
    expect(endAttempt(reason, attempts, impatient, 0)).toEqual(end)
  })

  test('whom nobody reaches is waited for where the policy says so, ever more rarely', () => {
    const patient = (attempts: number) => endAttempt('tillOffline', attempts, defaultPolicy, 0)
    expect(patient(3)).toEqual({ event: 'deferred', retryInSeconds: 240, attempts: 'spend' })
    expect(patient(4)).toEqual({ event: 'deferred', retryInSeconds: 480, attempts: 'keep' })
    expect(endAttempt('transferFailed', 4, defaultPolicy, 0)).toEqual({ event: 'fail' })
  })

  test('always comes to an end, by the table', () => {
    fc.assert(
      fc.property(anyCode, anyJitter, (reason, jitter) => {
        const last = endAttempt(reason, impatient.maxAttempts - 1, impatient, jitter)
        expect(last.event === 'deferred').toBe(!reasonRule(reason).spends)
        if (last.event !== 'deferred')
          expect(last.event).toBe(reasonRule(reason).end === 'failed' ? 'fail' : 'skip')
        for (const state of ['downloading', 'verifying', 'activating'])
          expect(nextState(deviceUpdateStates, state, last.event), state).toBeDefined()
      }),
    )
  })

  test('spreads the next attempt over half the back-off more, within the stretched cap', () => {
    fc.assert(
      fc.property(anyCode, fc.nat(50), anyJitter, (reason, attempts, jitter) => {
        const { backoff } = reasonRule(reason)
        const end = endAttempt(reason, attempts, { ...defaultPolicy, backoffScale: 0.01 }, jitter)
        if (end.event !== 'deferred' || backoff === 'never') return
        expect(end.retryInSeconds).toBeGreaterThanOrEqual(backoff.baseSeconds * 0.01)
        expect(end.retryInSeconds).toBeLessThanOrEqual(backoff.capSeconds * 0.01 * 1.5 + 1e-9)
      }),
    )
  })
})

describe('retryLaterSeconds', () => {
  test('there is always a next look at a device past arming', () => {
    fc.assert(
      fc.property(anyCode, fc.nat(1000), anyJitter, (reason, attempts, jitter) => {
        const seconds = retryLaterSeconds(reason, attempts, defaultPolicy, jitter)
        expect(seconds).toBeGreaterThan(0)
        expect(seconds).toBeLessThanOrEqual(900 * 1.5)
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { DeviceFailure } from '../../src/device/failure.ts'
import { type ReasonCode, reasons } from '../../src/rollout/reasons.ts'
import { deviceUpdateStates } from '../../src/rollout/states.ts'
import { endOfFailure, endOfSuccess } from '../../src/workers/attempt-end.ts'
import { ShuttingDown } from '../../src/workers/held.ts'
import { policyOf } from './rig.ts'

const policy = policyOf({ maxAttempts: 3 })
const asked = { acted: false, attempts: 0, policy, deferAs: 'putOff' } as const
const fail = (reason: ReasonCode, mayHaveActed = false) => new DeviceFailure(reason, { mayHaveActed })

describe('how an attempt at the way back ends', () => {
  test.each(Object.keys(reasons) as ReasonCode[])('%s, of a till that sells: back to ready', (reason) => {
    for (const attempts of [0, 1, 2, 9]) {
      const end = endOfFailure('rollback', fail(reason), { ...asked, attempts })
      expect([end.event, end.reason]).toEqual(['putOff', reason])
      expect(end.retryInSeconds).toBeGreaterThan(0)
    }
  })

  test('what only waits for the shop spends nothing; what does not help itself runs out', () => {
    const spent = (reason: ReasonCode) =>
      endOfSuccess({ event: 'putOff', reason }, { attempts: 0, policy }).attempts
    expect(spent('receiptOpen')).toBe('keep')
    expect(spent('windowTooShort')).toBe('keep')
    expect(spent('rollbackUnsupported')).toBe('spend')
    expect(spent('wrongDevice')).toBe('spend')
  })

  test('something was sent: in doubt, with its reason', () => {
    const end = endOfFailure('rollback', fail('connectionLost', true), { ...asked, acted: true })
    expect([end.event, end.reason]).toEqual(['contactLost', 'connectionLost'])
  })

  test('the worker stops: put off, or in doubt', () => {
    const stopping = new ShuttingDown('stopping')
    expect(endOfFailure('rollback', stopping, asked).event).toBe('putOff')
    expect(endOfFailure('rollback', stopping, { ...asked, acted: true }).event).toBe('contactLost')
  })

  test('of a device that does not sell it stays with the rollback, and keeps its reason', () => {
    const end = endOfFailure('rollback', fail('tillOffline'), { acted: false, attempts: 0, policy })
    expect([end.event, end.reason]).toEqual(['deferred', undefined])
  })

  test('its state takes every one of these events', () => {
    expect(Object.keys(deviceUpdateStates.rollingBack)).toEqual(
      expect.arrayContaining(['putOff', 'deferred', 'contactLost', 'reverted', 'beyondRepair']),
    )
  })
})

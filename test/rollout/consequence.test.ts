import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Control,
  consequence,
  controls,
  effects,
  type UpdateCount,
} from '../../src/rollout/consequence.ts'
import { type ReasonCode, reasons } from '../../src/rollout/reasons.ts'
import { allowedEvents, type DeviceUpdateState, deviceUpdateStates } from '../../src/rollout/states.ts'

const states = Object.keys(deviceUpdateStates) as DeviceUpdateState[]
const one = (state: DeviceUpdateState, more: Partial<UpdateCount> = {}): UpdateCount => ({
  state,
  reason: null,
  wave: 1,
  isReleased: true,
  count: 1,
  ...more,
})
const told = (control: Control, updates: readonly UpdateCount[], options = {}): Record<string, number> => {
  const all = consequence(control, updates, { kind: 'update', canGoBack: true, ...options })
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0))
}
const night = [
  one('waiting', { count: 2 }),
  one('downloading', { count: 3 }),
  one('downloaded'),
  one('verifying'),
  one('ready', { count: 5 }),
  one('ready', { count: 40, wave: 2, isReleased: false }),
  one('activating'),
  one('armed', { count: 2 }),
  one('restarting', { count: 4 }),
  one('disarming'),
  one('unhealthy'),
  one('rollingBack'),
  one('inDoubt'),
  one('succeeded', { count: 10 }),
  one('rolledBack'),
  one('failed', { count: 2 }),
  one('broken'),
  one('skipped', { reason: 'tillOffline' }),
  one('cancelled'),
]

describe('in the middle of a night', () => {
  test.each<[Control, Record<string, number>]>([
    ['pause', { notStarted: 48, transferring: 4, armed: 4, inTheMiddle: 6, inDoubt: 1, unchanged: 16 }],
    ['stop', { notStarted: 48, transferring: 4, armed: 4, inTheMiddle: 6, inDoubt: 1, unchanged: 16 }],
    ['resume', { starts: 16, notStarted: 40, inTheMiddle: 6, inDoubt: 1, unchanged: 16 }],
    ['releaseWave', { starts: 40, unchanged: 39 }],
    ['rollback', { goesBack: 10, refused: 63, unchanged: 6 }],
    ['skip', { skipped: 48, refused: 15, unchanged: 16 }],
    ['retry', { retried: 5, refused: 63, unchanged: 11 }],
  ])('%s: %o', (control, expected) => {
    expect(told(control, night)).toEqual(expected)
  })

  test('what only the device knows is not promised', () => {
    expect(told('rollback', night, { canGoBack: false })).toMatchObject({ cannotGoBack: 10 })
    expect(told('rollback', night, { canGoBack: null })).toMatchObject({ perhapsGoesBack: 10 })
  })

  test('on the way back whoever is back is done, and the others can be retried', () => {
    expect(told('retry', night, { kind: 'rollback' })).toEqual({ retried: 4, refused: 63, unchanged: 12 })
    expect(told('retry', [one('rolledBack', { reason: 'healthFailed' })], { kind: 'rollback' })).toEqual({
      unchanged: 1,
    })
  })

  test('a wave that is named is the only one touched, but for pause and stop', () => {
    expect(told('skip', night, { wave: 2 })).toEqual({ skipped: 40, unchanged: 39 })
    expect(told('releaseWave', night, { wave: 3 })).toEqual({ unchanged: 79 })
    expect(told('stop', night, { wave: 2 })).toEqual(told('stop', night))
  })
})

const anyCount = fc.record({
  state: fc.constantFrom(...states),
  reason: fc.option(fc.constantFrom(...(Object.keys(reasons) as ReasonCode[]))),
  wave: fc.integer({ min: 1, max: 3 }),
  isReleased: fc.boolean(),
  count: fc.nat(10_000),
})

test('every device is told of exactly once', () => {
  const options = fc.record(
    {
      kind: fc.constantFrom('update' as const, 'rollback' as const),
      wave: fc.integer({ min: 1, max: 3 }),
      canGoBack: fc.option(fc.boolean()),
    },
    { requiredKeys: ['kind', 'canGoBack'] },
  )
  fc.assert(
    fc.property(fc.constantFrom(...controls), fc.array(anyCount), options, (control, updates, how) => {
      const numbers = consequence(control, updates, how)
      const sum = effects.reduce((all, effect) => all + numbers[effect], 0)
      expect(sum).toBe(updates.reduce((all, update) => all + update.count, 0))
    }),
  )
})

test('what is promised agrees with the tables', () => {
  fc.assert(
    fc.property(anyCount, (update) => {
      const events = allowedEvents(deviceUpdateStates, update.state)
      const effectOf = (control: Control) => Object.keys(told(control, [{ ...update, count: 1 }])).join()
      if (effectOf('skip') === 'skipped') expect(events).toContain('skip')
      expect(effectOf('retry') === 'retried').toBe(events.some((event) => event.startsWith('retry')))
      if (effectOf('stop') === 'notStarted') expect(events).toContain('cancel')
      // Whoever may not sell is never told to stay as it is.
      if (['unhealthy', 'rollingBack', 'restarting'].includes(update.state))
        expect(effectOf('pause')).toBe('inTheMiddle')
    }),
  )
})

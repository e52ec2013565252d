import { describe, expect, test } from 'vitest'
import type { PlanInput, PlanStore } from '../../../src/rollout/plan/plan-types.ts'
import type { Freeze } from '../../../src/rollout/time/calendar.ts'
import { calendarOf, DAY, HOUR, MINUTE, moment } from '../time/clock.ts'
import {
  dayShop,
  inputOf,
  NOON,
  packageOf,
  planned,
  policyOf,
  serverOf,
  serverPackageOf,
  storeOf,
  tillOf,
  warningsOf,
} from './plan-fleet.ts'

/** Install and confirm: fifteen minutes; with rollback and margin forty. */
const ROUND = 15 * MINUTE
const TONIGHT = moment('2026-04-15T23:00+03:00')

const tills = (count: number, code = 'M1') => Array.from({ length: count }, (_, i) => tillOf(code, i + 1))
const forecastOf = (change: Partial<PlanInput>) => planned(inputOf(change, 1)).forecast
const storeForecast = (change: Partial<PlanInput>) => forecastOf(change).perStore[0]
const one = (store: Partial<PlanStore>, change: Partial<PlanInput> = {}) =>
  storeForecast({ stores: [storeOf('M1', store)], ...change })

describe('bytes', () => {
  test('cross the WAN once per store, and the LAN once per device', () => {
    const { forecast } = planned(inputOf({}, 2, 3))
    expect(forecast.perStore[0]).toMatchObject({ devices: 3, wanBytes: 1_000_000, lanBytes: 3_000_000 })
    expect([forecast.wanBytes, forecast.lanBytes]).toEqual([2_000_000, 6_000_000])
  })

  test('not where the package lies already', () => {
    expect(one({ hasPackage: true })).toMatchObject({ wanBytes: 0, lanBytes: 3_000_000 })
  })

  test('of both packages, where the server gets one too', () => {
    const change = { devices: [serverOf('M1'), ...tills(2)], serverPackage: serverPackageOf() }
    expect(one({}, change)).toMatchObject({ wanBytes: 6_000_000, lanBytes: 7_000_000 })
    expect(one({ hasServerPackage: true }, change)).toMatchObject({ wanBytes: 1_000_000 })
  })

  test('none for the way back', () => {
    const devices = tills(2).map((till) => ({ ...till, version: 96_000 }))
    expect(one({}, { kind: 'rollback', devices })).toMatchObject({ wanBytes: 0, lanBytes: 0 })
  })
})

describe('beginning and end', () => {
  test('two at a time from the first window on', () => {
    expect(one({}, { devices: tills(5) })).toMatchObject({
      startsAt: TONIGHT,
      estimatedEnd: TONIGHT + 3 * ROUND,
      fits: true,
    })
  })

  test('over two nights, where one is too short', () => {
    // From 23:00 to 06:00, the latest start at 05:20: 26 rounds.
    const found = one({ maxInstalls: 1 }, { devices: tills(30) })
    expect(found).toMatchObject({ startsAt: TONIGHT, estimatedEnd: TONIGHT + DAY + 4 * ROUND, fits: false })
  })

  test('one night is just long enough', () => {
    expect(one({ maxInstalls: 1 }, { devices: tills(26) })?.fits).toBe(true)
    expect(one({ maxInstalls: 1 }, { devices: tills(27) })?.fits).toBe(false)
  })

  test('each zone has its own night', () => {
    const found = one({ calendar: dayShop('Asia/Vladivostok') })
    expect(found?.startsAt).toBe(moment('2026-04-15T23:00+10:00'))
  })

  test('the server goes first', () => {
    const change = { devices: [serverOf('M1'), ...tills(2)], serverPackage: serverPackageOf() }
    expect(one({}, change)?.estimatedEnd).toBe(TONIGHT + 2 * ROUND)
  })

  test('the next wave begins when the one before is over, and has soaked', () => {
    const gate = { ...policyOf().gate, soakMinutes: 60 }
    const input = inputOf({ waves: { template: 'canary', percents: [] }, policy: policyOf({ gate }) }, 2, 2)
    const { perStore, startsAt, endsAt } = planned(input).forecast
    const starts = perStore.map((store) => store.startsAt).sort()
    expect(starts).toEqual([TONIGHT, TONIGHT + ROUND + HOUR])
    expect([startsAt, endsAt]).toEqual([TONIGHT, TONIGHT + 2 * ROUND + HOUR])
  })

  test('a shop that trades spares only the lanes it may', () => {
    const calendar = calendarOf('Europe/Moscow', { opening: 'always' })
    const lanes = { till: { all: 4, inService: 3 }, selfCheckout: { all: 0, inService: 0 } }
    // Two of four stay open, and one is out of service: one at a time.
    expect(one({ calendar, lanes, maxInstalls: 4 }, { devices: tills(3) })?.estimatedEnd).toBe(
      TONIGHT + 3 * ROUND,
    )
  })

  test('nothing before the policy’s start, nothing after its end', () => {
    const startsAt = '2026-04-17T00:00+03:00'
    expect(one({}, { policy: policyOf({ startsAt }) })?.startsAt).toBe(moment(startsAt))
    const policy = policyOf({ endsAt: new Date(TONIGHT + ROUND).toISOString() })
    // At 23:00 and at 23:15 two each.
    expect(one({}, { policy, devices: tills(4) })?.estimatedEnd).toBe(TONIGHT + 2 * ROUND)
    expect(one({}, { policy, devices: tills(5) })).toMatchObject({
      startsAt: TONIGHT,
      estimatedEnd: null,
      fits: false,
    })
  })

  test('a freeze moves it, an override moves it back', () => {
    const freeze: Freeze = {
      id: 'f',
      name: 'Easter',
      scope: { kind: 'store', storeId: 'id-M1' },
      from: '2026-04-15T00:00',
      to: '2026-04-20T00:00',
    }
    expect(one({}, { freezes: [freeze] })?.startsAt).toBe(moment('2026-04-20T00:00+03:00'))
    const policy = policyOf({ overrideFreezes: [{ freezeId: 'f', reason: 'fiscal law' }] })
    expect(one({}, { freezes: [freeze], policy })?.startsAt).toBe(TONIGHT)
  })

  test('nothing begins before the package has come over a slow line', () => {
    const change = { bytesPerSecond: 20 }
    // 50,000 s from noon on: into the night, at 01:53:20.
    expect(one(change)?.startsAt).toBe(NOON + 50_000_000)
  })

  test('the way back takes the time of a rollback', () => {
    const devices = tills(2).map((till) => ({ ...till, version: 96_000 }))
    const policy = policyOf({
      need: { installSeconds: 600, confirmSeconds: 0, rollbackSeconds: 120, marginSeconds: 0 },
    })
    expect(one({}, { kind: 'rollback', devices, policy })?.estimatedEnd).toBe(TONIGHT + 2 * MINUTE)
  })
})

describe('warnings', () => {
  const codes = (change: Partial<PlanInput>) => forecastOf(change).warnings.map((warning) => warning.code)
  const measured = { installSeconds: 200, samples: 20 }

  test('none, where all is known and fits', () => {
    expect(codes({ package: packageOf({ measured }) })).toEqual([])
  })

  test.each<[string, Partial<PlanInput>, string]>([
    ['it cannot go back', { package: packageOf({ measured, canGoBack: false }) }, 'cannotGoBack'],
    ['nobody knows whether it can', { package: packageOf({ measured, canGoBack: null }) }, 'rollbackUnknown'],
    ['durations are assumed', {}, 'needAssumed'],
  ])('%s', (_label, change, code) => {
    expect(codes(change)).toEqual([code])
  })

  test('windows that are too short on every day', () => {
    const windows = [{ days: ['sat', 'sun'] as const, from: '04:00', to: '04:39' }]
    const stores = [storeOf('M1', { calendar: calendarOf('Europe/Moscow', { windows }) }), storeOf('M2')]
    const { forecast } = planned(inputOf({ stores }, 2))
    expect(warningsOf(forecast, 'windowNeverFits')).toEqual([{ count: 1, stores: ['M1'], days: 14 }])
    expect(forecast.perStore[0]).toMatchObject({ startsAt: null, estimatedEnd: null, fits: false })
    expect(forecast.endsAt).toBeNull()
    expect(forecast.startsAt).toBe(TONIGHT)
  })

  test('or a store that has none', () => {
    const stores = [storeOf('M1', { calendar: calendarOf('Europe/Moscow', { windows: [] }) })]
    expect(warningsOf(forecastOf({ stores }), 'windowNeverFits')).toHaveLength(1)
  })

  test('or none in a fortnight', () => {
    const calendar = calendarOf('Europe/Moscow', {
      windows: [],
      exceptions: [{ date: '2026-05-05', windows: [{ from: '01:00', to: '05:00' }] }],
    })
    expect(warningsOf(forecastOf({ stores: [storeOf('M1', { calendar })] }), 'windowNeverFits')).toHaveLength(
      1,
    )
  })

  test('a server that updates its tills in a shop that never closes', () => {
    const stores = [storeOf('M1', { calendar: calendarOf('Europe/Moscow', { opening: 'always' }) })]
    const devices = [serverOf('M1'), tillOf('M1', 1)]
    const forecast = forecastOf({ stores, devices, package: serverPackageOf({ updatesTills: true }) })
    expect(warningsOf(forecast, 'windowNeverFits')).toEqual([{ count: 1, stores: ['M1'], days: 14 }])
  })

  test('a single till, where nobody knows when the shop trades', () => {
    const lanes = { till: { all: 1, inService: 1 }, selfCheckout: { all: 0, inService: 0 } }
    const stores = [storeOf('M1', { lanes, calendar: calendarOf('Europe/Moscow') })]
    const forecast = forecastOf({ stores, devices: tills(1) })
    expect(warningsOf(forecast, 'lanesImpossible')).toEqual([{ count: 1, stores: ['M1'] }])
    expect(warningsOf(forecast, 'windowNeverFits')).toEqual([])
  })

  test('a line on which one package takes more than six hours, or misses the night', () => {
    const thin = (bytesPerSecond: number) =>
      warningsOf(forecastOf({ stores: [storeOf('M1', { bytesPerSecond })] }), 'thinLine')
    expect(thin(46)).toEqual([{ count: 1, stores: [{ store: 'M1', seconds: 21_739, bytes: 1_000_000 }] }])
    expect(thin(47)).toEqual([])
    const late = { stores: [storeOf('M1', { bytesPerSecond: 100 })], now: moment('2026-04-16T04:00+03:00') }
    expect(warningsOf(forecastOf(late), 'thinLine')).toHaveLength(1)
  })

  test('a store that is spoken to with algorithms that are not safe any more', () => {
    const warned = (legacy: boolean) =>
      warningsOf(forecastOf({ stores: [storeOf('M1', { legacy })] }), 'legacyAlgorithms')
    expect(warned(true)).toEqual([{ count: 1, stores: ['M1'] }])
    expect(warned(false)).toEqual([])
  })

  test('are cut at twenty names, and say how many there are', () => {
    const stores = Array.from({ length: 30 }, (_, i) => storeOf(`M${i + 1}`, { bytesPerSecond: 1 }))
    const [params] = warningsOf(planned(inputOf({ stores }, 30)).forecast, 'thinLine')
    expect(params?.count).toBe(30)
    expect(params?.stores).toHaveLength(20)
  })

  test('combinations that the pilot does not show', () => {
    const devices = [...tills(1), tillOf('M1', 2, { kind: 'selfCheckout', number: 0 })]
    const waves: PlanInput['waves'] = [{ by: 'cashIds', cashIds: ['M1001'] }, { by: 'rest' }]
    expect(warningsOf(forecastOf({ devices, waves }), 'uncovered')).toEqual([
      {
        count: 1,
        combinations: [{ kind: 'selfCheckout', version: 95_000, configuration: null, devices: 1 }],
      },
    ])
  })
})

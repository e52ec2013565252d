import { describe, expect, test } from 'vitest'
import { leftOutReason, packageFits } from '../../../src/rollout/plan/left-out.ts'
import { plan } from '../../../src/rollout/plan/plan.ts'
import { planHash } from '../../../src/rollout/plan/plan-hash.ts'
import type { PlanDevice, PlanInput, PlanPackage } from '../../../src/rollout/plan/plan-types.ts'
import { calendarOf } from '../time/clock.ts'
import {
  codesOf,
  dayShop,
  idsOf,
  inputOf,
  packageOf,
  planned,
  policyOf,
  problemsOf,
  reasonsOf,
  serverOf,
  serverPackageOf,
  storeOf,
  tillOf,
  warningsOf,
} from './plan-fleet.ts'

describe('who is left out of an update', () => {
  test.each<[string, Partial<PlanDevice>, Partial<PlanPackage>, string | undefined]>([
    ['an older till is a target', {}, {}, undefined],
    ['so is one whose version nobody knows', { version: null }, {}, undefined],
    ['unless the package asks for a minimum', { version: null }, { minVersion: 94_000 }, 'versionUnknown'],
    ['and a self-checkout', { kind: 'selfCheckout' }, {}, undefined],
    ['a store server is not', { kind: 'storeServer' }, {}, 'wrongKind'],
    ['a price checker is not', { kind: 'priceChecker' }, {}, 'wrongKind'],
    ['nor by a package of its own kind', { kind: 'priceChecker' }, { kind: 'priceChecker' }, 'wrongKind'],
    ['blocked', { blocked: true }, {}, 'tillBlocked'],
    ['in reserve', { inReserve: true }, {}, 'inReserve'],
    ['not connected', { host: null }, {}, 'noAddress'],
    ['held by another rollout', { owned: true }, {}, 'ownedByRollout'],
    ['there already', { version: 96_000 }, {}, 'notNeeded'],
    ['newer', { version: 97_000 }, {}, 'versionLower'],
    ['below the minimum', { version: 94_999 }, { minVersion: 95_000 }, 'versionChain'],
    ['at the minimum', { version: 95_000 }, { minVersion: 95_000 }, undefined],
  ])('%s', (_label, device, change, reason) => {
    expect(leftOutReason(tillOf('M1', 1, device), inputOf({ package: packageOf(change) }))).toBe(reason)
  })

  test('a package for self-checkouts is none for tills', () => {
    expect(packageFits('selfCheckout', 'till')).toBe(false)
  })

  test('blocked comes before what nobody needs to know then', () => {
    const device = tillOf('M1', 1, { blocked: true, host: null, owned: true })
    expect(leftOutReason(device, inputOf())).toBe('tillBlocked')
  })
})

describe('who is left out of a rollback', () => {
  test.each<[string, Partial<PlanDevice>, Partial<PlanPackage>, string | undefined]>([
    ['who runs the version goes back', { version: 96_000 }, {}, undefined],
    ['also where only the device knows whether it can', { version: 96_000 }, { canGoBack: null }, undefined],
    ['who never got it has nothing to leave', {}, {}, 'notNeeded'],
    ['nor who is beyond it', { version: 97_000 }, {}, 'notNeeded'],
    ['nobody knows', { version: null }, {}, 'versionUnknown'],
    ['it cannot', { version: 96_000 }, { canGoBack: false }, 'rollbackUnsupported'],
    ['held by another rollout', { version: 96_000, owned: true }, {}, 'ownedByRollout'],
  ])('%s', (_label, device, change, reason) => {
    const input = inputOf({ kind: 'rollback', package: packageOf(change) })
    expect(leftOutReason(tillOf('M1', 1, device), input)).toBe(reason)
  })
})

describe('tills and their server', () => {
  const needy = packageOf({ needsServer: true })
  const devices = [serverOf('M1'), tillOf('M1', 1)]
  const behind = (change: Partial<PlanInput>) =>
    inputOf({ package: needy, serverVersions: new Map([['id-M1', 95_000]]), devices, ...change }, 1)

  test('a till that would be newer than its server is left out', () => {
    const input = behind({ devices: [tillOf('M1', 1), tillOf('M1', 2, { version: 96_000 })] })
    expect(problemsOf(input)).toEqual([
      { code: 'nothingToDo', path: 'selection', params: { leftOut: { serverBehind: 1, notNeeded: 1 } } },
    ])
  })

  test('unless the server is in the same plan', () => {
    const { plan: made } = planned(behind({ serverPackage: serverPackageOf() }))
    expect(idsOf(made)).toEqual([['M1-server', 'M1-1']])
  })

  test('with a package that is new enough', () => {
    const serverPackage = serverPackageOf({ version: 95_500 })
    expect(reasonsOf(planned(behind({ serverPackage })).plan)).toEqual({ 'M1-1': 'serverBehind' })
  })

  test('and is no target only by name', () => {
    const devices = [serverOf('M1', { blocked: true }), tillOf('M1', 1), tillOf('M2', 1)]
    const input = behind({
      devices,
      serverPackage: serverPackageOf(),
      stores: [storeOf('M1'), storeOf('M2')],
    })
    const { plan: made, forecast } = planned(input)
    expect(reasonsOf(made)).toEqual({ 'M1-server': 'tillBlocked', 'M1-1': 'serverBehind' })
    expect(warningsOf(forecast, 'serverVersionUnknown')).toEqual([{ count: 1, stores: ['M2'] }])
  })

  test('a server that is not in the selection, and new enough, is fine', () => {
    const input = behind({ devices: [tillOf('M1', 1)], serverVersions: new Map([['id-M1', 96_000]]) })
    const { forecast } = planned(input)
    expect(warningsOf(forecast, 'serverVersionUnknown')).toEqual([])
  })
})

describe('a server whose update updates its tills', () => {
  const own = serverPackageOf({ updatesTills: true })
  const unit = (devices: PlanDevice[], change: Partial<PlanInput> = {}) =>
    inputOf({ package: own, devices, ...change }, 1)

  test('carries them: they are in no wave and not left out', () => {
    const devices = [
      serverOf('M1'),
      tillOf('M1', 1),
      tillOf('M1', 2, { kind: 'selfCheckout', number: 0 }),
      tillOf('M1', 3, { host: null }),
      tillOf('M1', 4, { inReserve: true }),
      tillOf('M1', 5, { version: 96_000 }),
      tillOf('M1', 6, { kind: 'priceChecker' }),
    ]
    const { plan: made, forecast } = planned(unit(devices))
    expect(idsOf(made)).toEqual([['M1-server']])
    expect(made.carried).toEqual([{ serverId: 'M1-server', deviceIds: ['M1-1', 'M1-2'] }])
    expect(reasonsOf(made)).toEqual({
      'M1-3': 'noAddress',
      'M1-4': 'inReserve',
      'M1-5': 'notNeeded',
      'M1-6': 'wrongKind',
    })
    expect(forecast.perStore[0]?.devices).toBe(3)
  })

  test('waits as a whole for a till that another rollout holds', () => {
    const devices = [serverOf('M1'), tillOf('M1', 1, { owned: true }), tillOf('M1', 2), serverOf('M2')]
    const { plan: made } = planned(unit(devices, { stores: [storeOf('M1'), storeOf('M2')] }))
    expect(idsOf(made)).toEqual([['M2-server']])
    expect(reasonsOf(made)).toEqual({
      'M1-server': 'ownedByRollout',
      'M1-1': 'wrongKind',
      'M1-2': 'wrongKind',
    })
  })

  test('and for one that is too old for it', () => {
    const devices = [serverOf('M1'), tillOf('M1', 1, { version: 94_000 }), tillOf('M1', 2)]
    const input = unit(devices, { package: packageOf({ minVersion: 95_000 }), serverPackage: own })
    const { plan: made } = planned(input)
    expect(idsOf(made)).toEqual([['M1-2']])
    expect(reasonsOf(made)).toEqual({ 'M1-server': 'versionChain', 'M1-1': 'versionChain' })
  })

  test('that is there already leaves the tills to their own package', () => {
    const devices = [serverOf('M1', { version: 96_000 }), tillOf('M1', 1)]
    const { plan: made } = planned(unit(devices, { package: packageOf(), serverPackage: own }))
    expect(idsOf(made)).toEqual([['M1-1']])
    expect(made.carried).toEqual([])
  })

  test('carries nobody on the way back', () => {
    const devices = [serverOf('M1', { version: 96_000 }), tillOf('M1', 1, { version: 96_000 })]
    const { plan: made } = planned(unit(devices, { kind: 'rollback' }))
    expect(made.carried).toEqual([])
    expect(reasonsOf(made)).toEqual({ 'M1-1': 'wrongKind' })
  })
})

describe('the plan', () => {
  test('names everything that an approval is given for', () => {
    const input = inputOf({ serverPackage: serverPackageOf() })
    const { plan: made } = planned(input)
    expect(made).toMatchObject({
      kind: 'update',
      package: { id: 'p96', version: 96_000, sha256: 'a'.repeat(64), size: 1_000_000 },
      serverPackage: { id: 's96' },
      policy: input.policy,
      need: input.policy.need,
    })
    expect(made.devices[0]).toEqual({ id: 'M1-1', store: 0, kind: 'till', version: 95_000 })
  })

  test('keeps one calendar for all stores that share it', () => {
    const stores = [
      storeOf('M1'),
      storeOf('M2', { calendar: dayShop('Asia/Vladivostok') }),
      storeOf('M3', { calendar: { ...dayShop('Europe/Moscow') } }),
    ]
    const { plan: made } = planned(inputOf({ stores }, 3))
    expect(made.calendars).toEqual([dayShop('Europe/Moscow'), dayShop('Asia/Vladivostok')])
    expect(made.stores.map((one) => one.calendar)).toEqual([0, 1, 0])
  })

  test('has a gate per wave whose sample is no larger than the wave', () => {
    const gate = { successPercent: 80, approval: true }
    const input = inputOf({ waves: [{ by: 'count', count: 1, gate }, { by: 'rest' }] }, 10)
    const { plan: made, forecast } = planned(input)
    expect(made.waves.map((wave) => wave.gate)).toEqual([
      { ...input.policy.gate, ...gate, minimumSample: 3 },
      input.policy.gate,
    ])
    expect(warningsOf(forecast, 'sampleLargerThanWave')).toEqual([
      { wave: 1, name: 'count', sample: 20, devices: 3 },
    ])
  })

  test('uses measured durations once there are twenty', () => {
    const need = (samples: number) =>
      planned(inputOf({ package: packageOf({ measured: { installSeconds: 200, samples } }) })).plan.need
    expect(need(19)).toEqual(policyOf().need)
    expect(need(20)).toEqual({ ...policyOf().need, installSeconds: 200, confirmSeconds: 0 })
  })

  test('and the longer ones of two packages', () => {
    const measured = (installSeconds: number) => ({ measured: { installSeconds, samples: 99 } })
    const both = { package: packageOf(measured(200)), serverPackage: serverPackageOf(measured(700)) }
    expect(planned(inputOf(both)).plan.need.installSeconds).toBe(700)
  })

  test('its hash covers every part, and no order of keys', () => {
    const { plan: made } = planned(inputOf({ waves: { template: 'pilotEvenOdd' } }))
    const others = [
      { ...made, kind: 'rollback' as const },
      { ...made, package: { ...made.package, sha256: 'b'.repeat(64) } },
      { ...made, waves: made.waves.slice(1) },
      { ...made, waves: made.waves.map((wave) => ({ ...wave, gate: { ...wave.gate, soakMinutes: 1 } })) },
      { ...made, leftOut: [{ deviceId: 'M1-1', reason: 'notNeeded' as const }] },
      { ...made, carried: [{ serverId: 'M1-1', deviceIds: [] }] },
      { ...made, calendars: [calendarOf('Europe/Moscow')] },
      { ...made, need: { ...made.need, marginSeconds: 1 } },
      { ...made, policy: { ...made.policy, maxAttempts: 6 } },
    ]
    const hashes = [made, ...others].map(planHash)
    expect(new Set(hashes).size).toBe(hashes.length)
    const { policy, package: sent, ...rest } = made
    expect(planHash({ policy, ...rest, package: sent })).toBe(planHash(made))
    expect(planHash(made)).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('bad input is a problem with a code and a path', () => {
  const gate = policyOf().gate
  const always = (change: object = {}) =>
    storeOf('M1', { calendar: calendarOf('Europe/Moscow', { opening: 'always' }), ...change })
  const lanes = (tills: number) => ({
    till: { all: tills, inService: tills },
    selfCheckout: { all: 0, inService: 0 },
  })
  const five = { till: { count: 5, percent: 0 }, selfCheckout: { count: 0, percent: 0 } }

  test.each<[string, Partial<PlanInput>, string, string]>([
    [
      'a threshold of 120%',
      { policy: policyOf({ gate: { ...gate, failurePercent: 120 } }) },
      'thresholdInvalid',
      'policy.gate.failurePercent',
    ],
    [
      'of no number',
      { policy: policyOf({ gate: { ...gate, successPercent: Number.NaN } }) },
      'thresholdInvalid',
      'policy.gate.successPercent',
    ],
    [
      'of one wave',
      { waves: [{ by: 'rest', gate: { silentPercent: -1 } }] },
      'thresholdInvalid',
      'waves.0.gate.silentPercent',
    ],
    [
      'a sample of half a device',
      { policy: policyOf({ gate: { ...gate, minimumSample: 0.5 } }) },
      'policyInvalid',
      'policy.gate.minimumSample',
    ],
    [
      'percent of lanes',
      { policy: policyOf({ lanes: { ...five, till: { count: 0, percent: 101 } } }) },
      'thresholdInvalid',
      'policy.lanes.till.percent',
    ],
    ['no attempts', { policy: policyOf({ maxAttempts: 0 }) }, 'policyInvalid', 'policy.maxAttempts'],
    [
      'an end before the start',
      { policy: policyOf({ startsAt: '2026-04-16T00:00Z', endsAt: '2026-04-15T00:00Z' }) },
      'policyInvalid',
      'policy.endsAt',
    ],
    [
      'a start that is no time',
      { policy: policyOf({ startsAt: 'tonight' }) },
      'policyInvalid',
      'policy.startsAt',
    ],
    [
      'a ramp that shrinks',
      { policy: policyOf({ ramp: { startPerMinute: 1, growth: 0.5, everySuccesses: 1, maxPerMinute: 9 } }) },
      'policyInvalid',
      'policy.ramp.growth',
    ],
    [
      'a freeze overridden without a reason',
      {
        freezes: [
          { id: 'f', name: '', scope: { kind: 'chain' }, from: '2026-12-25T00:00', to: '2027-01-09T00:00' },
        ],
        policy: policyOf({ overrideFreezes: [{ freezeId: 'f', reason: ' ' }] }),
      },
      'policyInvalid',
      'policy.overrideFreezes.0.reason',
    ],
    [
      'or one that is none',
      { policy: policyOf({ overrideFreezes: [{ freezeId: 'x', reason: 'r' }] }) },
      'policyInvalid',
      'policy.overrideFreezes.0.freezeId',
    ],
    [
      'a freeze that ends first',
      {
        freezes: [
          { id: 'f', name: '', scope: { kind: 'chain' }, from: '2026-12-25T00:00', to: '2026-12-24T00:00' },
        ],
      },
      'freezeInvalid',
      'freezes.f',
    ],
    ['windows that never open', { policy: policyOf({ windows: [] }) }, 'windowNeverOpens', 'policy.windows'],
    [
      'nor on no day',
      { policy: policyOf({ windows: [{ days: [], from: '01:00', to: '02:00' }] }) },
      'windowNeverOpens',
      'policy.windows',
    ],
    [
      'a window at no time',
      { policy: policyOf({ windows: [{ days: ['mon'], from: '25:00', to: '02:00' }] }) },
      'policyInvalid',
      'policy.windows[0].from',
    ],
    [
      'an unknown zone',
      { stores: [storeOf('M1', { calendar: calendarOf('Mars/Olympus') }), storeOf('M2')] },
      'calendarInvalid',
      'stores.M1.calendar',
    ],
    ['devices of no store', { stores: [storeOf('M1')] }, 'storeMissing', 'stores'],
    [
      'one till, day and night',
      { stores: [always({ lanes: lanes(1) }), storeOf('M2')] },
      'lanesImpossible',
      'policy.lanes',
    ],
    [
      'lanes larger than the store',
      {
        policy: policyOf({ lanes: five }),
        stores: [storeOf('M1', { lanes: lanes(3), calendar: calendarOf('Europe/Moscow') }), storeOf('M2')],
      },
      'lanesImpossible',
      'policy.lanes',
    ],
    ['nobody to update', { devices: [tillOf('M1', 1, { version: 97_000 })] }, 'nothingToDo', 'selection'],
    ['no devices', { devices: [] }, 'nothingToDo', 'selection'],
  ])('%s', (_label, change, code, path) => {
    const problems = problemsOf(inputOf(change))
    expect(problems.map((one) => [one.code, one.path])).toContainEqual([code, path])
  })

  test('a shop of day and night with lanes to spare is no problem', () => {
    expect(plan(inputOf({ stores: [always({ lanes: lanes(2) }), storeOf('M2')] })).ok).toBe(true)
  })

  test('a shop with hours may have one till: it is installed while it is closed', () => {
    expect(plan(inputOf({ stores: [storeOf('M1', { lanes: lanes(1) }), storeOf('M2')] })).ok).toBe(true)
  })

  test('all of it is said at once', () => {
    const policy = policyOf({ maxAttempts: 0, armSeconds: 0, windows: [] })
    expect(codesOf(inputOf({ policy }))).toEqual(['policyInvalid', 'policyInvalid', 'windowNeverOpens'])
  })
})

import { describe, expect, test } from 'vitest'
import { comparePlan } from '../../../src/rollout/plan/drift.ts'
import type { PlanDevice, PlanInput } from '../../../src/rollout/plan/plan-types.ts'
import {
  dayShop,
  inputOf,
  packageOf,
  planned,
  policyOf,
  serverOf,
  serverPackageOf,
  storeOf,
  tillOf,
} from './plan-fleet.ts'

const before = inputOf({
  devices: [tillOf('M1', 1), tillOf('M1', 2), tillOf('M2', 1), tillOf('M2', 2, { blocked: true })],
})
const { plan: made } = planned(before)
const compare = (change: Partial<PlanInput>) => comparePlan(made, { ...before, ...change })

/** The first till with something changed. */
const first = (change: Partial<PlanDevice>) => ({
  devices: before.devices.map((one) => (one.id === 'M1-1' ? { ...one, ...change } : one)),
})

describe('refused', () => {
  test.each<[string, Partial<PlanInput>, string, object]>([
    [
      'another file',
      { package: packageOf({ sha256: 'c'.repeat(64) }) },
      'packageChanged',
      { count: 1, fields: ['package.sha256'] },
    ],
    [
      'a package for the servers',
      { serverPackage: serverPackageOf() },
      'packageChanged',
      { count: 1, fields: ['serverPackage'] },
    ],
    [
      'a device that is gone',
      { devices: before.devices.slice(1) },
      'targetsChanged',
      { count: 1, devices: [{ deviceId: 'M1-1', how: 'gone' }] },
    ],
    [
      'or stands in another store',
      first({ storeId: 'id-M2', storeCode: 'M2' }),
      'targetsChanged',
      { count: 1, devices: [{ deviceId: 'M1-1', how: 'moved' }] },
    ],
    [
      'or became another kind',
      first({ kind: 'selfCheckout' }),
      'targetsChanged',
      { count: 1, devices: [{ deviceId: 'M1-1', how: 'kind', from: 'till', to: 'selfCheckout' }] },
    ],
    [
      'other hours',
      { stores: [storeOf('M1'), storeOf('M2', { calendar: dayShop('Asia/Omsk') })] },
      'windowsChanged',
      { count: 1, stores: ['M2'] },
    ],
    [
      'another policy',
      { policy: policyOf({ gate: { ...policyOf().gate, failurePercent: 9 } }) },
      'policyChanged',
      { count: 1, fields: ['policy.gate.failurePercent'] },
    ],
  ])('%s', (_label, change, code, params) => {
    expect(compare(change).refuse).toEqual([{ code, params }])
  })

  test('everything that changed is said', () => {
    const change = { package: packageOf({ sha256: 'c'.repeat(64) }), policy: policyOf({ maxAttempts: 9 }) }
    expect(compare(change).refuse.map((one) => one.code)).toEqual(['packageChanged', 'policyChanged'])
  })

  test('not equal hours written anew, nor hours of a store without targets', () => {
    const stores = [
      storeOf('M1', { calendar: structuredClone(dayShop('Europe/Moscow')) }),
      storeOf('M2'),
      storeOf('M3'),
    ]
    expect(compare({ stores })).toEqual({ refuse: [], drift: [] })
  })
})

describe('only listed', () => {
  test.each<[string, Partial<PlanDevice>, string[]]>([
    ['another version', { version: 95_001 }, ['versionChanged']],
    ['one that nobody knows any more', { version: null }, ['versionChanged']],
    ['the wanted one', { version: 96_000 }, ['nowDone']],
    ['blocked', { blocked: true }, ['nowBlocked']],
    ['in reserve', { inReserve: true }, ['nowInReserve']],
    ['without an address', { host: null }, ['nowNoAddress']],
    ['off', { off: true }, ['nowOff']],
    ['held by another rollout', { owned: true }, ['nowOwned']],
    ['two things at once', { blocked: true, off: true }, ['nowBlocked', 'nowOff']],
    ['another number is nothing', { number: 7, host: '10.0.0.9' }, []],
  ])('%s', (_label, change, codes) => {
    expect(compare(first(change))).toEqual({
      refuse: [],
      drift: codes.map((code) => ({ deviceId: 'M1-1', code })),
    })
  })

  test('a version that nobody knew, and that was read since, has not changed', () => {
    const unknown = inputOf({ devices: before.devices.map((one) => ({ ...one, version: null })) })
    expect(comparePlan(planned(unknown).plan, before)).toEqual({ refuse: [], drift: [] })
  })

  test('a newcomer, and one that is blocked no more', () => {
    const devices = [
      ...before.devices.map((one) => ({ ...one, blocked: false })),
      tillOf('M2', 3),
      tillOf('M2', 4, { kind: 'priceChecker' }),
    ]
    expect(compare({ devices })).toEqual({
      refuse: [],
      drift: [
        { deviceId: 'M2-2', code: 'nowPossible' },
        { deviceId: 'M2-3', code: 'newcomer' },
      ],
    })
  })

  test('a carried till is done when it has its server’s version', () => {
    const input = inputOf(
      {
        package: packageOf({ version: 97_000 }),
        serverPackage: serverPackageOf({ updatesTills: true }),
        devices: [serverOf('M1'), tillOf('M1', 1)],
      },
      1,
    )
    const after = { ...input, devices: [serverOf('M1'), tillOf('M1', 1, { version: 96_000 })] }
    expect(comparePlan(planned(input).plan, after).drift).toEqual([{ deviceId: 'M1-1', code: 'nowDone' }])
  })

  test('on the way back, who left the version has nothing to do', () => {
    const devices = [tillOf('M1', 1, { version: 96_000 })]
    const input = inputOf({ kind: 'rollback', devices }, 1)
    const after = { ...input, devices: [tillOf('M1', 1)] }
    expect(comparePlan(planned(input).plan, after)).toEqual({
      refuse: [],
      drift: [{ deviceId: 'M1-1', code: 'nowDone' }],
    })
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reasons } from '../../../src/rollout/reasons.ts'
import {
  type EveningDeviceFacts,
  type EveningGroup,
  evening,
  eveningGroups,
} from '../../../src/rollout/report/evening.ts'
import { deviceUpdateStates } from '../../../src/rollout/states.ts'
import {
  at,
  EVENING,
  eveningChain,
  eveningFacts,
  eveningStore,
  eveningTill,
  MINUTE,
  rollout,
} from './report-facts.ts'

const one = (change: Partial<EveningDeviceFacts>, store = eveningStore()) => {
  const device = evening(eveningFacts([eveningTill(change)], [store])).stores[0]?.devices[0]
  if (device === undefined) throw new Error('the device is not in the report')
  return device
}
const shift = { code: 'shiftOpen', level: 'block' as const, params: {} }
const drawer = { code: 'cashInDrawer', level: 'warn' as const, params: {} }
const away = { unreachableReason: 'tillOffline' }

describe('a till is', () => {
  test.each<[string, Partial<EveningDeviceFacts>, EveningGroup, string | undefined]>([
    ['ready when it was looked at and nothing is in the way', {}, 'ready', undefined],
    ['ready with a warning', { findings: [drawer] }, 'ready', 'cashInDrawer'],
    ['blocked by what was found', { findings: [drawer, shift] }, 'blocked', 'shiftOpen'],
    ['not ready when nobody looked', { findings: null }, 'unknown', 'notLookedAt'],
    ['not ready when it never said anything', { readAt: null, askedAt: null }, 'unknown', 'notLookedAt'],
    ['unreachable, whatever it said before', { ...away, findings: [] }, 'unreachable', 'tillOffline'],
    ['unreachable also by its server', { unreachableReason: 'storeOffline' }, 'unreachable', 'storeOffline'],
    ['not ready by an old answer', { readAt: EVENING - 61 * MINUTE }, 'stale', 'readingOld'],
    ['ready by one of just the limit', { readAt: EVENING - 60 * MINUTE }, 'ready', undefined],
    ['blocked by an old answer too', { readAt: 0, findings: [shift] }, 'blocked', 'shiftOpen'],
    ['preparing without its package', { state: 'waiting' }, 'preparing', undefined],
    ['preparing while it is verified', { state: 'verifying' }, 'preparing', undefined],
    [
      'blocked when its package did not come',
      { state: 'waiting', reason: 'diskFull' },
      'blocked',
      'diskFull',
    ],
    ['ready though last night something was in the way', { reason: 'receiptOpen' }, 'ready', 'receiptOpen'],
    ['blocked in doubt', { state: 'inDoubt', reason: 'connectionLost' }, 'blocked', 'inDoubt'],
    ['blocked when it does not sell', { state: 'broken', reason: 'rollbackFailed' }, 'blocked', 'broken'],
    ['out when it failed', { state: 'failed', reason: 'signatureInvalid' }, 'ended', 'signatureInvalid'],
    ['out when it was skipped', { state: 'skipped', reason: 'nightOver' }, 'ended', 'nightOver'],
    ['done when it needs nothing', { state: 'skipped', reason: 'notNeeded' }, 'updated', undefined],
    ['done when it succeeded', { state: 'succeeded', ...away }, 'updated', undefined],
    ['no alarm in reserve', { inReserve: true, ...away }, 'apart', 'inReserve'],
    ['no alarm without an address', { hasAddress: false }, 'apart', 'noAddress'],
    ['no alarm when it never answered', { ...away, readAt: null }, 'apart', 'neverAnswered'],
    ['never apart once it was spoken to', { ...away, readAt: null, state: 'inDoubt' }, 'blocked', 'inDoubt'],
  ])('%s', (_label, change, group, code) => {
    const device = one(change)
    expect([device.group, device.causes[0]?.code]).toEqual([group, code])
  })

  test.each<[string | null, string, string]>([
    ['frozen', 'reason', 'frozen'],
    [null, 'report', 'noTimeTonight'],
  ])('not for tonight when its store does not fit (%s)', (because, from, code) => {
    const device = one({ findings: [shift] }, eveningStore({ fits: false, because }))
    expect(device).toMatchObject({ group: 'noTime', needsSomebody: false, causes: [{ from, code }, {}] })
  })

  test('ready where nobody computed whether it fits: the store says so', () => {
    expect(one({}, eveningStore({ fits: null })).group).toBe('ready')
  })

  test('arrived in a rollback when it was rolled back', () => {
    const facts = {
      ...eveningFacts([eveningTill({ state: 'rolledBack' })]),
      rollout: { ...rollout, kind: 'rollback' as const },
    }
    expect(evening(facts).totals.counts.updated).toBe(1)
    expect(one({ state: 'rolledBack', reason: 'healthFailed' }).group).toBe('ended')
  })
})

describe('a cause says', () => {
  test('since when: as older readings tell, else by the last one', () => {
    const since = at('2026-11-22T06:00:00Z')
    expect(one({ findings: [shift], knownSince: since }).causes[0]?.since).toBe(since)
    expect(one({ findings: [shift] }).causes[0]?.since).toBe(EVENING - 5 * MINUTE)
    expect(one({ ...away, askedAt: EVENING - MINUTE }).causes[0]?.since).toBe(EVENING - MINUTE)
  })

  test('what was found before it fell silent', () => {
    expect(one({ ...away, findings: [drawer, shift] }).causes.map(({ code }) => code)).toEqual([
      'tillOffline',
      'shiftOpen',
      'cashInDrawer',
    ])
  })

  test('who can do something', () => {
    expect(one({ findings: [shift] }).causes[0]?.owner).toBe('store')
    expect(one(away).causes[0]?.owner).toBe('network')
    expect(one({ findings: null }).causes[0]?.owner).toBe('us')
  })

  test('the same thing once, though row and look both name it', () => {
    expect(one({ state: 'waiting', reason: 'shiftOpen', findings: [shift] }).causes).toHaveLength(1)
  })
})

describe('the evening of a chain', () => {
  const report = evening(eveningChain())

  test('has its stores by window, those without one last', () => {
    expect(report.stores.map(({ code }) => code)).toEqual(['101', '001', '002', '103'])
  })

  test('puts the store with more blocked tills first where the windows are the same', () => {
    const rows = [
      eveningTill({ storeCode: '001' }),
      eveningTill({ storeCode: '002', cashId: 'c2', findings: [shift] }),
    ]
    const stores = evening(eveningFacts(rows, [eveningStore(), eveningStore({ code: '002' })])).stores
    expect(stores.map(({ code }) => code)).toEqual(['002', '001'])
  })

  test('counts', () => {
    expect(report.totals).toEqual({
      devices: 13,
      counts: {
        blocked: 2,
        ended: 1,
        unreachable: 1,
        unknown: 1,
        stale: 1,
        noTime: 2,
        preparing: 1,
        ready: 2,
        updated: 1,
        apart: 1,
      },
      expected: 11,
      ready: 2,
      readyPercent: 18.1,
      needSomebody: 6,
      oldestReadAt: EVENING - 40 * MINUTE,
      stores: 4,
      storesNotTonight: 1,
    })
  })

  test('has the worst till of a store first, by number within', () => {
    const store = report.stores.find(({ code }) => code === '001')
    expect(store?.devices.map(({ number, group }) => [number, group])).toEqual([
      [1, 'blocked'],
      [5, 'ended'],
      [2, 'unreachable'],
      [3, 'unknown'],
      [4, 'stale'],
      [6, 'apart'],
    ])
    expect(store).toMatchObject({ needSomebody: 5, isQuiet: false })
  })

  test('knows which stores are one line', () => {
    expect(report.stores.filter(({ isQuiet }) => isQuiet).map(({ code }) => code)).toEqual(['002'])
    expect(report.stores.find(({ code }) => code === '002')?.warned).toBe(1)
  })

  test('tells reasons apart from what is only not known', () => {
    expect(report.warnings.map(({ code, isUnknown, devices }) => [code, isUnknown, devices])).toEqual([
      ['cashInDrawer', false, 1],
      ['cashierSignedIn', true, 1],
    ])
  })

  test('an empty one has no percentage', () => {
    expect(evening(eveningFacts([], [])).totals).toMatchObject({ devices: 0, readyPercent: null })
  })
})

const someDevice = fc.record({
  storeCode: fc.constantFrom('001', '002', 'elsewhere'),
  cashId: fc.string({ minLength: 1 }),
  number: fc.nat(5),
  state: fc.constantFrom(...Object.keys(deviceUpdateStates)),
  reason: fc.option(fc.constantFrom(...Object.keys(reasons))),
  inReserve: fc.boolean(),
  hasAddress: fc.boolean(),
  findings: fc.option(fc.subarray([shift, drawer])),
  readAt: fc.option(fc.integer({ min: EVENING - 120 * MINUTE, max: EVENING })),
  askedAt: fc.option(fc.integer({ min: EVENING - 120 * MINUTE, max: EVENING })),
  unreachableReason: fc.option(fc.constantFrom('tillOffline', 'storeOffline')),
})

test('whatever the facts: every device is in one group, all sums agree, and ready is proven', () => {
  const fits = fc.option(fc.boolean())
  fc.assert(
    fc.property(fc.array(someDevice, { maxLength: 30 }), fits, fits, (changes, a, b) => {
      const stores = [eveningStore({ fits: a }), eveningStore({ code: '002', fits: b })]
      const rows = changes.map((change) => eveningTill(change))
      const { totals, stores: told, causes } = evening(eveningFacts(rows, stores))
      const mine = rows.filter(({ storeCode }) => storeCode !== 'elsewhere')
      const devices = told.flatMap((store) => store.devices)
      const sum = (counts: Record<EveningGroup, number>) =>
        eveningGroups.reduce((total, group) => total + counts[group], 0)
      expect(devices.map(({ cashId }) => cashId).sort()).toEqual(mine.map(({ cashId }) => cashId).sort())
      expect(sum(totals.counts)).toBe(mine.length)
      for (const store of told) expect(sum(store.counts)).toBe(store.devices.length)
      for (const group of eveningGroups)
        expect(told.reduce((total, { counts }) => total + counts[group], 0)).toBe(totals.counts[group])
      expect(totals.expected).toBe(totals.devices - totals.counts.apart - totals.counts.updated)
      expect(causes.reduce((total, { devices: n }) => total + n, 0)).toBe(totals.needSomebody)
      for (const device of devices.filter(({ group }) => group === 'ready')) {
        expect(device).toMatchObject({ state: 'ready', unreachableReason: null, inReserve: false })
        expect(device.readAt).toBeGreaterThanOrEqual(EVENING - 60 * MINUTE)
        expect(device.causes.every(({ level }) => level === 'warn')).toBe(true)
      }
      for (const device of devices.filter(({ needsSomebody }) => needsSomebody))
        expect(device.causes[0]?.level).toBe('block')
    }),
    { numRuns: 500 },
  )
})

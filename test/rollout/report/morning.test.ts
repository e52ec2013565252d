import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reasons } from '../../../src/rollout/reasons.ts'
import { morning } from '../../../src/rollout/report/morning.ts'
import {
  type FirstReceipt,
  type MorningDeviceFacts,
  type MorningGroup,
  morningGroups,
} from '../../../src/rollout/report/morning-judge.ts'
import { deviceUpdateStates } from '../../../src/rollout/states.ts'
import {
  at,
  MINUTE,
  MORNING,
  morningChain,
  morningFacts,
  morningStore,
  morningTill,
  rollout,
} from './report-facts.ts'

const one = (change: Partial<MorningDeviceFacts>, store = morningStore()) => {
  const device = morning(morningFacts([morningTill(change)], [store])).stores[0]?.devices[0]
  if (device === undefined) throw new Error('the device is not in the report')
  return device
}
const away = { unreachableReason: 'tillOffline' }
const none = { lastReceiptAt: null }
const END = at('2026-11-22T23:30:00Z')

describe('a till is', () => {
  test.each<[string, Partial<MorningDeviceFacts>, MorningGroup, string | undefined]>([
    ['in order when it is updated and sells', {}, 'ready', undefined],
    ['not working when broken', { state: 'broken', reason: 'rollbackFailed' }, 'cannotSell', 'broken'],
    ['not working when unhealthy', { state: 'unhealthy' }, 'cannotSell', 'unhealthy'],
    ['not working when it says so now', { health: 'unhealthy' }, 'cannotSell', 'notHealthy'],
    [
      'in order when it said so before the update',
      { health: 'unhealthy', readAt: END - 1 },
      'ready',
      undefined,
    ],
    ['closed in doubt', { state: 'inDoubt', reason: 'connectionLost' }, 'degraded', 'inDoubt'],
    ['closed while armed', { state: 'armed' }, 'degraded', 'armed'],
    ['closed while it starts', { health: 'starting' }, 'degraded', 'starting'],
    ['closed when blocked', { blocked: true }, 'degraded', 'tillBlocked'],
    ['unknown when nobody reaches it now', away, 'unknown', 'tillOffline'],
    [
      'in order when it was away before the update only',
      { ...away, askedAt: END - 1, readAt: END - 2 },
      'ready',
      undefined,
    ],
    [
      'unknown when skipped and away',
      { state: 'skipped', reason: 'tillOffline', ...away },
      'unknown',
      'tillOffline',
    ],
    [
      'unknown by an old answer',
      { state: 'waiting', readAt: MORNING - 721 * MINUTE },
      'unknown',
      'readingOld',
    ],
    ['unknown by an old end', { finishedAt: 0, readAt: 0, confirmedAt: 1 }, 'unknown', 'readingOld'],
    [
      'unknown when it does not say how it is',
      { state: 'waiting', health: null },
      'unknown',
      'healthUnknown',
    ],
    [
      'unknown when nobody looked',
      { state: 'waiting', readAt: null, askedAt: null },
      'unknown',
      'notLookedAt',
    ],
    ['in order by the end of its update alone', { readAt: null, health: null }, 'ready', undefined],
    [
      'on the old version when rolled back',
      { state: 'rolledBack', reason: 'healthFailed' },
      'readyOld',
      'rolledBack',
    ],
    ['on the old version when skipped', { state: 'skipped', reason: 'shiftOpen' }, 'readyOld', 'shiftOpen'],
    [
      'on the old version when its wave comes later',
      { state: 'ready', finishedAt: null },
      'readyOld',
      'ready',
    ],
    ['in order when there was nothing to do', { state: 'skipped', reason: 'notNeeded' }, 'ready', undefined],
    ['no alarm in reserve', { inReserve: true, state: 'broken' }, 'apart', 'inReserve'],
    [
      'no alarm without an address',
      { hasAddress: false, state: 'skipped', reason: 'noAddress' },
      'apart',
      'noAddress',
    ],
    [
      'no alarm when it never answered',
      { state: 'skipped', readAt: null, ...away },
      'apart',
      'neverAnswered',
    ],
    ['on top without a receipt', none, 'noFirstReceipt', 'noFirstReceipt'],
    ['on top without a receipt though away', { ...none, ...away }, 'noFirstReceipt', 'noFirstReceipt'],
    [
      'not working rather than without a receipt',
      { ...none, health: 'unhealthy' },
      'cannotSell',
      'notHealthy',
    ],
  ])('%s', (_label, change, group, code) => {
    const device = one(change)
    expect([device.group, device.causes[0]?.code]).toEqual([group, code])
  })
})

describe('the first receipt', () => {
  const open = at('2026-11-23T06:15:00Z')
  test.each<[string, Partial<MorningDeviceFacts>, number | 'always' | null, FirstReceipt | null]>([
    ['one after the update confirms it', { lastReceiptAt: END + 1 }, open, 'confirmed'],
    ['one of the last evening does not', { lastReceiptAt: END }, open, 'overdue'],
    ['one that was seen stays', { lastReceiptAt: null, confirmedAt: END + 5 }, open, 'confirmed'],
    ['half an hour after opening it is missed', none, open, 'overdue'],
    ['a minute earlier it is not', none, open + MINUTE, 'notYet'],
    ['before opening it is not', none, MORNING + 1, 'notYet'],
    ['day and night it is missed half an hour after the update', none, 'always', 'overdue'],
    ['but not sooner', { ...none, finishedAt: MORNING - 29 * MINUTE, readAt: MORNING }, 'always', 'notYet'],
    [
      'an update after opening counts from its end',
      { ...none, finishedAt: MORNING - MINUTE, readAt: MORNING },
      open,
      'notYet',
    ],
    ['nobody knows where the opening is not known', none, null, 'cannotTell'],
    ['a store server has none', { ...none, kind: 'storeServer' }, open, null],
    ['a till on the old version owes none', { ...none, state: 'rolledBack' }, open, null],
    ['one that needed nothing owes none', { ...none, state: 'skipped', reason: 'notNeeded' }, open, null],
    ['one in reserve owes none', { ...none, inReserve: true }, open, null],
  ])('%s', (_label, change, opensAt, expected) => {
    expect(one(change, morningStore({ opensAt })).firstReceipt).toBe(expected)
  })

  test('is owed by rolled back tills where rolling back was the aim', () => {
    const facts = morningFacts([morningTill({ ...none, state: 'rolledBack' })], [morningStore()], {
      rollout: { ...rollout, kind: 'rollback' },
    })
    expect(morning(facts).totals).toMatchObject({ updated: 1, receipts: { overdue: 1 } })
  })

  test('one till without it does not put a store on top, when another has sold', () => {
    const two = [morningTill(none), morningTill({ cashId: 'c2', number: 2 })]
    expect(morning(morningFacts(two)).stores[0]).toMatchObject({ isSilent: false, worst: 'noFirstReceipt' })
    expect(morning(morningFacts(two.slice(0, 1))).stores[0]).toMatchObject({ isSilent: true })
  })
})

describe('the morning of a chain', () => {
  const report = morning(morningChain())

  test('has the silent store on top, then by opening', () => {
    expect(
      report.stores.map(({ code, worst, isSilent, isQuiet }) => [code, worst, isSilent, isQuiet]),
    ).toEqual([
      ['002', 'noFirstReceipt', true, false],
      ['004', 'cannotSell', false, false],
      ['003', 'readyOld', false, true],
      ['001', 'cannotSell', false, false],
      ['101', 'ready', false, true],
    ])
  })

  test('counts', () => {
    expect(report.totals).toEqual({
      devices: 12,
      counts: {
        cannotSell: 2,
        noFirstReceipt: 2,
        degraded: 1,
        unknown: 1,
        readyOld: 2,
        ready: 3,
        apart: 1,
      },
      counted: 11,
      updated: 6,
      updatedPercent: 54.5,
      receipts: { confirmed: 3, overdue: 2, notYet: 1, cannotTell: 0 },
      stores: 5,
      storesBy: {
        cannotSell: 2,
        noFirstReceipt: 1,
        degraded: 0,
        unknown: 0,
        readyOld: 1,
        ready: 1,
        apart: 0,
      },
      silentStores: 1,
    })
  })

  test('tells by name who needs somebody, and by reason who was only left', () => {
    const listed = report.stores.flatMap(({ devices }) => devices.filter(({ isListed }) => isListed))
    expect(listed.map(({ storeCode, number, group }) => [storeCode, number, group])).toEqual([
      ['002', 1, 'noFirstReceipt'],
      ['002', 2, 'noFirstReceipt'],
      ['004', 2, 'cannotSell'],
      ['004', 1, 'unknown'],
      ['001', 2, 'cannotSell'],
      ['001', 3, 'degraded'],
      ['001', 4, 'readyOld'],
    ])
    expect(report.causes.find(({ code }) => code === 'shiftOpen')).toEqual({
      from: 'reason',
      code: 'shiftOpen',
      isUnknown: false,
      owner: 'store',
      devices: 1,
      stores: ['003'],
    })
  })

  test('compares with the rollout before', () => {
    expect(report.comparison).toMatchObject({
      before: { name: 'Ночь 95' },
      devices: { now: 11, before: 13, difference: -2 },
      arrivedPercent: { now: 54.5, before: 61.5 },
      seconds: { now: null, before: 27_000 },
    })
    expect(report.comparison?.reasons[0]).toEqual({ code: 'shiftOpen', now: 1, before: 4, difference: -3 })
    expect(report.comparison?.states.map(({ code, difference }) => [code, difference])).toEqual([
      ['skipped', -2],
      ['succeeded', -2],
      ['inDoubt', 1],
      ['rolledBack', 1],
      ['broken', 0],
    ])
  })
})

const moment = fc.option(fc.integer({ min: MORNING - 1500 * MINUTE, max: MORNING }))
const someDevice = fc.record({
  storeCode: fc.constantFrom('001', '002', 'elsewhere'),
  cashId: fc.string({ minLength: 1 }),
  number: fc.nat(5),
  kind: fc.constantFrom('till', 'selfCheckout', 'storeServer'),
  state: fc.constantFrom(...Object.keys(deviceUpdateStates)),
  reason: fc.option(fc.constantFrom(...Object.keys(reasons))),
  inReserve: fc.boolean(),
  hasAddress: fc.boolean(),
  health: fc.option(fc.constantFrom('healthy', 'unhealthy', 'starting')),
  blocked: fc.option(fc.boolean()),
  readAt: moment,
  askedAt: moment,
  finishedAt: moment,
  stateSince: moment,
  lastReceiptAt: moment,
  confirmedAt: moment,
  unreachableReason: fc.option(fc.constantFrom('tillOffline', 'storeOffline')),
}) as fc.Arbitrary<Partial<MorningDeviceFacts>>

test('whatever the facts: every device is in one group, all sums agree, and in order is proven', () => {
  const opening = fc.option(
    fc.oneof(fc.constant('always' as const), fc.integer({ min: END, max: MORNING * 2 })),
  )
  fc.assert(
    fc.property(fc.array(someDevice, { maxLength: 30 }), opening, opening, (changes, a, b) => {
      const stores = [morningStore({ opensAt: a }), morningStore({ code: '002', opensAt: b })]
      const rows = changes.map((change) => morningTill(change))
      const report = morning(morningFacts(rows, stores))
      const { totals } = report
      const mine = rows.filter(({ storeCode }) => storeCode !== 'elsewhere')
      const devices = report.stores.flatMap((store) => store.devices)
      const sum = (counts: Record<MorningGroup, number>) =>
        morningGroups.reduce((total, group) => total + counts[group], 0)
      expect(devices.map(({ cashId }) => cashId).sort()).toEqual(mine.map(({ cashId }) => cashId).sort())
      expect(sum(totals.counts)).toBe(mine.length)
      expect(sum(totals.storesBy)).toBe(stores.length)
      expect(totals.counted).toBe(mine.length - totals.counts.apart)
      expect(totals.updated).toBeLessThanOrEqual(totals.counted)
      expect(report.outcomes.reduce((total, { devices: n }) => total + n, 0)).toBe(totals.counted)
      const inOrder = totals.counts.ready
      expect(report.causes.reduce((total, { devices: n }) => total + n, 0)).toBe(totals.counted - inOrder)
      for (const { group, firstReceipt, provenAt, state } of devices) {
        if (group === 'ready') expect(firstReceipt).not.toBe('overdue')
        if (group === 'ready' || group === 'readyOld') expect(provenAt).not.toBeNull()
        if (state === 'broken' && group !== 'apart') expect(group).toBe('cannotSell')
      }
      for (const { worst, counts } of report.stores)
        expect(worst).toBe(morningGroups.find((group) => counts[group] > 0) ?? 'apart')
    }),
    { numRuns: 500 },
  )
})

/** Facts for the reports: a till in order, and a small chain in which everything happens once. */
import type {
  EveningDeviceFacts,
  EveningFacts,
  EveningStoreFacts,
} from '../../../src/rollout/report/evening.ts'
import type { ReportRollout } from '../../../src/rollout/report/facts.ts'
import type { MorningFacts } from '../../../src/rollout/report/morning.ts'
import type { MorningDeviceFacts, MorningStoreFacts } from '../../../src/rollout/report/morning-judge.ts'

export const at = (text: string): number => Date.parse(text)
export const MINUTE = 60_000

export const rollout: ReportRollout = {
  id: 'r1',
  name: 'Ночь 96',
  kind: 'update',
  state: 'running',
  toVersion: 96_000,
  startedAt: at('2026-11-22T12:00:00Z'),
  finishedAt: null,
}

/** 17:00 in Moscow. */
export const EVENING = at('2026-11-22T14:00:00Z')
/** 09:45 in Moscow. */
export const MORNING = at('2026-11-23T06:45:00Z')

const identity = {
  storeCode: '001',
  cashId: 'c1',
  number: 1,
  name: 'Касса 1',
  kind: 'till',
  inReserve: false,
  hasAddress: true,
  reason: null,
  source: 'look',
  unreachableReason: null,
}

export const eveningStore = (change: Partial<EveningStoreFacts> = {}): EveningStoreFacts => ({
  code: '001',
  name: 'На Ленина',
  phone: '+7 495 000-00-01',
  timeZone: 'Europe/Moscow',
  windowFrom: at('2026-11-22T20:00:00Z'),
  windowTo: at('2026-11-23T03:00:00Z'),
  latestStart: at('2026-11-23T02:20:00Z'),
  fits: true,
  because: null,
  ...change,
})

export const eveningTill = (change: Partial<EveningDeviceFacts> = {}): EveningDeviceFacts => ({
  ...identity,
  state: 'ready',
  findings: [],
  knownSince: null,
  readAt: EVENING - 5 * MINUTE,
  askedAt: EVENING - 5 * MINUTE,
  ...change,
})

export const eveningFacts = (
  devices: readonly EveningDeviceFacts[],
  stores: readonly EveningStoreFacts[] = [eveningStore()],
): EveningFacts => ({ madeAt: EVENING, timeZone: null, staleMinutes: 60, rollout, stores, devices })

export const morningStore = (change: Partial<MorningStoreFacts> = {}): MorningStoreFacts => ({
  code: '001',
  name: 'На Ленина',
  phone: '+7 495 000-00-01',
  timeZone: 'Europe/Moscow',
  opensAt: at('2026-11-23T06:00:00Z'),
  ...change,
})

/** Updated at night, looked at five minutes ago, sold something. */
export const morningTill = (change: Partial<MorningDeviceFacts> = {}): MorningDeviceFacts => ({
  ...identity,
  state: 'succeeded',
  fromVersion: 95_000,
  runningVersion: 96_000,
  stateSince: at('2026-11-22T23:30:00Z'),
  finishedAt: at('2026-11-22T23:30:00Z'),
  readAt: MORNING - 5 * MINUTE,
  askedAt: MORNING - 5 * MINUTE,
  health: 'healthy',
  blocked: false,
  lastReceiptAt: at('2026-11-23T06:10:00Z'),
  confirmedAt: null,
  ...change,
})

export const morningFacts = (
  devices: readonly MorningDeviceFacts[],
  stores: readonly MorningStoreFacts[] = [morningStore()],
  change: Partial<MorningFacts> = {},
): MorningFacts => ({
  madeAt: MORNING,
  timeZone: null,
  staleMinutes: 12 * 60,
  rollout,
  stores,
  devices,
  previous: null,
  ...change,
})

const old = at('2026-11-22T09:00:00Z')
const block = (code: string, params: Record<string, unknown> = {}) => ({
  code,
  level: 'block' as const,
  params,
})
const warn = (code: string, params: Record<string, unknown> = {}) => ({
  code,
  level: 'warn' as const,
  params,
})
const row = (storeCode: string, number: number) => ({
  storeCode,
  number,
  cashId: `${storeCode}-${number}`,
  name: `Касса ${number}`,
})

/** Four stores in two zones; every group at least once. */
export const eveningChain = (): EveningFacts =>
  eveningFacts(
    [
      eveningTill({
        ...row('001', 1),
        findings: [
          warn('cashInDrawer', { sum: 125_000 }),
          block('shiftOpen', { number: 12, openedAt: '2026-11-22T05:15:00Z' }),
        ],
        knownSince: at('2026-11-22T06:00:00Z'),
      }),
      eveningTill({ ...row('001', 2), unreachableReason: 'tillOffline', readAt: old }),
      eveningTill({ ...row('001', 3), findings: null, readAt: null, askedAt: null, source: null }),
      eveningTill({ ...row('001', 4), readAt: old, askedAt: old }),
      eveningTill({ ...row('001', 5), state: 'failed', reason: 'signatureInvalid' }),
      eveningTill({ ...row('001', 6), inReserve: true, unreachableReason: 'tillOffline', readAt: null }),
      eveningTill({ ...row('002', 1), findings: [warn('cashierSignedIn', { unknown: true })] }),
      eveningTill({ ...row('002', 2), state: 'succeeded' }),
      eveningTill({ ...row('002', 3), state: 'downloading' }),
      eveningTill({ ...row('002', 4), readAt: EVENING - 40 * MINUTE }),
      eveningTill({
        ...row('101', 1),
        findings: [block('fiscalCritical', { flags: ['critical'], days: 2 })],
      }),
      eveningTill({ ...row('103', 1) }),
      eveningTill({ ...row('103', 2), findings: [block('shiftOpen')] }),
    ],
    [
      eveningStore(),
      eveningStore({ code: '002', name: 'Тихий', phone: null }),
      eveningStore({
        code: '101',
        name: '<Восток> & "Ко"',
        timeZone: 'Asia/Vladivostok',
        windowFrom: at('2026-11-22T13:00:00Z'),
        windowTo: at('2026-11-22T20:00:00Z'),
        latestStart: at('2026-11-22T19:20:00Z'),
      }),
      eveningStore({
        code: '103',
        name: 'Круглосуточный',
        windowFrom: null,
        windowTo: null,
        latestStart: null,
        fits: false,
        because: 'windowTooShort',
      }),
    ],
  )

/** Five stores; every group at least once, and a rollout before it. */
export const morningChain = (): MorningFacts =>
  morningFacts(
    [
      morningTill({ ...row('001', 1) }),
      morningTill({ ...row('001', 2), state: 'broken', reason: 'rollbackFailed' }),
      morningTill({ ...row('001', 3), state: 'inDoubt', reason: 'connectionLost', finishedAt: null }),
      morningTill({ ...row('001', 4), state: 'rolledBack', reason: 'healthFailed', runningVersion: 95_000 }),
      morningTill({ ...row('002', 1), lastReceiptAt: at('2026-11-22T19:00:00Z') }),
      morningTill({ ...row('002', 2), lastReceiptAt: null }),
      morningTill({ ...row('003', 1), confirmedAt: at('2026-11-23T04:05:00Z'), lastReceiptAt: null }),
      morningTill({ ...row('003', 2), state: 'skipped', reason: 'shiftOpen', runningVersion: 95_000 }),
      morningTill({ ...row('003', 3), state: 'skipped', reason: 'shiftOpen', inReserve: true }),
      morningTill({
        ...row('004', 1),
        state: 'skipped',
        reason: 'tillOffline',
        unreachableReason: 'tillOffline',
      }),
      morningTill({ ...row('004', 2), health: 'unhealthy' }),
      morningTill({ ...row('101', 1), lastReceiptAt: null }),
    ],
    [
      morningStore(),
      morningStore({ code: '002', name: 'Молчит', opensAt: at('2026-11-23T06:10:00Z') }),
      morningStore({ code: '003', name: 'Тихий', opensAt: at('2026-11-23T04:00:00Z') }),
      morningStore({ code: '004', name: 'Ночной', opensAt: 'always' }),
      morningStore({ code: '101', name: 'Позже', phone: null, opensAt: at('2026-11-23T07:00:00Z') }),
    ],
    {
      previous: {
        rollout: {
          ...rollout,
          id: 'r0',
          name: 'Ночь 95',
          state: 'finished',
          toVersion: 95_000,
          startedAt: at('2026-11-01T20:00:00Z'),
          finishedAt: at('2026-11-02T03:30:00Z'),
        },
        outcomes: [
          { state: 'succeeded', reason: null, devices: 8 },
          { state: 'skipped', reason: 'shiftOpen', devices: 4 },
          { state: 'broken', reason: 'rollbackFailed', devices: 1 },
        ],
      },
    },
  )

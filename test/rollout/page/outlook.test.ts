/** Will every store open: the headline, by table. */
import { describe, expect, test } from 'vitest'
import type { Mark } from '../../../src/rollout/page/mark.ts'
import { nextOpening } from '../../../src/rollout/page/opening.ts'
import {
  type OutlookDevice,
  type OutlookFacts,
  type OutlookRollout,
  type OutlookStore,
  outlookOf,
} from '../../../src/rollout/page/outlook.ts'
import { weekdays } from '../../../src/rollout/time/calendar.ts'

const NOW = Date.parse('2026-11-23T02:00:00Z')
const minutes = (count: number): number => NOW + count * 60_000

const STATES: Readonly<Partial<Record<Mark, string | null>>> = {
  ...{ done: 'succeeded', running: 'downloading', unreachable: 'waiting', sells: null, none: null },
}
const device = (mark: Mark, more: Partial<OutlookDevice> = {}): OutlookDevice => ({
  ...{ store: 'A', kind: 'till', mark, state: STATES[mark] === undefined ? mark : (STATES[mark] ?? null) },
  ...{ finishedAt: null, overdueAt: null, held: null },
  ...more,
})
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)
const shop = (code: string, opensAt: OutlookStore['opensAt'] = minutes(300)): OutlookStore => ({
  ...{ code, name: `Shop ${code}`, opensAt },
})
const running: OutlookRollout = { id: 'r', state: 'running', startedAt: minutes(-60) }
const look = (devices: readonly OutlookDevice[], more: Partial<OutlookFacts> = {}) =>
  outlookOf({ now: NOW, rollouts: [running], stores: [shop('A')], devices, ...more })
const doneAt = (count: number) => device('done', { finishedAt: minutes(count) })

describe('when it is ready', () => {
  test('by what was done in the last ten minutes, with the time to spare', () => {
    const found = look([...times(20, doneAt(-5)), ...times(20, doneAt(-15)), ...times(30, device('waiting'))])
    expect(found).toMatchObject({
      done: 40,
      total: 70,
      perMinute: 2,
      readyAt: minutes(15),
      readyUnknown: null,
    })
    expect(found).toMatchObject({ firstOpening: { store: 'A', at: minutes(300) }, spareSeconds: 285 * 60 })
  })

  test('a young rollout is measured since its beginning', () => {
    const rollouts = [{ ...running, startedAt: minutes(-2) }]
    expect(look([...times(20, doneAt(-1)), device('waiting')], { rollouts }).perMinute).toBe(10)
  })

  test('what had nothing done to it is done, and no measure', () => {
    const there = device('done', { state: 'skipped', finishedAt: minutes(-1) })
    expect(look([there, device('waiting')])).toMatchObject({ done: 1, perMinute: null })
  })

  test.each<[string, readonly OutlookDevice[], Partial<OutlookFacts>, string]>([
    ['nothing moved', [doneAt(-30), device('waiting')], {}, 'nothingMoves'],
    [
      'it is paused',
      [doneAt(-1), device('waiting')],
      { rollouts: [{ ...running, state: 'paused' }] },
      'paused',
    ],
    ['a wave waits', [doneAt(-1), device('waiting', { held: 'wave' })], {}, 'waveWaits'],
    ['a window is shut', [doneAt(-1), device('waiting', { held: 'window' })], {}, 'windowShut'],
    ['there is no rollout', [device('sells')], { rollouts: [] }, 'nothingInView'],
  ])('nobody can tell: %s', (_name, devices, more, why) => {
    expect(look(devices, more)).toMatchObject({ readyAt: null, readyUnknown: why, spareSeconds: null })
  })

  test('it is over: at the last end; who nobody reaches is not waited for', () => {
    const found = look([doneAt(-40), doneAt(-30), device('unreachable'), device('failed')])
    expect(found).toMatchObject({ readyAt: minutes(-30), readyUnknown: null, spareSeconds: 300 * 60 })
  })

  test('too late is said as less than nothing', () => {
    const stores = [shop('A', minutes(10))]
    expect(look([doneAt(-1), ...times(2, device('waiting'))], { stores }).spareSeconds).toBe(-600)
  })

  test('the first opening is of a store where something is left to do', () => {
    const stores = [shop('A', minutes(60)), shop('B', minutes(90)), shop('C', 'always'), shop('D', null)]
    const rest = ['B', 'C', 'D'].map((store) => device('waiting', { store }))
    expect(look([doneAt(-1), ...rest], { stores }).firstOpening?.store).toBe('B')
    expect(look([doneAt(-1)], { stores }).firstOpening?.store).toBe('A')
  })
})

describe('will every store open', () => {
  const server = device('broken', { kind: 'storeServer' })
  const restarting = (more: Partial<OutlookDevice>) => device('running', { state: 'restarting', ...more })
  test.each<[string, readonly OutlookDevice[], OutlookStore['opensAt'], string, string | undefined]>([
    ['all is done', [doneAt(-1)], minutes(60), 'yes', undefined],
    ['the old version sells', [device('failed'), device('rolledBack')], minutes(60), 'yes', undefined],
    ['much is left', times(9, device('waiting')), minutes(1), 'yes', undefined],
    ['one of two is broken', [device('broken'), doneAt(-1)], minutes(60), 'atRisk', 'broken'],
    ['none of them sells', [device('broken'), device('broken')], minutes(60), 'no', 'cannotOpen'],
    ['its server is broken', [server, doneAt(-1)], minutes(60), 'atRisk', 'serverBroken'],
    ['contact was lost', [device('inDoubt'), doneAt(-1)], minutes(60), 'atRisk', 'inDoubt'],
    ['in time', [restarting({ overdueAt: minutes(5) })], minutes(60), 'yes', undefined],
    ['overdue', [restarting({ overdueAt: minutes(-1) })], minutes(60), 'atRisk', 'late'],
    ['a restart just before it opens', [restarting({})], minutes(14), 'atRisk', 'late'],
    ['a download just before it opens', [device('running')], minutes(14), 'yes', undefined],
    ['nobody answers', times(2, device('unreachable')), minutes(60), 'unknown', 'silent'],
    ['one answers', [device('unreachable'), doneAt(-1)], minutes(60), 'yes', undefined],
    ['nothing is in view', [device('sells')], minutes(60), 'unknown', undefined],
  ])('%s', (_name, devices, opensAt, answer, why) => {
    const found = look(devices, { stores: [shop('A', opensAt)] })
    expect([found.answer, found.storesAtRisk[0]?.why]).toEqual([answer, why])
  })

  test('the next to open comes first, then the worse; open day and night is now', () => {
    const at: Record<string, OutlookStore['opensAt']> = {
      B: minutes(60),
      C: 'always',
      D: null,
      E: minutes(60),
    }
    const stores = Object.entries(at).map(([code, opensAt]) => shop(code, opensAt))
    const broken = ['B', 'C', 'D', 'E'].map((store) => device('broken', { store }))
    const found = look([...broken, device('done', { store: 'B' })], { stores })
    expect(found.storesAtRisk.map(({ code, why }) => `${code} ${why}`)).toEqual([
      ...['C cannotOpen', 'E cannotOpen', 'B broken', 'D cannotOpen'],
    ])
    expect(found.needPerson).toBe(4)
  })

  test('buckets add up to the total, and what is in no rollout is in none', () => {
    const { byMark, total } = look([doneAt(-1), device('skipped'), device('unreachable'), device('sells')])
    expect([total, byMark.done, byMark.skipped, byMark.unreachable, byMark.sells]).toEqual([3, 1, 1, 1, 0])
    expect(Object.values(byMark).reduce((sum, count) => sum + count)).toBe(total)
  })
})

describe('the next opening', () => {
  const calendar = {
    ...{ timeZone: 'Europe/Moscow', windows: [] },
    opening: [{ days: weekdays, from: '08:00', to: '22:00' }],
    exceptions: [{ date: '2026-11-24', opening: [] }],
  }
  test.each([
    ['at night', '2026-11-23T02:00:00Z', '2026-11-23T05:00:00.000Z'],
    ['while it trades, after a day off', '2026-11-23T07:00:00Z', '2026-11-25T05:00:00.000Z'],
    ['at the very moment', '2026-11-22T05:00:00Z', '2026-11-23T05:00:00.000Z'],
  ])('%s', (_name, now, wanted) => {
    const found = nextOpening(calendar, Date.parse(now))
    expect(new Date(found as number).toISOString()).toBe(wanted)
  })

  test('day and night, not known, never', () => {
    expect(nextOpening({ ...calendar, opening: 'always', exceptions: [] }, NOW)).toBe('always')
    expect(nextOpening({ ...calendar, opening: null }, NOW)).toBeNull()
    expect(nextOpening({ ...calendar, opening: [] }, NOW)).toBeNull()
  })
})

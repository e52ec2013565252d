/** A store's night and morning by its own clock. */
import { describe, expect, test } from 'vitest'
import { defaultPolicy, type Policy } from '../../../src/rollout/policy.ts'
import { type Calendar, defaultCalendar, weekdays } from '../../../src/rollout/time/calendar.ts'
import {
  nightEnd,
  opensToday,
  tonight,
  tradesFrom,
  windowEndAfter,
} from '../../../src/rollout/time/tonight.ts'

const at = (text: string): number => Date.parse(text)
const iso = (ms: number | 'always' | null | undefined) =>
  typeof ms === 'number' ? new Date(ms).toISOString() : ms
const moscow = defaultCalendar('Europe/Moscow')
const span = (from: string, to: string) => [{ days: weekdays, from, to }]
const need = { installSeconds: 600, confirmSeconds: 300, rollbackSeconds: 600, marginSeconds: 900 }

function told(now: string, calendar: Calendar = moscow, policy: Partial<Policy> = {}, mustBeClosed = false) {
  const times = { group: null, present: calendar, approved: calendar }
  const input = { storeId: 's', times, freezes: [], need, mustBeClosed, now: at(now) }
  const { windowFrom, windowTo, latestStart, ...rest } = tonight({
    ...input,
    policy: { ...defaultPolicy, ...policy },
  })
  return { ...rest, window: [iso(windowFrom), iso(windowTo)], latestStart: iso(latestStart) }
}

const TONIGHT = {
  fits: true,
  because: null,
  window: ['2026-11-22T20:00:00.000Z', '2026-11-23T03:00:00.000Z'],
  latestStart: '2026-11-23T02:20:00.000Z',
}

describe('tonight', () => {
  test.each([
    ['at five in the afternoon', '2026-11-22T14:00:00Z'],
    ['in the morning before', '2026-11-22T07:00:00Z'],
    ['in the middle of it', '2026-11-23T01:00:00Z'],
  ])('is one night, asked %s', (_name, now) => {
    expect(told(now)).toEqual(TONIGHT)
  })

  test('ends at noon', () => {
    expect(iso(nightEnd('Europe/Moscow', at('2026-11-22T14:00:00Z')))).toBe('2026-11-23T09:00:00.000Z')
    expect(iso(nightEnd('Europe/Moscow', at('2026-11-23T02:59:00Z')))).toBe('2026-11-23T09:00:00.000Z')
    expect(iso(nightEnd('Europe/Moscow', at('2026-11-23T03:00:00Z')))).toBe('2026-11-24T09:00:00.000Z')
    // Clocks are put forward in the night to 2026-03-29 in Berlin.
    expect(iso(nightEnd('Europe/Berlin', at('2026-03-28T16:00:00Z')))).toBe('2026-03-29T10:00:00.000Z')
  })

  test.each<[string, Partial<Policy>, string | null]>([
    ['a window that is too short', { windows: span('23:00', '23:30') }, 'windowTooShort'],
    ['no window on this day', { windows: [{ days: ['wed'], from: '23:00', to: '06:00' }] }, 'windowClosed'],
    ['a rollout that ends before', { endsAt: '2026-11-22T19:00:00Z' }, 'nightOver'],
    ['one that begins after', { startsAt: '2026-11-23T05:00:00Z' }, 'windowClosed'],
    ['one that ends in the night', { endsAt: '2026-11-23T00:00:00Z' }, null],
  ])('%s', (_name, policy, because) => {
    const seen = told('2026-11-22T14:00:00Z', moscow, policy)
    expect(seen).toMatchObject({ because, fits: because === null })
    if (because !== null) expect(seen.latestStart).toBeNull()
    else expect(seen.latestStart).toBe('2026-11-23T00:00:00.000Z')
  })

  test('a second window counts where the first is too short', () => {
    const windows = [...span('22:00', '22:20'), ...span('01:00', '05:00')]
    expect(told('2026-11-22T14:00:00Z', moscow, { windows })).toMatchObject({
      fits: true,
      window: ['2026-11-22T22:00:00.000Z', '2026-11-23T02:00:00.000Z'],
    })
  })

  test('what stops the whole shop waits for its closing', () => {
    const always: Calendar = { ...moscow, opening: 'always' }
    expect(told('2026-11-22T14:00:00Z', always, {}, true)).toMatchObject({
      fits: false,
      because: 'storeOpen',
    })
    const late: Calendar = { ...moscow, opening: span('08:00', '01:00') }
    expect(told('2026-11-22T14:00:00Z', late, {}, true)).toMatchObject(TONIGHT)
  })

  test('a freeze is told as such', () => {
    const times = { group: null, present: moscow, approved: moscow }
    const freeze = {
      id: 'f',
      name: 'New Year',
      scope: { kind: 'chain' },
      from: '2026-11-20T00:00',
      to: '2026-12-01T00:00',
    } as const
    const input = { storeId: 's', times, freezes: [freeze], need, mustBeClosed: false, policy: defaultPolicy }
    expect(tonight({ ...input, now: at('2026-11-22T14:00:00Z') })).toMatchObject({
      fits: false,
      because: 'frozen',
    })
  })
})

describe('opening', () => {
  const shop = (from: string, to: string): Calendar => ({ ...moscow, opening: span(from, to) })

  test('of today, before and after it', () => {
    for (const now of ['2026-11-22T21:30:00Z', '2026-11-23T04:00:00Z', '2026-11-23T20:00:00Z'])
      expect(iso(opensToday(shop('09:00', '22:00'), at(now)))).toBe('2026-11-23T06:00:00.000Z')
  })

  test('hours across midnight do not open at midnight', () => {
    expect(iso(opensToday(shop('10:00', '02:00'), at('2026-11-23T04:00:00Z')))).toBe(
      '2026-11-23T07:00:00.000Z',
    )
  })

  test('day and night, not known, and closed today', () => {
    const now = at('2026-11-23T04:00:00Z')
    expect(opensToday({ ...moscow, opening: 'always' }, now)).toBe('always')
    expect(opensToday(moscow, now)).toBeNull()
    expect(opensToday({ ...moscow, opening: [] }, now)).toBeNull()
  })

  test('the first customers after an update', () => {
    const ended = at('2026-11-22T23:30:00Z')
    expect(iso(tradesFrom(shop('09:00', '22:00'), ended))).toBe('2026-11-23T06:00:00.000Z')
    expect(iso(tradesFrom(shop('09:00', '22:00'), at('2026-11-23T10:00:00Z')))).toBe(
      '2026-11-23T10:00:00.000Z',
    )
    expect(tradesFrom({ ...moscow, opening: 'always' }, ended)).toBe(ended)
    expect(tradesFrom({ ...moscow, opening: [] }, ended)).toBeUndefined()
    expect(tradesFrom(moscow, ended)).toBeNull()
    expect(iso(windowEndAfter(moscow, ended))).toBe('2026-11-23T03:00:00.000Z')
    expect(windowEndAfter({ ...moscow, windows: [] }, ended)).toBeNull()
  })
})

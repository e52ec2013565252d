import { describe, expect, test } from 'vitest'
import { type Calendar, type Freeze, weekdays } from '../../../src/rollout/time/calendar.ts'
import { parseDate, parseLocal, parseMinutes } from '../../../src/rollout/time/local-time.ts'
import {
  freezesOf,
  isTradingAt,
  mergeIntervals,
  openingsOf,
  subtractIntervals,
  windowsOf,
} from '../../../src/rollout/time/window.ts'
import { calendarOf, DAY, HOUR, moment, shown, shownAll } from './clock.ts'

const BERLIN = 'Europe/Berlin'
const NEW_YORK = 'America/New_York'
const LORD_HOWE = 'Australia/Lord_Howe'

const daily = (from: string, to: string) => [{ days: weekdays, from, to }]
/** From noon of one date to noon of another, both in UTC. */
const noons = (from: string, to: string) => [moment(`${from}T12:00Z`), moment(`${to}T12:00Z`)] as const
const windows = (calendar: Calendar, from: string, to: string) =>
  shownAll(windowsOf(calendar, null, ...noons(from, to)), calendar.timeZone)
const openings = (calendar: Calendar, from: string, to: string) => {
  const found = openingsOf(calendar, ...noons(from, to))
  return Array.isArray(found) ? shownAll(found, calendar.timeZone) : found
}

describe('the windows of an ordinary week', () => {
  test('a window across midnight belongs to the day on which it begins', () => {
    const calendar = calendarOf(BERLIN, { windows: [{ days: ['fri'], from: '22:30', to: '04:15' }] })
    expect(windows(calendar, '2026-06-01', '2026-06-15')).toEqual([
      '2026-06-05T22:30+02:00 2026-06-06T04:15+02:00',
      '2026-06-12T22:30+02:00 2026-06-13T04:15+02:00',
    ])
  })

  test('several a week stand beside each other; those that touch or overlap are one', () => {
    const calendar = calendarOf(BERLIN, {
      windows: [
        { days: ['mon'], from: '22:00', to: '24:00' },
        { days: ['tue'], from: '00:00', to: '02:00' },
        { days: ['tue'], from: '01:00', to: '03:00' },
        { days: ['tue'], from: '13:00', to: '14:00' },
      ],
    })
    expect(windows(calendar, '2026-06-01', '2026-06-03')).toEqual([
      '2026-06-01T22:00+02:00 2026-06-02T03:00+02:00',
      '2026-06-02T13:00+02:00 2026-06-02T14:00+02:00',
    ])
  })

  test('the same beginning and end is a whole day, and every day is one window', () => {
    const sunday = calendarOf(BERLIN, { windows: [{ days: ['sun'], from: '06:00', to: '06:00' }] })
    expect(windows(sunday, '2026-06-06', '2026-06-09')).toEqual([
      '2026-06-07T06:00+02:00 2026-06-08T06:00+02:00',
    ])
    const [from, to] = noons('2026-03-01', '2026-11-30')
    for (const always of [daily('00:00', '24:00'), daily('00:00', '00:00'), daily('07:00', '07:00')])
      expect(windowsOf(calendarOf(BERLIN, { windows: always }), null, from, to)).toEqual([{ from, to }])
  })

  test('what is asked for cuts the windows at both ends', () => {
    const from = moment('2026-06-01T23:30+02:00')
    const to = moment('2026-06-02T23:10+02:00')
    expect(shownAll(windowsOf(calendarOf(BERLIN), null, from, to), BERLIN)).toEqual([
      '2026-06-01T23:30+02:00 2026-06-02T06:00+02:00',
      '2026-06-02T23:00+02:00 2026-06-02T23:10+02:00',
    ])
    expect(windowsOf(calendarOf(BERLIN), null, from, from)).toEqual([])
  })
})

describe('exceptions by date', () => {
  const calendar = calendarOf(BERLIN, {
    exceptions: [
      { date: '2026-12-24', windows: [] },
      {
        date: '2026-12-26',
        windows: [
          { from: '20:00', to: '21:00' },
          { from: '02:00', to: '03:00' },
        ],
      },
      { date: '2026-12-27', opening: [] },
    ],
  })

  test('replace what begins on the date, and nothing that began the night before', () => {
    expect(windows(calendar, '2026-12-23', '2026-12-28')).toEqual([
      '2026-12-23T23:00+01:00 2026-12-24T06:00+01:00',
      '2026-12-25T23:00+01:00 2026-12-26T06:00+01:00',
      '2026-12-26T20:00+01:00 2026-12-26T21:00+01:00',
      '2026-12-27T23:00+01:00 2026-12-28T06:00+01:00',
    ])
  })

  test("with the policy's own windows, only a date without windows stays closed", () => {
    const found = windowsOf(calendar, daily('01:00', '02:00'), ...noons('2026-12-23', '2026-12-27'))
    expect(shownAll(found, BERLIN)).toEqual([
      '2026-12-25T01:00+01:00 2026-12-25T02:00+01:00',
      '2026-12-26T01:00+01:00 2026-12-26T02:00+01:00',
      '2026-12-27T01:00+01:00 2026-12-27T02:00+01:00',
    ])
  })
})

describe('both daylight-saving changes', () => {
  test('Berlin in spring: the night is an hour shorter', () => {
    const [night] = windowsOf(calendarOf(BERLIN), null, ...noons('2026-03-28', '2026-03-29'))
    expect(shownAll(night === undefined ? [] : [night], BERLIN)).toEqual([
      '2026-03-28T23:00+01:00 2026-03-29T06:00+02:00',
    ])
    expect((night?.to ?? 0) - (night?.from ?? 0)).toBe(6 * HOUR)
  })

  test('Berlin in autumn: the night is an hour longer', () => {
    const [night] = windowsOf(calendarOf(BERLIN), null, ...noons('2026-10-24', '2026-10-25'))
    expect(shown(night?.to ?? 0, BERLIN)).toBe('2026-10-25T06:00+01:00')
    expect((night?.to ?? 0) - (night?.from ?? 0)).toBe(8 * HOUR)
  })

  test.each([
    ['begins in the gap: after it', '02:30', '05:00', ['2026-03-29T03:00+02:00 2026-03-29T05:00+02:00']],
    ['ends in the gap: before it', '01:00', '02:30', ['2026-03-29T01:00+01:00 2026-03-29T03:00+02:00']],
    ['lies in the gap: not at all', '02:15', '02:45', []],
  ])('Berlin in spring: a window that %s', (_, from, to, expected) => {
    const calendar = calendarOf(BERLIN, { windows: daily(from, to) })
    expect(windowsOf(calendar, null, moment('2026-03-29T00:00+01:00'), moment('2026-03-29T12:00Z'))).toEqual(
      expected.map((line) => {
        const [begin = '', end = ''] = line.split(' ')
        return { from: moment(begin), to: moment(end) }
      }),
    )
  })

  test.each([
    ['begins in it: the second time', '02:30', '05:00', ['2026-10-25T02:30+01:00 2026-10-25T05:00+01:00']],
    ['ends in it: the first time', '01:00', '02:30', ['2026-10-25T01:00+02:00 2026-10-25T02:30+02:00']],
    ['lies in it: once', '02:15', '02:45', ['2026-10-25T02:15+01:00 2026-10-25T02:45+01:00']],
  ])('Berlin in autumn, the repeated hour: a window that %s', (_, from, to, expected) => {
    const calendar = calendarOf(BERLIN, { windows: daily(from, to) })
    expect(
      shownAll(
        windowsOf(calendar, null, moment('2026-10-25T00:00+02:00'), moment('2026-10-25T12:00Z')),
        BERLIN,
      ),
    ).toEqual(expected)
  })

  test('opening hours never shrink: from the first time that it is shown to the last', () => {
    const calendar = calendarOf(BERLIN, {
      opening: [...daily('02:30', '03:30'), ...daily('00:30', '02:10')],
    })
    const found = openingsOf(calendar, moment('2026-10-25T00:00+02:00'), moment('2026-10-25T12:00Z'))
    expect(found === null || found === 'always' ? found : shownAll(found, BERLIN)).toEqual([
      '2026-10-25T00:30+02:00 2026-10-25T03:30+01:00',
    ])
  })

  test('New York: both nights, by the clock of the store', () => {
    expect(windows(calendarOf(NEW_YORK), '2026-03-07', '2026-03-08')).toEqual([
      '2026-03-07T23:00-05:00 2026-03-08T06:00-04:00',
    ])
    expect(windows(calendarOf(NEW_YORK), '2026-10-31', '2026-11-01')).toEqual([
      '2026-10-31T23:00-04:00 2026-11-01T06:00-05:00',
    ])
  })

  test("Lord Howe's half hour, both changes", () => {
    const spring = calendarOf(LORD_HOWE, { windows: daily('02:15', '04:00') })
    expect(windows(spring, '2026-10-03', '2026-10-04')).toEqual([
      '2026-10-04T02:30+11:00 2026-10-04T04:00+11:00',
    ])
    const autumn = calendarOf(LORD_HOWE, {
      windows: [...daily('00:00', '01:45'), ...daily('01:50', '04:00')],
    })
    expect(windows(autumn, '2026-04-04', '2026-04-05')).toEqual([
      '2026-04-05T00:00+11:00 2026-04-05T01:45+11:00',
      '2026-04-05T01:50+10:30 2026-04-05T04:00+10:30',
    ])
    const night = (from: string, to: string) =>
      windowsOf(calendarOf(LORD_HOWE), null, ...noons(from, to)).map((one) => (one.to - one.from) / HOUR)
    expect([night('2026-10-03', '2026-10-04'), night('2026-04-04', '2026-04-05')]).toEqual([[6.5], [7.5]])
  })

  test('a midnight that is skipped or shown twice breaks no window of day and night', () => {
    for (const [zone, date] of [
      ['America/Santiago', '2026-09-06'],
      ['America/Havana', '2026-03-08'],
      ['America/Havana', '2026-11-01'],
      ['Africa/Cairo', '2026-04-24'],
    ] as const) {
      const from = moment(`${date}T00:00Z`) - 2 * DAY
      const to = from + 4 * DAY
      const calendar = calendarOf(zone, {
        windows: daily('00:00', '24:00'),
        opening: daily('00:00', '24:00'),
      })
      expect(windowsOf(calendar, null, from, to), zone).toEqual([{ from, to }])
      expect(openingsOf(calendar, from, to), zone).toEqual([{ from, to }])
    }
  })

  test('a day that never was: Apia, 30 December 2011', () => {
    expect(windows(calendarOf('Pacific/Apia'), '2011-12-29', '2011-12-31')).toEqual([
      '2011-12-29T02:00-10:00 2011-12-29T06:00-10:00',
      '2011-12-29T23:00-10:00 2011-12-31T06:00+14:00',
      '2011-12-31T23:00+14:00 2012-01-01T02:00+14:00',
    ])
  })
})

describe('opening hours', () => {
  test('day and night, not known, and the hours of a week', () => {
    expect(openings(calendarOf(BERLIN), '2026-06-01', '2026-06-02')).toBeNull()
    expect(openings(calendarOf(BERLIN, { opening: 'always' }), '2026-06-01', '2026-06-02')).toBe('always')
    expect(
      openings(calendarOf(BERLIN, { opening: daily('08:00', '22:00') }), '2026-06-01', '2026-06-02'),
    ).toEqual([
      '2026-06-01T14:00+02:00 2026-06-01T22:00+02:00',
      '2026-06-02T08:00+02:00 2026-06-02T14:00+02:00',
    ])
  })

  test('a 24-hour store that closes on one day has hours', () => {
    const calendar = calendarOf(BERLIN, {
      opening: 'always',
      exceptions: [{ date: '2026-01-01', opening: [] }],
    })
    expect(openings(calendar, '2025-12-30', '2026-01-03')).toEqual([
      '2025-12-30T13:00+01:00 2026-01-01T00:00+01:00',
      '2026-01-02T00:00+01:00 2026-01-03T13:00+01:00',
    ])
    expect(isTradingAt(calendar, moment('2026-01-01T12:00+01:00'))).toBe(false)
    expect(isTradingAt(calendar, moment('2026-01-02T00:00+01:00'))).toBe(true)
  })

  test('an exception does not make unknown hours known', () => {
    const calendar = calendarOf(BERLIN, { exceptions: [{ date: '2026-01-01', opening: [] }] })
    expect(isTradingAt(calendar, moment('2026-01-01T12:00+01:00'))).toBe(true)
  })

  test('the end is not part of them', () => {
    const calendar = calendarOf(BERLIN, { opening: daily('08:00', '22:00') })
    const at = (time: string) => isTradingAt(calendar, moment(`2026-06-01T${time}+02:00`))
    expect([at('07:59'), at('08:00'), at('21:59'), at('22:00')]).toEqual([false, true, true, false])
  })
})

describe('freezes', () => {
  const freeze = (id: string, scope: Freeze['scope'], from: string, to: string): Freeze => ({
    id,
    name: id,
    scope,
    from,
    to,
  })
  const newYear = freeze('newYear', { kind: 'chain' }, '2026-12-31T00:00', '2027-01-02T00:00')
  const store = { storeId: 's1', group: 'north' }

  test('a freeze over New Year comes zone by zone', () => {
    const begins = (zone: string) => freezesOf([newYear], store, zone, [])[0]?.from ?? 0
    expect(shownAll(freezesOf([newYear], store, 'Asia/Kamchatka', []), 'Asia/Kamchatka')).toEqual([
      '2026-12-31T00:00+12:00 2027-01-02T00:00+12:00',
    ])
    expect((begins('Europe/Kaliningrad') - begins('Asia/Kamchatka')) / HOUR).toBe(10)
    expect((begins('America/New_York') - begins('Europe/Kaliningrad')) / HOUR).toBe(7)
  })

  test('hold for the chain, a group or a store, unless overridden', () => {
    const all = [
      newYear,
      freeze('north', { kind: 'group', group: 'north' }, '2027-02-01T00:00', '2027-02-02T00:00'),
      freeze('other', { kind: 'group', group: 'south' }, '2027-03-01T00:00', '2027-03-02T00:00'),
      freeze('mine', { kind: 'store', storeId: 's1' }, '2027-04-01T00:00', '2027-04-02T00:00'),
      freeze('theirs', { kind: 'store', storeId: 's2' }, '2027-05-01T00:00', '2027-05-02T00:00'),
    ]
    const months = (who: typeof store | { storeId: string; group: null }, overridden: string[]) =>
      freezesOf(all, who, 'UTC', overridden).map(({ from }) => new Date(from).getUTCMonth() + 1)
    expect(months(store, [])).toEqual([12, 2, 4])
    expect(months(store, ['newYear', 'mine'])).toEqual([2])
    expect(months({ storeId: 's3', group: null }, [])).toEqual([12])
  })

  test('never shrink at a clock change', () => {
    const autumn = freeze('a', { kind: 'chain' }, '2026-10-25T02:30', '2026-10-25T02:45')
    expect(shownAll(freezesOf([autumn], store, BERLIN, []), BERLIN)).toEqual([
      '2026-10-25T02:30+02:00 2026-10-25T02:45+01:00',
    ])
  })
})

describe('intervals', () => {
  const span = (from: number, to: number) => ({ from, to })
  test('merge', () => {
    expect(mergeIntervals([span(5, 7), span(1, 2), span(2, 3), span(6, 6), span(4, 4)])).toEqual([
      span(1, 3),
      span(5, 7),
    ])
    expect(mergeIntervals([span(1, 9), span(2, 3), span(9, 10)])).toEqual([span(1, 10)])
  })
  test('subtract', () => {
    const holes = [span(0, 1), span(2, 3), span(5, 8), span(9, 12)]
    expect(subtractIntervals([span(1, 6), span(7, 10)], holes)).toEqual([span(1, 2), span(3, 5), span(8, 9)])
    expect(subtractIntervals([span(2, 3)], holes)).toEqual([])
  })
})

describe('texts', () => {
  test('hours, dates and date-times are exact or nothing', () => {
    expect(['00:00', '23:59', '24:00', '7:00', '07:60', ''].map(parseMinutes)).toEqual([
      0,
      1439,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(
      ['1970-01-02', '2024-02-29', '2026-02-29', '2026-13-01', '2026-1-1', '0026-01-01'].map(parseDate),
    ).toEqual([1, 19_782, undefined, undefined, undefined, undefined])
    expect(
      ['1970-01-02T00:01', '1970-01-02', '1970-01-02T00:01Z', '1970-01-02T24:00', '2026-02-30T00:00'].map(
        parseLocal,
      ),
    ).toEqual([DAY + 60_000, undefined, undefined, undefined, undefined])
  })
  test.each([
    { windows: daily('25:00', '06:00') },
    { windows: daily('24:00', '06:00') },
    { timeZone: 'Mars/Base' },
    { timeZone: '+03:00' },
    { exceptions: [{ date: '2026-02-30' }] },
    { exceptions: [{ date: '2026-02-28' }, { date: '2026-02-28' }] },
  ])('what no check let through throws: %j', (change) => {
    expect(() => windowsOf(calendarOf(BERLIN, change), null, 0, DAY)).toThrow(RangeError)
  })
})

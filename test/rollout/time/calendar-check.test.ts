import { describe, expect, test } from 'vitest'
import { type Calendar, defaultCalendar, weekdays } from '../../../src/rollout/time/calendar.ts'
import { checkCalendar, checkFreeze, checkWindows } from '../../../src/rollout/time/calendar-check.ts'
import { openingsOf, windowsOf } from '../../../src/rollout/time/window.ts'
import { calendarOf, DAY } from './clock.ts'

const span = (from: string, to: string) => [{ days: weekdays, from, to }]
const problems = (change: Partial<Calendar>) =>
  checkCalendar(calendarOf('Europe/Berlin', change)).map(
    ({ code, path, value }) => `${code} ${path} ${value}`,
  )

describe('a calendar', () => {
  test('the default has no problem in any zone', () => {
    for (const zone of ['Europe/Moscow', 'Australia/Lord_Howe', 'UTC', 'Asia/Kolkata'])
      expect(checkCalendar(defaultCalendar(zone))).toEqual([])
  })

  test.each<[string, Partial<Calendar>]>([
    ['day and night', { windows: span('00:00', '24:00'), opening: 'always' }],
    [
      'open on one date only',
      { windows: [], exceptions: [{ date: '2028-02-29', windows: span('23:00', '06:00') }] },
    ],
    ['closed on one date', { exceptions: [{ date: '2026-12-31', windows: [], opening: [] }] }],
    ['never trading', { opening: [] }],
  ])('no problem: %s', (_, change) => {
    expect(problems(change)).toEqual([])
    const calendar = calendarOf('Europe/Berlin', change)
    expect(() => [windowsOf(calendar, null, 0, DAY), openingsOf(calendar, 0, DAY)]).not.toThrow()
  })

  test.each<[string, Partial<Calendar>, string[]]>([
    ['unknown zone', { timeZone: 'Mars/Base' }, ['timeZoneUnknown timeZone Mars/Base']],
    ['an offset is no zone', { timeZone: '+03:00' }, ['timeZoneUnknown timeZone +03:00']],
    ['no window', { windows: [] }, ['windowNeverOpens windows ']],
    [
      'no window but closed dates',
      { windows: [], exceptions: [{ date: '2026-12-31', windows: [] }, { date: '2027-01-01' }] },
      ['windowNeverOpens windows '],
    ],
    [
      'times that are none',
      { windows: [...span('25:00', '6:00'), ...span('24:00', '24:01')] },
      [
        'windowInvalid windows[0].from 25:00',
        'windowInvalid windows[0].to 6:00',
        'windowInvalid windows[1].from 24:00',
        'windowInvalid windows[1].to 24:01',
      ],
    ],
    ['no day', { windows: [{ days: [], from: '23:00', to: '06:00' }] }, ['windowInvalid windows[0].days ']],
    ['opening hours', { opening: span('08:00', '22') }, ['openingInvalid opening[0].to 22']],
    [
      'exceptions',
      {
        exceptions: [
          { date: '2026-02-29' },
          { date: '2026-12-31', windows: [{ from: 'x', to: '06:00' }], opening: [{ from: '08:00', to: '' }] },
          { date: '2026-12-31' },
        ],
      },
      [
        'dateInvalid exceptions[0].date 2026-02-29',
        'windowInvalid exceptions[1].windows[0].from x',
        'openingInvalid exceptions[1].opening[0].to ',
        'dateRepeated exceptions[2].date 2026-12-31',
      ],
    ],
  ])('%s', (_, change, expected) => {
    expect(problems(change)).toEqual(expected)
  })

  test('an unknown day of the week', () => {
    const windows = JSON.parse('[{"days":["mon","xyz"],"from":"23:00","to":"06:00"}]')
    expect(problems({ windows })).toEqual(['windowInvalid windows[0].days mon,xyz'])
  })
})

test("a policy's windows", () => {
  expect(checkWindows(span('23:00', '06:00'))).toEqual([])
  expect(checkWindows([], 'policy.windows')).toEqual([
    { code: 'windowNeverOpens', path: 'policy.windows', value: '' },
  ])
  expect(checkWindows(span('23', '06:00'), 'policy.windows')).toEqual([
    { code: 'windowInvalid', path: 'policy.windows[0].from', value: '23' },
  ])
})

test.each([
  ['2026-12-25T00:00', '2027-01-10T00:00', []],
  ['2026-12-25T00:00', '2026-12-25T00:00', ['to']],
  ['2026-12-25T00:00', '2026-12-24T00:00', ['to']],
  ['2026-12-25', '2026-12-32T00:00', ['from', 'to']],
  ['2026-12-25T00:00Z', '2026-12-26T00:00+03:00', ['from', 'to']],
])('a freeze from %s to %s: %j', (from, to, paths) => {
  const found = checkFreeze({ from, to })
  expect(found.map(({ path }) => path)).toEqual(paths)
  expect(new Set(found.map(({ code }) => code))).toEqual(new Set(paths.length > 0 ? ['freezeInvalid'] : []))
})

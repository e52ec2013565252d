import { describe, expect, test } from 'vitest'
import { type Freeze, type InstallTime, weekdays } from '../../../src/rollout/time/calendar.ts'
import { type FitInput, installTime, needSeconds } from '../../../src/rollout/time/fit.ts'
import { calendarOf, DAY, HOUR, MINUTE, moment, need, shown } from './clock.ts'

const BERLIN = 'Europe/Berlin'
const daily = (from: string, to: string) => [{ days: weekdays, from, to }]
const chain = (from: string, to: string): Freeze => ({
  id: from,
  name: from,
  scope: { kind: 'chain' },
  from,
  to,
})
const hours = (from: string, to: string) => calendarOf(BERLIN, { opening: daily(from, to) })

/** A store in Berlin that trades from eight to ten, asked at `2026-06-01T23:30+02:00`. */
const ask = (at: string | number, change: Partial<FitInput> = {}): InstallTime =>
  installTime({
    calendar: hours('08:00', '22:00'),
    windows: null,
    freezes: [],
    notBefore: null,
    need,
    mustBeClosed: false,
    now: typeof at === 'string' ? moment(at) : at,
    ...change,
  })

/** The answer with its moments as the clock shows them. */
function told(answer: InstallTime, zone = BERLIN) {
  const time = (at: number | null) => (at === null ? null : shown(at, zone))
  return answer.may
    ? { trading: answer.isTrading, latest: time(answer.latestStart), deadline: time(answer.deadline) }
    : { trading: answer.isTrading, because: answer.because, at: time(answer.at) }
}

test('the need is from the beginning to what is kept free after the rollback', () => {
  expect(needSeconds(need)).toBe(40 * 60)
})

describe('an ordinary night', () => {
  test('before the window', () => {
    const answer = ask('2026-06-01T14:00+02:00')
    expect(told(answer)).toEqual({ trading: true, because: 'windowClosed', at: '2026-06-01T23:00+02:00' })
    expect(shown(answer.until, BERLIN)).toBe('2026-06-01T22:00+02:00')
  })

  test('in the window: until forty minutes before its end', () => {
    const answer = ask('2026-06-01T23:00+02:00')
    expect(told(answer)).toEqual({
      trading: false,
      latest: '2026-06-02T05:20+02:00',
      deadline: '2026-06-02T06:00+02:00',
    })
    // Midnight of UTC, when the horizon moves.
    expect(answer.until).toBe(moment('2026-06-02T00:00Z'))
  })

  test('the latest start itself may, a millisecond later it is too short until the next night', () => {
    const latest = moment('2026-06-02T05:20+02:00')
    const now = ask(latest)
    expect(now).toMatchObject({ may: true, latestStart: latest, until: latest + 1 })
    const late = ask(latest + 1)
    expect(told(late)).toEqual({ trading: false, because: 'windowTooShort', at: '2026-06-02T23:00+02:00' })
    expect(shown(late.until, BERLIN)).toBe('2026-06-02T06:00+02:00')
  })

  test('a window shorter than the need: the next that is long enough', () => {
    const calendar = calendarOf(BERLIN, {
      windows: [
        { days: ['mon', 'tue'], from: '23:00', to: '23:30' },
        { days: ['thu'], from: '23:00', to: '23:40' },
      ],
    })
    expect(told(ask('2026-06-01T23:00+02:00', { calendar }))).toMatchObject({
      because: 'windowTooShort',
      at: '2026-06-04T23:00+02:00',
    })
    expect(told(ask('2026-06-04T23:00+02:00', { calendar }))).toMatchObject({
      latest: '2026-06-04T23:00+02:00',
    })
  })

  test('the shop opens within the window: that is the deadline', () => {
    expect(told(ask('2026-06-01T23:00+02:00', { calendar: hours('05:00', '22:00') }))).toEqual({
      trading: false,
      latest: '2026-06-02T04:20+02:00',
      deadline: '2026-06-02T05:00+02:00',
    })
    expect(told(ask('2026-06-02T04:30+02:00', { calendar: hours('05:00', '22:00') }))).toEqual({
      trading: false,
      because: 'windowTooShort',
      at: '2026-06-02T05:00+02:00',
    })
  })

  test('the shop trades within the window: its end is the deadline, and after closing the opening', () => {
    const calendar = hours('04:00', '23:30')
    expect(told(ask('2026-06-01T23:10+02:00', { calendar }))).toEqual({
      trading: true,
      latest: '2026-06-02T03:20+02:00',
      deadline: '2026-06-02T06:00+02:00',
    })
    expect(shown(ask('2026-06-01T23:10+02:00', { calendar }).until, BERLIN)).toBe('2026-06-01T23:30+02:00')
    expect(told(ask('2026-06-01T23:30+02:00', { calendar }))).toEqual({
      trading: false,
      latest: '2026-06-02T03:20+02:00',
      deadline: '2026-06-02T04:00+02:00',
    })
  })

  test('no latest start reaches beyond a closing after which nothing fits', () => {
    const calendar = calendarOf(BERLIN, {
      opening: [...daily('08:00', '00:30'), ...daily('01:00', '01:10')],
    })
    expect(ask('2026-06-01T23:10+02:00', { calendar })).toMatchObject({
      may: true,
      latestStart: moment('2026-06-02T00:30+02:00') - 1,
      deadline: moment('2026-06-02T06:00+02:00'),
    })
    expect(told(ask('2026-06-02T00:30+02:00', { calendar }))).toMatchObject({
      because: 'windowTooShort',
      at: '2026-06-02T01:00+02:00',
    })
  })

  test("the policy's windows instead of the store's", () => {
    const windows = daily('12:00', '14:00')
    expect(told(ask('2026-06-01T23:10+02:00', { windows }))).toMatchObject({ at: '2026-06-02T12:00+02:00' })
    expect(told(ask('2026-06-02T12:00+02:00', { windows }))).toEqual({
      trading: true,
      latest: '2026-06-02T13:20+02:00',
      deadline: '2026-06-02T14:00+02:00',
    })
  })

  test('not before the start of the policy, even when that is far away', () => {
    const soon = moment('2026-06-02T02:00+02:00')
    expect(told(ask('2026-06-01T23:10+02:00', { notBefore: soon }))).toEqual({
      trading: false,
      because: 'windowClosed',
      at: '2026-06-02T02:00+02:00',
    })
    expect(ask(soon, { notBefore: soon })).toMatchObject({ may: true })
    const far = moment('2027-06-01T12:00+02:00')
    expect(told(ask('2026-06-01T23:10+02:00', { notBefore: far }))).toMatchObject({
      at: '2027-06-01T23:00+02:00',
    })
  })
})

describe('stores that trade at night', () => {
  const always = calendarOf(BERLIN, { opening: 'always' })

  test("a 24-hour store: by halves, until the window's end", () => {
    expect(told(ask('2026-06-01T23:10+02:00', { calendar: always }))).toEqual({
      trading: true,
      latest: '2026-06-02T05:20+02:00',
      deadline: '2026-06-02T06:00+02:00',
    })
    expect(told(ask('2026-06-01T14:00+02:00', { calendar: always }))).toMatchObject({
      trading: true,
      because: 'windowClosed',
    })
  })

  test('hours that are not known count as trading, without an opening as a deadline', () => {
    expect(told(ask('2026-06-01T23:10+02:00', { calendar: calendarOf(BERLIN) }))).toEqual({
      trading: true,
      latest: '2026-06-02T05:20+02:00',
      deadline: '2026-06-02T06:00+02:00',
    })
  })

  test('a store server never, where the shop is never known to be closed', () => {
    for (const calendar of [always, calendarOf(BERLIN)])
      for (const at of ['2026-06-01T23:10+02:00', '2026-06-01T14:00+02:00'])
        expect(told(ask(at, { calendar, mustBeClosed: true }))).toEqual({
          trading: true,
          because: 'storeOpen',
          at: null,
        })
  })

  test('a store server on the one night on which a 24-hour store is closed', () => {
    const calendar = calendarOf(BERLIN, {
      opening: 'always',
      exceptions: [{ date: '2026-06-20', opening: [{ from: '02:00', to: '24:00' }] }],
    })
    expect(told(ask('2026-06-01T23:10+02:00', { calendar, mustBeClosed: true }))).toEqual({
      trading: true,
      because: 'storeOpen',
      at: '2026-06-20T00:00+02:00',
    })
    expect(told(ask('2026-06-20T00:00+02:00', { calendar, mustBeClosed: true }))).toEqual({
      trading: false,
      latest: '2026-06-20T01:20+02:00',
      deadline: '2026-06-20T02:00+02:00',
    })
  })

  test('a store server begins after closing and is over before opening', () => {
    const calendar = hours('05:00', '23:30')
    expect(told(ask('2026-06-01T23:10+02:00', { calendar, mustBeClosed: true }))).toEqual({
      trading: true,
      because: 'storeOpen',
      at: '2026-06-01T23:30+02:00',
    })
    expect(told(ask('2026-06-01T23:30+02:00', { calendar, mustBeClosed: true }))).toMatchObject({
      deadline: '2026-06-02T05:00+02:00',
    })
    expect(told(ask('2026-06-02T05:00+02:00', { calendar, mustBeClosed: true }))).toEqual({
      trading: true,
      because: 'storeOpen',
      at: '2026-06-02T23:30+02:00',
    })
  })

  test('a window of day and night without an end is looked at two months ahead', () => {
    const calendar = calendarOf(BERLIN, { windows: daily('00:00', '24:00'), opening: 'always' })
    const answer = ask('2026-06-01T12:00+02:00', { calendar })
    expect(answer).toMatchObject({ may: true, until: moment('2026-06-02T00:00Z') })
    expect(answer.may && answer.deadline - moment('2026-06-01T00:00Z')).toBe(61 * DAY)
  })
})

describe('freezes', () => {
  const freezes = [chain('2026-06-02T02:00', '2026-06-03T00:00')]

  test('cut the window: what is under way is over before', () => {
    expect(told(ask('2026-06-01T23:10+02:00', { freezes }))).toEqual({
      trading: false,
      latest: '2026-06-02T01:20+02:00',
      deadline: '2026-06-02T02:00+02:00',
    })
    expect(told(ask('2026-06-02T01:30+02:00', { freezes }))).toMatchObject({
      because: 'windowTooShort',
      at: '2026-06-03T00:00+02:00',
    })
  })

  test('hold by day and by night', () => {
    for (const at of ['2026-06-02T02:00+02:00', '2026-06-02T15:00+02:00'])
      expect(told(ask(at, { freezes }))).toMatchObject({ because: 'frozen', at: '2026-06-03T00:00+02:00' })
  })

  test('over New Year: each zone by its own clock', () => {
    const newYear = [chain('2026-12-31T00:00', '2027-01-02T00:00')]
    const now = moment('2026-12-30T18:00Z')
    const inZone = (zone: string) => told(ask(now, { calendar: calendarOf(zone), freezes: newYear }), zone)
    expect(inZone('Asia/Kamchatka')).toMatchObject({ because: 'frozen', at: '2027-01-02T00:00+12:00' })
    expect(inZone('Asia/Krasnoyarsk')).toMatchObject({ because: 'frozen', at: '2027-01-02T00:00+07:00' })
    expect(inZone('Asia/Omsk')).toMatchObject({ because: 'frozen', at: '2027-01-02T00:00+06:00' })
    expect(inZone('Asia/Yekaterinburg')).toMatchObject({
      latest: '2026-12-30T23:20+05:00',
      deadline: '2026-12-31T00:00+05:00',
    })
    expect(inZone('Europe/Moscow')).toMatchObject({ because: 'windowClosed', at: '2026-12-30T23:00+03:00' })
  })

  test('longer than anybody looks ahead', () => {
    const long = [chain('2026-01-01T00:00', '2027-01-01T00:00')]
    expect(told(ask('2026-06-01T14:00+02:00', { freezes: long }))).toMatchObject({
      because: 'frozen',
      at: null,
    })
  })
})

describe('what is never possible', () => {
  test.each([
    ['no windows', { windows: [] }, 'windowClosed'],
    ['windows that are all too short', { windows: daily('23:00', '23:10') }, 'windowTooShort'],
  ])('%s', (_, change, because) => {
    const calendar = calendarOf(BERLIN, { opening: daily('08:00', '22:00'), ...change })
    for (const at of ['2026-06-01T23:05+02:00', '2026-06-01T12:00+02:00'])
      expect(told(ask(at, { calendar }))).toMatchObject({ because, at: null })
  })

  test('a window more than sixty days away is seen in time', () => {
    const calendar = calendarOf(BERLIN, {
      windows: [],
      exceptions: [{ date: '2026-12-01', windows: [{ from: '23:00', to: '06:00' }] }],
    })
    const at = (date: string) => told(ask(`${date}T12:00+02:00`, { calendar }))
    expect(at('2026-06-01')).toMatchObject({ because: 'windowClosed', at: null })
    expect(at('2026-10-03')).toMatchObject({ because: 'windowClosed', at: '2026-12-01T23:00+01:00' })
  })
})

describe('both daylight-saving changes', () => {
  const night = (at: string) => {
    const answer = ask(at)
    if (!answer.may) throw new Error(answer.because)
    return { ...told(answer), hours: (answer.deadline - moment(at)) / HOUR }
  }

  test('Berlin in spring: an hour less until the end', () => {
    expect(night('2026-03-28T23:00+01:00')).toEqual({
      trading: false,
      latest: '2026-03-29T05:20+02:00',
      deadline: '2026-03-29T06:00+02:00',
      hours: 6,
    })
  })

  test('Berlin in autumn: an hour more', () => {
    expect(night('2026-10-24T23:00+02:00')).toMatchObject({ latest: '2026-10-25T05:20+01:00', hours: 8 })
  })

  test('the latest start is counted in real minutes, not by the clock', () => {
    const calendar = calendarOf(BERLIN, {
      windows: daily('23:00', '03:20'),
      opening: daily('08:00', '22:00'),
    })
    expect(told(ask('2026-03-28T23:00+01:00', { calendar }))).toMatchObject({
      latest: '2026-03-29T01:40+01:00',
    })
    expect(told(ask('2026-10-24T23:00+02:00', { calendar }))).toMatchObject({
      latest: '2026-10-25T02:40+01:00',
    })
  })

  test("Lord Howe's half hour, both changes", () => {
    const zone = 'Australia/Lord_Howe'
    const calendar = calendarOf(zone, { windows: daily('23:00', '02:20'), opening: daily('08:00', '22:00') })
    // Spring: 02:00 is 02:30, so the window ends with the gap.
    expect(told(ask('2026-10-03T23:00+10:30', { calendar }), zone)).toEqual({
      trading: false,
      latest: '2026-10-04T01:20+10:30',
      deadline: '2026-10-04T02:30+11:00',
    })
    // Autumn: from 02:00 back to 01:30, so 02:20 comes half an hour later.
    expect(told(ask('2026-04-04T23:00+11:00', { calendar }), zone)).toEqual({
      trading: false,
      latest: '2026-04-05T01:40+10:30',
      deadline: '2026-04-05T02:20+10:30',
    })
    expect(ask('2026-04-04T23:00+11:00', { calendar })).toMatchObject({
      deadline: moment('2026-04-04T23:00+11:00') + 3 * HOUR + 50 * MINUTE,
    })
  })
})

test('an answer for one store takes less than a millisecond, made anew every time', () => {
  const zones = ['Europe/Kaliningrad', 'Europe/Moscow', 'Asia/Omsk', BERLIN, 'Australia/Lord_Howe']
  const calendars = Array.from({ length: 200 }, (_, i) =>
    calendarOf(zones[i % zones.length] ?? BERLIN, { opening: daily('08:00', '22:00') }),
  )
  // Of its own time: what else the machine does meanwhile is no part of it.
  const began = process.cpuUsage()
  let answers = 0
  for (let day = 0; day < 50; day += 1)
    for (const calendar of calendars) {
      ask(Date.UTC(2026, 2, 1) + day * DAY + (answers % 24) * HOUR, { calendar })
      answers += 1
    }
  const { user, system } = process.cpuUsage(began)
  const eachMs = (user + system) / 1000 / answers
  console.log(`installTime: ${(eachMs * 1000).toFixed(0)} µs each, ${answers} answers`)
  expect(eachMs).toBeLessThan(1)
})

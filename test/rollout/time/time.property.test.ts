/** Whatever the calendar: what window.ts and fit.ts answer, against the wall clock that Temporal shows. */
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import {
  type Calendar,
  type DaySpan,
  type Freeze,
  type Interval,
  type WeeklySpan,
  weekdays,
} from '../../../src/rollout/time/calendar.ts'
import { checkCalendar, checkFreeze } from '../../../src/rollout/time/calendar-check.ts'
import { type FitInput, installTime, needSeconds } from '../../../src/rollout/time/fit.ts'
import { parseDate, zoneOf } from '../../../src/rollout/time/local-time.ts'
import { freezeIntervals, mergeIntervals, openingsOf, windowsOf } from '../../../src/rollout/time/window.ts'
import { DAY, HOUR, MINUTE, moment, offsetAt, wallAt } from './clock.ts'

const RUNS = 300

/** Changes of an hour, of half an hour, at midnight, before sunrise, in summer and in Ramadan; and zones without. */
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'America/Havana',
  'Africa/Casablanca',
  'Europe/Moscow',
  'Asia/Kolkata',
] as const
const zone = fc.constantFrom(...zones)

function changesOf(timeZone: string): number[] {
  const changes: number[] = []
  let at = Temporal.Instant.from('2026-01-01T00:00Z').toZonedDateTimeISO(timeZone)
  for (let i = 0; i < 4; i += 1) {
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.year > 2026) break
    changes.push(next.epochMilliseconds)
    at = next
  }
  return changes
}
const changes = new Map(zones.map((name) => [name as string, changesOf(name)]))

/** A moment of 2026, for half of them within three days of a change of the zone's clock. */
const momentIn = (timeZone: string): fc.Arbitrary<number> => {
  const [from, to] = [moment('2026-01-01T00:00Z'), moment('2027-01-01T00:00Z')]
  const any = fc.integer({ min: from / MINUTE, max: to / MINUTE })
  const near = (changes.get(timeZone) ?? []).map((change) =>
    fc.integer({ min: change / MINUTE - 3 * 1440, max: change / MINUTE + 3 * 1440 }),
  )
  return fc
    .tuple(near.length === 0 ? any : fc.oneof(any, fc.oneof(...near)), fc.constantFrom(0, 1, 59_999))
    .map(([minutes, more]) => minutes * MINUTE + more)
}

const time = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, 2, 3, 23)),
    fc.constantFrom(0, 10, 30, 45),
  )
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
const daySpan: fc.Arbitrary<DaySpan> = fc.record({ from: time, to: fc.oneof(time, fc.constant('24:00')) })
const weeklySpan: fc.Arbitrary<WeeklySpan> = fc
  .tuple(fc.subarray([...weekdays], { minLength: 1 }), daySpan)
  .map(([days, span]) => ({ days, ...span }))
const week = (minLength: number) => fc.array(weeklySpan, { minLength, maxLength: 3 })

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const exceptionsNear = (now: number): fc.Arbitrary<Calendar['exceptions']> =>
  fc.uniqueArray(
    fc
      .record(
        {
          days: fc.integer({ min: -2, max: 5 }),
          windows: fc.array(daySpan, { maxLength: 2 }),
          opening: fc.array(daySpan, { maxLength: 2 }),
        },
        { requiredKeys: ['days'] },
      )
      .map(({ days, ...spans }) => ({ date: dateOf(now + days * DAY), ...spans })),
    { selector: ({ date }) => date, maxLength: 3 },
  )
const freezesNear = (now: number): fc.Arbitrary<Freeze[]> =>
  fc.array(
    fc.tuple(fc.integer({ min: -48, max: 96 }), fc.integer({ min: 1, max: 72 })).map(([hours, length]) => ({
      id: 'f',
      name: 'f',
      scope: { kind: 'chain' as const },
      from: new Date(now + hours * HOUR).toISOString().slice(0, 16),
      to: new Date(now + (hours + length) * HOUR).toISOString().slice(0, 16),
    })),
    { maxLength: 2 },
  )

const need = fc.record({
  installSeconds: fc.integer({ min: 1, max: 5400 }),
  confirmSeconds: fc.double({ min: 0, max: 600, noNaN: true }),
  rollbackSeconds: fc.nat(1800),
  marginSeconds: fc.nat(1800),
})

const fitInput: fc.Arbitrary<FitInput> = zone
  .chain((timeZone) => fc.tuple(fc.constant(timeZone), momentIn(timeZone)))
  .chain(([timeZone, now]) =>
    fc.record({
      calendar: fc.record({
        timeZone: fc.constant(timeZone),
        windows: week(1),
        opening: fc.oneof(
          { weight: 4, arbitrary: week(0) },
          fc.constant('always' as const),
          fc.constant(null),
        ),
        exceptions: exceptionsNear(now),
      }),
      windows: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, week(1)),
      freezes: freezesNear(now),
      notBefore: fc.option(
        fc.integer({ min: -72, max: 72 }).map((hours) => now + hours * HOUR),
        { freq: 2 },
      ),
      need,
      mustBeClosed: fc.boolean(),
      now: fc.constant(now),
    }),
  )

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** Whether the clock shows a time of the week: nothing but the words of calendar.ts. */
function isShown(at: number, timeZone: string, spansOn: (day: number) => readonly DaySpan[]): boolean {
  const wall = wallAt(at, timeZone)
  return [0, 1].some((daysAgo) =>
    spansOn(wall.day - daysAgo).some((span) => {
      const begin = minutesOf(span.from)
      const end = minutesOf(span.to) > begin ? minutesOf(span.to) : minutesOf(span.to) + 1440
      const minutes = wall.minutes + daysAgo * 1440
      return begin <= minutes && minutes < end
    }),
  )
}

const weekdayOf = (day: number) => weekdays[(new Date(day * DAY).getUTCDay() + 6) % 7] ?? 'mon'
const onWeekday = (spans: readonly WeeklySpan[], day: number) =>
  spans.filter(({ days }) => days.includes(weekdayOf(day)))

function isWindowShown({ calendar, windows }: Pick<FitInput, 'calendar' | 'windows'>, at: number): boolean {
  return isShown(at, calendar.timeZone, (day) => {
    const own = calendar.exceptions.find(({ date }) => parseDate(date) === day)?.windows
    if (windows !== null) return own?.length === 0 ? [] : onWeekday(windows, day)
    return own ?? onWeekday(calendar.windows, day)
  })
}

function isOpeningShown({ timeZone, opening, exceptions }: Calendar, at: number): boolean {
  if (opening === null) return true
  return isShown(at, timeZone, (day) => {
    const own = exceptions.find(({ date }) => parseDate(date) === day)?.opening
    return own ?? (opening === 'always' ? [{ from: '00:00', to: '24:00' }] : onWeekday(opening, day))
  })
}

function isFreezeShown({ calendar, freezes }: Pick<FitInput, 'calendar' | 'freezes'>, at: number): boolean {
  const wall = wallAt(at, calendar.timeZone)
  const local = wall.day * DAY + wall.minutes * MINUTE
  return freezes.some(({ from, to }) => moment(`${from}Z`) <= local && local < moment(`${to}Z`))
}

const contains = (intervals: readonly Interval[], at: number): boolean =>
  intervals.some(({ from, to }) => from <= at && at < to)
const hasSteadyClock = (at: number, timeZone: string): boolean =>
  offsetAt(at - 2 * DAY, timeZone) === offsetAt(at + 2 * DAY, timeZone)

/** So many moments of [from, to), its first and last among them. */
function samples(from: number, to: number, count: number): number[] {
  const step = Math.max(1, (to - from - 1) / (count - 1))
  const inside = Array.from({ length: count }, (_, i) => Math.floor(from + i * step))
  return [...inside.filter((at) => at < to), to - 1]
}

test('the calendars and freezes of these properties pass the checks', () => {
  fc.assert(
    fc.property(fitInput, ({ calendar, freezes }) => {
      expect([...checkCalendar(calendar), ...freezes.flatMap(checkFreeze)]).toEqual([])
    }),
    { numRuns: RUNS },
  )
})

test('local times are the moments at which Temporal shows them', () => {
  fc.assert(
    fc.property(
      zone.chain((timeZone) => fc.tuple(fc.constant(timeZone), momentIn(timeZone))),
      ([timeZone, at]) => {
        const { offsetAt: ours, momentsOf } = zoneOf(timeZone)
        expect(ours(at)).toBe(offsetAt(at, timeZone))
        const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').toPlainDateTime()
        const by = (disambiguation: 'earlier' | 'later') => wall.toZonedDateTime(timeZone, { disambiguation })
        const isGap = !by('later').toPlainDateTime().equals(wall)
        const { earlier, later } = momentsOf(at)
        if (!isGap) {
          expect(earlier).toBe(by('earlier').epochMilliseconds)
          expect(later).toBe(by('later').epochMilliseconds)
          return
        }
        expect(later).toBe(earlier)
        expect(wallBefore(earlier, timeZone)).toBeLessThan(at)
        expect(wallBefore(earlier + 1, timeZone)).toBeGreaterThan(at)
      },
    ),
    { numRuns: 1000 },
  )
  /** The local time a millisecond before. */
  function wallBefore(at: number, timeZone: string): number {
    return at - 1 + offsetAt(at - 1, timeZone)
  }
})

describe('windows, opening hours and freezes', () => {
  const asked5Days = fc
    .tuple(fitInput, fc.array(fc.nat(5 * 1440 - 1), { minLength: 20, maxLength: 20 }))
    .map(([input, minutes]) => {
      const anywhere = minutes.map((minute) => input.now + minute * MINUTE)
      const near = (changes.get(input.calendar.timeZone) ?? []).flatMap((change) =>
        samples(change - 90 * MINUTE, change + 90 * MINUTE, 19),
      )
      const end = input.now + 5 * DAY
      return { input, moments: [...anywhere, ...near.filter((at) => input.now <= at && at < end)] }
    })

  test('a window is never where the clock does not show it; away from a change it is exactly there', () => {
    fc.assert(
      fc.property(asked5Days, ({ input, moments }) => {
        const { calendar, windows, now } = input
        const found = windowsOf(calendar, windows, now, now + 5 * DAY)
        const edges = found.flatMap(({ from, to }) => [from, to - 1])
        for (const at of [...edges, ...moments]) {
          if (contains(found, at)) expect(isWindowShown(input, at)).toBe(true)
          else if (hasSteadyClock(at, calendar.timeZone)) expect(isWindowShown(input, at)).toBe(false)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('the shop never trades outside its opening hours; away from a change they are exact', () => {
    fc.assert(
      fc.property(asked5Days, ({ input: { calendar, now }, moments }) => {
        const found = openingsOf(calendar, now, now + 5 * DAY)
        if (!Array.isArray(found)) {
          expect(calendar.opening).toBe(found)
          return
        }
        for (const at of moments) {
          if (!contains(found, at)) expect(isOpeningShown(calendar, at)).toBe(false)
          else if (hasSteadyClock(at, calendar.timeZone)) expect(isOpeningShown(calendar, at)).toBe(true)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('no moment of a freeze is left out', () => {
    fc.assert(
      fc.property(asked5Days, ({ input, moments }) => {
        const found = freezeIntervals(input.freezes, input.calendar.timeZone)
        for (const at of moments) if (!contains(found, at)) expect(isFreezeShown(input, at)).toBe(false)
      }),
      { numRuns: RUNS },
    )
  })

  test('cut anywhere, they are the same', () => {
    fc.assert(
      fc.property(fitInput, fc.nat(3 * 1440), fc.nat(3 * 1440), ({ calendar, windows, now }, a, b) => {
        const middle = now + a * MINUTE
        const end = middle + b * MINUTE
        const parts = [
          ...windowsOf(calendar, windows, now, middle),
          ...windowsOf(calendar, windows, middle, end),
        ]
        expect(mergeIntervals(parts)).toEqual(windowsOf(calendar, windows, now, end))
        const whole = openingsOf(calendar, now, end)
        if (!Array.isArray(whole)) return
        const halves = [openingsOf(calendar, now, middle), openingsOf(calendar, middle, end)]
        expect(mergeIntervals(halves.flatMap((half) => (Array.isArray(half) ? half : [])))).toEqual(whole)
      }),
      { numRuns: RUNS },
    )
  })
})

const asked = (input: FitInput, now: number) => installTime({ ...input, now })

describe('an installation', () => {
  test('begins in a window, is over before its end, and never meets a freeze', () => {
    let begun = 0
    fc.assert(
      fc.property(fitInput, (input) => {
        const { calendar, now, notBefore } = input
        const answer = asked(input, now)
        if (!answer.may) return
        begun += 1
        const needMs = needSeconds(input.need) * 1000
        expect(now).toBeLessThanOrEqual(answer.latestStart)
        expect(now + needMs).toBeLessThanOrEqual(answer.deadline)
        expect(answer.latestStart + needMs).toBeLessThanOrEqual(answer.deadline)
        expect(notBefore ?? now).toBeLessThanOrEqual(now)
        if (input.mustBeClosed) expect(answer.isTrading).toBe(false)
        for (const at of samples(now, Math.min(answer.deadline, now + 2 * DAY), 40)) {
          expect(isWindowShown(input, at)).toBe(true)
          expect(isFreezeShown(input, at)).toBe(false)
          if (!answer.isTrading) expect(isOpeningShown(calendar, at)).toBe(false)
        }
      }),
      { numRuns: 2 * RUNS },
    )
    expect(begun).toBeGreaterThan(RUNS / 20)
  })

  test('may begin at any moment until the latest start', () => {
    fc.assert(
      fc.property(fitInput, (input) => {
        const answer = asked(input, input.now)
        if (!answer.may) return
        for (const at of samples(input.now, Math.min(answer.latestStart, input.now + 2 * DAY) + 1, 12))
          expect(asked(input, at).may).toBe(true)
        // A window without end is known only as far as one looks, 61 days from that midnight.
        if (!answer.isTrading && answer.latestStart < input.now + 59 * DAY)
          expect(asked(input, answer.latestStart + 1)).not.toMatchObject({ may: true, isTrading: false })
      }),
      { numRuns: RUNS },
    )
  })

  test('that has to wait may begin at the moment named, and at none before', () => {
    fc.assert(
      fc.property(fitInput, (input) => {
        const answer = asked(input, input.now)
        if (answer.may) return
        const end = answer.at ?? input.now + 3 * DAY
        expect(end).toBeGreaterThan(input.now)
        for (const at of samples(input.now, Math.min(end, input.now + 5 * DAY), 20))
          expect(asked(input, at).may).toBe(false)
        if (answer.at !== null) expect(asked(input, answer.at).may).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  test('has an answer that does not change before it says so', () => {
    fc.assert(
      fc.property(fitInput, (input) => {
        const answer = asked(input, input.now)
        expect(answer.until).toBeGreaterThan(input.now)
        for (const at of samples(input.now, answer.until, 12)) expect(asked(input, at)).toEqual(answer)
      }),
      { numRuns: RUNS },
    )
  })

  test('waits for what is true of the moment', () => {
    fc.assert(
      fc.property(fitInput, (input) => {
        const { calendar, now } = input
        const answer = asked(input, now)
        if (answer.may || answer.at === null || !hasSteadyClock(now, calendar.timeZone)) return
        const isEarly = input.notBefore !== null && now < input.notBefore
        const isClosed = isEarly || !isWindowShown(input, now)
        expect(answer.isTrading).toBe(isOpeningShown(calendar, now))
        expect(answer.because === 'frozen').toBe(isFreezeShown(input, now))
        if (answer.because === 'windowClosed') expect(isClosed).toBe(true)
        if (answer.because === 'storeOpen' || answer.because === 'windowTooShort')
          expect(isClosed).toBe(false)
        if (answer.because === 'storeOpen') expect(input.mustBeClosed && answer.isTrading).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })
})

/** Moments and wall clocks of stores by Temporal itself, beside what src/rollout/time/local-time.ts reckons. */
import { Temporal } from 'temporal-polyfill'
import {
  type Calendar,
  type InstallNeed,
  type Interval,
  weekdays,
} from '../../../src/rollout/time/calendar.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** `2026-10-25T02:30+01:00` as a moment. */
export const moment = (text: string): number => Temporal.Instant.from(text).epochMilliseconds

/** What the clock shows, with its offset: `2026-10-25T02:30+01:00`. */
export const shown = (at: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toString({ smallestUnit: 'minute', timeZoneName: 'never' })

export const shownAll = (intervals: readonly Interval[], timeZone: string): string[] =>
  intervals.map(({ from, to }) => `${shown(from, timeZone)} ${shown(to, timeZone)}`)

/** Days since 1970 and minutes since midnight that the clock shows. */
export function wallAt(at: number, timeZone: string): { day: number; minutes: number } {
  const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return {
    day: Date.UTC(wall.year, wall.month - 1, wall.day) / DAY,
    minutes: wall.hour * 60 + wall.minute + wall.second / 60 + wall.millisecond / MINUTE,
  }
}

export const offsetAt = (at: number, timeZone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e6

/** Every night from eleven to six, trading not known, unless told otherwise. */
export const calendarOf = (timeZone: string, change: Partial<Calendar> = {}): Calendar => ({
  timeZone,
  windows: [{ days: weekdays, from: '23:00', to: '06:00' }],
  opening: null,
  exceptions: [],
  ...change,
})

/** Forty minutes altogether. */
export const need: InstallNeed = {
  installSeconds: 600,
  confirmSeconds: 300,
  rollbackSeconds: 600,
  marginSeconds: 900,
}

/** Dates as `YYYY-MM-DD`, without a zone: a calendar's leaves. */
import { type Weekday, weekdays } from '../../../../src/rollout/time/calendar.ts'

const DAY_MS = 86_400_000
export const DAY_MINUTES = 1440

const msOf = (date: string): number => Date.parse(`${date}T00:00:00Z`)
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const isDate = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && dateOf(msOf(text) || 0) === text

export const addDays = (date: string, days: number): string => dateOf(msOf(date) + days * DAY_MS)

export const weekdayOf = (date: string): Weekday =>
  weekdays[(new Date(msOf(date)).getUTCDay() + 6) % 7] ?? 'mon'

export const mondayOf = (date: string): string => addDays(date, -weekdays.indexOf(weekdayOf(date)))

export const weekOf = (date: string): readonly string[] => {
  const monday = mondayOf(date)
  return weekdays.map((_, day) => addDays(monday, day))
}

/** Whole weeks that have its month. */
export function monthOf(date: string): readonly (readonly string[])[] {
  const first = `${date.slice(0, 7)}-01`
  const weeks: (readonly string[])[] = []
  for (let monday = mondayOf(first); monday.slice(0, 7) <= date.slice(0, 7); monday = addDays(monday, 7))
    weeks.push(weekOf(monday))
  return weeks
}

/** The same day of the next month, or its last one. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 1] = date.split('-').map(Number)
  return dateOf(Date.UTC(year, month - 1 + months, 1))
}

export interface LocalTime {
  readonly date: string
  readonly minutes: number
}

/** What the clock on the wall shows then. */
export function localTime(at: number, timeZone: string): LocalTime {
  // Swedish dates are ISO dates.
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  }).format(new Date(at))
  const [date = '', clock = ''] = text.split(' ')
  return { date, minutes: minutesOf(clock) }
}

export const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

/** `06:00`; a whole day is `24:00`. */
export const clockOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

export const formatWeekday = (language: string, day: Weekday, style: 'short' | 'long' = 'short'): string =>
  // 2024-01-01 was a Monday.
  new Intl.DateTimeFormat(language, { weekday: style, timeZone: 'UTC' }).format(
    new Date(Date.UTC(2024, 0, 1 + weekdays.indexOf(day))),
  )

export function formatMonth(language: string, date: string): string {
  const text = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    msOf(date),
  )
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `пн, 23 ноября`. */
export const formatLongDay = (language: string, date: string): string =>
  new Intl.DateTimeFormat(language, {
    ...{ weekday: 'short', day: 'numeric', month: 'long', timeZone: 'UTC' },
  }).format(msOf(date))

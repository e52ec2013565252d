/** Times are shown as clocks on the wall of a store show them; the viewer's own is told beside. */
import { formatTime } from '../../../src/words/format-time.ts'

type Language = 'ru' | 'en'

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** `21.12.2020 04:31:38`, `2020-12-21 04:31:38`. */
export const formatMoment = (language: Language, at: Date, timeZone: string): string =>
  formatTime(language, at, timeZone)

/** `04:31`. */
export const formatClock = (language: Language, at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat(language, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at)

/** `21.12.2020`, `2020-12-21`: a date without a time, as `YYYY-MM-DD`; another text as it stands. */
export function formatDay(language: Language, day: string): string {
  if (!/^\d{4}-\d\d-\d\d/.test(day)) return day
  const [year, month, date] = day.slice(0, 10).split('-')
  return language === 'ru' ? `${date}.${month}.${year}` : `${year}-${month}-${date}`
}

interface Span {
  readonly days: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
}
const spanOf = (seconds: number): Span => ({
  days: Math.floor(seconds / 86_400),
  hours: Math.floor((seconds % 86_400) / 3600),
  minutes: Math.floor((seconds % 3600) / 60),
  seconds: Math.floor(seconds % 60),
})

const unit = (language: Language, count: number, name: string): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(count)

/** `54 дн.`, `2 ч 50 мин`, `12 с`: the two largest parts, never below nothing. */
export function formatSpan(language: Language, seconds: number): string {
  const { days, hours, minutes, seconds: rest } = spanOf(Math.max(0, seconds))
  if (days > 1) return unit(language, days, 'day')
  if (days === 1) return `${unit(language, 1, 'day')} ${unit(language, hours, 'hour')}`
  if (hours > 0) return `${unit(language, hours, 'hour')} ${unit(language, minutes, 'minute')}`
  return minutes > 0 ? unit(language, minutes, 'minute') : unit(language, rest, 'second')
}

/** What is wrong with a calendar, a policy's windows or a freeze before it is stored. window.ts throws on the same. */
import {
  type Calendar,
  type DateException,
  type DaySpan,
  type Freeze,
  type WeeklySpan,
  weekdays,
} from './calendar.ts'
import { isTimeZone, parseDate, parseLocal, parseMinutes } from './local-time.ts'

export type CalendarProblemCode =
  | 'timeZoneUnknown'
  | 'windowInvalid'
  | 'windowNeverOpens'
  | 'openingInvalid'
  | 'dateInvalid'
  | 'dateRepeated'
  | 'freezeInvalid'

export interface CalendarProblem {
  readonly code: CalendarProblemCode
  /** Where in what was checked: `windows[0].from`. */
  readonly path: string
  readonly value: string
}

type SpanCode = 'windowInvalid' | 'openingInvalid'

function checkSpan(code: SpanCode, path: string, { from, to }: DaySpan): CalendarProblem[] {
  const problems: CalendarProblem[] = []
  if (parseMinutes(from) === undefined) problems.push({ code, path: `${path}.from`, value: from })
  if (to !== '24:00' && parseMinutes(to) === undefined) problems.push({ code, path: `${path}.to`, value: to })
  return problems
}

const checkSpans = (code: SpanCode, path: string, spans: readonly DaySpan[]): CalendarProblem[] =>
  spans.flatMap((span, i) => checkSpan(code, `${path}[${i}]`, span))

/** A span of no day begins never. */
function checkDays(code: SpanCode, path: string, { days }: WeeklySpan): CalendarProblem[] {
  const isKnown = days.every((day) => (weekdays as readonly string[]).includes(day))
  return days.length > 0 && isKnown ? [] : [{ code, path: `${path}.days`, value: days.join(',') }]
}

const checkWeek = (code: SpanCode, path: string, spans: readonly WeeklySpan[]): CalendarProblem[] => [
  ...checkSpans(code, path, spans),
  ...spans.flatMap((span, i) => checkDays(code, `${path}[${i}]`, span)),
]

/** The windows of a policy: `[]` would never open. */
export function checkWindows(windows: readonly WeeklySpan[], path = 'windows'): CalendarProblem[] {
  if (windows.length === 0) return [{ code: 'windowNeverOpens', path, value: '' }]
  return checkWeek('windowInvalid', path, windows)
}

function checkException({ date, windows, opening }: DateException, path: string): CalendarProblem[] {
  const problems: CalendarProblem[] =
    parseDate(date) === undefined ? [{ code: 'dateInvalid', path: `${path}.date`, value: date }] : []
  problems.push(...checkSpans('windowInvalid', `${path}.windows`, windows ?? []))
  problems.push(...checkSpans('openingInvalid', `${path}.opening`, opening ?? []))
  return problems
}

function repeatedDates(exceptions: readonly DateException[]): CalendarProblem[] {
  const seen = new Set<string>()
  return exceptions.flatMap(({ date }, i) => {
    if (seen.has(date)) return [{ code: 'dateRepeated' as const, path: `exceptions[${i}].date`, value: date }]
    seen.add(date)
    return []
  })
}

/** Everything that is wrong with it; none: window.ts can read it, and it opens at least once. */
export function checkCalendar(calendar: Calendar): CalendarProblem[] {
  const { timeZone, windows, opening, exceptions } = calendar
  const problems: CalendarProblem[] = []
  if (!isTimeZone(timeZone)) problems.push({ code: 'timeZoneUnknown', path: 'timeZone', value: timeZone })
  const opens = windows.length > 0 || exceptions.some((one) => (one.windows ?? []).length > 0)
  if (!opens) problems.push({ code: 'windowNeverOpens', path: 'windows', value: '' })
  problems.push(...checkWeek('windowInvalid', 'windows', windows))
  if (opening !== null && opening !== 'always')
    problems.push(...checkWeek('openingInvalid', 'opening', opening))
  problems.push(...exceptions.flatMap((one, i) => checkException(one, `exceptions[${i}]`)))
  problems.push(...repeatedDates(exceptions))
  return problems
}

/** A freeze has two local date-times, the end after its beginning. */
export function checkFreeze({ from, to }: Pick<Freeze, 'from' | 'to'>): CalendarProblem[] {
  const begin = parseLocal(from)
  const end = parseLocal(to)
  const problems: CalendarProblem[] = []
  if (begin === undefined) problems.push({ code: 'freezeInvalid', path: 'from', value: from })
  if (end === undefined) problems.push({ code: 'freezeInvalid', path: 'to', value: to })
  if (begin !== undefined && end !== undefined && end <= begin)
    problems.push({ code: 'freezeInvalid', path: 'to', value: to })
  return problems
}

/**
 * What the clock on a store's wall shows, by Intl alone: the judge of src/rollout/time/window.ts and fit.ts must not reckon
 * as they do. Every edge of the simulated calendars is at a full quarter of an hour.
 */
import {
  type Calendar,
  type DaySpan,
  type Freeze,
  type InstallNeed,
  type Interval,
  type WeeklySpan,
  weekdays,
} from '../../src/rollout/time/calendar.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const QUARTER = 15 * MINUTE

interface ZoneClock {
  readonly format: Intl.DateTimeFormat
  /** By day of UTC: its offset, or null: it changes that day. */
  readonly days: Map<number, number | null>
  readonly quarters: Map<number, number>
}
const clocks = new Map<string, ZoneClock>()

function clockOf(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    },
  })
  const made: ZoneClock = { format, days: new Map(), quarters: new Map() }
  clocks.set(timeZone, made)
  return made
}

function readOffset({ format }: ZoneClock, at: number): number {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / SECOND) * SECOND
}

function offsetAt(timeZone: string, at: number): number {
  const clock = clockOf(timeZone)
  const day = Math.floor(at / DAY)
  let offset = clock.days.get(day)
  if (offset === undefined) {
    const first = readOffset(clock, day * DAY)
    offset = first === readOffset(clock, (day + 1) * DAY) ? first : null
    clock.days.set(day, offset)
  }
  if (offset !== null) return offset
  const quarter = Math.floor(at / QUARTER)
  const known = clock.quarters.get(quarter) ?? readOffset(clock, quarter * QUARTER)
  clock.quarters.set(quarter, known)
  return known
}

/** Milliseconds as if the wall were UTC. */
export const wallAt = (timeZone: string, at: number): number => at + offsetAt(timeZone, at)

/** `2026-10-25 02:30:00` */
export const shown = (timeZone: string, at: number): string =>
  new Date(wallAt(timeZone, at)).toISOString().slice(0, 19).replace('T', ' ')

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
interface Span {
  readonly from: number
  readonly to: number
}
function spanOf({ from, to }: DaySpan): Span {
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  return { from: begin, to: end <= begin ? end + 1440 : end }
}

type OnDay = (day: number) => readonly Span[]
const compiled = new WeakMap<object, OnDay>()

function week(spans: readonly WeeklySpan[]): readonly (readonly Span[])[] {
  return weekdays.map((day) => spans.filter(({ days }) => days.includes(day)).map(spanOf))
}

/** The spans that begin on a date, dates with rules of their own first. */
function onDay(calendar: Calendar, what: 'windows' | 'opening', key: object): OnDay {
  const known = compiled.get(key)
  if (known !== undefined) return known
  const weekly = calendar[what]
  const ofWeek = Array.isArray(weekly) ? week(weekly) : week([{ days: weekdays, from: '00:00', to: '24:00' }])
  const dates = new Map(
    calendar.exceptions.flatMap((one) => {
      const own = one[what]
      return own === undefined ? [] : [[Date.parse(`${one.date}T00:00Z`) / DAY, own.map(spanOf)] as const]
    }),
  )
  const made: OnDay = (day) => dates.get(day) ?? ofWeek[(((day + 3) % 7) + 7) % 7] ?? []
  compiled.set(key, made)
  return made
}

/** Kept beside the calendar: an object has one key here, and windows and opening hours are two. */
const openingKeys = new WeakMap<Calendar, object>()
function openingKey(calendar: Calendar): object {
  const known = openingKeys.get(calendar)
  if (known !== undefined) return known
  const key = {}
  openingKeys.set(calendar, key)
  return key
}

function isIn(spans: OnDay, wall: number): boolean {
  const day = Math.floor(wall / DAY)
  const minute = (wall - day * DAY) / MINUTE
  for (const { from, to } of spans(day)) if (from <= minute && minute < to) return true
  for (const { to } of spans(day - 1)) if (minute + 1440 < to) return true
  return false
}

const isInWindow = (calendar: Calendar, at: number): boolean =>
  isIn(onDay(calendar, 'windows', calendar), wallAt(calendar.timeZone, at))

export const isTrading = (calendar: Calendar, at: number): boolean => {
  if (calendar.opening === null || calendar.opening === 'always') return true
  return isIn(onDay(calendar, 'opening', openingKey(calendar)), wallAt(calendar.timeZone, at))
}

const localFreezes = new WeakMap<Freeze, Interval>()
function localFreeze(freeze: Freeze): Interval {
  const known = localFreezes.get(freeze)
  if (known !== undefined) return known
  const made = { from: Date.parse(`${freeze.from}Z`), to: Date.parse(`${freeze.to}Z`) }
  localFreezes.set(freeze, made)
  return made
}

const isFrozen = (freezes: readonly Freeze[], timeZone: string, at: number): boolean => {
  if (freezes.length === 0) return false
  const wall = wallAt(timeZone, at)
  return freezes.some((one) => {
    const { from, to } = localFreeze(one)
    return from <= wall && wall < to
  })
}

/** What holds from `from` to `to`, and when it ends for the worse; looked at every quarter of an hour, some hours ahead. */
interface Outlook extends Interval {
  readonly isOpen: boolean
  readonly isTrading: boolean
  readonly closesAt: number
  readonly tradesAt: number
}
const AHEAD = 4 * HOUR
const VALID = 2 * HOUR

function lookAhead(calendar: Calendar, at: number): Outlook {
  const from = Math.floor(at / QUARTER) * QUARTER
  const isOpen = isInWindow(calendar, from)
  const isTradingNow = isTrading(calendar, from)
  let [to, closesAt, tradesAt] = [from + VALID, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let when = from; when < from + AHEAD; when += QUARTER) {
    const open = isInWindow(calendar, when)
    const trades = isTrading(calendar, when)
    if (open !== isOpen || trades !== isTradingNow) to = Math.min(to, when)
    if (!open) closesAt = Math.min(closesAt, when)
    if (trades) tradesAt = Math.min(tradesAt, when)
  }
  return { from, to, isOpen, isTrading: isTradingNow, closesAt, tradesAt }
}

const outlooks = new WeakMap<Calendar, Outlook>()

function outlook(calendar: Calendar, at: number): Outlook {
  const known = outlooks.get(calendar)
  if (known !== undefined && known.from <= at && at < known.to) return known
  const made = lookAhead(calendar, at)
  outlooks.set(calendar, made)
  return made
}

/** What is wrong with an installation that begins now, by the wall; undefined: nothing. No need is longer than two hours. */
export function wrongBeginning(
  calendar: Calendar,
  freezes: readonly Freeze[],
  need: InstallNeed,
  mustBeClosed: boolean,
  at: number,
): string | undefined {
  const { installSeconds, confirmSeconds, rollbackSeconds, marginSeconds } = need
  const end = at + (installSeconds + confirmSeconds + rollbackSeconds + marginSeconds) * SECOND
  const { timeZone } = calendar
  const seen = outlook(calendar, at)
  const until = (when: number) => `at ${shown(timeZone, when)}; it must be over by ${shown(timeZone, end)}`
  if (mustBeClosed && seen.isTrading) return 'the shop trades, and it must be closed'
  if (isFrozen(freezes, timeZone, at)) return 'it is frozen'
  if (!seen.isOpen) return 'the window is closed'
  if (end > seen.closesAt) return `the window closes ${until(seen.closesAt)}`
  if (isFrozen(freezes, timeZone, end - 1))
    return `a freeze begins before it must be over, ${shown(timeZone, end)}`
  if (!seen.isTrading && end > seen.tradesAt) return `the shop opens ${until(seen.tradesAt)}`
  return undefined
}

const tradingDays = new WeakMap<Calendar, Map<number, readonly Interval[]>>()

/** Of one day of UTC. */
function tradingOf(calendar: Calendar, day: number): readonly Interval[] {
  const kept = tradingDays.get(calendar) ?? new Map<number, readonly Interval[]>()
  tradingDays.set(calendar, kept)
  const known = kept.get(day)
  if (known !== undefined) return known
  const times: Interval[] = []
  let begin: number | undefined
  for (let at = day * DAY; at < (day + 1) * DAY; at += QUARTER) {
    const trades = isTrading(calendar, at)
    if (trades && begin === undefined) begin = at
    if (!trades && begin !== undefined) {
      times.push({ from: begin, to: at })
      begin = undefined
    }
  }
  if (begin !== undefined) times.push({ from: begin, to: (day + 1) * DAY })
  kept.set(day, times)
  return times
}

/** When a shop trades from the beginning of the day of `from` to the end of that of `to`. */
export function tradingTimes(calendar: Calendar, from: number, to: number): Interval[] {
  const times: Interval[] = []
  for (let day = Math.floor(from / DAY); day <= Math.floor(to / DAY); day += 1) {
    for (const next of tradingOf(calendar, day)) {
      const last = times.at(-1)
      if (last?.to === next.from) times[times.length - 1] = { from: last.from, to: next.to }
      else times.push(next)
    }
  }
  return times
}

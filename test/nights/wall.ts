/**
 * What the clock on a store's wall shows, by Intl alone: the judge of src/rollout/window.ts and fit.ts must not reckon
 * as they do. Every edge of the simulated calendars is at a full five minutes.
 */
import { type Calendar, type DaySpan, type Freeze, type InstallNeed, type Interval, type WeeklySpan, weekdays } from '../../src/rollout/calendar.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const STEP = 5 * MINUTE

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
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
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
  const quarter = Math.floor(at / (15 * MINUTE))
  const known = clock.quarters.get(quarter) ?? readOffset(clock, quarter * 15 * MINUTE)
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

export const isInWindow = (calendar: Calendar, at: number): boolean =>
  isIn(onDay(calendar, 'windows', calendar), wallAt(calendar.timeZone, at))

export const isTrading = (calendar: Calendar, at: number): boolean => {
  if (calendar.opening === null || calendar.opening === 'always') return true
  return isIn(onDay(calendar, 'opening', openingKey(calendar)), wallAt(calendar.timeZone, at))
}

export const isFrozen = (freezes: readonly Freeze[], timeZone: string, at: number): boolean => {
  if (freezes.length === 0) return false
  const wall = wallAt(timeZone, at)
  return freezes.some(({ from, to }) => Date.parse(`${from}Z`) <= wall && wall < Date.parse(`${to}Z`))
}

/** What holds from `from` to `to`, and when it ends for the worse; looked at every five minutes, a day ahead. */
interface Outlook {
  readonly from: number
  readonly to: number
  readonly isOpen: boolean
  readonly isFrozen: boolean
  readonly isTrading: boolean
  readonly closesAt: number
  readonly freezesAt: number
  readonly tradesAt: number
}
const AHEAD = DAY

function lookAhead(calendar: Calendar, freezes: readonly Freeze[], at: number): Outlook {
  const from = Math.floor(at / STEP) * STEP
  const open = (when: number) => isInWindow(calendar, when)
  const frozen = (when: number) => isFrozen(freezes, calendar.timeZone, when)
  const trading = (when: number) => isTrading(calendar, when)
  const first = (isBad: (when: number) => boolean): number => {
    for (let when = from; when < from + AHEAD; when += STEP) if (isBad(when)) return when
    return from + AHEAD
  }
  const [isOpen, isFrozenNow, isTradingNow] = [open(from), frozen(from), trading(from)]
  const to = first((when) => open(when) !== isOpen || frozen(when) !== isFrozenNow || trading(when) !== isTradingNow)
  return {
    ...{ from, to: Math.min(to, from + AHEAD / 2), isOpen, isFrozen: isFrozenNow, isTrading: isTradingNow },
    closesAt: first((when) => !open(when)),
    freezesAt: first(frozen),
    tradesAt: first(trading),
  }
}

const outlooks = new WeakMap<Calendar, Map<string, Outlook>>()

/** @param freezesKey names the freezes */
function outlook(calendar: Calendar, freezes: readonly Freeze[], freezesKey: string, at: number): Outlook {
  const kept = outlooks.get(calendar) ?? new Map<string, Outlook>()
  outlooks.set(calendar, kept)
  const known = kept.get(freezesKey)
  if (known !== undefined && known.from <= at && at < known.to) return known
  const made = lookAhead(calendar, freezes, at)
  kept.set(freezesKey, made)
  return made
}

export interface FreezeList {
  readonly key: string
  readonly list: readonly Freeze[]
}

/** What is wrong with an installation that begins now, by the wall; undefined: nothing. */
export function wrongBeginning(
  calendar: Calendar,
  freezes: FreezeList,
  need: InstallNeed,
  mustBeClosed: boolean,
  at: number,
): string | undefined {
  const { installSeconds, confirmSeconds, rollbackSeconds, marginSeconds } = need
  const end = at + (installSeconds + confirmSeconds + rollbackSeconds + marginSeconds) * SECOND
  const seen = outlook(calendar, freezes.list, freezes.key, at)
  const until = (when: number) => `at ${shown(calendar.timeZone, when)}; it must be over by ${shown(calendar.timeZone, end)}`
  if (mustBeClosed && seen.isTrading) return 'the shop trades, and it must be closed'
  if (seen.isFrozen) return 'it is frozen'
  if (!seen.isOpen) return 'the window is closed'
  if (end > seen.closesAt) return `the window closes ${until(seen.closesAt)}`
  if (end > seen.freezesAt) return `a freeze begins ${until(seen.freezesAt)}`
  if (!seen.isTrading && end > seen.tradesAt) return `the shop opens ${until(seen.tradesAt)}`
  return undefined
}

/** Opening hours change at full quarters. */
const QUARTER = 15 * MINUTE
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

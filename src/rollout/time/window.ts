/**
 * Windows, opening hours and freezes as moments. At a clock change all err on the side of the shop: a window never
 * grows (it starts at the later moment and ends at the earlier), opening hours and freezes never shrink.
 */
import {
  type Calendar,
  type DaySpan,
  type Freeze,
  type Interval,
  type WeeklySpan,
  weekdays,
} from './calendar.ts'
import {
  DAY_MS,
  MINUTE_MS,
  type Moments,
  parseDate,
  parseLocal,
  parseMinutes,
  type Zone,
  zoneOf,
} from './local-time.ts'

/** Sorted; what overlaps or touches is one, what is empty is gone. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = []
  for (const next of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (next.to <= next.from) continue
    if (last === undefined || next.from > last.to) merged.push(next)
    else if (next.to > last.to) merged[merged.length - 1] = { from: last.from, to: next.to }
  }
  return merged
}

/** What of `intervals` is in none of `holes`. Both merged. */
export function subtractIntervals(intervals: readonly Interval[], holes: readonly Interval[]): Interval[] {
  return intervals.flatMap((interval) => {
    const rest: Interval[] = []
    let { from } = interval
    for (const hole of holes) {
      if (hole.to <= from) continue
      if (hole.from >= interval.to) break
      if (hole.from > from) rest.push({ from, to: hole.from })
      from = hole.to
    }
    if (from < interval.to) rest.push({ from, to: interval.to })
    return rest
  })
}

/** @param merged as mergeIntervals leaves them */
export const intervalAt = (merged: readonly Interval[], at: number): Interval | undefined =>
  merged.find(({ from, to }) => from <= at && at < to)

/** Local milliseconds from the midnight on which it begins; from 0 … a day, to at most a day later. */
type Span = Interval
/** By weekday, Monday first. */
type Week = readonly (readonly Span[])[]

function readSpan({ from, to }: DaySpan): Span {
  const begin = parseMinutes(from)
  const end = to === '24:00' ? 24 * 60 : parseMinutes(to)
  if (begin === undefined || end === undefined) throw new RangeError(`not a span of a day: ${from}-${to}`)
  const isNextDay = end <= begin
  return { from: begin * MINUTE_MS, to: end * MINUTE_MS + (isNextDay ? DAY_MS : 0) }
}

function readWeek(spans: readonly WeeklySpan[]): Week {
  return weekdays.map((day) => spans.filter(({ days }) => days.includes(day)).map(readSpan))
}

interface Exception {
  readonly windows: readonly Span[] | undefined
  readonly opening: readonly Span[] | undefined
}
interface Compiled {
  readonly zone: Zone
  readonly windows: Week
  readonly opening: Week | 'always' | null
  /** By days since 1970. */
  readonly exceptions: ReadonlyMap<number, Exception>
}

const EVERY_DAY: readonly WeeklySpan[] = [{ days: weekdays, from: '00:00', to: '24:00' }]

/** A shop of day and night that has a day off is one with hours. */
function readOpening({ opening, exceptions }: Calendar): Compiled['opening'] {
  if (opening === null) return null
  if (opening !== 'always') return readWeek(opening)
  return exceptions.some((one) => one.opening !== undefined) ? readWeek(EVERY_DAY) : 'always'
}

function readExceptions(calendar: Calendar): Compiled['exceptions'] {
  const read = new Map<number, Exception>()
  for (const { date, windows, opening } of calendar.exceptions) {
    const day = parseDate(date)
    if (day === undefined || read.has(day)) throw new RangeError(`not a date, or not once: ${date}`)
    read.set(day, { windows: windows?.map(readSpan), opening: opening?.map(readSpan) })
  }
  return read
}

/** What a read-only value was read into, kept as long as the value lives. */
function once<K extends object, V>(read: (key: K) => V): (key: K) => V {
  const kept = new WeakMap<K, V>()
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const value = read(key)
    kept.set(key, value)
    return value
  }
}

const compiled = once(
  (calendar: Calendar): Compiled => ({
    zone: zoneOf(calendar.timeZone),
    windows: readWeek(calendar.windows),
    opening: readOpening(calendar),
    exceptions: readExceptions(calendar),
  }),
)
const compiledWeek = once(readWeek)

/** Days before the first asked for whose spans may reach into it: two, for a date line that was moved. */
const DAYS_BACK = 2

/** Local times of all that may touch [from, to). */
function localSpans(
  zone: Zone,
  week: Week,
  exceptionOf: (day: number) => readonly Span[] | undefined,
  { from, to }: Interval,
): Interval[] {
  const spans: Interval[] = []
  const last = Math.floor((to + zone.offsetAt(to)) / DAY_MS) + 1
  for (let day = Math.floor((from + zone.offsetAt(from)) / DAY_MS) - DAYS_BACK; day <= last; day += 1) {
    // 1970-01-01 was a Thursday.
    const weekday = (((day + 3) % 7) + 7) % 7
    for (const span of exceptionOf(day) ?? week[weekday] ?? [])
      spans.push({ from: day * DAY_MS + span.from, to: day * DAY_MS + span.to })
  }
  return mergeIntervals(spans)
}

/** Never more than the clock shows. A span within the repeated hour is there once, the second time. */
function innerOf(from: Moments, to: Moments): Interval {
  return { from: from.later, to: to.earlier > from.later ? to.earlier : to.later }
}

/** Never less than the clock shows. */
const outerOf = (from: Moments, to: Moments): Interval => ({ from: from.earlier, to: to.later })

function toMoments(
  zone: Zone,
  spans: readonly Interval[],
  within: Interval,
  side: (from: Moments, to: Moments) => Interval,
): Interval[] {
  const moments = spans.map(({ from, to }) => side(zone.momentsOf(from), zone.momentsOf(to)))
  return mergeIntervals(
    moments.map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) })),
  )
}

/**
 * When devices of the store may be installed within [from, to), cut to it: merged and sorted.
 * @param policyWindows instead of the store's own week and exceptions, but a date without any window stays closed
 * @throws RangeError for a calendar that calendar-check.ts would refuse
 */
export function windowsOf(
  calendar: Calendar,
  policyWindows: readonly WeeklySpan[] | null,
  from: number,
  to: number,
): Interval[] {
  const { zone, windows, exceptions } = compiled(calendar)
  const within = { from, to }
  const ownOn = (day: number) => exceptions.get(day)?.windows
  const closedOn = (day: number) => (ownOn(day)?.length === 0 ? [] : undefined)
  const spans =
    policyWindows === null
      ? localSpans(zone, windows, ownOn, within)
      : localSpans(zone, compiledWeek(policyWindows), closedOn, within)
  return toMoments(zone, spans, within, innerOf)
}

/**
 * When the shop trades within [from, to), cut to it: merged and sorted; `always`: day and night without exception;
 * null: not known.
 * @throws RangeError for a calendar that calendar-check.ts would refuse
 */
export function openingsOf(calendar: Calendar, from: number, to: number): Interval[] | 'always' | null {
  const { zone, opening, exceptions } = compiled(calendar)
  if (opening === null || opening === 'always') return opening
  const within = { from, to }
  const spans = localSpans(zone, opening, (day) => exceptions.get(day)?.opening, within)
  return toMoments(zone, spans, within, outerOf)
}

/** Whether customers may be in the shop: not known counts as trading. */
export function isTradingAt(calendar: Calendar, at: number): boolean {
  const openings = openingsOf(calendar, at, at + 1)
  return openings === null || openings === 'always' || openings.length > 0
}

/** The freezes that hold for a store, without those that a rollout overrides. */
export function freezesFor(
  freezes: readonly Freeze[],
  store: { readonly storeId: string; readonly group: string | null },
  overriddenIds: readonly string[],
): Freeze[] {
  return freezes.filter(({ id, scope }) => {
    if (overriddenIds.includes(id)) return false
    if (scope.kind === 'chain') return true
    return scope.kind === 'group' ? scope.group === store.group : scope.storeId === store.storeId
  })
}

const localFreeze = once(({ from, to }: Freeze): Interval => {
  const begin = parseLocal(from)
  const end = parseLocal(to)
  if (begin === undefined || end === undefined) throw new RangeError(`not local times: ${from}, ${to}`)
  return { from: begin, to: end }
})

/**
 * Freezes as moments in one zone: merged and sorted.
 * @throws RangeError for a freeze that calendar-check.ts would refuse
 */
export function freezeIntervals(freezes: readonly Freeze[], timeZone: string): Interval[] {
  const zone = zoneOf(timeZone)
  return mergeIntervals(
    freezes.map(localFreeze).map(({ from, to }) => outerOf(zone.momentsOf(from), zone.momentsOf(to))),
  )
}

/** When nothing may begin in a store: its freezes as moments, merged and sorted. */
export function freezesOf(
  freezes: readonly Freeze[],
  store: { readonly storeId: string; readonly group: string | null },
  timeZone: string,
  overriddenIds: readonly string[],
): Interval[] {
  return freezeIntervals(freezesFor(freezes, store, overriddenIds), timeZone)
}

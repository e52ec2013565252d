/**
 * The clocks of stores. A local time is milliseconds as if the store's clock were UTC, so that dates and hours
 * are plain arithmetic; only the offsets come from the time zone database, once per zone and day.
 */
import { Temporal } from 'temporal-polyfill'

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

/** The moments at which a clock shows one local time: twice when it is put back; a time in a gap is the gap's end. */
export interface Moments {
  readonly earlier: number
  readonly later: number
}

export interface Zone {
  /** Local minus UTC, in milliseconds. */
  readonly offsetAt: (at: number) => number
  readonly momentsOf: (local: number) => Moments
}

/** No zone changes twice between two midnights of UTC. */
interface DayOffset {
  readonly offset: number
  readonly changesAt: number
  readonly then: number
}

const MAX_ZONES = 1000
const MAX_DAYS = 20_000
const zones = new Map<string, Zone>()

function remember<K, V>(cache: Map<K, V>, limit: number, key: K, value: V): V {
  if (cache.size >= limit) cache.clear()
  cache.set(key, value)
  return value
}

const zonedAt = (timeZone: string, at: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)

const offsetOf = (zoned: Temporal.ZonedDateTime): number => zoned.offsetNanoseconds / 1e6

function dayOffset(timeZone: string, day: number): DayOffset {
  const start = zonedAt(timeZone, day * DAY_MS)
  const offset = offsetOf(start)
  const then = offsetOf(zonedAt(timeZone, (day + 1) * DAY_MS))
  const change = offset === then ? null : start.getTimeZoneTransition('next')
  return { offset, then, changesAt: change?.epochMilliseconds ?? Number.POSITIVE_INFINITY }
}

function createZone(timeZone: string): Zone {
  const days = new Map<number, DayOffset>()
  const dayAt = (day: number): DayOffset =>
    days.get(day) ?? remember(days, MAX_DAYS, day, dayOffset(timeZone, day))

  function offsetAt(at: number): number {
    const day = dayAt(Math.floor(at / DAY_MS))
    return at < day.changesAt ? day.offset : day.then
  }

  function gapEnd(local: number): number {
    const day = Math.floor(local / DAY_MS)
    return Math.min(...[day - 1, day, day + 1].map((near) => dayAt(near).changesAt))
  }

  function momentsOf(local: number): Moments {
    // No clock is a whole day off UTC, so the offsets a day before and after are those on both sides of a change.
    const before = offsetAt(local - DAY_MS)
    const after = offsetAt(local + DAY_MS)
    if (before === after) return { earlier: local - before, later: local - before }
    const shown = [local - before, local - after].filter((at) => at + offsetAt(at) === local)
    if (shown.length === 0) shown.push(gapEnd(local))
    return { earlier: Math.min(...shown), later: Math.max(...shown) }
  }

  return { offsetAt, momentsOf }
}

/** A name of the IANA database, not an offset as `+03:00`: that has no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    zonedAt(name, 0)
    return true
  } catch {
    return false
  }
}

/** @param timeZone IANA name; an unknown one throws RangeError. */
export function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone)
  if (known !== undefined) return known
  if (!isTimeZone(timeZone)) throw new RangeError(`not a time zone: ${timeZone}`)
  return remember(zones, MAX_ZONES, timeZone, createZone(timeZone))
}

const MINUTES = /^([01]\d|2[0-3]):([0-5]\d)$/
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

/** `HH:MM` in minutes since midnight, 00:00 … 23:59; anything else is undefined. */
export function parseMinutes(text: string): number | undefined {
  const found = MINUTES.exec(text)
  return found === null ? undefined : Number(found[1]) * 60 + Number(found[2])
}

/** `YYYY-MM-DD` in days since 1970; a date that no calendar has is undefined. */
export function parseDate(text: string): number | undefined {
  const found = DATE.exec(text)
  if (found === null) return undefined
  const at = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]))
  return new Date(at).toISOString().startsWith(text) ? at / DAY_MS : undefined
}

/** `YYYY-MM-DDTHH:MM` as a local time; anything else is undefined. */
export function parseLocal(text: string): number | undefined {
  const [date = '', time = '', more] = text.split('T')
  const day = parseDate(date)
  const minutes = parseMinutes(time)
  if (day === undefined || minutes === undefined || more !== undefined) return undefined
  return day * DAY_MS + minutes * MINUTE_MS
}

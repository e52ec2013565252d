/** When a shop opens next. Pure. */
import type { Calendar } from '../time/calendar.ts'
import { DAY_MS } from '../time/local-time.ts'
import { openingsOf } from '../time/window.ts'

/** A shop that is closed for longer opens on no day that concerns this night. */
const DAYS = 4

/**
 * The next opening after `now` (milliseconds since 1970); `always`: open day and night; null: none within four days, or
 * not known.
 */
export function nextOpening(calendar: Calendar, now: number): number | 'always' | null {
  // From the day before, so that hours that are running are not taken for an opening now.
  const openings = openingsOf(calendar, now - DAY_MS, now + DAYS * DAY_MS)
  if (openings === 'always' || openings === null) return openings
  return openings.find(({ from }) => from > now)?.from ?? null
}

/** As nextOpening, worked out once for calendars that are one object. */
export function openingTeller(now: number): (calendar: Calendar) => number | 'always' | null {
  const known = new Map<Calendar, number | 'always' | null>()
  return (calendar) => {
    const said = known.get(calendar)
    if (said !== undefined) return said
    const next = nextOpening(calendar, now)
    known.set(calendar, next)
    return next
  }
}

/** ISO 8601, or `always`, or null. */
export const openingText = (at: number | 'always' | null): string | null =>
  typeof at === 'number' ? new Date(at).toISOString() : at

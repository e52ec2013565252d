/** When reports are due: at fixed hours of every zone that has stores. Pure. */
import { Temporal } from 'temporal-polyfill'

export interface ReportHours {
  /** `HH:MM` of the zone's own clock. */
  readonly evening: string
  readonly morning: string
}
const defaultReportHours: ReportHours = { evening: '17:00', morning: '06:30' }

export interface DueReport {
  readonly kind: 'evening' | 'morning'
  readonly timeZone: string
  /** Local date, `YYYY-MM-DD`: with kind and zone, the identity of a report. */
  readonly date: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** A head office that was off for longer owes nobody older lists. */
const MAX_DAYS = 7
const DAY_MS = 86_400_000
const KINDS = ['evening', 'morning'] as const

/**
 * The instant of `clock` on a date of a zone. Once a day whatever the clocks do: an hour that is left out is taken as
 * much later, of an hour that comes twice the first.
 */
function instantOf(date: Temporal.PlainDate, clock: string, timeZone: string): number {
  const plainTime = Temporal.PlainTime.from(clock)
  return date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds
}

/** Local dates on which something may be due in the interval; the day before as well, for an hour moved over midnight. */
function datesOf(from: number, to: number, timeZone: string): Temporal.PlainDate[] {
  const dateAt = (at: number): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
  const last = dateAt(to)
  const dates: Temporal.PlainDate[] = []
  for (
    let date = dateAt(from - DAY_MS);
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  )
    dates.push(date)
  return dates
}

/**
 * Reports due after `from` and not after `to` (milliseconds since 1970), in order of time; at most the last seven days.
 * Zones may repeat. @throws RangeError unknown zone, or hours that are no time of day
 */
export function dueReports(
  timeZones: readonly string[],
  from: number,
  to: number,
  hours: ReportHours = defaultReportHours,
): DueReport[] {
  const after = Math.max(from, to - MAX_DAYS * DAY_MS)
  const due = [...new Set(timeZones)].flatMap((timeZone) =>
    datesOf(after, to, timeZone).flatMap((date) =>
      KINDS.map((kind) => ({
        kind,
        timeZone,
        date: date.toString(),
        at: instantOf(date, hours[kind], timeZone),
      })),
    ),
  )
  return due
    .filter(({ at }) => at > after && at <= to)
    .sort((a, b) => a.at - b.at || (a.timeZone < b.timeZone ? -1 : 1))
}

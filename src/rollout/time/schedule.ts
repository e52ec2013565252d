/** Overnight schedules: five cron fields, read on the store's own clock. */
import { Cron } from 'croner'
import { isTimeZone, zoneOf } from './local-time.ts'

export type ScheduleProblem = 'cronInvalid' | 'cronNeverFires' | 'timeZoneUnknown'

const MAX_LENGTH = 100
const MAX_PATTERNS = 500
/** Matches that a repeated hour may show for the second time; no clock is put back by more than three hours. */
const MAX_REPEATED = 240
/** Any moment will do: five fields name no year. */
const SOME_DAY = Date.UTC(2026, 0, 1)

const patterns = new Map<string, Cron>()

/** Local times are matched as if they were UTC: what a clock change does to them is decided in nextRun. */
function patternOf(cron: string): Cron {
  const known = patterns.get(cron)
  if (known !== undefined) return known
  // `?` would be the moment at which it is read.
  if (cron.length > MAX_LENGTH || cron.includes('?')) throw new RangeError(`not a schedule: ${cron}`)
  const read = new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true })
  if (patterns.size >= MAX_PATTERNS) patterns.clear()
  patterns.set(cron, read)
  return read
}

/**
 * The next run after a moment, in milliseconds since 1970, or null: never. A run that a clock skips comes as soon as
 * the clock goes on; in the hour that a clock repeats, it comes the first time only.
 * @param cron five fields, or `@daily` and its like; anything else throws
 * @param timeZone IANA name; an unknown one throws RangeError
 */
export function nextRun(cron: string, timeZone: string, after: number): number | null {
  const zone = zoneOf(timeZone)
  const pattern = patternOf(cron)
  let local = after + zone.offsetAt(after)
  for (let tries = 0; tries < MAX_REPEATED; tries += 1) {
    const match = pattern.nextRun(new Date(local))
    if (match === null) return null
    local = match.getTime()
    const { earlier } = zone.momentsOf(local)
    if (earlier > after) return earlier
  }
  return null
}

/** What is wrong with a schedule, or null: nothing. */
export function checkCron(cron: string, timeZone: string): ScheduleProblem | null {
  if (!isTimeZone(timeZone)) return 'timeZoneUnknown'
  try {
    return patternOf(cron).nextRun(new Date(SOME_DAY)) === null ? 'cronNeverFires' : null
  } catch {
    return 'cronInvalid'
  }
}

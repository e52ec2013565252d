/** What a report says of a store's clock: its window tonight, and when it opens today. Pure. */
import type { Calendar, InstallTime, Interval } from './calendar.ts'
import { type InstallTimesInput, installTimeOf } from './install-times.ts'
import { DAY_MS, zoneOf } from './local-time.ts'
import { openingsOf, windowsOf } from './window.ts'

const HOUR_MS = 3_600_000
/** Before this hour of the store's clock it is still last night. */
const MORNING_HOUR = 6
const NOON_HOUR = 12

export interface Tonight {
  readonly windowFrom: number | null
  readonly windowTo: number | null
  readonly latestStart: number | null
  readonly fits: boolean
  /** A wait reason where it does not fit. */
  readonly because: string | null
}

/** The noon at which this night is over: of today before six in the morning, else of tomorrow. */
export function nightEnd(timeZone: string, now: number): number {
  const zone = zoneOf(timeZone)
  const local = now + zone.offsetAt(now)
  const midnight = Math.floor(local / DAY_MS) * DAY_MS
  const isLastNight = local - midnight < MORNING_HOUR * HOUR_MS
  return zone.momentsOf(midnight + NOON_HOUR * HOUR_MS + (isLastNight ? 0 : DAY_MS)).earlier
}

const NOWHERE = { windowFrom: null, windowTo: null, latestStart: null, fits: false } as const

type Allowed = Extract<InstallTime, { may: true }>

/** The first moment of a window at which something may begin, and what holds then; or why nothing may. */
function beginningIn(input: InstallTimesInput, window: Interval): { at: number; time: Allowed } | string {
  const from = Math.max(input.now, window.from)
  const time = installTimeOf({ ...input, now: from })
  if (time.may) return { at: from, time }
  if (time.at === null || time.at >= window.to) return time.because
  const later = installTimeOf({ ...input, now: time.at })
  return later.may ? { at: time.at, time: later } : later.because
}

/** @param input.now when it is asked: windows that are over by then are not tonight's */
export function tonight(input: InstallTimesInput): Tonight {
  const { times, policy, now } = input
  const end = nightEnd(times.present.timeZone, now)
  // A day more on both sides: a window is shown whole, and those of other nights are none of tonight's.
  const all = windowsOf(times.present, policy.windows, now - DAY_MS, end + DAY_MS)
  const windows = all.filter(({ from, to }) => to > now && from < end)
  const over = policy.endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(policy.endsAt)
  let first: Tonight | undefined
  for (const window of windows) {
    const shown = { windowFrom: window.from, windowTo: window.to }
    const found = beginningIn(input, window)
    const because = typeof found === 'string' ? found : found.at >= over ? 'nightOver' : null
    if (typeof found !== 'string' && because === null)
      return { ...shown, latestStart: Math.min(found.time.latestStart, over), fits: true, because }
    first ??= { ...NOWHERE, ...shown, because }
  }
  return first ?? { ...NOWHERE, because: 'windowClosed' }
}

/** When the shop opens or opened on the store's date of `now`; null: not today, or not known. */
export function opensToday(calendar: Calendar, now: number): number | 'always' | null {
  const zone = zoneOf(calendar.timeZone)
  const midnight = Math.floor((now + zone.offsetAt(now)) / DAY_MS) * DAY_MS
  const from = zone.momentsOf(midnight).earlier
  const to = zone.momentsOf(midnight + DAY_MS).earlier
  // From the day before, so that hours that crossed midnight are not taken for an opening at midnight.
  const openings = openingsOf(calendar, from - DAY_MS, to)
  if (openings === 'always' || openings === null) return openings
  return openings.find((one) => one.from >= from)?.from ?? null
}

/** How long a shop may be closed after an update, and its first receipt still be awaited. */
const CLOSED_DAYS = 4

/** When customers come first, at `at` or after it; undefined: not within four days; null: not known. */
export function tradesFrom(calendar: Calendar, at: number): number | undefined | null {
  const openings = openingsOf(calendar, at, at + CLOSED_DAYS * DAY_MS)
  return openings === null ? null : openings === 'always' ? at : openings[0]?.from
}

/** The end of the window in which `at` lies, or of the last one before it; null: there was none for two days. */
export function windowEndAfter(calendar: Calendar, at: number): number | null {
  const windows = windowsOf(calendar, null, at - 2 * DAY_MS, at + 2 * DAY_MS)
  return windows.filter(({ from }) => from <= at).at(-1)?.to ?? null
}

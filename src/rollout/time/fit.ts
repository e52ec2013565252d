/** Whether an installation that begins now is over, or back, before the window ends and the shop opens. */

import type { Policy } from '../policy.ts'
import type { Calendar, Freeze, InstallNeed, InstallTime, InstallWait, Interval } from './calendar.ts'
import { DAY_MS } from './local-time.ts'
import { freezeIntervals, intervalAt, openingsOf, subtractIntervals, windowsOf } from './window.ts'

export interface FitInput {
  readonly calendar: Calendar
  /** The policy's, in the store's zone; null = the calendar's. */
  readonly windows: Policy['windows']
  /** Those of this store that are not overridden (`freezesFor`). */
  readonly freezes: readonly Freeze[]
  /** Milliseconds since 1970, the policy's startsAt. */
  readonly notBefore: number | null
  readonly need: InstallNeed
  /** Whether it stops the whole shop, as a store server does: never while the shop trades. */
  readonly mustBeClosed: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** From the beginning of an installation to what is kept free after its rollback. */
export const needSeconds = (need: InstallNeed): number =>
  need.installSeconds + need.confirmSeconds + need.rollbackSeconds + need.marginSeconds

/** Most answers are found tonight; only a calendar that hardly ever opens is read this far. */
const NEAR_DAYS = 2
const FAR_DAYS = 61

/** A stretch of a window, without freezes, in which the shop trades all the time or never. */
interface Slot extends Interval {
  readonly deadline: number
  readonly isTrading: boolean
}
interface TimedSlot extends Slot {
  readonly latestStart: number
}

const midnight = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS

const openHours = (calendar: Calendar, from: number, to: number): readonly Interval[] => {
  const openings = openingsOf(calendar, from, to)
  return openings === null || openings === 'always' ? [{ from, to }] : openings
}

/** While the shop trades, lanes are kept and the window's end counts; while it is closed, its next opening too. */
function slotsOf(usable: readonly Interval[], openings: readonly Interval[]): Slot[] {
  return usable.flatMap((window) => {
    const closed = subtractIntervals([window], openings)
    const trading = subtractIntervals([window], closed)
    return [
      ...closed.map((span) => ({ ...span, deadline: span.to, isTrading: false })),
      ...trading.map((span) => ({ ...span, deadline: window.to, isTrading: true })),
    ].sort((a, b) => a.from - b.from)
  })
}

/** The last moment of every slot's own beginnings; where the next slot follows at once, it goes on into that. */
function timed(slots: readonly Slot[], needMs: number): TimedSlot[] {
  const all: TimedSlot[] = []
  let next: TimedSlot | undefined
  for (const slot of slots.toReversed()) {
    const own = Math.floor(slot.deadline - needMs)
    const onwards = next?.from === slot.to ? Math.min(own, next.latestStart) : slot.to - 1
    next = { ...slot, latestStart: own < slot.to ? own : Math.max(onwards, slot.to - 1) }
    all.push(next)
  }
  return all.toReversed()
}

/** What is known of [now or later, horizon): each list of windows without what the next constraint takes away. */
interface Ahead {
  readonly windows: readonly Interval[]
  readonly unfrozen: readonly Interval[]
  readonly usable: readonly Interval[]
  readonly openings: readonly Interval[]
  readonly slots: readonly TimedSlot[]
  readonly horizon: number
}

function aheadOf(input: FitInput, frozen: readonly Interval[], from: number, days: number): Ahead {
  const horizon = midnight(from) + days * DAY_MS
  const windows = windowsOf(input.calendar, input.windows, from, horizon)
  const unfrozen = subtractIntervals(windows, frozen)
  const openings = openHours(input.calendar, from, horizon)
  const usable = input.mustBeClosed ? subtractIntervals(unfrozen, openings) : unfrozen
  const slots = timed(slotsOf(usable, openings), needSeconds(input.need) * 1000)
  return { windows, unfrozen, usable, openings, slots, horizon }
}

const firstAfter = (now: number, moments: readonly number[]): number =>
  moments.reduce((first, at) => (at > now && at < first ? at : first), Number.POSITIVE_INFINITY)

function waitNow(input: FitInput, frozen: readonly Interval[], isTrading: boolean): InstallWait {
  const { calendar, now, notBefore } = input
  if (intervalAt(frozen, now) !== undefined) return 'frozen'
  if (notBefore !== null && now < notBefore) return 'windowClosed'
  if (windowsOf(calendar, input.windows, now, now + 1).length === 0) return 'windowClosed'
  return input.mustBeClosed && isTrading ? 'storeOpen' : 'windowTooShort'
}

/** Whether a look further ahead finds the same. */
function isSure(input: FitInput, { unfrozen, horizon }: Ahead, slot: TimedSlot | undefined): boolean {
  // A window cut by the horizon may be longer than it looks.
  if (slot !== undefined) return slot.deadline < horizon
  const neverCloses = () => !Array.isArray(openingsOf(input.calendar, horizon, horizon))
  return input.mustBeClosed && unfrozen.length > 0 && neverCloses()
}

/** Where nothing is ever possible: the first constraint that leaves nothing. */
function waitForEver({ windows, unfrozen, usable }: Ahead): InstallWait {
  if (windows.length === 0) return 'windowClosed'
  if (unfrozen.length === 0) return 'frozen'
  return usable.length === 0 ? 'storeOpen' : 'windowTooShort'
}

/**
 * Whether an installation may begin in a store now, until when it must have begun, and else when it may next.
 *
 * A freeze cuts a window: what is under way is over before it begins. `because` is what holds now; where nothing is
 * possible within 60 days (`at` null), what prevents it.
 * @throws RangeError for a calendar or freeze that calendar-check.ts would refuse
 */
export function installTime(input: FitInput): InstallTime {
  const { now } = input
  const frozen = freezeIntervals(input.freezes, input.calendar.timeZone)
  const start = Math.max(now, input.notBefore ?? now)
  const first = (days: number) => {
    const ahead = aheadOf(input, frozen, start, days)
    return { ahead, slot: ahead.slots.find((one) => one.latestStart >= one.from) }
  }
  const near = first(NEAR_DAYS)
  const { ahead, slot } = isSure(input, near.ahead, near.slot) ? near : first(FAR_DAYS)
  // The horizon moves at midnight (UTC): whatever was found is made anew then.
  const tomorrow = midnight(now) + DAY_MS
  const { windows, openings } =
    start === now ? near.ahead : { windows: [], openings: openHours(input.calendar, now, tomorrow) }
  const edges = [...windows, ...openings, ...frozen].flatMap(({ from, to }) => [from, to])
  edges.push(start, tomorrow)
  if (slot !== undefined && slot.from <= now) {
    const { latestStart, deadline, isTrading } = slot
    return {
      may: true,
      latestStart,
      deadline,
      isTrading,
      until: firstAfter(now, [...edges, latestStart + 1]),
    }
  }
  const isTrading = intervalAt(openings, now) !== undefined
  return {
    may: false,
    because: slot === undefined ? waitForEver(ahead) : waitNow(input, frozen, isTrading),
    at: slot?.from ?? null,
    isTrading,
    until: firstAfter(now, edges),
  }
}

/** Whether a rollout may install in a store now: inside the windows that were approved and inside those of today. Pure. */

import type { Policy } from '../policy.ts'
import type { Calendar, Freeze, InstallNeed, InstallTime } from './calendar.ts'
import { type FitInput, installTime } from './fit.ts'
import { freezesFor } from './window.ts'

export interface StoreTimes {
  readonly group: string | null
  /** As it stands now. */
  readonly present: Calendar
  /** As it was approved for the rollout; the same object where nothing differs. */
  readonly approved: Calendar
}

export interface InstallTimesInput {
  readonly storeId: string
  readonly times: StoreTimes
  readonly freezes: readonly Freeze[]
  readonly policy: Policy
  readonly need: InstallNeed
  /** It stops the whole shop, as a store server whose update updates its tills does. */
  readonly mustBeClosed: boolean
  readonly now: number
}

/** Both must allow it; the earlier end counts. */
function both(a: InstallTime, b: InstallTime): InstallTime {
  const until = Math.min(a.until, b.until)
  const isTrading = a.isTrading || b.isTrading
  if (a.may && b.may) {
    const latestStart = Math.min(a.latestStart, b.latestStart)
    return { may: true, latestStart, deadline: Math.min(a.deadline, b.deadline), isTrading, until }
  }
  const refusing = [a, b].filter((one) => !one.may)
  const [first] = refusing
  if (first === undefined || first.may) return a
  const known = refusing.flatMap((one) => (one.may || one.at === null ? [] : [one.at]))
  const at = known.length < refusing.length ? null : Math.max(...known)
  return { may: false, because: first.because, at, isTrading, until }
}

/** The answer holds until its `until`, as long as calendars, freezes and policy stay as they are. */
export function installTimeOf({
  storeId,
  times,
  freezes,
  policy,
  need,
  mustBeClosed,
  now,
}: InstallTimesInput): InstallTime {
  const { windows, startsAt, overrideFreezes } = policy
  const overridden = overrideFreezes.map((one) => one.freezeId)
  const common: Omit<FitInput, 'calendar'> = {
    windows,
    freezes: freezesFor(freezes, { storeId, group: times.group }, overridden),
    notBefore: startsAt === null ? null : Date.parse(startsAt),
    need,
    mustBeClosed,
    now,
  }
  const present = installTime({ ...common, calendar: times.present })
  return times.approved === times.present
    ? present
    : both(present, installTime({ ...common, calendar: times.approved }))
}

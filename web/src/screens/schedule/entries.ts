/** What stands on a calendar's day. Windows, hours and freezes are local by their nature; moments come in a zone. */
import type { StoreHours } from '../../../../src/rollout/inventory.ts'
import { type DaySpan, type WeeklySpan, weekdays } from '../../../../src/rollout/time/calendar.ts'
import type { Freeze, Store } from '../../api/types.ts'
import { addDays, DAY_MINUTES, localTime, minutesOf, weekdayOf } from './days.ts'

export type EntryKind = 'freeze' | 'window' | 'opening' | 'rollout' | 'run'

export interface Entry {
  readonly key: string
  readonly kind: EntryKind
  /** Minutes of the day on which it stands; the end may be on the next day. */
  readonly from: number
  readonly to: number
  /** It goes on from the day before, beyond this day. */
  readonly isLater: boolean
  readonly isEarlier: boolean
  /** Of a rollout, schedule or freeze. */
  readonly name?: string
  /** Of stores that have just these hours. */
  readonly stores?: number
  readonly isException?: boolean
  readonly isForecast?: boolean
  /** Nobody has agreed to it yet: as it would go. */
  readonly isAwaiting?: boolean
  /** Rollout to open. */
  readonly id?: string
}

export type Hours = StoreHours
/** Stores that have the same hours. */
export interface Pattern {
  readonly hours: Hours
  readonly stores: number
}

/** Every night from eleven to six, as src/rollout/time/calendar.ts has it. */
const usualHours: Hours = {
  windows: [{ days: weekdays, from: '23:00', to: '06:00' }],
  opening: null,
  exceptions: [],
}

/** As the API answers them, or as everywhere. */
export const hoursIn = ({ calendar }: Pick<Store, 'calendar'>): Hours =>
  (calendar as Hours | null) ?? usualHours

export function patternsOf(stores: readonly Pick<Store, 'calendar'>[]): readonly Pattern[] {
  const found = new Map<string, { hours: Hours; stores: number }>()
  for (const store of stores) {
    const hours = hoursIn(store)
    const key = JSON.stringify(hours)
    const pattern = found.get(key) ?? { hours, stores: 0 }
    pattern.stores += 1
    found.set(key, pattern)
  }
  return [...found.values()].sort((a, b) => b.stores - a.stores)
}

interface Begun {
  readonly from: number
  readonly to: number
  readonly isException: boolean
}

function begun({ from, to }: DaySpan, isException: boolean): Begun {
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  return { from: begin, to: end <= begin ? end + DAY_MINUTES : end, isException }
}

const EVERY_DAY: readonly WeeklySpan[] = [{ days: weekdays, from: '00:00', to: '24:00' }]

/** What begins on a date: an exception replaces the week. */
function spansOn(hours: Hours, which: 'windows' | 'opening', date: string): readonly Begun[] {
  const own = hours.exceptions.find((one) => one.date === date)?.[which]
  if (own !== undefined) return own.map((span) => begun(span, true))
  const said = hours[which]
  const week = said === 'always' ? EVERY_DAY : (said ?? [])
  return week.filter(({ days }) => days.includes(weekdayOf(date))).map((span) => begun(span, false))
}

const isExceptional = (hours: Hours, date: string): boolean =>
  hours.exceptions.some((one) => one.date === date)

const kindOf = { windows: 'window', opening: 'opening' } as const

/** @param isCut as a clock shows it: what began the day before goes on, what ends the next day is cut */
function patternEntries(patterns: readonly Pattern[], date: string, isCut: boolean): Entry[] {
  return patterns.flatMap(({ hours, stores }, number) =>
    (['windows', 'opening'] as const).flatMap((which) => {
      if (which === 'opening' && hours.opening === 'always' && !isCut && !isExceptional(hours, date))
        return []
      const base = { kind: kindOf[which], stores }
      const today = spansOn(hours, which, date).map(
        ({ from, to, isException }, i): Entry => ({
          ...base,
          ...{ key: `${which} ${number} ${i}`, from, isException, isEarlier: false },
          to: isCut ? Math.min(to, DAY_MINUTES) : to,
          isLater: to > DAY_MINUTES,
        }),
      )
      if (!isCut) return today
      const yesterday = spansOn(hours, which, addDays(date, -1))
        .filter(({ to }) => to > DAY_MINUTES)
        .map(
          ({ to, isException }, i): Entry => ({
            ...base,
            ...{ key: `${which} ${number} before ${i}`, from: 0, to: to - DAY_MINUTES, isException },
            ...{ isEarlier: true, isLater: false },
          }),
        )
      return [...yesterday, ...today]
    }),
  )
}

/** The same hours are one line, whatever else their stores differ in. */
function folded(entries: readonly Entry[]): Entry[] {
  const found = new Map<string, Entry>()
  for (const entry of entries) {
    const { kind, from, to, isException, isEarlier, stores = 0 } = entry
    const key = `${kind} ${from} ${to} ${isException} ${isEarlier}`
    const same = found.get(key)
    found.set(key, { ...entry, key, stores: stores + (same?.stores ?? 0) })
  }
  return [...found.values()]
}

/** Something from one local time to another, on one of the days between. */
export interface Stretch {
  readonly key: string
  readonly kind: 'freeze' | 'rollout' | 'run'
  readonly name: string
  readonly from: { readonly date: string; readonly minutes: number }
  readonly to: { readonly date: string; readonly minutes: number }
  readonly isForecast?: boolean
  readonly isAwaiting?: boolean
  readonly id?: string
}

const localOf = (text: string) => ({ date: text.slice(0, 10), minutes: minutesOf(text.slice(11, 16)) })

export const freezeStretch = ({ id, name, from, to }: Freeze): Stretch => ({
  ...{ key: id, kind: 'freeze', name },
  ...{ from: localOf(from), to: localOf(to) },
})

export function momentStretch(
  what: Omit<Stretch, 'from' | 'to'>,
  { from, to }: { readonly from: number; readonly to: number },
  zone: string,
): Stretch {
  return { ...what, from: localTime(from, zone), to: localTime(to, zone) }
}

function stretchOn(stretch: Stretch, date: string): Entry[] {
  const { from, to, key, kind, name, isForecast, isAwaiting, id } = stretch
  const isOver = to.date < date || (to.date === date && to.minutes === 0 && from.date < date)
  if (from.date > date || isOver) return []
  const isEarlier = from.date < date
  const isLater = to.date > date
  const more = {
    ...(isForecast && { isForecast }),
    ...(isAwaiting && { isAwaiting }),
    ...(id === undefined ? {} : { id }),
  }
  const times = { from: isEarlier ? 0 : from.minutes, to: isLater ? DAY_MINUTES : to.minutes }
  return [{ key, kind, name, ...times, isEarlier, isLater, ...more }]
}

const order: readonly EntryKind[] = ['freeze', 'rollout', 'run', 'window', 'opening']

export interface CalendarFacts {
  readonly patterns: readonly Pattern[]
  readonly stretches: readonly Stretch[]
}
export function entriesOn({ patterns, stretches }: CalendarFacts, date: string, isCut = false): Entry[] {
  return [
    ...stretches.flatMap((stretch) => stretchOn(stretch, date)),
    ...folded(patternEntries(patterns, date, isCut)),
  ].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.from - b.from)
}

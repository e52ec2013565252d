/** A store's hours while they are written: texts, as somebody types them, until they are checked and sent. */

import { checkHours } from '../../../../src/rollout/inventory.ts'
import type { DaySpan, Weekday } from '../../../../src/rollout/time/calendar.ts'
import { weekdays } from '../../../../src/rollout/time/calendar.ts'
import type { Hours } from './entries.ts'

export interface SpanDraft {
  readonly days: readonly Weekday[]
  readonly from: string
  readonly to: string
}
export type Own = 'usual' | 'none' | 'spans'
export interface DayDraft {
  readonly date: string
  readonly windows: Own
  readonly windowSpans: string
  readonly opening: Own
  readonly openingSpans: string
}
export interface HoursDraft {
  readonly windows: readonly SpanDraft[]
  readonly openingKind: 'unknown' | 'always' | 'week'
  readonly opening: readonly SpanDraft[]
  readonly exceptions: readonly DayDraft[]
}

export const nightSpan: SpanDraft = { days: weekdays, from: '23:00', to: '06:00' }
export const shopSpan: SpanDraft = { days: weekdays, from: '08:00', to: '22:00' }
export const dayDraft = (date: string): DayDraft => ({
  ...{ date, windows: 'none', windowSpans: '' },
  ...{ opening: 'usual', openingSpans: '' },
})

const ownOf = (spans: readonly DaySpan[] | undefined): Own =>
  spans === undefined ? 'usual' : spans.length === 0 ? 'none' : 'spans'
const textOf = (spans: readonly DaySpan[] | undefined): string =>
  (spans ?? []).map(({ from, to }) => `${from}-${to}`).join(', ')

export function draftOf({ windows, opening, exceptions }: Hours): HoursDraft {
  return {
    windows,
    openingKind: opening === null ? 'unknown' : opening === 'always' ? 'always' : 'week',
    opening: opening === null || opening === 'always' ? [] : opening,
    exceptions: exceptions.map((one) => ({
      date: one.date,
      ...{ windows: ownOf(one.windows), windowSpans: textOf(one.windows) },
      ...{ opening: ownOf(one.opening), openingSpans: textOf(one.opening) },
    })),
  }
}

/** `23:00-02:00, 03:00–05:00`; whatever is no span stays there to be refused. */
const spansOf = (text: string): DaySpan[] =>
  text.split(',').map((part) => {
    const [from = '', to = ''] = part.split(/[-–—]/)
    return { from: from.trim(), to: to.trim() }
  })

function ownSpans(own: Own, text: string): DaySpan[] | undefined {
  return own === 'usual' ? undefined : own === 'none' ? [] : spansOf(text)
}

const plain = ({ days, from, to }: SpanDraft) => ({ days: [...days], from: from.trim(), to: to.trim() })

export function hoursOf({ windows, openingKind, opening, exceptions }: HoursDraft): Hours {
  const week = openingKind === 'unknown' ? null : openingKind === 'always' ? 'always' : opening.map(plain)
  return {
    windows: windows.map(plain),
    opening: week,
    exceptions: exceptions.map((one) => {
      const own = ownSpans(one.windows, one.windowSpans)
      const open = ownSpans(one.opening, one.openingSpans)
      return {
        date: one.date,
        ...(own === undefined ? {} : { windows: own }),
        ...(open === undefined ? {} : { opening: open }),
      }
    }),
  }
}

const parts = ['windows', 'opening', 'exceptions'] as const satisfies readonly (keyof Hours)[]

/** Of a store's hours before and after: what is not alike, in whatever order their members came. */
export function changedParts(before: Hours, after: Hours): readonly (keyof Hours)[] {
  const [one, other] = [hoursOf(draftOf(before)), hoursOf(draftOf(after))]
  return parts.filter((part) => JSON.stringify(one[part]) !== JSON.stringify(other[part]))
}

/** Path (`windows.0.from`) → code, by the same rules as the server's. */
export function faultsOf(draft: HoursDraft): ReadonlyMap<string, string> {
  const found = checkHours(hoursOf(draft), 'calendar')
  return new Map(found.map(({ path, code }) => [path.replace(/^calendar\./, ''), code]))
}

/** The first fault at or below a path. */
export function faultAt(faults: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [at, code] of faults) if (at === path || at.startsWith(`${path}.`)) return code
  return undefined
}

/** When a store may be installed and when it trades, as the store's own clock says. Shapes only; window.ts computes. */

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

/** `HH:MM` of the store's clock, `24:00` allowed as an end. An end not after its beginning is on the next day. */
export interface DaySpan {
  readonly from: string
  readonly to: string
}

export interface WeeklySpan extends DaySpan {
  /** The days on which it begins. */
  readonly days: readonly Weekday[]
}

/** Replaces what begins on this date: an empty list is none at all; left out keeps the week's. */
export interface DateException {
  /** `YYYY-MM-DD` */
  readonly date: string
  readonly windows?: readonly DaySpan[]
  readonly opening?: readonly DaySpan[]
}

export interface Calendar {
  /** IANA name. */
  readonly timeZone: string
  /** When devices may be installed. */
  readonly windows: readonly WeeklySpan[]
  /** When the shop trades; `always`: day and night; null: not known, and then it counts as trading. */
  readonly opening: readonly WeeklySpan[] | 'always' | null
  readonly exceptions: readonly DateException[]
}

/** Every night from eleven to six; when the shop trades is not made up. */
export const defaultCalendar = (timeZone: string): Calendar => ({
  timeZone,
  windows: [{ days: weekdays, from: '23:00', to: '06:00' }],
  opening: null,
  exceptions: [],
})

/** No installation begins in it. Local date-times of each store (`2026-12-25T00:00`): New Year comes zone by zone. */
export interface Freeze {
  readonly id: string
  readonly name: string
  readonly scope:
    | { readonly kind: 'chain' }
    | { readonly kind: 'group'; readonly group: string }
    | { readonly kind: 'store'; readonly storeId: string }
  readonly from: string
  readonly to: string
}

/** Milliseconds since 1970; the end is not part of it. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** Seconds from the beginning of an installation to the last moment of its rollback, and what is kept free after it. */
export interface InstallNeed {
  readonly installSeconds: number
  readonly confirmSeconds: number
  readonly rollbackSeconds: number
  readonly marginSeconds: number
}

export type InstallWait = 'windowClosed' | 'windowTooShort' | 'frozen' | 'storeOpen'

/** Whether an installation may begin in a store now. All times in milliseconds since 1970. */
export type InstallTime =
  | {
      readonly may: true
      /** An installation that begins later than this may not be over, or back, in time. */
      readonly latestStart: number
      /** Window end or opening, whichever comes first. */
      readonly deadline: number
      /** The shop trades now: lanes are kept. */
      readonly isTrading: boolean
      /** Nothing of this answer changes before. */
      readonly until: number
    }
  | {
      readonly may: false
      readonly because: InstallWait
      /** When it may begin next, as far as is known now. */
      readonly at: number | null
      readonly isTrading: boolean
      readonly until: number
    }

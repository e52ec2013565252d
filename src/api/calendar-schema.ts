/** Windows, opening hours and freezes as they come in: the shape only. What it means is checked by rollout/calendar-check.ts. */
import { z } from 'zod'
import { weekdays } from '../rollout/time/calendar.ts'
import { identifier, text } from './schemas.ts'

const clock = z.string().max(16)
const daySpan = z.strictObject({ from: clock, to: clock })
const day = z.enum(weekdays)

/** Days left out: every day. */
export const weeklySpan = z.strictObject({
  days: z
    .array(day)
    .max(7)
    .default([...weekdays]),
  from: clock,
  to: clock,
})

const exception = z
  .strictObject({
    date: z.string().max(16),
    windows: z.array(daySpan).max(20).optional(),
    opening: z.array(daySpan).max(20).optional(),
  })
  .transform(({ date, windows, opening }) => ({
    date,
    ...(windows === undefined ? {} : { windows }),
    ...(opening === undefined ? {} : { opening }),
  }))

/** A store's hours; the zone is the store's. Opening left out: not known, and then it counts as trading. */
export const hours = z.strictObject({
  windows: z.array(weeklySpan).max(50),
  opening: z
    .union([z.array(weeklySpan).max(50), z.literal('always')])
    .nullable()
    .default(null),
  exceptions: z.array(exception).max(400).default([]),
})

const scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('chain') }),
  z.strictObject({ kind: z.enum(['group', 'store']), name: identifier(64) }),
])

export const freezeBody = z.strictObject({
  name: text(200),
  scope: scope.default({ kind: 'chain' }),
  /** Local date-times of each store: `2026-12-25T00:00`. */
  from: z.string().max(32),
  to: z.string().max(32),
})

export const calendarBody = z.strictObject({ calendar: hours.nullable() })

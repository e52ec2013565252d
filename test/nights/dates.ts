/** Which nights: one campaign after another, some days between, and none of the nights on which clocks change left out. */
import { seeded } from './random.ts'
import { DAY } from './wall.ts'

export interface Day {
  /** `YYYY-MM-DD`: the evening of its first night, in Europe. */
  readonly date: string
  readonly nights: number
}

const iso = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The Saturday before a Sunday of that month, counted from its beginning (1 …) or its end (-1). */
function saturdayBefore(year: number, month: number, place: 1 | -1): number {
  const first = place === 1 ? Date.UTC(year, month - 1, 1) : Date.UTC(year, month, 0)
  const weekday = new Date(first).getUTCDay()
  const sunday = place === 1 ? first + ((7 - weekday) % 7) * DAY : first - weekday * DAY
  return sunday - DAY
}

/** Berlin: last Sundays of March and October. Lord Howe: first Sundays of April and October. And New Year's night. */
function specials(year: number): number[] {
  return [
    saturdayBefore(year, 3, -1),
    saturdayBefore(year, 4, 1),
    saturdayBefore(year, 10, 1),
    saturdayBefore(year, 10, -1),
    Date.UTC(year, 11, 27),
    Date.UTC(year, 11, 31),
  ]
}

/** When the next campaign begins, not before `at`, and how many nights it may take. */
export function createDates(seed: number): (at: number, left: number) => Day {
  const random = seeded(seed + 2)
  return (at, left) => {
    const gap = Math.floor(random.wait(2, 9)) * DAY
    const year = new Date(at).getUTCFullYear()
    const special = [...specials(year), ...specials(year + 1)].find((one) => one >= at) ?? at
    return { date: iso(Math.min(at + gap, special)), nights: Math.min(left, 1 + random.whole(4)) }
  }
}

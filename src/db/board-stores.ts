/** Stores as the board and its headline show them. */
import { calendarOf, type StoreHours } from '../rollout/inventory.ts'
import type { Calendar } from '../rollout/time/calendar.ts'
import type { Executor } from './database.ts'

export interface BoardStore {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly timeZone: string
  readonly phone: string | null
  readonly group: string | null
  readonly labels: readonly string[]
  /** Equal ones of one answer are one object. */
  readonly calendar: Calendar
}

interface Row extends Omit<BoardStore, 'calendar'> {
  readonly hours: string | null
}

/** In the order of their codes. @param groups that may be seen; null: all */
export async function readBoardStores(on: Executor, groups: readonly string[] | null): Promise<BoardStore[]> {
  const { rows } = await on.query<Row>(
    `SELECT s.id, s.code, s.name, s.time_zone AS "timeZone", s.phone, s.group_name AS "group", s.labels, s.calendar::text AS hours
     FROM store s WHERE s.removed_at IS NULL AND ($1::text[] IS NULL OR s.group_name = ANY($1::text[])) ORDER BY s.code`,
    [groups],
  )
  const known = new Map<string, Calendar>()
  return rows.map(({ hours, ...store }) => {
    const key = `${store.timeZone} ${hours ?? ''}`
    const read = () => calendarOf(store.timeZone, hours === null ? null : (JSON.parse(hours) as StoreHours))
    const calendar = known.get(key) ?? read()
    known.set(key, calendar)
    return { ...store, calendar }
  })
}

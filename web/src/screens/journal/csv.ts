/** The journal as CSV for spreadsheets, a line each: its time by the clock of its store, and which clock that is. */
import type { EventView } from '../../api/types.ts'
import { csvOf as csvFile } from '../../format/csv.ts'
import { formatMoment } from '../../format/time.ts'
import { sentenceOf } from './sentence.ts'

type Language = 'ru' | 'en'

export const columnIds = ['at', 'zone', 'store', 'till', 'code', 'actor', 'text'] as const
export type ColumnId = (typeof columnIds)[number]

const rowOf = (event: EventView, language: Language): Readonly<Record<ColumnId, string>> => ({
  at: formatMoment(language, new Date(event.at), event.timeZone),
  zone: event.timeZone,
  store: event.store ?? '',
  till: event.cashId ?? '',
  code: event.code,
  actor: event.actor,
  text: sentenceOf(event, language),
})

export function csvOf(
  events: readonly EventView[],
  titles: Readonly<Record<ColumnId, string>>,
  language: Language,
): string {
  const cells = (row: Readonly<Record<ColumnId, string>>) =>
    columnIds.map((id) => row[id].replaceAll(/[\r\n]+/g, ' '))
  return csvFile(language, [cells(titles), ...events.map((event) => cells(rowOf(event, language)))])
}

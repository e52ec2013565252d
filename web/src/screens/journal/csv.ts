/** The journal as CSV for spreadsheets, as reports are written: src/report/csv.ts tells why each of it. */
import type { EventView } from '../../api/types.ts'
import { formatMoment } from '../../format/time.ts'
import { sentenceOf } from './sentence.ts'

type Language = 'ru' | 'en'

const BYTE_ORDER_MARK = '\uFEFF'
const SEPARATORS = { ru: ';', en: ',' } as const
const FORMULA = /^[=+\-@\t\r]/

export const columnIds = ['at', 'store', 'till', 'code', 'actor', 'text'] as const
export type ColumnId = (typeof columnIds)[number]

/** A spreadsheet must not run what came from outside. */
function cellOf(text: string): string {
  const line = text.replaceAll(/[\r\n]+/g, ' ')
  return `"${(FORMULA.test(line) ? `'${line}` : line).replaceAll('"', '""')}"`
}

const rowOf = (event: EventView, language: Language): Readonly<Record<ColumnId, string>> => ({
  at: formatMoment(language, new Date(event.at), event.timeZone),
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
  const line = (row: Readonly<Record<ColumnId, string>>) =>
    columnIds.map((id) => cellOf(row[id])).join(SEPARATORS[language])
  const lines = [line(titles), ...events.map((event) => line(rowOf(event, language)))]
  return `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`
}

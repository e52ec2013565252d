/** A report in the form that was asked for. */
import type { EveningReport } from '../rollout/report/evening.ts'
import type { MorningReport } from '../rollout/report/morning.ts'
import { eveningCsv, morningCsv } from './csv.ts'
import { eveningHtml } from './evening-html.ts'
import { eveningJson, morningJson } from './json.ts'
import { morningHtml } from './morning-html.ts'
import type { ReportOptions } from './text.ts'

export const reportFormats = ['json', 'csv', 'html'] as const
export type ReportFormat = (typeof reportFormats)[number]

export interface WrittenReport {
  /** Media type, with its charset. */
  readonly type: string
  readonly text: string
}

const TYPES: Readonly<Record<ReportFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
}

function textOf(report: EveningReport | MorningReport, format: ReportFormat, options: ReportOptions): string {
  if (report.kind === 'evening') {
    if (format === 'json') return JSON.stringify(eveningJson(report))
    return format === 'csv' ? eveningCsv(report, options) : eveningHtml(report, options)
  }
  if (format === 'json') return JSON.stringify(morningJson(report))
  return format === 'csv' ? morningCsv(report, options) : morningHtml(report, options)
}

export const writeReport = (
  report: EveningReport | MorningReport,
  format: ReportFormat,
  options: ReportOptions,
): WrittenReport => ({ type: TYPES[format], text: textOf(report, format, options) })

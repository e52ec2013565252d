/** A report as it leaves the API: JSON, CSV or a page to print, in Russian or English. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { AnyReport } from '../db/reports.ts'
import { type ReportFormat, reportFormats, writeReport } from '../report/write.ts'
import { type Language, languages } from '../words/catalogue.ts'

export const reportForm = {
  format: z.enum(reportFormats).optional(),
  language: z.enum(languages).optional(),
}
export interface ReportForm {
  readonly format?: ReportFormat | undefined
  readonly language?: Language | undefined
}

const MEDIA: Readonly<Record<string, ReportFormat>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'text/html': 'html',
}
/** A header longer than this is nobody's wish. */
const MAX_HEADER = 1000

/** What a header prefers, the first of equals; `0` is what it refuses. */
function preferred(header: string | undefined): string[] {
  const parts = (header ?? '').slice(0, MAX_HEADER).toLowerCase().split(',')
  const weighed = parts.map((part) => {
    const [name = '', ...params] = part.split(';').map((one) => one.trim())
    const weight = params.find((one) => one.startsWith('q='))?.slice(2)
    return { name, weight: weight === undefined ? 1 : Number(weight) }
  })
  return weighed
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ name }) => name)
}

const formatOf = (header: string | undefined): ReportFormat =>
  preferred(header).flatMap((name) => MEDIA[name] ?? [])[0] ?? 'json'

function languageOf(header: string | undefined, otherwise: Language): Language {
  const wished = preferred(header).map((name) => name.split('-')[0])
  return wished.flatMap((name) => languages.find((one) => one === name) ?? [])[0] ?? otherwise
}

const SAFE_NAME = /[^A-Za-z0-9_-]+/g

/** `evening-Europe-Moscow-2026-11-22.csv` */
function fileName({ kind, timeZone, madeAt }: AnyReport, format: ReportFormat): string {
  const date = new Date(madeAt).toISOString().slice(0, 10)
  return `${[kind, ...(timeZone === null ? [] : [timeZone.replace(SAFE_NAME, '-')]), date].join('-')}.${format}`
}

/** Answers by itself: what comes is no JSON of the API's own. */
export function answerReport(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  report: AnyReport,
  form: ReportForm,
  otherwise: Language,
): void {
  const { headers } = request
  const format = form.format ?? formatOf(headers.accept)
  const language = form.language ?? languageOf(headers['accept-language'], otherwise)
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const { type, text } = writeReport(report, format, { language, timeZone })
  response.statusCode = 200
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Language', language)
  response.setHeader('Vary', 'Accept, Accept-Language')
  if (format === 'html')
    // The page has a style of its own, and nothing else.
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    )
  if (format === 'csv')
    response.setHeader('Content-Disposition', `attachment; filename="${fileName(report, format)}"`)
  response.end(request.method === 'HEAD' ? undefined : text)
}

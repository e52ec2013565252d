/** Codes of a report in the words that the paper has: those of src/words, in the language that is spoken. */
import type { Json } from '../../../../src/report/json.ts'
import type { EveningGroup } from '../../../../src/rollout/report/evening.ts'
import type { Cause, CauseCount } from '../../../../src/rollout/report/facts.ts'
import type { MorningGroup } from '../../../../src/rollout/report/morning-judge.ts'
import type { Words } from '../../../../src/words/labels.ts'
import { type ReportParam, reportParams } from '../../../../src/words/report.ts'
import { formatBytes, formatMoney } from '../../format/money.ts'
import { formatClock, formatMoment, formatSpan } from '../../format/time.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'

export type CauseJson = Json<Cause>
export type CauseCountJson = Json<CauseCount>
type Sign = { readonly tone: Tone; readonly glyph: GlyphName }
const sign = (tone: Tone, glyph: GlyphName): Sign => ({ tone, glyph })

export const morningSigns: Readonly<Record<MorningGroup, Sign>> = {
  cannotSell: sign('dead', 'bang'),
  noFirstReceipt: sign('bad', 'question'),
  degraded: sign('warn', 'stop'),
  unknown: sign('off', 'off'),
  readyOld: sign('calm', 'back'),
  ready: sign('good', 'check'),
  apart: sign('off', 'dash'),
}
export const eveningSigns: Readonly<Record<EveningGroup, Sign>> = {
  blocked: sign('bad', 'cross'),
  ended: sign('bad', 'stop'),
  unreachable: sign('warn', 'off'),
  unknown: sign('off', 'question'),
  stale: sign('warn', 'clock'),
  noTime: sign('calm', 'clock'),
  preparing: sign('busy', 'play'),
  ready: sign('good', 'check'),
  updated: sign('good', 'check'),
  apart: sign('off', 'dash'),
}

/** `array.join` over types that a report's JSON makes read-only. */
const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

interface Named {
  readonly from: string
  readonly code: string
  readonly isUnknown?: boolean
}

/** `22.11 23:00`: without year and seconds. */
export const shortMoment = (language: 'ru' | 'en', at: string, zone: string): string => {
  const text = formatMoment(language, new Date(at), zone).slice(0, 16)
  return language === 'ru' ? text.replace(/^(\d\d\.\d\d)\.\d{4}/, '$1') : text.slice(5)
}

const SECONDS = { minutes: 60, days: 86_400 } as const

export function useReportWords() {
  const { core, language } = useWords()
  const { report } = core
  const causeOf = ({ from, code, isUnknown }: Named): Words => {
    const tables: readonly Readonly<Record<string, Words>>[] =
      from === 'state' ? [core.updateStates] : [core.reasons, core.waits, report.causes]
    const found = tables.map((table) => own(table, code)).find((one) => one !== undefined)
    const { label, advice } = found ?? { label: code, advice: '' }
    if (isUnknown !== true) return { label, advice }
    return { label: `${label}: ${core.unknown}`, advice: core.reasons.activityUnknown.advice }
  }
  const paramOf = (name: ReportParam, value: unknown, zone: string): string | undefined => {
    const kind = reportParams[name]
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (kind === 'minutes' || kind === 'days') return formatSpan(language, value * SECONDS[kind])
      if (kind === 'sum') return formatMoney(language, value)
      if (kind === 'bytes') return formatBytes(language, value)
      return kind === 'count' ? String(value) : undefined
    }
    if (kind === 'list' && Array.isArray(value) && value.length > 0) return value.join(', ')
    if (typeof value !== 'string' || value === '') return undefined
    if (kind === 'text') return value
    return kind === 'time' && Number.isFinite(Date.parse(value))
      ? shortMoment(language, value, zone)
      : undefined
  }
  /** `№ 12, с 21.12 08:15`: in the order that the paper has. */
  const detailsOf = ({ params }: CauseJson, zone: string): string =>
    (Object.keys(reportParams) as ReportParam[])
      .flatMap((name) => {
        const text = paramOf(name, own(params, name), zone)
        return text === undefined ? [] : [`${report.params[name]} ${text}`.trim()]
      })
      .join(', ')
  const percent = (value: number | null): string =>
    value === null
      ? core.unknown
      : new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value / 100)
  const ownerOf = (owner: CauseJson['owner']): string => (owner === null ? '' : report.owners[owner])
  const kindOf = (kind: string): string => own(report.kinds, kind) ?? kind
  const numberOf = ({ number, cashId }: { readonly number: number; readonly cashId: string }): string =>
    number === 0 ? cashId : String(number)
  const clock = (at: string, zone: string): string => formatClock(language, new Date(at), zone)
  return { report, causeOf, detailsOf, percent, ownerOf, kindOf, numberOf, clock, language }
}

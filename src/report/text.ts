/** Numbers, times and codes of a report as short texts. Times are those of the store's own clock. */
import type { Cause } from '../rollout/report/facts.ts'
import type { Catalogue, Language } from '../words/catalogue.ts'
import { formatTime } from '../words/format-time.ts'
import type { Words } from '../words/labels.ts'
import { oneLine, wordsOf } from '../words/render.ts'
import { type ReportParam, reportParams } from '../words/report.ts'

export interface ReportOptions {
  readonly language: Language
  /** Of the head office: for the time at which a report of the whole chain was made. */
  readonly timeZone: string
}

type Named = Pick<Cause, 'from' | 'code'> & { readonly isUnknown?: boolean }
type ParamKind = (typeof reportParams)[ReportParam]

const MINUTE_MS = 60_000
/** Codes of stores in one cell; the CSV file has them all. */
const MAX_STORES = 15

/** `22.11.2026 23:00`, `2026-11-22 23:00`; empty where the time is not known. */
export function minuteTime(language: Language, at: number | null, timeZone: string): string {
  return at === null ? '' : formatTime(language, new Date(at), timeZone).slice(0, 16)
}

/** Without the year: `22.11 23:00`, `11-22 23:00`. */
export function shortTime(language: Language, at: number | null, timeZone: string): string {
  const text = minuteTime(language, at, timeZone)
  return language === 'ru' ? text.replace(/^(\d\d\.\d\d)\.\d{4}/, '$1') : text.slice(5)
}

/** `23:00` */
export const clockTime = (language: Language, at: number, timeZone: string): string =>
  minuteTime(language, at, timeZone).slice(11)

/** `25 min`, `7 h`, `3 d`: whole units, rounded down. */
export function span(words: Catalogue, milliseconds: number): string {
  const [minute, hour, day] = words.report.units
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE_MS))
  if (minutes < 120) return `${minutes} ${minute}`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} ${hour}` : `${Math.floor(hours / 24)} ${day}`
}

export const ageMinutes = (now: number, at: number | null): number | null =>
  at === null ? null : Math.max(0, Math.floor((now - at) / MINUTE_MS))

/** `93.3%`, `93,3 %`; the word for unknown where there is nothing to count. */
export function percentText(words: Catalogue, percent: number | null): string {
  if (percent === null) return words.unknown
  const text = percent.toFixed(1).replace('.', words.report.decimal)
  return words.language === 'ru' ? `${text}\u00a0%` : `${text}%`
}

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** What a code is called and what is done about it; one of a newer version is shown as it is. */
export function causeWords(language: Language, { from, code, isUnknown }: Named): Words {
  const words = wordsOf(language)
  const tables: readonly Readonly<Record<string, Words>>[] =
    from === 'state' ? [words.updateStates] : [words.reasons, words.waits, words.report.causes]
  const found = tables.map((table) => own(table, code)).find((one) => one !== undefined)
  const { label, advice } = found ?? { label: oneLine(code), advice: '' }
  if (isUnknown !== true) return { label, advice }
  return { label: `${label}: ${words.unknown}`, advice: words.reasons.activityUnknown.advice }
}

/** Labels of `causes` after each other. */
export const causeLabels = (language: Language, causes: readonly Cause[]): string =>
  causes.map((one) => causeWords(language, one).label).join('; ')

const MINUTES_OF = { minutes: 1, days: 24 * 60 } as const

/** A number of a device, or undefined: not worth paper. */
function numberText(words: Catalogue, kind: ParamKind, value: number): string | undefined {
  const [, , , mebibyte] = words.report.units
  if (!Number.isFinite(value)) return undefined
  if (kind === 'minutes' || kind === 'days') {
    const sign = value < 0 ? '−' : ''
    return sign + span(words, Math.abs(value) * MINUTES_OF[kind] * MINUTE_MS)
  }
  if (kind === 'sum') return (value / 100).toFixed(2).replace('.', words.report.decimal)
  if (kind === 'bytes') return `${Math.floor(value / 2 ** 20)} ${mebibyte}`
  return kind === 'count' ? String(value) : undefined
}

function paramText(words: Catalogue, kind: ParamKind, value: unknown, timeZone: string): string | undefined {
  if (typeof value === 'number') return numberText(words, kind, value)
  if (kind === 'list' && Array.isArray(value) && value.length > 0) return oneLine(value.join(', '))
  if (typeof value !== 'string' || value === '') return undefined
  if (kind === 'text') return oneLine(value)
  const at = kind === 'time' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : shortTime(words.language, at, timeZone)
}

/** The parameters that say more, in a fixed order: `no. 12, since 21.12 08:15`. */
export function causeDetails(words: Catalogue, { params }: Cause, timeZone: string): string {
  return (Object.keys(reportParams) as ReportParam[])
    .flatMap((name) => {
      const text = paramText(words, reportParams[name], own(params, name), timeZone)
      return text === undefined ? [] : [`${words.report.params[name]} ${text}`.trim()]
    })
    .join(', ')
}

export const ownerLabel = (words: Catalogue, owner: Cause['owner']): string =>
  owner === null ? '' : words.report.owners[owner]

export const stateLabel = (words: Catalogue, state: string): string =>
  own<Words>(words.updateStates, state)?.label ?? oneLine(state)

export const rolloutStateLabel = (words: Catalogue, state: string): string =>
  own<Words>(words.rolloutStates, state)?.label ?? oneLine(state)

export const kindLabel = (words: Catalogue, kind: string): string =>
  own(words.report.kinds, kind) ?? oneLine(kind)

/** `012, 015, 020 … +7` */
export function storeList(codes: readonly string[]): string {
  const shown = codes.slice(0, MAX_STORES).map(oneLine).join(', ')
  return codes.length > MAX_STORES ? `${shown} … +${codes.length - MAX_STORES}` : shown
}

/** A device in a list: its number where it has one, else its cash id. */
export const deviceNumber = ({ number, cashId }: { number: number; cashId: string }): string =>
  number === 0 ? oneLine(cashId) : String(number)

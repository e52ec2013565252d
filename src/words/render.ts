/** Codes and parameters become sentences here, and nowhere else. Pure: time and zone are given. */
import { isReason } from '../rollout/reasons.ts'
import { formatVersion } from '../rollout/versions.ts'
import type { Catalogue, Language } from './catalogue.ts'
import { en } from './en.ts'
import type { BreachTexts, EventCode, Say } from './events.ts'
import { formatTime } from './format-time.ts'
import type { Words } from './labels.ts'
import { ru } from './ru.ts'

const catalogues: Readonly<Record<Language, Catalogue>> = { ru, en }
const MAX_TEXT = 300

export interface EventFacts {
  /** An EventCode; one that this version does not know is shown as it is. */
  readonly code: string
  readonly at: Date
  /** As stored: anything may be missing. */
  readonly params: Readonly<Record<string, unknown>>
  /** IANA name of the store's time zone. */
  readonly timeZone: string
}

export const wordsOf = (language: Language): Catalogue => catalogues[language]

/** Text of people and hosts in one line: no control characters, bounded. */
export function oneLine(text: string): string {
  const clean = text.replace(/\p{C}+/gu, ' ').trim()
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean
}

function asText(value: unknown, unknown: string): string {
  if (typeof value === 'string' && value !== '') return oneLine(value)
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : unknown
}

/** Russian has one, few, many; where a language has two forms, the last serves the rest. */
function pluralForm(language: Language, count: number, forms: readonly string[]): string {
  const rule = new Intl.PluralRules(language).select(count)
  const index = rule === 'one' ? 0 : rule === 'few' ? 1 : forms.length - 1
  return forms[index] ?? ''
}

function stateLabel(words: Catalogue, code: EventCode, state: string): string {
  const table: Readonly<Record<string, Words>> =
    code === 'storePackageMoved' ? words.storePackageStates : words.updateStates
  return Object.hasOwn(table, state) ? (table[state]?.label ?? state) : state
}

function because(words: Catalogue, reason: unknown, prefix: string): string {
  if (typeof reason !== 'string' || reason === '') return ''
  if (isReason(reason)) return prefix + words.reasons[reason].label
  const refusals: Readonly<Record<string, string>> = words.refusals
  return prefix + ((Object.hasOwn(refusals, reason) && refusals[reason]) || oneLine(reason))
}

function breachText(words: Catalogue, breach: unknown, params: EventFacts['params']): string | undefined {
  const texts: BreachTexts = words.breaches
  if (typeof breach !== 'string' || !Object.hasOwn(texts, breach)) return undefined
  return texts[breach as keyof BreachTexts](sayOf(words, 'rolloutPaused', params) as Say<never>)
}

/** Why a gate stopped its rollout, in numbers; undefined: it is no breach. Never throws on parameters. */
export const renderBreach = (
  language: Language,
  breach: string,
  params: EventFacts['params'],
): string | undefined => breachText(wordsOf(language), breach, params)

function sayOf(
  words: Catalogue,
  code: EventCode,
  params: EventFacts['params'],
): Say<Record<string, unknown>> {
  const text = (key: string): string => asText(params[key], words.unknown)
  const has = (key: string): boolean => params[key] !== undefined && params[key] !== null
  const label = (key: string): string => stateLabel(words, code, text(key))
  return {
    text,
    quoted: (key) => (has(key) ? ` ${words.quotes[0]}${text(key)}${words.quotes[1]}` : ''),
    has,
    move: () => (label('from') === label('to') ? label('to') : `${label('from')} → ${label('to')}`),
    count: (key, ...forms) => {
      const value = params[key]
      return typeof value === 'number' ? `${value} ${pluralForm(words.language, value, forms)}` : text(key)
    },
    number: (key) => {
      const value = params[key]
      if (typeof value !== 'number' || !Number.isFinite(value)) return text(key)
      return new Intl.NumberFormat(words.language, { maximumFractionDigits: 1 }).format(value)
    },
    version: (key) => {
      const value = params[key]
      return typeof value === 'number' && Number.isInteger(value) ? formatVersion(value) : text(key)
    },
    because: (prefix) => because(words, params.reason ?? params.why, prefix),
    breach: (prefix) => {
      const found = breachText(words, params.reason, params)
      return found === undefined ? '' : prefix + found
    },
  }
}

/** An event as one line for people: `21.12.2020 04:31:38: Скачивание … успешно завершено`. Never throws on parameters. */
export function renderEvent(language: Language, { code, at, params, timeZone }: EventFacts): string {
  const words = wordsOf(language)
  const known = Object.hasOwn(words.events, code)
  const event = code as EventCode
  const text = known ? words.events[event](sayOf(words, event, params) as Say<never>) : oneLine(code)
  return `${formatTime(language, at, timeZone)}: ${text}`
}

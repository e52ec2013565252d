/** What a value of a filter means: numbers, versions and times are spans, so that `95` and `2026-11-22` compare as people mean them. */
import { parseVersion } from '../../rollout/versions.ts'

export type SpanType = 'number' | 'version' | 'time'

/** From `from` (in it) to `to` (not in it): integers, or milliseconds since 1970. */
export interface Span {
  readonly from: number
  readonly to: number
  /** A moment counted from now: only what lies before or after it can be asked for. */
  readonly isMoment: boolean
}

const MAX_NUMBER = 1e15
/** 2200: nothing of ours is later, and PostgreSQL takes it. */
const MAX_TIME = 7_258_118_400_000
const NUMBER = /^-?\d{1,15}$/
const MAJOR = /^\d{1,5}$/
const AGO = /^([+-])(\d{1,6})(s|m|h|d|w)$/
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
/** A day, a minute, a second or a millisecond; without a zone it is UTC. */
const ISO = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:\d{2})?)?$/

function numberSpan(text: string): Span | undefined {
  if (!NUMBER.test(text)) return undefined
  const value = Number(text)
  return Math.abs(value) >= MAX_NUMBER ? undefined : { from: value, to: value + 1, isMoment: false }
}

/** Eight digits are that version; fewer are its major: `95` is every 00095xxx. */
function versionSpan(text: string): Span | undefined {
  const full = parseVersion(text)
  if (full !== undefined) return { from: full, to: full + 1, isMoment: false }
  if (!MAJOR.test(text)) return undefined
  const from = Number(text) * 1000
  return { from, to: from + 1000, isMoment: false }
}

function agoSpan(text: string, now: number): Span | undefined {
  const found = AGO.exec(text)
  if (found === null) return undefined
  const [, sign, count, unit] = found
  const at = now + (sign === '-' ? -1 : 1) * Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  return at < 0 || at > MAX_TIME ? undefined : { from: at, to: at, isMoment: true }
}

function timeSpan(text: string, now: number): Span | undefined {
  const ago = agoSpan(text, now)
  if (ago !== undefined) return ago
  const found = ISO.exec(text)
  if (found === null) return undefined
  const [, day = '', clock, second, fraction, zone = 'Z'] = found
  const from = Date.parse(
    `${day}T${clock ?? '00:00'}:${second ?? '00'}.${(fraction ?? '').padEnd(3, '0')}${zone}`,
  )
  if (!Number.isFinite(from) || from < 0 || from > MAX_TIME) return undefined
  // Date.parse takes the 31st of February for the 3rd of March.
  if (new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day) return undefined
  const length =
    clock === undefined ? 86_400_000 : second === undefined ? 60_000 : fraction === undefined ? 1000 : 1
  return { from, to: from + length, isMoment: false }
}

/** Undefined: that is no value of this type. @param now milliseconds since 1970 */
export function spanOf(type: SpanType, text: string, now: number): Span | undefined {
  if (type === 'number') return numberSpan(text)
  return type === 'version' ? versionSpan(text) : timeSpan(text, now)
}

export const spanForms: Readonly<Record<SpanType, string>> = {
  number: 'a whole number',
  version: 'eight digits, or a major like 96',
  time: 'a time like 2026-11-22, 2026-11-22T02:30 or -2h',
}

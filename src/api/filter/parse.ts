/**
 * The filter language of lists, as text → terms. It knows no fields and no SQL:
 * `kind:till version:<00096000 group:north,south -label:pilot "free text"`.
 */

export const MAX_FILTER = 1000
const MAX_TERMS = 50

export type Comparison = '<' | '<=' | '>' | '>='

/** One alternative. `at` counts UTF-16 units from the beginning of the filter. */
export type Value = { readonly at: number } & (
  | { readonly kind: 'is' | 'prefix'; readonly text: string }
  | { readonly kind: 'compare'; readonly op: Comparison; readonly text: string }
  | { readonly kind: 'range'; readonly from: string | null; readonly to: string | null }
  | { readonly kind: 'none' }
)

/** A field that has one of the values, or, without a field, any name that has one of the texts in it. */
export interface Term {
  readonly at: number
  readonly field: string | null
  readonly not: boolean
  readonly values: readonly Value[]
}

export interface FilterFault {
  readonly at: number
  readonly detail: string
}

export type Parsed =
  | { readonly ok: true; readonly terms: readonly Term[] }
  | { readonly ok: false; readonly fault: FilterFault }

const FIELD = /^([A-Za-z][A-Za-z0-9]{0,39}):/
const BARE = /^[^\s,"]+/
const COMPARISON = /^(<=|>=|<|>)/
/** What PostgreSQL cannot keep, and what nobody types. */
const UNFIT = /[\p{Cc}\p{Cs}]/u

interface Read<T> {
  readonly value: T
  /** Where it ended. */
  readonly end: number
}

class Fault extends Error {
  readonly at: number
  constructor(at: number, detail: string) {
    super(detail)
    this.at = at
  }
}

/** A text between quotes; `\"` and `\\` stand for themselves. */
function readQuoted(filter: string, at: number): Read<string> {
  let text = ''
  for (let i = at + 1; i < filter.length; i += 1) {
    const char = filter[i] as string
    if (char === '"') return { value: text, end: i + 1 }
    if (char === '\\') i += 1
    text += char === '\\' ? (filter[i] ?? '') : char
  }
  throw new Fault(at, 'the quote is not closed')
}

function bareValue(text: string, at: number, isOfField: boolean): Value {
  if (isOfField && text === 'none') return { at, kind: 'none' }
  const dots = isOfField ? text.indexOf('..') : -1
  if (dots >= 0) {
    const [from, to] = [text.slice(0, dots), text.slice(dots + 2)]
    if (from === '' && to === '') throw new Fault(at, 'a range needs an end')
    return { at, kind: 'range', from: from === '' ? null : from, to: to === '' ? null : to }
  }
  if (!text.endsWith('*')) return { at, kind: 'is', text }
  if (text === '*') throw new Fault(at, 'something must stand before the star')
  return { at, kind: 'prefix', text: text.slice(0, -1) }
}

function readValue(filter: string, at: number, isOfField: boolean): Read<Value> {
  const op = isOfField ? COMPARISON.exec(filter.slice(at))?.[1] : undefined
  const from = at + (op?.length ?? 0)
  if (filter[from] === '"') {
    const { value: text, end } = readQuoted(filter, from)
    if (text === '') throw new Fault(from, 'the quotes are empty')
    return {
      end,
      value:
        op === undefined ? { at, kind: 'is', text } : { at, kind: 'compare', op: op as Comparison, text },
    }
  }
  const bare = BARE.exec(filter.slice(from))?.[0]
  if (bare === undefined) throw new Fault(from, 'a value is missing')
  const end = from + bare.length
  if (op !== undefined) return { end, value: { at, kind: 'compare', op: op as Comparison, text: bare } }
  return { end, value: bareValue(bare, at, isOfField) }
}

function readValues(filter: string, at: number, isOfField: boolean): Read<Value[]> {
  const values: Value[] = []
  let end = at
  do {
    const read = readValue(filter, values.length === 0 ? end : end + 1, isOfField)
    values.push(read.value)
    end = read.end
  } while (filter[end] === ',')
  return { value: values, end }
}

function readTerm(filter: string, at: number): Read<Term> {
  const not = filter[at] === '-'
  const from = not ? at + 1 : at
  const field = FIELD.exec(filter.slice(from))?.[1] ?? null
  const { value: values, end } = readValues(
    filter,
    field === null ? from : from + field.length + 1,
    field !== null,
  )
  if (end < filter.length && !/\s/.test(filter[end] as string))
    throw new Fault(end, 'a blank is missing between two terms')
  return { value: { at, field, not, values }, end }
}

function readTerms(filter: string): Term[] {
  const unfit = UNFIT.exec(filter)
  if (unfit !== null) throw new Fault(unfit.index, 'control characters and lone surrogates match nothing')
  const terms: Term[] = []
  let count = 0
  for (let at = 0; at < filter.length; ) {
    if (/\s/.test(filter[at] as string)) {
      at += 1
      continue
    }
    const { value, end } = readTerm(filter, at)
    terms.push(value)
    count += value.values.length
    if (count > MAX_TERMS) throw new Fault(at, `more than ${MAX_TERMS} values`)
    at = end
  }
  return terms
}

/** Never throws. A filter of blanks has no terms and leaves everything in. */
export function parseFilter(filter: string): Parsed {
  if (filter.length > MAX_FILTER)
    return { ok: false, fault: { at: MAX_FILTER, detail: `longer than ${MAX_FILTER} characters` } }
  try {
    return { ok: true, terms: readTerms(filter) }
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: { at: error.at, detail: error.message } }
    throw error
  }
}

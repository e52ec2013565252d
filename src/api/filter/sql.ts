/** Terms → one SQL condition over a list's fields. Everything that came from outside is a parameter. */
import type { SqlCondition } from '../../db/condition.ts'
import { type FilterFault, parseFilter, type Term, type Value } from './parse.ts'
import { type Span, type SpanType, spanForms, spanOf } from './span.ts'

export type FieldType = 'text' | 'texts' | 'choice' | 'flag' | 'id' | SpanType

/** What a list knows of a field; `sql` is ours and names columns only. */
export interface FilterField {
  readonly type: FieldType
  readonly sql: string
  /** Of a choice: all that it can be. */
  readonly choices?: readonly string[]
  readonly summary: string
}
export type FilterFields = Readonly<Record<string, FilterField>>

export type Compiled =
  | { readonly ok: true; readonly condition: SqlCondition; readonly used: readonly string[] }
  | { readonly ok: false; readonly fault: FilterFault }

class Unfit extends Error {
  readonly at: number
  constructor(at: number, detail: string) {
    super(detail)
    this.at = at
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const CASTS = { number: 'bigint', version: 'bigint', time: 'timestamptz' } as const
const isSpan = (type: FieldType): type is SpanType => Object.hasOwn(CASTS, type)

type Push = (value: unknown) => string

function spanValue(field: FilterField, value: Value, now: number, push: Push): string {
  const type = field.type as SpanType
  const read = (text: string): Span => {
    const span = spanOf(type, text, now)
    if (span === undefined) throw new Unfit(value.at, `this is not ${spanForms[type]}`)
    return span
  }
  const bound = (at: number) => `${push(type === 'time' ? new Date(at) : at)}::${CASTS[type]}`
  switch (value.kind) {
    case 'is': {
      const { from, to, isMoment } = read(value.text)
      if (isMoment) throw new Unfit(value.at, 'a moment needs < or >, or a range')
      return `(${field.sql} >= ${bound(from)} AND ${field.sql} < ${bound(to)})`
    }
    case 'compare': {
      const span = read(value.text)
      const isOfEnd = value.op === '<=' || value.op === '>'
      const op = value.op === '<' || value.op === '<=' ? '<' : '>='
      return `${field.sql} ${op} ${bound(isOfEnd ? span.to : span.from)}`
    }
    case 'range': {
      const from = value.from === null ? [] : [`${field.sql} >= ${bound(read(value.from).from)}`]
      const to = value.to === null ? [] : [`${field.sql} < ${bound(read(value.to).to)}`]
      return `(${[...from, ...to].join(' AND ')})`
    }
    default:
      throw new Unfit(value.at, 'a star needs a text')
  }
}

function textValue({ sql }: FilterField, value: Value, push: Push): string {
  if (value.kind === 'is') return `${sql} = ${push(value.text)}::text`
  if (value.kind === 'prefix') return `starts_with(${sql}, ${push(value.text)}::text)`
  throw new Unfit(value.at, 'texts have no order here')
}

function textsValue({ sql }: FilterField, value: Value, push: Push): string {
  if (value.kind === 'is') return `${push(value.text)}::text = ANY(${sql})`
  if (value.kind === 'prefix')
    return `EXISTS (SELECT 1 FROM unnest(${sql}) one WHERE starts_with(one, ${push(value.text)}::text))`
  throw new Unfit(value.at, 'texts have no order here')
}

const textOf = (value: Value): string => {
  if (value.kind === 'is') return value.text
  throw new Unfit(value.at, 'this is one of few words')
}

function choiceValue({ sql, choices = [] }: FilterField, value: Value, push: Push): string {
  const text = textOf(value)
  if (!choices.includes(text)) throw new Unfit(value.at, `one of ${choices.join(', ')}`)
  return `${sql} = ${push(text)}::text`
}

function flagValue({ sql }: FilterField, value: Value): string {
  const text = textOf(value)
  if (text === 'yes' || text === 'true') return `${sql}`
  if (text === 'no' || text === 'false') return `NOT ${sql}`
  throw new Unfit(value.at, 'yes or no')
}

function idValue({ sql }: FilterField, value: Value, push: Push): string {
  const text = textOf(value)
  if (!UUID.test(text)) throw new Unfit(value.at, 'this is no id')
  return `${sql} = ${push(text)}::uuid`
}

function valueSql(field: FilterField, value: Value, now: number, push: Push): string {
  if (value.kind === 'none')
    return field.type === 'texts' ? `cardinality(${field.sql}) = 0` : `${field.sql} IS NULL`
  if (isSpan(field.type)) return spanValue(field, value, now, push)
  switch (field.type) {
    case 'text':
      return textValue(field, value, push)
    case 'texts':
      return textsValue(field, value, push)
    case 'choice':
      return choiceValue(field, value, push)
    case 'flag':
      return flagValue(field, value)
    default:
      return idValue(field, value, push)
  }
}

/** Whatever the database's own locale: that of the embedded one knows no letters but A to Z. */
const lower = (sql: string): string => `lower((${sql})::text COLLATE "und-x-icu")`

/** Whatever the case, anywhere in one of the names; at its beginning with a star. */
function freeSql(names: readonly string[], value: Value, push: Push): string {
  if (value.kind !== 'is' && value.kind !== 'prefix') throw new Unfit(value.at, 'a text is expected here')
  if (names.length === 0) throw new Unfit(value.at, 'a field is missing')
  const wanted = lower(push(value.text))
  const test = (name: string) =>
    value.kind === 'is' ? `strpos(${lower(name)}, ${wanted}) > 0` : `starts_with(${lower(name)}, ${wanted})`
  return `(${names.map(test).join(' OR ')})`
}

const listed = (fields: FilterFields): string => Object.keys(fields).join(', ')

function termSql(
  term: Term,
  fields: FilterFields,
  names: readonly string[],
  now: number,
  push: Push,
): string {
  const { field: name, not, values, at } = term
  const field = name === null || !Object.hasOwn(fields, name) ? undefined : fields[name]
  if (name !== null && field === undefined)
    throw new Unfit(at, `there is no field ${name}: ${listed(fields)}`)
  const parts = values.map((value) =>
    field === undefined ? freeSql(names, value, push) : valueSql(field, value, now, push),
  )
  const any = `(${parts.join(' OR ')})`
  // What is not known has no value: it is not one of those that were asked for, and is one of the others.
  return not ? `(${any} IS NOT TRUE)` : any
}

/**
 * A filter as a condition; all its faults are found here, before anything is asked of the database.
 * @param names what free text is looked for in, as SQL
 * @param now milliseconds since 1970, for `-2h`
 */
export function compileFilter(
  filter: string,
  fields: FilterFields,
  names: readonly string[],
  now: number,
): Compiled {
  const parsed = parseFilter(filter)
  if (!parsed.ok) return parsed
  const { terms } = parsed
  const condition: SqlCondition = (push) =>
    terms.length === 0 ? 'TRUE' : terms.map((term) => termSql(term, fields, names, now, push)).join(' AND ')
  try {
    condition(() => '')
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, fault: { at: error.at, detail: error.message } }
    throw error
  }
  return { ok: true, condition, used: terms.flatMap((term) => (term.field === null ? [] : [term.field])) }
}

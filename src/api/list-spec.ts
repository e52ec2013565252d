/** What a list is made of: one table of fields says what may be filtered, sorted and counted by. */
import type { FieldType, FilterField } from './filter/sql.ts'
import type { KeyType } from './list-cursor.ts'

export interface ListField extends FilterField {
  /** It may be sorted by. */
  readonly sorts?: true
  /** Sorted by this instead. */
  readonly sortBy?: { readonly sql: string; readonly type: KeyType }
  /** It may be unknown; such rows come last, whichever way. */
  readonly nullable?: true
  /** Of the list's `joins`. */
  readonly join?: string
}

export interface ListSpec {
  /** As the documentation calls it. */
  readonly name: string
  readonly fields: Readonly<Record<string, ListField>>
  /** What free text is looked for in. */
  readonly names: readonly string[]
  /** The sort when none is asked for. */
  readonly sort: string
  /** After FROM. $1 is the groups of stores that may be seen (text[]), null for all. */
  readonly from: string
  /** Only where a field of theirs is asked for. */
  readonly joins?: Readonly<Record<string, string>>
  /** Unique; the last key of every sort. */
  readonly id: string
  readonly idType: KeyType
  /** Further columns of each row, as SQL; `id` is there. */
  readonly columns?: string
  /** Of rows that the asker may see, where $1 is not null. */
  readonly own: string
  /** Rows that are shown only with `removed=true`, as a condition for the others. */
  readonly present?: string
  /** It only grows, without end: a page of all is no surer to come soon than a filtered one. */
  readonly isEndless?: true
  /** May be counted by. */
  readonly countsBy?: readonly string[]
}

const KEY_TYPES: Readonly<Record<FieldType, KeyType>> = {
  text: 'text',
  texts: 'text',
  choice: 'text',
  number: 'integer',
  version: 'integer',
  time: 'time',
  flag: 'flag',
  id: 'id',
}
const keyTypeOf = (type: FieldType): KeyType => KEY_TYPES[type]

export interface SortKey {
  readonly sql: string
  readonly type: KeyType
  readonly isDown: boolean
  readonly isNullable: boolean
  readonly join: string | undefined
}

const MAX_KEYS = 4

/** The fields of `-version,store`; undefined: that is no sort of this list. */
export function readSort(spec: ListSpec, sort: string): { keys: SortKey[]; used: string[] } | undefined {
  const parts = sort.split(',')
  const names = parts.map((part) => part.replace(/^-/, ''))
  if (parts.length > MAX_KEYS || new Set(names).size < names.length) return undefined
  const keys: SortKey[] = []
  for (const [i, name] of names.entries()) {
    const field = Object.hasOwn(spec.fields, name) ? spec.fields[name] : undefined
    if (field?.sorts === undefined) return undefined
    keys.push({
      sql: field.sortBy?.sql ?? field.sql,
      type: field.sortBy?.type ?? keyTypeOf(field.type),
      isDown: parts[i]?.startsWith('-') ?? false,
      isNullable: field.nullable ?? false,
      join: field.join,
    })
  }
  const isDown = keys.at(-1)?.isDown ?? false
  keys.push({ sql: spec.id, type: spec.idType, isDown, isNullable: false, join: undefined })
  return { keys, used: names }
}

export const sortsOf = (spec: ListSpec): string[] =>
  Object.entries(spec.fields).flatMap(([name, field]) => (field.sorts ? [name] : []))

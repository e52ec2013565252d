/** Every list of the API: filtered, sorted, in pages that neither repeat a row nor leave one out, whatever comes and goes. */
import { z } from 'zod'
import { newValues, type PushValue, type SqlCondition } from '../db/condition.ts'
import type { Database, Executor } from '../db/database.ts'
import { readWide, WideReadRefused } from '../db/wide-reads.ts'
import { MAX_FILTER } from './filter/parse.ts'
import { compileFilter } from './filter/sql.ts'
import { type Key, type KeyType, readCursor, writeCursor } from './list-cursor.ts'
import { type ListSpec, readSort, type SortKey, sortsOf } from './list-spec.ts'
import { Problem } from './problem.ts'
import { flag, limit } from './schemas.ts'

const filterText = z.string().optional().meta({ maxLength: MAX_FILTER, description: 'See “Filters”.' })

/** What every list takes; `more` are parameters of its own. */
export const listQuery = <Shape extends z.ZodRawShape>(fallback: number, max: number, more: Shape) =>
  z.strictObject({
    limit: limit(fallback, max),
    cursor: z.string().max(4000).optional().meta({ description: '`next` of the page before.' }),
    sort: z.string().max(200).optional().meta({ description: 'Fields, the first counts most; `-` is down.' }),
    filter: filterText,
    count: flag.default(false).meta({ description: '`true`: the answer has `total`.' }),
    ...more,
  })

/** Of lists that have rows which were taken out of the fleet. */
export const removedFlag = { removed: flag.default(false).meta({ description: 'Also what was taken out.' }) }

export interface ListQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly sort?: string | undefined
  readonly filter?: string | undefined
  readonly count?: boolean
  readonly removed?: boolean
}

export interface Asked {
  readonly query: ListQuery
  /** `principal.storeGroups`. */
  readonly groups: readonly string[] | null
  /** What the path and the list's own parameters narrow it to. */
  readonly where?: readonly SqlCondition[]
  /** Of the path: a cursor of one rollout's list is none of another's. */
  readonly of?: string
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly next: string | null
  readonly total: number | undefined
}

/** @throws Problem filterInvalid, with the position and what there is */
export function filterOf(spec: Pick<ListSpec, 'fields' | 'names'>, filter: string | undefined) {
  const compiled = compileFilter(filter ?? '', spec.fields, spec.names, Date.now())
  if (compiled.ok) return compiled
  const { at, detail } = compiled.fault
  const fields = Object.keys(spec.fields)
  throw new Problem('filterInvalid', { path: 'filter', detail, more: { position: at, fields } })
}

function sortOf(spec: ListSpec, sort: string | undefined) {
  const read = readSort(spec, sort ?? spec.sort)
  if (read !== undefined) return read
  const more = { fields: sortsOf(spec) }
  throw new Problem('sortInvalid', { path: 'sort', detail: `fields: ${more.fields.join(', ')}`, more })
}

const CASTS: Readonly<Record<KeyType, string>> = {
  text: 'text',
  integer: 'bigint',
  time: 'timestamptz',
  flag: 'boolean',
  id: 'uuid',
}

const pushKey = (push: PushValue, { type }: SortKey, key: Key): string =>
  `${push(type === 'time' && key !== null ? new Date(Number(key)) : key)}::${CASTS[type]}`

const keySql = ({ sql, type }: SortKey): string =>
  type === 'time' ? `(extract(epoch FROM ${sql}) * 1000)::bigint::text` : `(${sql})::text`

/** What comes after `key` by one sort key alone; what is not known comes last. */
function comesAfter(push: PushValue, by: SortKey, key: Key): string {
  if (key === null) return 'FALSE'
  const beyond = `${by.sql} ${by.isDown ? '<' : '>'} ${pushKey(push, by, key)}`
  return by.isNullable ? `(${beyond} OR ${by.sql} IS NULL)` : beyond
}

const isEqual = (push: PushValue, by: SortKey, key: Key): string =>
  key === null ? `${by.sql} IS NULL` : `${by.sql} = ${pushKey(push, by, key)}`

/** One comparison of rows where all keys go one way, so that an index can serve it. */
function afterKeys(push: PushValue, keys: readonly SortKey[], at: readonly Key[]): string {
  const isPlain = keys.every((key) => !key.isNullable && key.isDown === keys[0]?.isDown)
  if (isPlain) {
    const values = keys.map((key, i) => pushKey(push, key, at[i] ?? null))
    const op = keys[0]?.isDown ? '<' : '>'
    return `(${keys.map((key) => key.sql).join(', ')}) ${op} (${values.join(', ')})`
  }
  const ways = keys.map((key, i) => {
    const same = keys.slice(0, i).map((former, n) => isEqual(push, former, at[n] ?? null))
    return `(${[...same, comesAfter(push, key, at[i] ?? null)].join(' AND ')})`
  })
  return `(${ways.join(' OR ')})`
}

interface Statement {
  /** FROM … WHERE …, with all but the place. */
  readonly body: string
  readonly values: unknown[]
  readonly push: PushValue
}

function statement(spec: ListSpec, asked: Asked, used: readonly string[]): Statement {
  const { condition, used: filtered } = filterOf(spec, asked.query.filter)
  const { values, push } = newValues([asked.groups])
  const needed = new Set([...used, ...filtered].map((name) => spec.fields[name]?.join))
  const joins = Object.entries(spec.joins ?? {}).flatMap(([name, sql]) => (needed.has(name) ? [sql] : []))
  const conditions = [
    `($1::text[] IS NULL OR ${spec.own})`,
    ...(spec.present === undefined || asked.query.removed ? [] : [spec.present]),
    ...(asked.where ?? []).map((where) => where(push)),
    condition(push),
  ]
  return { body: `FROM ${[spec.from, ...joins].join(' ')} WHERE ${conditions.join(' AND ')}`, values, push }
}

/** An index serves a page of all; anything else may come to every row. */
const isWide = ({ isEndless }: ListSpec, { query, groups }: Asked): boolean =>
  isEndless === true || groups !== null || query.count === true || isFiltered(query)
const isFiltered = ({ filter }: Pick<ListQuery, 'filter'>): boolean => (filter ?? '').trim() !== ''

/** @throws Problem filterInvalid, unavailable */
export async function bounded<T>(
  db: Database,
  work: (on: Executor) => Promise<T>,
  query?: Pick<ListQuery, 'filter'>,
): Promise<T> {
  try {
    return await readWide(db, work)
  } catch (error) {
    if (!(error instanceof WideReadRefused)) throw error
    const more = { retryAfter: 5, cause: error }
    if (error.why === 'tooMany') throw new Problem('unavailable', more)
    if (query !== undefined && !isFiltered(query))
      throw new Problem('unavailable', { ...more, detail: 'it takes too long' })
    const detail = 'it takes too long: name fields, or ask for less at once'
    throw new Problem('filterInvalid', { path: 'filter', detail, cause: error })
  }
}

async function readTotal(on: Executor, spec: ListSpec, asked: Asked): Promise<number> {
  const { body, values } = statement(spec, asked, [])
  const { rows } = await on.query<{ count: number }>(`SELECT count(*)::int AS count ${body}`, values)
  return rows[0]?.count ?? 0
}

function withoutKeys<Row>({ _keys: _, ...row }: Row & { _keys: Key[] }): Row {
  return row as unknown as Row
}

/** @throws Problem filterInvalid, sortInvalid, cursorInvalid */
export async function readList<Row extends { id: string }>(
  db: Database,
  spec: ListSpec,
  asked: Asked,
): Promise<Page<Row>> {
  const { query } = asked
  const { keys, used } = sortOf(spec, query.sort)
  const bound = JSON.stringify([spec.name, asked.of ?? '', query.sort ?? spec.sort, query.filter ?? ''])
  const types = keys.map((key) => key.type)
  const at = query.cursor === undefined ? null : readCursor(bound, types, query.cursor)
  if (at === undefined) throw new Problem('cursorInvalid', { path: 'cursor' })
  const { body, values, push } = statement(spec, asked, used)
  const place = at === null ? '' : ` AND ${afterKeys(push, keys, at)}`
  const order = keys.map(
    (key) => `${key.sql} ${key.isDown ? 'DESC' : 'ASC'}${key.isNullable ? ' NULLS LAST' : ''}`,
  )
  const columns = [`${spec.id} AS id`, ...(spec.columns === undefined ? [] : [spec.columns])]
  const sql = `SELECT ${columns.join(', ')}, ARRAY[${keys.map(keySql).join(', ')}] AS "_keys" ${body}${place}
    ORDER BY ${order.join(', ')} LIMIT ${push(query.limit + 1)}::int`
  const read = async (on: Executor) => {
    const { rows } = await on.query<Row & { _keys: Key[] }>(sql, values)
    return { rows, total: query.count ? await readTotal(on, spec, asked) : undefined }
  }
  const { rows, total } = await (isWide(spec, asked) ? bounded(db, read, query) : read(db.pool))
  const shown = rows.slice(0, query.limit)
  const last = rows.length > query.limit ? shown.at(-1)?._keys : undefined
  return { rows: shown.map(withoutKeys), next: last === undefined ? null : writeCursor(bound, last), total }
}

/** A page as the API answers it. `more` says the same as `next`, for those who never turn pages. */
export const pageAnswer = <Item>({ next, total }: Page<unknown>, items: readonly Item[]) => ({
  items,
  next,
  more: next !== null,
  ...(total === undefined ? {} : { total }),
})

const MAX_COUNTS = 50_000

export interface Counts {
  readonly by: string
  readonly total: number
  /** The largest first; null: those without one. */
  readonly counts: readonly { readonly key: string | number | null; readonly count: number }[]
}

/** How many there are of each value of a field, counted by the database now. */
export async function readListCounts(
  db: Database,
  spec: ListSpec,
  by: string,
  asked: Asked,
): Promise<Counts> {
  const field = spec.fields[by]
  if (field === undefined) throw new RangeError(`no field ${by}`)
  const { body, values } = statement(spec, asked, [by])
  const sql = `SELECT ${field.sql} AS key, count(*)::int AS count ${body} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_COUNTS}`
  const { rows } = await bounded(db, (on) => on.query<Counts['counts'][number]>(sql, values), asked.query)
  return { by, total: rows.reduce((sum, row) => sum + row.count, 0), counts: rows }
}

export const countsQuery = <By extends readonly [string, ...string[]]>(by: By) =>
  z.strictObject({ by: z.enum(by), filter: filterText, ...removedFlag })

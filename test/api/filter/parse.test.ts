/** The filter language by property: whatever is typed, it is read or refused at a place, and no text of it becomes SQL. */
import { describe, expect, test } from 'vitest'
import { MAX_FILTER, parseFilter } from '../../../src/api/filter/parse.ts'
import { compileFilter, type FilterFields } from '../../../src/api/filter/sql.ts'
import { newValues } from '../../../src/db/condition.ts'

const fields: FilterFields = {
  text: { type: 'text', sql: 'x.text', summary: '' },
  texts: { type: 'texts', sql: 'x.texts', summary: '' },
  choice: { type: 'choice', sql: 'x.choice', choices: ['a', 'b'], summary: '' },
  flag: { type: 'flag', sql: 'x.flag', summary: '' },
  id: { type: 'id', sql: 'x.id', summary: '' },
  number: { type: 'number', sql: 'x.number', summary: '' },
  version: { type: 'version', sql: 'x.version', summary: '' },
  time: { type: 'time', sql: 'x.time', summary: '' },
}
const NOW = Date.parse('2026-11-22T23:00:00Z')
const compile = (filter: string) => compileFilter(filter, fields, ['x.name'], NOW)

/** A small repeatable generator (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const PIECES = [
  ...Object.keys(fields).map((name) => `${name}:`),
  ...[
    '-',
    '"',
    '\\',
    ',',
    ' ',
    ':',
    '..',
    '*',
    '<',
    '<=',
    '>',
    '>=',
    'none',
    'a',
    '96',
    '00096000',
    '-2h',
    '+1d',
  ],
  ...[
    '2026-11-22',
    '2026-13-40T99:99',
    "'; DROP TABLE store; --",
    '$1',
    '%',
    '_',
    'é',
    '😀',
    '\ud800',
    '\u0000',
    '()',
  ],
  ...['__proto__:', 'constructor:', '1e400', '-0', '99999999999999', '0..', '..0', 'yes', 'x'.repeat(200)],
]

test('20,000 texts: never thrown, refused at a place within, and nothing of them in the SQL', () => {
  const random = numbers(7)
  let read = 0
  for (let n = 0; n < 20_000; n += 1) {
    const length = Math.floor(random() * 8)
    const filter = Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('')
    const compiled = compile(filter)
    if (!compiled.ok) {
      expect(compiled.fault.at, filter).toBeGreaterThanOrEqual(0)
      expect(compiled.fault.at, filter).toBeLessThanOrEqual(filter.length)
      expect(compiled.fault.detail).not.toBe('')
      continue
    }
    read += 1
    const { values, push } = newValues()
    const sql = compiled.condition(push)
    // Ours alone: columns, operators, casts and the places of parameters.
    expect(sql.replace(/x\.[a-z]+|\$\d+/g, ''), filter).toMatch(
      /^(TRUE|AND|OR|NOT|IS|NULL|ANY|EXISTS|SELECT|1|FROM|WHERE|COLLATE|"und-x-icu"|lower|strpos|starts_with|unnest|one|cardinality|bigint|timestamptz|text|uuid|[\s()<>=:,0])*$/,
    )
    expect(values.length).toBe((sql.match(/\$\d+/g) ?? []).length)
    for (const value of values)
      if (value instanceof Date) expect(Number.isFinite(value.getTime())).toBe(true)
      else if (typeof value === 'number') expect(Number.isSafeInteger(value)).toBe(true)
      else expect(typeof value).toBe('string')
  }
  expect(read).toBeGreaterThan(1000)
})

test('what is quoted is taken as it is', () => {
  for (const text of ['none', 'a..b', '<5', 'a*', 'kind:till', '-x', 'a,b', ' ', '\\', '"', 'x y "z"']) {
    const parsed = parseFilter(`text:"${text.replace(/["\\]/g, '\\$&')}"`)
    expect(parsed).toMatchObject({ ok: true, terms: [{ field: 'text', values: [{ kind: 'is', text }] }] })
  }
})

test('a thousand characters and no more', () => {
  expect(parseFilter('x'.repeat(MAX_FILTER)).ok).toBe(true)
  expect(parseFilter('x'.repeat(MAX_FILTER + 1))).toMatchObject({ ok: false, fault: { at: MAX_FILTER } })
  expect(parseFilter('"'.repeat(MAX_FILTER)).ok).toBe(false)
})

const bounds = (filter: string) => {
  const compiled = compile(filter)
  if (!compiled.ok) return compiled.fault.detail
  const { values, push } = newValues()
  const sql = compiled.condition(push).replace(/x\.|\(|\)|::[a-z]+/g, '')
  return [sql, ...values.map((value) => (value instanceof Date ? value.toISOString() : value))]
}

describe('spans', () => {
  test.each([
    ['version:96', ['version >= $1 AND version < $2', 96_000, 97_000]],
    ['version:>96', ['version >= $1', 97_000]],
    ['version:<=00096001', ['version < $1', 96_002]],
    ['number:-5..5', ['number >= $1 AND number < $2', -5, 6]],
    ['time:2026-11-22', ['time >= $1 AND time < $2', '2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z']],
    ['time:<2026-11-22T10:30', ['time < $1', '2026-11-22T10:30:00.000Z']],
    ['time:<=2026-11-22T10:30+03:00', ['time < $1', '2026-11-22T07:31:00.000Z']],
    ['time:>-2h', ['time >= $1', '2026-11-22T21:00:00.000Z']],
    ['time:-1d..-2h', ['time >= $1 AND time < $2', '2026-11-21T23:00:00.000Z', '2026-11-22T21:00:00.000Z']],
  ])('%s', (filter, wanted) => {
    expect(bounds(filter)).toEqual(wanted)
  })
})

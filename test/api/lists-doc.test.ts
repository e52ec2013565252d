import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { listTables } from '../../src/api/list-docs.ts'
import { routes } from '../../src/api/routes.ts'

test('docs/api.md has the fields of every list as they are: npx tsx scripts/lists-doc.ts', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/api.md'), 'utf8')
  expect(text).toContain(`<!-- lists -->\n\n${listTables(routes)}\n<!-- end of lists -->`)
})

test('what a list may be counted by is told of it', () => {
  for (const { path: where, list, query } of routes) {
    if (!where.endsWith('/counts')) continue
    const by = (query as unknown as { shape: { by: { options: string[] } } }).shape.by.options
    for (const one of by) expect(Object.keys(list?.fields ?? {}), where).toContain(one)
    expect(by).toEqual(list?.countsBy)
  }
})

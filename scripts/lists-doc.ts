/** Writes the tables of fields into docs/api.md; test/api/lists-doc.test.ts says when they are stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { listTables } from '../src/api/list-docs.ts'
import { routes } from '../src/api/routes.ts'

const file = path.resolve(import.meta.dirname, '../docs/api.md')
const MARKED = /(<!-- lists -->\n)[\s\S]*?(<!-- end of lists -->)/
const text = readFileSync(file, 'utf8')
if (!MARKED.test(text)) throw new Error(`${file} has no place for the lists`)
writeFileSync(
  file,
  text.replace(MARKED, (_, from: string, to: string) => `${from}\n${listTables(routes)}\n${to}`),
)

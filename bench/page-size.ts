// What a browser takes before it shows anything: the first script with what it imports at once, and the words of one
// language beside, in gzip. Builds the page where something has changed. Prints one JSON object; ends with 1 above the
// budget. Run: node --import tsx bench/page-size.ts
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { measurePage } from '../test/web/page-size.ts'

const BUDGET_KB = 300
const root = path.resolve(import.meta.dirname, '..')
await promisify(execFile)(process.execPath, [path.join(root, 'scripts/web.mjs')], { cwd: root })

const size = await measurePage(path.join(root, 'dist/web'))
const kb = (bytes: number) => Math.round(bytes / 102.4) / 10
const initialKb = kb(size.firstBytes + Math.max(...Object.values(size.wordsBytes)))
console.log(
  JSON.stringify(
    {
      budgetKb: BUDGET_KB,
      initialKb,
      scriptsKb: kb(size.firstBytes),
      wordsKb: { ru: kb(size.wordsBytes.ru), en: kb(size.wordsBytes.en) },
      bothLanguagesAtOnce: size.wordsAtFirst.length > 0 || size.wordsOfBoth.length > 0,
      largestKb: Object.fromEntries(size.largest.map(([name, bytes]) => [name, kb(bytes)])),
    },
    undefined,
    2,
  ),
)
if (initialKb >= BUDGET_KB) process.exitCode = 1

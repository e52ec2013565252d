/** What is loaded at first stays small, and of the words only those of one language. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { measurePage } from './page-size.ts'

const root = path.resolve(import.meta.dirname, '../..')

test('the page begins with less than 300 KB of JavaScript, and one language', async () => {
  await promisify(execFile)(process.execPath, [path.join(root, 'scripts/web.mjs')], { cwd: root })
  const size = await measurePage(path.join(root, 'dist/web'))
  expect(size.wordsOfBoth).toEqual([])
  expect(size.wordsAtFirst).toEqual([])
  expect(size.wordsBytes.ru).toBeGreaterThan(10_000)
  expect(size.wordsBytes.en).toBeGreaterThan(10_000)
  expect(size.firstBytes).toBeGreaterThan(50_000)
  expect(size.firstBytes + size.wordsBytes.ru).toBeLessThan(300 * 1024)
})

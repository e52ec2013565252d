/** Building the page: only when something it is made of has changed, and never half. */

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'

const script = path.resolve(import.meta.dirname, '../../scripts/web.mjs')
/** Another repository: a page of three files that takes its words from beside it. */
const files: Readonly<Record<string, string>> = {
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'web/index.html':
    '<!doctype html><html lang="ru"><head><base href="./"></head><body><script type="module" src="./main.ts"></script></body></html>',
  'web/main.ts': "import './page.css'\nimport { word } from '../src/words/ru.ts'\ndocument.title = word\n",
  'web/page.css': `${Array.from({ length: 200 }, (_, i) => `.till-${i} { color: red }`).join('\n')}\n`,
  'web/vite.config.ts': "export default { base: '' }\n",
  'src/words/ru.ts': "export const word: string = 'Открыта'\n",
  'src/words/unused.ts': "export const other = 'Закрыта'\n",
}

let root: string
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'nightshift-build-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await write(name, text)
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** As if it had been written a while ago. */
async function write(name: string, text: string): Promise<void> {
  await writeFile(path.join(root, name), text)
  const before = new Date(Date.now() - 10_000)
  await utimes(path.join(root, name), before, before)
}

const build = async (...more: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [script, '--root', root, ...more], { timeout: 150_000 }))
    .stdout
const NEW = /^web: built in [\d.]+ s, JavaScript at first \d+ KB \(gzip\)\n$/
const SAME = 'web: dist/web is as new as its sources\n'
const inAssets = async (ending: string) =>
  (await readdir(path.join(root, 'dist/web/assets'))).filter((name) => name.endsWith(ending))
const textOf = async (ending: string) => {
  const [name = ''] = await inAssets(ending)
  return readFile(path.join(root, 'dist/web/assets', name))
}

test('once, and again when a source has changed, wherever it lies', async () => {
  expect(await build()).toMatch(NEW)
  expect(await build()).toBe(SAME)
  expect(String(await textOf('.js'))).toContain('Открыта')

  // It belongs to src/words, and is not part of the page.
  await write('src/words/unused.ts', "export const other = 'Заблокирована'\n")
  expect(await build()).toBe(SAME)
  await write('src/words/ru.ts', "export const word: string = 'Нет данных'\n")
  expect(await build('--if-missing')).toBe('')
  expect(await build()).toMatch(NEW)
  expect(String(await textOf('.js'))).toContain('Нет данных')
  await write('web/new.ts', 'export {}\n')
  expect(await build()).toMatch(NEW)
  await rm(path.join(root, 'web/new.ts'))
  await write('package-lock.json', '{ }')
  expect(await build()).toMatch(NEW)
  expect(await build('--force')).toMatch(NEW)
  expect(await build()).toBe(SAME)
})

test('what shrinks is packed beside; nothing of a build is left over', async () => {
  const [css, gz] = [await textOf('.css'), await textOf('.css.gz')]
  expect(gunzipSync(gz).equals(css)).toBe(true)
  expect([await inAssets('.css.br'), await inAssets('.js.gz')]).toEqual([[expect.any(String)], []])
  expect(await readdir(path.join(root, 'dist'))).toEqual(['web'])
})

test('two at once end with one whole page', async () => {
  const both = await Promise.all([build('--force'), build('--force')])
  for (const text of both) expect(text).toMatch(NEW)
  expect(await readdir(path.join(root, 'dist'))).toEqual(['web'])
  expect(await build()).toBe(SAME)
  expect(await inAssets('.js')).toHaveLength(1)
})

test('one that fails leaves the page before it', async () => {
  await write('web/main.ts', "import './none.css'\n")
  await expect(build()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('none.css') })
  expect(String(await textOf('.js'))).toContain('Нет данных')
  expect(await readdir(path.join(root, 'dist'))).toEqual(['web'])
})

test('no source of a page, as where only the built one was put: nothing to do', async () => {
  const bare = await mkdtemp(path.join(tmpdir(), 'nightshift-bare-'))
  try {
    await symlink(path.join(root, 'dist'), path.join(bare, 'dist'))
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--root', bare])
    expect(stdout).toContain('nothing to build')
  } finally {
    await rm(bare, { recursive: true, force: true })
  }
})

/** Building the page as somebody who may not, and telling by content alone whether it has to be built. */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const script = path.resolve(import.meta.dirname, '../../scripts/web.mjs')
const files: Readonly<Record<string, string>> = {
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'web/index.html':
    '<!doctype html><html lang="ru"><head><base href="./"></head><body><script type="module" src="./main.ts"></script></body></html>',
  'web/main.ts': "import { word } from '../src/word.ts'\ndocument.title = word\n",
  'web/vite.config.ts': "export default { base: '' }\n",
  'src/word.ts': "export const word: string = 'Открыта'\n",
}
const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'nightshift-refused-'))
  await chmod(root, 0o755)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), text)
  }
})
afterEach(async () => {
  await chmod(root, 0o755)
  await chmod(path.join(root, 'dist'), 0o755).catch(() => {})
  await rm(root, { recursive: true, force: true })
})

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** As an ordinary user: root may write everywhere. */
async function build(...more: string[]): Promise<Ran> {
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  const args = [script, '--root', root, ...more]
  return promisify(execFile)(process.execPath, args, { timeout: 150_000, ...as }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ran) => error,
  )
}
/** Root builds as nobody, in a folder of theirs. */
async function allowAll(): Promise<void> {
  await mkdir(path.join(root, 'dist'), { recursive: true })
  if (isRoot) await chown(path.join(root, 'dist'), NOBODY, NOBODY)
}
const stateOf = async () => (await build('--check')).stdout.trim()

test('a folder where one may not write: said with its state and the ways out, and nothing is left over', async () => {
  await chmod(root, 0o555)
  const refused = await build()
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(
    `dist/web is missing, and this user (${isRoot ? NOBODY : process.getuid?.()})`,
  )
  expect(refused.stderr).toContain(`may not write to ${root} (EACCES)`)
  expect(refused.stderr).toMatch(/npm run build\n.*chown -R \d+ \S+/)
  expect(refused.stderr).not.toMatch(/\bat |mkdtemp|permission denied/)
  expect(await stateOf()).toBe('missing')

  await chmod(root, 0o755)
  await allowAll()
  expect((await build()).code).toBe(0)
  // Built by somebody else, and changed since.
  await writeFile(path.join(root, 'src/word.ts'), "export const word: string = 'Закрыта'\n")
  await chmod(path.join(root, 'dist'), 0o555)
  expect(await stateOf()).toBe('stale')
  const stale = await build()
  expect([stale.code, stale.stdout]).toEqual([1, ''])
  expect(stale.stderr).toContain(`dist/web is stale, and this user`)
  expect(stale.stderr).toContain(path.join(root, 'dist'))
  expect(await readdir(path.join(root, 'dist'))).toEqual(['web'])
})

test('times say nothing: what holds the same is not built again, by whoever asks', async () => {
  await allowAll()
  // A checkout of another clock: written after the build begins, as it seems.
  const later = new Date(Date.now() + 3_600_000)
  for (const name of Object.keys(files)) await utimes(path.join(root, name), later, later)
  expect((await build()).stdout).toMatch(/^web: built in/)
  await chmod(path.join(root, 'dist'), 0o555)
  expect(await build()).toMatchObject({ code: 0, stdout: 'web: dist/web is as new as its sources\n' })
  expect(await stateOf()).toBe('current')
  for (const name of Object.keys(files)) await writeFile(path.join(root, name), files[name] ?? '')
  expect(await stateOf()).toBe('current')
  expect((await build()).code).toBe(0)
  await rm(path.join(root, 'web'), { recursive: true })
  expect(await stateOf()).toBe('noSources')
})

/** The page as doctor sees it: missing, of other sources, or well. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Ground } from '../../src/cli/doctor/check.ts'
import { pageCheck } from '../../src/cli/doctor/page.ts'
import { checks, doctorLines } from '../../src/cli/doctor.ts'

const script = path.resolve(import.meta.dirname, '../../scripts/web.mjs')
let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'nightshift-doctor-page-'))
  await put('package-lock.json', '{}')
  await put('web/index.html', '<!doctype html><script type="module" src="./main.ts"></script>')
  await put('web/main.ts', "document.title = 'Nightshift'\n")
  await put('web/vite.config.ts', "export default { base: '' }\n")
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function put(name: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, name)), { recursive: true })
  await writeFile(path.join(root, name), text)
}
const look = async () => {
  const check = pageCheck(root)
  // It asks neither settings nor database.
  const findings = await check.look({} as Ground)
  return { grade: findings[0]?.grade, lines: doctorLines([{ ...check, findings }]).join('\n') }
}
const build = () => promisify(execFile)(process.execPath, [script, '--root', root], { timeout: 120_000 })

test('missing, current, stale, and alone without its sources', async () => {
  const missing = await look()
  expect(missing.grade).toBe('warn')
  expect(missing.lines).toMatch(/! Page {2}nobody has built it.*\n.*→ npm run build/)

  await build()
  expect(await look()).toMatchObject({
    grade: 'ok',
    lines: expect.stringContaining('built of what lies here'),
  })

  await put('web/main.ts', "document.title = 'Другое'\n")
  const stale = await look()
  expect(stale.grade).toBe('warn')
  expect(stale.lines).toMatch(/was built of other sources\n.*→ npm run build, then start the API anew/)

  await rm(path.join(root, 'web'), { recursive: true })
  expect((await look()).grade).toBe('ok')
})

test('doctor looks at it', () => {
  expect(checks.map(({ id }) => id)).toContain('page')
})

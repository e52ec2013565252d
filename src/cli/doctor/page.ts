/** Whether the page is built, and of the sources that lie beside it. */
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Check, type Finding, ok, skipped, warn } from './check.ts'

const OURS = fileURLToPath(new URL('../../..', import.meta.url))
const MS = 20_000

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

const missing = warn(
  'nobody has built it: the API works, and whoever opens it with a browser is told so',
  'npm run build, as somebody who may write to dist/',
)

/** One word of scripts/web.mjs, which knows of what it built. An image has the built page, and neither. */
async function stateOf(root: string): Promise<string> {
  const script = path.join(OURS, 'scripts/web.mjs')
  if (!(await isThere(path.join(root, 'dist/web/index.html')))) return 'missing'
  if (!(await isThere(script))) return 'noSources'
  const args = [script, '--check', '--root', root]
  return (await promisify(execFile)(process.execPath, args, { timeout: MS })).stdout.trim()
}

function findingOf(state: string, folder: string): Finding {
  switch (state) {
    case 'current':
      return ok(`${folder}, built of what lies here`)
    case 'noSources':
      return ok(folder)
    case 'missing':
      return missing
    case 'stale':
      return warn(`${folder} was built of other sources`, 'npm run build, then start the API anew')
    default:
      return skipped(`scripts/web.mjs says: ${state.slice(0, 100)}`)
  }
}

/** @param root of another copy of the repository: for tests */
export const pageCheck = (root: string = OURS): Check => ({
  id: 'page',
  title: 'Page',
  look: async () => [findingOf(await stateOf(root), path.join(root, 'dist/web'))],
})

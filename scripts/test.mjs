// `npm test`: all tests, then one line that says how it went, alone and last: `N passed, N failed, N skipped`.
// Arguments go on to vitest: `npm test -- test/rollout -t version`.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const folder = mkdtempSync(path.join(os.tmpdir(), 'nightshift-test-'))
const results = path.join(folder, 'results.json')

// configLoader=runner: the default writes a bundled config into node_modules, which may belong to somebody else.
const args = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--configLoader=runner',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
]
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
// Ctrl-C reaches vitest by itself (same terminal); this process stays to print the counts.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => finish(1, String(error)))
child.on('close', (code) => finish(code ?? 1))

/** A file that fails outside its tests (an import, a hook) counts as one failure, so that nothing fails silently. */
function count() {
  const report = JSON.parse(readFileSync(results, 'utf8'))
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report.testResults) {
    const statuses = file.assertionResults.map((test) => test.status)
    counts.passed += statuses.filter((status) => status === 'passed').length
    counts.failed += statuses.filter((status) => status === 'failed').length
    counts.skipped += statuses.filter((status) => status !== 'passed' && status !== 'failed').length
    if (file.status === 'failed' && !statuses.includes('failed')) counts.failed += 1
  }
  return counts
}

function finish(code, error) {
  let counts = { passed: 0, failed: 0, skipped: 0 }
  try {
    counts = count()
  } catch {
    console.error(`test: vitest left no results${error === undefined ? '' : `: ${error}`}`)
  }
  rmSync(folder, { recursive: true, force: true })
  if (code !== 0 && counts.failed === 0) {
    console.error(`test: vitest ended with ${code}, outside any test`)
    counts.failed = 1
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exitCode = code === 0 && counts.failed > 0 ? 1 : code
}

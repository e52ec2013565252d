// `npm run check`: everything that can be told without running the product. One line per check; the words of a
// tool only where it failed. Needs no network.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const LIMIT_MS = 300_000
const tool = (file) => path.join('node_modules', file)

const checks = [
  { name: 'client', what: 'Prisma client belongs to the schema', run: clientIsCurrent },
  { name: 'biome', what: 'format and lint', args: [tool('@biomejs/biome/bin/biome'), 'check', '.'] },
  { name: 'types', what: 'TypeScript', args: [tool('typescript/bin/tsc'), '-p', '.'] },
  { name: 'page', what: 'TypeScript of the page', args: [tool('typescript/bin/tsc'), '-p', 'web'] },
  {
    name: 'unused',
    what: 'files, exports, dependencies',
    args: [tool('knip/bin/knip.js'), '--no-progress', '--no-config-hints'],
  },
  {
    name: 'imports',
    what: 'who may import whom',
    args: [
      tool('vitest/vitest.mjs'),
      'run',
      '--config=scripts/check.vitest.config.ts',
      '--reporter=dot',
      'test/architecture.test.ts',
    ],
  },
  { name: 'lock', what: 'npm ci will take package-lock.json', args: ['scripts/lock.mjs', '--check'] },
  { name: 'states', what: 'docs/states.md', args: ['--import', 'tsx', 'scripts/states-doc.ts', '--check'] },
]

/** The generated client carries the (formatted) schema it was made from: no clock has to be trusted. */
const words = (text) => text.split(/\s+/).join(' ')

function clientIsCurrent() {
  const schema = readFileSync(path.join(root, 'prisma/schema.prisma'), 'utf8')
  let made = ''
  try {
    made = readFileSync(path.join(root, 'src/db/generated/internal/class.ts'), 'utf8')
  } catch {
    return { ok: false, text: 'the Prisma client was not generated: npm run generate' }
  }
  const inline = /"inlineSchema": ("(?:[^"\\]|\\.)*")/.exec(made)?.[1]
  const ok = inline !== undefined && words(JSON.parse(inline)) === words(schema)
  return { ok, text: 'the Prisma client is older than the schema: npm run generate' }
}

function runTool(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, CI: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    child.on('error', (error) => resolve({ ok: false, text: String(error) }))
    child.on('close', (code) => resolve({ ok: code === 0, text: text.trim() }))
  })
}

const only = process.argv.slice(2)
const unknown = only.filter((name) => !checks.some((check) => check.name === name))
if (unknown.length > 0) {
  console.error(
    `check: no such check: ${unknown.join(', ')}; there are ${checks.map((c) => c.name).join(', ')}`,
  )
  process.exit(2)
}

let failed = 0
for (const check of checks.filter(({ name }) => only.length === 0 || only.includes(name))) {
  const start = performance.now()
  const { ok, text } = await (check.run ? check.run() : runTool(check.args))
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5)
  console.log(`${ok ? '✓' : '✗'} ${check.name.padEnd(8)} ${seconds} s  ${check.what}`)
  if (!ok) {
    failed += 1
    console.log(`\n${text.replace(/^/gm, '    ')}\n`)
  }
}
process.exitCode = failed === 0 ? 0 : 1

/** Who may import whom (ARCHITECTURE.md), read off the import lines of src/. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const MAX_LINES = 300
const GENERATED = 'src/db/generated/'

/** area → what it must not import: areas of ours (`db`), or `*ours` but itself, or `*packages` but those allowed. */
const forbidden: Record<string, readonly string[]> = {
  rollout: ['*ours', '*packages'],
  words: ['*ours', '*packages'],
  hosts: ['*ours', '*packages'],
  report: ['*ours', '*packages'],
  ssh: ['db', 'jobs', 'api'],
  device: ['db', 'jobs', 'api'],
  conformance: ['db', 'jobs', 'api', 'workers'],
  api: ['workers', 'device', 'ssh'],
  fleet: ['db', 'ssh', 'device', 'workers', 'jobs', 'conductor', 'cli'],
  jobs: ['workers'],
  signing: ['db', 'jobs', 'api', 'workers', 'ssh', 'device', 'sim', 'cli'],
}
/** What a pure area may import all the same. A hash, a date and a text are functions of their input. */
const allowed: Record<string, readonly string[]> = {
  rollout: ['node:crypto', 'temporal-polyfill', 'croner'],
  words: ['rollout'],
  hosts: ['node:crypto'],
  report: ['rollout', 'words', 'csv-stringify/sync'],
}
/** package → the only places that may import it, as prefixes of the path under src/. */
const owners: readonly { readonly packages: RegExp; readonly places: readonly string[] }[] = [
  { packages: /^(@prisma\/|prisma($|\/))/, places: ['db/'] },
  { packages: /^ssh2($|\/)/, places: ['ssh/', 'sim/'] },
  { packages: /^mysql2($|\/)/, places: ['fleet/ukm4/'] },
  { packages: /^bullmq($|\/)/, places: ['jobs/', 'workers/', 'api/board'] },
]

const IMPORT =
  /(?:^|[\s;])(?:import|export)\s[^'"()]*?from\s*['"]([^'"]+)['"]|(?:^|[\s;])import\s*['"]([^'"]+)['"]|(?:import|require)\(\s*['"]([^'"]+)['"]/g
const ENVIRONMENT = /process\s*(\.|\?\.)\s*env\b|process\[['"]env|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/
const PROCESS_ENV_IMPORT = /import\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](node:)?process['"]/

const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((found) => found[1] ?? found[2] ?? found[3] ?? '')
}

/** `src/db/transition.ts` → `db`; a file directly in src/ is an area of its own: `config.ts`. */
const areaOf = (file: string): string => file.split('/')[1] ?? ''

function importFaults(file: string, name: string): string[] {
  const area = areaOf(file)
  const faults: string[] = []
  const rules = forbidden[area] ?? []
  if (name.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), name)
    const other = areaOf(target)
    if (!/\.(ts|json)$/.test(name)) faults.push(`imports ${name} without its ending`)
    const isForeign = target.startsWith('src/') ? other !== area : rules.includes('*ours')
    const isFree = allowed[area]?.includes(other) ?? false
    if (isForeign && !isFree && (rules.includes('*ours') || rules.includes(other)))
      faults.push(`${area} must not import ${other} (${name})`)
    if (target.startsWith(GENERATED) && area !== 'db')
      faults.push(`only db imports the Prisma client (${name})`)
  } else {
    if (rules.includes('*packages') && !allowed[area]?.includes(name))
      faults.push(`${area} is pure and must not import ${name}`)
    const owner = owners.find(({ packages }) => packages.test(name))
    if (owner && !owner.places.some((place) => file.startsWith(`src/${place}`)))
      faults.push(`only ${owner.places.join(', ')} may import ${name}`)
  }
  return faults
}

/** Everything that is wrong with one file of src/, in words. */
function faultsOf(file: string, source: string): string[] {
  const code = withoutComments(source)
  const faults = importsOf(code).flatMap((name) => importFaults(file, name))
  if (file !== 'src/config.ts' && (ENVIRONMENT.test(code) || PROCESS_ENV_IMPORT.test(code)))
    faults.push('only config.ts reads the environment')
  if (/^\s*export\s+default\b|export\s*\{[^}]*\bas\s+default\b/m.test(code))
    faults.push('has a default export')
  const lines = source.trimEnd().split('\n').length
  if (lines > MAX_LINES) faults.push(`has ${lines} lines; ${MAX_LINES} are the most`)
  return faults
}

describe('the rules hold in src/', () => {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `src/${file.split(path.sep).join('/')}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith(GENERATED))

  test('the files are found', () => {
    expect(files).toContain('src/rollout/states.ts')
    expect(files.length).toBeGreaterThan(5)
  })

  test('imports, environment, default exports, length', () => {
    const faults = files.flatMap((file) =>
      faultsOf(file, readFileSync(path.join(root, file), 'utf8')).map((fault) => `${file}: ${fault}`),
    )
    expect(faults).toEqual([])
  })
})

describe('the rules can fail', () => {
  const pure = 'src/rollout/due.ts'
  const server = 'src/api/server.ts'
  const step = 'src/device/steps/activate.ts'
  const log = 'src/log.ts'
  test.each([
    ['rollout must not import log.ts (../log.ts)', pure, "import { log } from '../log.ts'"],
    ['rollout is pure and must not import zod', pure, "import { z } from 'zod'"],
    ['rollout is pure and must not import node:fs', pure, "import { readFileSync } from 'node:fs'"],
    [
      'words must not import device (../device/x.ts)',
      'src/words/ru.ts',
      "import type { S } from '../device/x.ts'",
    ],
    ['report must not import db (../db/x.ts)', 'src/report/csv.ts', "import { x } from '../db/x.ts'"],
    ['ssh must not import db (../db/x.ts)', 'src/ssh/pool.ts', "import { x } from '../db/x.ts'"],
    ['device must not import jobs (../../jobs/x.ts)', step, "import { x } from '../../jobs/x.ts'"],
    ['device must not import api (../../api/x.ts)', step, "import { x } from '../../api/x.ts'"],
    ['fleet must not import db (../db/x.ts)', 'src/fleet/read.ts', "import { x } from '../db/x.ts'"],
    ['only fleet/ukm4/ may import mysql2/promise', 'src/db/a.ts', "import mysql from 'mysql2/promise'"],
    ['api must not import workers (../workers/x.ts)', server, "import { x } from '../workers/x.ts'"],
    ['api must not import device (../device/x.ts)', server, "export { x } from '../device/x.ts'"],
    ['api must not import ssh (../ssh/x.ts)', server, "const { x } = await import('../ssh/x.ts')"],
    [
      'jobs must not import workers (../workers/x.ts)',
      'src/jobs/a.ts',
      "import type { X } from '../workers/x.ts'",
    ],
    [
      'only db imports the Prisma client (./db/generated/client.ts)',
      log,
      "import './db/generated/client.ts'",
    ],
    [
      'only db/ may import @prisma/adapter-pg',
      'src/conductor/a.ts',
      "import { P } from '@prisma/adapter-pg'",
    ],
    ['only ssh/, sim/ may import ssh2', 'src/workers/main.ts', "import { Client } from 'ssh2'"],
    ['only jobs/, workers/, api/board may import bullmq', server, "import {\n  type Queue,\n} from 'bullmq'"],
    ['signing must not import db (../db/x.ts)', 'src/signing/trust.ts', "import { x } from '../db/x.ts'"],
    ['imports ../log without its ending', 'src/db/client.ts', "import { log } from '../log'"],
    [
      'conformance must not import db (../db/x.ts)',
      'src/conformance/run.ts',
      "import { x } from '../db/x.ts'",
    ],
    ['only config.ts reads the environment', log, "const level = process.env['NIGHTSHIFT_LOG']"],
    ['only config.ts reads the environment', log, 'const { env } = process'],
    ['only config.ts reads the environment', log, "import { env } from 'node:process'"],
    ['has a default export', log, 'export default function log() {}'],
    ['has a default export', log, 'export { log as default }'],
    [`has ${MAX_LINES + 1} lines; ${MAX_LINES} are the most`, log, 'x\n'.repeat(MAX_LINES + 1)],
  ])('%s', (fault, file, source) => {
    expect(faultsOf(file, source)).toEqual([fault])
  })

  test.each([
    ['a hash in the core', pure, "import { createHash } from 'node:crypto'\nimport { x } from './states.ts'"],
    ['words of reasons', 'src/words/ru.ts', "import type { ReasonCode } from '../rollout/reasons.ts'"],
    ['a report written out', 'src/report/csv.ts', "import { stringify } from 'csv-stringify/sync'"],
    ['the board in one file', 'src/api/board.ts', "import { Queue } from 'bullmq'"],
    ['the board in a folder', 'src/api/board/adapter.ts', "import type { Queue } from 'bullmq'"],
    ['the simulated fleet speaks SSH', 'src/sim/server.ts', "import ssh2 from 'ssh2'"],
    ['the configuration', 'src/config.ts', 'const url = process.env.DATABASE_URL'],
    ['a comment', log, '// not process.env: see config.ts\nconst env = { a: 1 }'],
    ['db has the client', 'src/db/client.ts', "import { PrismaClient } from './generated/client.ts'"],
    [
      'ssh with the core',
      'src/ssh/pool.ts',
      "import { isReason } from '../rollout/reasons.ts'\nimport 'ssh2'",
    ],
    ['a file of the full length', log, 'x\n'.repeat(MAX_LINES)],
  ])('allowed: %s', (_label, file, source) => {
    expect(faultsOf(file, source)).toEqual([])
  })
})

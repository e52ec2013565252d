/** Who may import whom in web/, read off the import lines: the page shares the core's words and rules, and no more. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const MAX_LINES = 300
const IMPORT =
  /(?:^|\n)\s*(import|export)\s(type\s)?([^'"()]*?from\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

const packages =
  /^(react|react-dom\/client|react-i18next|i18next|zod|@mantine\/(core|hooks)(\/styles\.css)?|@tanstack\/react-(query|router|virtual))$/
/** Values come from what is pure; of everything else only types do: the page is no part of the server. */
const values = /^src\/((words|rollout)\/|api\/permissions\.ts$)/
const types = /^src\/((words|rollout|api|report)\/|device\/contract\.ts$)/

interface Import {
  readonly name: string
  readonly isType: boolean
}

function importsOf(source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  return [...code.matchAll(IMPORT)].map((found) => ({
    name: found[4] ?? found[5] ?? '',
    isType: found[2] !== undefined,
  }))
}

function importFaults(file: string, { name, isType }: Import): string[] {
  if (!name.startsWith('.')) return packages.test(name) ? [] : [`imports the package ${name}`]
  if (!/\.(tsx?|css)$/.test(name)) return [`imports ${name} without its ending`]
  const target = path.posix.join(path.posix.dirname(file), name)
  if (target.startsWith('web/src/')) return []
  return (isType ? types : values).test(target) ? [] : [`imports ${target}${isType ? ', a type' : ''}`]
}

function faultsOf(file: string, source: string): string[] {
  const faults = importsOf(source).flatMap((one) => importFaults(file, one))
  if (/^\s*export\s+default\b/m.test(source)) faults.push('has a default export')
  if (/\bdangerouslySetInnerHTML\b|\.innerHTML\b/.test(source)) faults.push('writes HTML')
  if (/https?:\/\/(?!www\.w3\.org)/.test(source)) faults.push('names another site')
  const lines = source.trimEnd().split('\n').length
  if (lines > MAX_LINES) faults.push(`has ${lines} lines; ${MAX_LINES} are the most`)
  return faults
}

describe('the rules hold in web/src', () => {
  const files = readdirSync(path.join(root, 'web/src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `web/src/${file.split(path.sep).join('/')}`)
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))

  test('imports, HTML, other sites, length', () => {
    expect(files).toContain('web/src/main.tsx')
    const faults = files.flatMap((file) =>
      faultsOf(file, readFileSync(path.join(root, file), 'utf8')).map((fault) => `${file}: ${fault}`),
    )
    expect(faults).toEqual([])
  })

  test('nothing of the server imports the page', () => {
    const server = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /from\s*['"][^'"]*\/web\/src\//.test(readFileSync(path.join(root, 'src', file), 'utf8')),
      )
    expect(server).toEqual([])
  })
})

describe('the rules can fail', () => {
  const file = 'web/src/screens/chain/grid.tsx'
  test.each([
    ['imports the package lodash', "import { x } from 'lodash'"],
    ['imports ./cell without its ending', "import { cell } from './cell'"],
    ['imports src/db/stores.ts', "import { x } from '../../../../src/db/stores.ts'"],
    ['imports src/db/stores.ts, a type', "import type { X } from '../../../../src/db/stores.ts'"],
    ['imports src/api/problem.ts', "import { problems } from '../../../../src/api/problem.ts'"],
    ['has a default export', 'export default function Grid() {}'],
    ['writes HTML', 'const cell = <div dangerouslySetInnerHTML={{ __html: x }} />'],
    ['names another site', "const font = 'https://fonts.example/x'"],
    [`has ${MAX_LINES + 1} lines; ${MAX_LINES} are the most`, 'x\n'.repeat(MAX_LINES + 1)],
  ])('%s', (fault, source) => {
    expect(faultsOf(file, source)).toEqual([fault])
  })

  test.each([
    "import type { Fault } from '../../../../src/api/problem.ts'",
    "import { displayVersion } from '../../../../src/rollout/versions.ts'",
    "const one = lazy(() => import('./cell.tsx'))",
    "import './chain.css'",
  ])('allowed: %s', (source) => {
    expect(faultsOf(file, source)).toEqual([])
  })
})

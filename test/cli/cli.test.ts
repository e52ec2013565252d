/** The command line as a person meets it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { startProcess, type TestProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

// Each command is a process, some with a database to be made first.
vi.setConfig({ testTimeout: 360_000 })

let folder: string
let started: TestProcess[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-cli-'))
  started = []
})
afterEach(async () => {
  for (const one of started) one.kill()
  await rm(folder, { recursive: true, force: true })
})

function run(args: readonly string[], env: Record<string, string> = {}): TestProcess {
  const one = startProcess(args, {
    NIGHTSHIFT_DATA: path.join(folder, 'data'),
    NIGHTSHIFT_PORT: '0',
    NIGHTSHIFT_LOG: 'warn',
    ...env,
  })
  started.push(one)
  return one
}

async function outcome(args: readonly string[], env: Record<string, string> = {}) {
  const one = run(args, env)
  return { status: await one.ended(60_000), text: one.output() }
}

test('--help names every command; what is unknown is a usage error', async () => {
  const help = await outcome(['--help'])
  expect(help.status).toBe('0')
  for (const command of [
    'serve',
    'api',
    'conductor',
    'worker',
    'migrate',
    'doctor',
    'rollout',
    'fleet',
    'token',
    'sim',
    'demo',
  ]) {
    expect(help.text).toContain(`  ${command} `)
  }
  expect((await outcome(['frobnicate'])).status).toBe('64')
  expect((await outcome(['sim', '--tills', 'many'])).status).toBe('64')
})

test('a setting that cannot be used is named, with status 78', async () => {
  const { status, text } = await outcome(['serve'], { NIGHTSHIFT_PORT: 'seven', DATABASE_URL: 'mysql://x' })
  expect(status).toBe('78')
  expect(text).toContain('NIGHTSHIFT_PORT')
  expect(text).toContain('DATABASE_URL')
})

test('a worker alone without a database says what to do', async () => {
  const { status, text } = await outcome(['worker'])
  expect(status).toBe('1')
  expect(text).toContain('start `nightshift serve` first, or set DATABASE_URL')
})

test('sim writes an inventory that import takes; a bad file changes nothing', async () => {
  const sim = run(['sim', '--stores', '2', '--tills', '5', '--dir', path.join(folder, 'sim')])
  await until(() => sim.output().includes('interrupt to stop'), {
    within: 60_000,
    label: 'the simulation is up',
  })
  expect(sim.output()).toContain('2 stores, 5 devices')
  const file = path.join(folder, 'sim', 'inventory.json')
  const imported = await outcome(['fleet', 'import', file, '--yes'])
  expect([imported.status, imported.text]).toEqual([
    '0',
    expect.stringMatching(/stores: 2 added[\s\S]*devices: 5 added[\s\S]*applied/),
  ])

  const twice = JSON.parse(await readFile(file, 'utf8'))
  twice.stores[1].devices[0].cashId = twice.stores[0].devices[0].cashId
  twice.stores[0].timeZone = 'Mars/Olympus'
  await writeFile(file, JSON.stringify(twice))
  const refused = await outcome(['fleet', 'import', file, '--yes'])
  expect(refused.status).toBe('1')
  expect(refused.text).toMatch(/inventory.json:\d+:\d+: timeZoneUnknown stores.0.timeZone "Mars\/Olympus"/)
  expect(refused.text).toContain('cashIdTwice stores.1.devices.0.cashId')
  expect(refused.text).toContain('nothing was changed')
  sim.kill('SIGINT')
  expect(await sim.ended(60_000)).toBe('0')
})

test('token prints a key once, and refuses a name twice', async () => {
  const first = await outcome(['token', 'local', 'Анна'])
  expect([first.status, first.text]).toEqual(['0', expect.stringMatching(/^ns_[\w-]{43}\n$/)])
  const second = await outcome(['token', 'local', 'Анна'])
  expect([second.status, second.text]).toEqual(['1', expect.stringContaining('there is a token named Анна')])
})

const night = z.strictObject({
  tills: z.literal(12),
  succeeded: z.literal(10),
  failed: z.literal(0),
  skipped: z.literal(2),
  rolledBack: z.literal(0),
  retriedFromBoard: z.literal(1),
  wanBytesPerStore: z.record(z.string(), z.number()),
  packageBytes: z.number(),
  seconds: z.number().positive(),
})

test('demo --once --json ends by itself and prints, last, what happened', async () => {
  const demo = run(['demo', '--once', '--json'])
  expect(await demo.ended(340_000)).toBe('0')
  const told = night.parse(JSON.parse(demo.output().trim().split('\n').at(-1) ?? ''))
  expect(told.wanBytesPerStore).toEqual({
    M1: told.packageBytes,
    M2: told.packageBytes,
    M3: told.packageBytes,
  })
  expect(demo.output()).not.toContain('Warning')
})

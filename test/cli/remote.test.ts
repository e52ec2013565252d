/** The command line against a head office with a simulated fleet: a batch update from its package to its end, by commands alone. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../../src/api/server.ts'
import { createToken } from '../../src/db/tokens.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import type { RunningWorker } from '../../src/workers/main.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { startProcess } from '../support/process.ts'

// Each command is a process that has to start.
vi.setConfig({ testTimeout: 480_000 })

let office: Office
let fleet: Fleet
let worker: RunningWorker
let api: RunningApi
let token: string
const CASH_ID = '50001003'

beforeAll(async () => {
  office = await openOffice({ settings: { NIGHTSHIFT_UNSIGNED: 'allow' } })
  fleet = await openFleet(office, { stores: 2, tills: 4 })
  worker = await office.startWorker()
  const { db, queues, config, log } = office
  api = await startApi({ db, queues, config, log })
  token = await createToken(db, 'command line test')
})
afterAll(async () => {
  await api.close()
  await worker.close()
  await fleet.stop()
  await office.close()
})

interface Outcome {
  readonly status: number | string
  readonly text: string
}

async function nightshift(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const one = startProcess(args, { NIGHTSHIFT_SERVER: api.url, NIGHTSHIFT_TOKEN: token, ...env })
  return { status: await one.ended(60_000), text: one.output() }
}

/** What a command printed with --json. */
async function json<T = Record<string, unknown>>(args: readonly string[]): Promise<T> {
  const { status, text } = await nightshift([...args, '--json'])
  if (status !== '0') throw new Error(`${args.join(' ')}: ${status} ${text}`)
  return JSON.parse(text) as T
}

async function addPackage(version: string): Promise<string> {
  const file = path.join(office.dir, `till-${version}.tgz`)
  await writeFile(file, `package ${version} `.repeat(5000))
  return (await json<{ id: string }>(['package', 'add', file, '--kind', 'till', '--version', version])).id
}

const policy = { offline: 'skip', maxAttempts: 3, backoffScale: 0.01, restartSeconds: 20, armSeconds: 120 }

describe('a rollout', () => {
  test('is planned, approved and watched to its end by names, and a retry shows first whom it would be for', async () => {
    const packageId = await addPackage('00096000')
    const policyFile = path.join(office.dir, 'policy.json')
    await writeFile(policyFile, JSON.stringify(policy))
    const whom = ['--package', 'till:latest', '--store', 'M1', '--policy', policyFile]
    const dry = await nightshift(['rollout', 'plan', ...whom])
    expect([dry.status, dry.text]).toEqual(['0', expect.stringMatching(/devices +\d+ in 1 stores/)])
    const made = await json<{ id: string; planHash: string; package?: { id: string } }>([
      ...['rollout', 'create', '--name', 'by hand', ...whom],
    ])
    expect(JSON.stringify(await json(['rollout', 'show', 'by hand']))).toContain(packageId)
    const wrong = await nightshift(['rollout', 'approve', 'last', '--hash', 'f'.repeat(64)])
    expect([wrong.status, wrong.text]).toEqual(['1', expect.stringContaining('planHashDiffers')])
    await json(['rollout', 'start', made.id.slice(0, 8), '--hash', made.planHash])
    const watched = await nightshift(['rollout', 'watch', 'last'])
    expect([watched.status, watched.text]).toEqual(['0', expect.stringContaining('finished')])
    expect(watched.text).toMatch(/succeeded/)
    const again = await json<{ retries: unknown[] }>(['rollout', 'retry', 'last', '--preview'])
    expect(again.retries).toEqual([])
    expect((await nightshift(['rollout', 'list'])).text).toContain('by hand')
  })

  test('that moves is asked about; where nobody is there to answer it needs --yes', async () => {
    await addPackage('00097000')
    const { id } = await json<{ id: string }>(['rollout', 'create', '--package', 'till:00097000'])
    const asked = await nightshift(['rollout', 'stop', id])
    expect([asked.status, asked.text]).toEqual(['1', expect.stringContaining('--yes')])
    expect(await json(['rollout', 'show', id])).toMatchObject({ state: 'draft' })
    await json(['rollout', 'stop', id, '--yes'])
    expect(await json(['rollout', 'show', id])).toMatchObject({ state: 'cancelled' })
  })
})

describe('devices', () => {
  test('are listed, shown and asked now', async () => {
    const { items } = await json<{ items: { cashId: string }[] }>(['device', 'list'])
    expect(items.map((one) => one.cashId)).toContain(CASH_ID)
    expect((await nightshift(['device', 'list', '--filter', 'store:M1'])).status).toBe('0')
    const looked = await nightshift(['device', 'status', CASH_ID])
    expect([looked.status, looked.text]).toEqual(['0', expect.stringMatching(/look: 1 done/)])
    expect((await nightshift(['device', 'show', CASH_ID])).text).toContain('version')
  })

  test('get a message as it is written', async () => {
    const text = 'Касса закроется в "23:00" — it\'s $HOME; `id`'
    const sent = await nightshift(['device', 'message', text, CASH_ID])
    expect([sent.status, sent.text]).toEqual(['0', expect.stringContaining('1 done')])
    const { items } = await json<{ items: { text?: string }[] }>(['command', 'list'])
    expect(items[0]?.text).toBe(text)
  })

  test('many are asked about first; none named is a usage error', async () => {
    const many = await nightshift(['device', 'status', '--all'])
    expect([many.status, many.text]).toEqual(['1', expect.stringContaining('--yes')])
    expect((await nightshift(['device', 'status', '--all', '--yes'])).text).toMatch(/done/)
    expect((await nightshift(['device', 'close-shift'])).status).toBe('64')
  })
})

describe('what goes wrong', () => {
  test.each([
    ['nobody there', { NIGHTSHIFT_SERVER: 'http://127.0.0.1:1' }, '69', /unreachable/],
    ['no token', { NIGHTSHIFT_TOKEN: '' }, '1', /token local/],
    ['a wrong token', { NIGHTSHIFT_TOKEN: 'ns_wrong' }, '77', /tokenInvalid/],
    ['no address', { NIGHTSHIFT_SERVER: 'ftp://x' }, '64', /not an address/],
  ])('%s', async (_label, env, status, says) => {
    const one = await nightshift(['store', 'list'], env)
    expect([one.status, one.text]).toEqual([status, expect.stringMatching(says)])
  })

  test('a server that is something else', async () => {
    const one = await nightshift(['store', 'list', '--server', `${api.url}/queues`])
    expect(one.status).not.toBe('0')
    expect(one.text).not.toMatch(/at .*\.ts:\d+/)
  })

  test('a filter that cannot be read says where', async () => {
    const one = await nightshift(['device', 'list', '--filter', 'nosuch:field'])
    expect([one.status, one.text]).toEqual(['65', expect.stringContaining('filter')])
  })

  test('a token from a file; names with control characters do not reach the terminal', async () => {
    const file = path.join(office.dir, 'token')
    await writeFile(file, `${token}\n`)
    await office.db.pool.query("UPDATE store SET name = E'M1\\x1b[2J' WHERE code = 'M1'")
    const one = await nightshift(['store', 'list', '--token-file', file], { NIGHTSHIFT_TOKEN: '' })
    expect([one.status, one.text]).toEqual(['0', expect.stringContaining('M1·[2J')])
    await office.db.pool.query("UPDATE store SET name = 'M1' WHERE code = 'M1'")
  })
})

describe('the fleet of a head office elsewhere', () => {
  test('goes out, comes in again unchanged, and is shown before it is changed', async () => {
    const file = path.join(office.dir, 'fleet.csv')
    expect((await nightshift(['fleet', 'export', '--format', 'csv', '--output', file])).status).toBe('0')
    const same = await nightshift(['fleet', 'import', file])
    expect([same.status, same.text]).toEqual(['0', expect.stringMatching(/0 added, 0 changed/)])
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('Терминал №1', 'Касса у входа'))
    expect((await nightshift(['fleet', 'import', file])).text).toContain('--yes')
    const done = await nightshift(['fleet', 'import', file, '--yes'])
    expect([done.status, done.text]).toEqual(['0', expect.stringMatching(/Касса у входа[\s\S]*applied/)])
  })
})

describe('host keys', () => {
  test('are learnt, shown, and pinned when somebody says that they were compared', async () => {
    const keys = await json<{ items: { keys: unknown[] }[] }>(['enroll', 'keys'])
    expect(keys.items.length).toBeGreaterThan(4)
    const scanned = await json<{ requestId: string; items: { state: string }[] }>([
      ...['enroll', 'scan', '--store', 'M1', '--what', 'storeServers'],
    ])
    expect(scanned.items.map((one) => one.state)).toEqual(['shown'])
    const asked = await nightshift(['enroll', 'confirm', scanned.requestId])
    expect([asked.status, asked.text]).toEqual(['1', expect.stringContaining('--as-shown')])
    const pinned = await nightshift(['enroll', 'confirm', scanned.requestId, '--as-shown', '--yes'])
    expect([pinned.status, pinned.text]).toEqual(['0', expect.stringContaining('1 pinned')])
  })
})

describe('access', () => {
  test('a token narrowed to reading reads, and moves nothing', async () => {
    const made = await nightshift(['token', 'create', 'reader', '--role', 'viewer', '--expires-in', '1d'])
    expect([made.status, made.text]).toEqual(['0', expect.stringMatching(/^ns_/)])
    const env = { NIGHTSHIFT_TOKEN: made.text.trim() }
    expect((await nightshift(['store', 'list'], env)).status).toBe('0')
    const refused = await nightshift(['rollout', 'stop', 'last', '--yes'], env)
    expect([refused.status, refused.text]).toEqual(['77', expect.stringContaining('permissionMissing')])
    expect((await nightshift(['token', 'revoke', 'reader'])).status).toBe('0')
    expect((await nightshift(['store', 'list'], env)).status).toBe('77')
  })

  test('a user gets a link; their role is changed, and they are disabled', async () => {
    const added = await nightshift(['user', 'add', 'olga', '--role', 'operator', '--name', 'Ольга'])
    expect([added.status, added.text]).toEqual(['0', expect.stringMatching(/\/password\/\S+/)])
    expect((await nightshift(['user', 'change', 'olga', '--role', 'approver'])).text).toContain('approver')
    expect((await nightshift(['user', 'disable', 'olga'])).text).toContain('disabled')
    expect((await nightshift(['user', 'list'])).text).toMatch(/olga +Ольга +approver/)
  })
})

test('every command has help, and completion knows every one', async () => {
  const bash = await nightshift(['completion', 'bash'])
  const known = [...bash.text.matchAll(/^ {4}'([^']*)'\)/gm)].map((found) => found[1] ?? '')
  expect(known.length).toBeGreaterThan(60)
  expect(known).toEqual(expect.arrayContaining(['rollout watch', 'device message', 'doctor', 'token create']))
  const readme = await readFile(path.resolve(import.meta.dirname, '../../README.md'), 'utf8')
  for (const name of known.filter((one) => one !== '' && !one.includes(' ')))
    expect(readme).toContain(`\`${name}`)
})

/** A whole night with every log at its loudest: no secret is in a log, a row, a job, an error or the board. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { firstLink } from '../../src/db/links.ts'
import { createToken } from '../../src/db/tokens.ts'
import { type Fleet, startFleet } from '../../src/sim/fleet.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { describeWith } from '../support/needs.ts'
import { startProcess, type TestProcess } from '../support/process.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { redisContents } from '../support/redis-contents.ts'
import { until } from '../support/until.ts'

let folder: string
let database: TestDatabase
let fleet: Fleet
let processes: TestProcess[]
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-secrets-'))
  database = await createDatabase()
  processes = []
})
afterEach(async () => {
  for (const one of processes) one.kill('SIGTERM')
  for (const one of processes) await one.ended(60_000)
  await fleet.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const PASSWORD = 'Wrong horse, no battery 4711'
const SECRET_OF_PROVIDER = 'provider-secret-81f0c2'
const policy = { offline: 'skip', maxAttempts: 2, backoffScale: 0.01, restartSeconds: 20, armSeconds: 120 }

interface Office {
  readonly url: string
  readonly secrets: Map<string, string>
  ask(
    method: string,
    where: string,
    asked?: { json?: unknown; body?: string; headers?: Record<string, string> },
  ): Promise<{
    status: number
    headers: Headers
    text: string
    // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
    json: any
  }>
  logs(): string
}

async function open(redis: TestRedis | undefined): Promise<Office> {
  const pair = newKeyPair()
  await mkdir(path.join(folder, 'keys'), { mode: 0o700 })
  await writeFile(path.join(folder, 'keys', 'default'), pair.privateKey, { mode: 0o600 })
  await writeFile(path.join(folder, 'client-secret'), SECRET_OF_PROVIDER, { mode: 0o600 })
  const env = {
    DATABASE_URL: database.url,
    NIGHTSHIFT_DATA: folder,
    NIGHTSHIFT_PORT: '0',
    NIGHTSHIFT_LOG: 'trace',
    NIGHTSHIFT_POLL_MS: '50',
    NIGHTSHIFT_UNSIGNED: 'allow',
    NIGHTSHIFT_PUBLIC_URL: 'http://127.0.0.1:7300',
    NIGHTSHIFT_OIDC_ISSUER: 'http://127.0.0.1:1',
    NIGHTSHIFT_OIDC_CLIENT_ID: 'nightshift',
    NIGHTSHIFT_OIDC_CLIENT_SECRET_FILE: path.join(folder, 'client-secret'),
    NIGHTSHIFT_OIDC_ROLES: 'admins=admin',
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
  }
  fleet = await startFleet({
    dir: path.join(folder, 'fleet'),
    ...{ stores: 2, tills: 5, version: 95_000, clientKey: pair.publicLine },
  })
  const db = openDatabase(database.url, { name: 'secrets test' })
  const token = await createToken(db, 'secrets test')
  const link = await firstLink(db, 'test', { anew: true })
  await db.close()
  for (const part of ['api', 'conductor', 'worker']) processes.push(startProcess([part], env))
  const api = processes[0] as TestProcess
  const url = await until(() => /http:\/\/[\d.]+:\d+/.exec(api.output())?.[0], {
    within: 120_000,
    label: 'the API listens',
  })
  const secrets = new Map<string, string>([
    ['token', token],
    ['password', PASSWORD],
    ['secret of the provider', SECRET_OF_PROVIDER],
    ['first link', link?.kind === 'made' ? link.secret : ''],
    ['password of the database', new URL(database.url).password],
    // A line in the middle: the first ones are the same for every key.
    ['private key', pair.privateKey.toString().split('\n')[3] ?? ''],
  ])
  return {
    url,
    secrets,
    logs: () => processes.map((one) => one.output()).join('\n'),
    ask: async (method, where, { json, body, headers = {} } = {}) => {
      const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
      const reply = await fetch(url + where, {
        method,
        redirect: 'manual',
        headers: { authorization: `Bearer ${token}`, ...type, ...headers },
        body: json === undefined ? (body ?? null) : JSON.stringify(json),
      })
      const text = await reply.text()
      const isJson = reply.headers.get('content-type')?.includes('json') ?? false
      return {
        status: reply.status,
        headers: reply.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      }
    },
  }
}

/** People come and go: links, passwords, cookies, tokens, under keys that keep their answers. */
async function signIn({ ask, secrets }: Office): Promise<void> {
  const key = (name: string) => ({ 'idempotency-key': name })
  const made = await ask('POST', '/api/v1/users', {
    json: { login: 'anna', name: 'Anna', role: 'operator' },
    headers: key('k1'),
  })
  expect(made.status).toBe(201)
  const link = await ask('POST', `/api/v1/users/${made.json.id}/link`, { json: {}, headers: key('k2') })
  const { pathname } = new URL(link.json.url)
  secrets.set('password link', pathname.split('/').at(-1) ?? '')
  const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' }
  const body = new URLSearchParams({ password: PASSWORD, again: PASSWORD, repeat: PASSWORD }).toString()
  await ask('POST', pathname, { body, headers: { ...form, 'sec-fetch-site': 'same-origin' } })
  const wrong = await ask('POST', '/api/v1/session', {
    json: { login: 'anna', password: `${PASSWORD}!` },
    headers: { authorization: '' },
  })
  expect(wrong.status).toBe(401)
  const right = await ask('POST', '/api/v1/session', {
    json: { login: 'anna', password: PASSWORD },
    headers: { authorization: '' },
  })
  expect(right.status).toBeLessThan(300)
  const cookie = /=([^;]{20,})/.exec(right.headers.get('set-cookie') ?? '')?.[1]
  expect(cookie).toBeDefined()
  secrets.set('cookie', cookie ?? '')
  const token = await ask('POST', '/api/v1/tokens', {
    json: { name: 'second', role: 'viewer' },
    headers: key('k3'),
  })
  expect(token.status).toBe(201)
  secrets.set('second token', token.json.token)
}

/** A rollout in which one store cannot be signed in to, and somebody sends what cannot be read. */
async function night({ ask, secrets }: Office): Promise<void> {
  const [first, second] = fleet.inventory.stores
  const stores = [
    { ...first, maxDownloads: 4, maxInstalls: 4 },
    { ...second, maxDownloads: 4, maxInstalls: 4, credential: 'missing' },
  ]
  expect((await ask('POST', '/api/v1/fleet', { json: { stores } })).status).toBe(200)
  const file = { body: 'package '.repeat(20_000), headers: { 'content-type': 'application/octet-stream' } }
  const added = await ask('POST', '/api/v1/packages?kind=till&version=00096000&fileName=x.tgz', file)
  expect(added.status).toBe(201)
  const made = await ask('POST', '/api/v1/rollouts', {
    json: { name: 'night', packageId: added.json.id, policy },
  })
  expect(made.status).toBe(201)
  await ask('POST', `/api/v1/rollouts/${made.json.id}/start`, { json: {} })
  for (const body of ['{', `{"password":"${PASSWORD}"`, `{"login":"x","password":"${PASSWORD}","more":1}`])
    await ask('POST', '/api/v1/session', {
      body,
      headers: { 'content-type': 'application/json', authorization: '' },
    })
  await ask('GET', `/api/v1/stores?token=${encodeURIComponent(secrets.get('token') ?? '')}`)
  await until(
    async () => {
      const { json } = await ask('GET', `/api/v1/rollouts/${made.json.id}`)
      if (json.state === 'finished') return true
      throw new Error(JSON.stringify(json.counts))
    },
    { within: 180_000, label: 'the rollout ends' },
  )
}

async function rows(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    )
    const all: string[] = []
    for (const { name } of tables) {
      const { rows: found } = await client.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM ${name} t`,
      )
      all.push(...found.map((one) => `${name} ${one.row}`))
    }
    return all.join('\n')
  } finally {
    await client.end()
  }
}

async function board({ ask }: Office): Promise<string> {
  const pages = [
    '/queues',
    '/queues/api/queues',
    '/api/v1/events?limit=1000',
    '/api/v1/tokens',
    '/api/v1/users',
  ]
  for (const queue of ['distribute', 'download', 'command'])
    for (const status of ['completed', 'failed'])
      pages.push(`/queues/api/queues?activeQueue=${queue}&status=${status}&page=1&jobsPerPage=50`)
  return (await Promise.all(pages.map(async (where) => (await ask('GET', where)).text))).join('\n')
}

/** Also as it would stand in a header, in base64, or in an address. */
function forms(secret: string): string[] {
  return [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)]
}

async function nothingOfThemIn(office: Office, redis: TestRedis | undefined): Promise<void> {
  const places = {
    logs: office.logs(),
    rows: await rows(),
    answers: await board(office),
    jobs: redis === undefined ? '' : await redisContents(redis.url),
  }
  expect(places.rows.length).toBeGreaterThan(10_000)
  expect(places.logs.length).toBeGreaterThan(5000)
  if (redis !== undefined) expect(places.jobs).toContain('generation')
  const found = [...office.secrets].flatMap(([name, secret]) => {
    expect([name, secret.length]).toEqual([name, expect.any(Number)])
    if (secret.length < 12) throw new Error(`no secret to look for: ${name}`)
    return Object.entries(places).flatMap(([place, text]) =>
      forms(secret).some((form) => text.includes(form)) ? [`${name} is in the ${place}`] : [],
    )
  })
  expect(found).toEqual([])
}

test('queues in PostgreSQL', { timeout: 600_000 }, async () => {
  const office = await open(undefined)
  await signIn(office)
  await night(office)
  await nothingOfThemIn(office, undefined)
})

describeWith(['redis-server'], 'queues in Redis', () => {
  test('the same', { timeout: 600_000 }, async () => {
    const redis = await startRedis()
    const office = await open(redis)
    await signIn(office)
    await night(office)
    await nothingOfThemIn(office, redis)
    for (const one of processes) one.kill('SIGTERM')
    for (const one of processes) await one.ended(60_000)
    await redis.stop()
  })
})

test('the search can find: a secret that is there', async () => {
  fleet = await startFleet({
    dir: path.join(folder, 'fleet'),
    stores: 1,
    tills: 1,
    version: 95_000,
    clientKey: newKeyPair().publicLine,
  })
  const file = path.join(folder, 'log')
  await writeFile(file, `x ${Buffer.from(PASSWORD).toString('base64')} y`)
  const text = await readFile(file, 'utf8')
  expect(forms(PASSWORD).some((form) => text.includes(form))).toBe(true)
})

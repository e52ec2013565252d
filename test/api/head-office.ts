/** An API on a database of its own, and a client that is not polite. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Limits } from '../../src/api/limits.ts'
import { startApi } from '../../src/api/server.ts'
import { loadConfig } from '../../src/config.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createToken } from '../../src/db/tokens.ts'
import { createQueueBackend, type QueueBackend } from '../../src/jobs/backend.ts'
import { createLog, type Log } from '../../src/log.ts'
import { alwaysNight } from '../../src/sim/inventory.ts'
import { createDatabase } from '../support/database.ts'
import { checkAnswer } from './answers.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any
}

export interface Asked {
  readonly json?: unknown
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly token?: string | null
}

export interface HeadOffice {
  readonly url: string
  readonly port: number
  readonly token: string
  readonly db: Database
  readonly queues: QueueBackend
  readonly packagesFolder: string
  readonly packages: () => Promise<string[]>
  /** A path below /api/v1, or any that begins with `//`. */
  ask(method: string, path: string, asked?: Asked): Promise<Reply>
  count(table: string): Promise<number>
  /** Closes API, queues and database, in that order. */
  close(): Promise<void>
  /** The API alone. */
  closeApi(): Promise<void>
  /** Another API on the same database: its address. Closed with the first one. */
  openAnother(): Promise<{ url: string; close(): Promise<void> }>
  /** For an API in a process of its own. */
  readonly env: Readonly<Record<string, string>>
}

export interface HeadOfficeOptions {
  readonly redisUrl?: string
  /** More of the environment. */
  readonly settings?: Readonly<Record<string, string>>
  readonly limits?: Partial<Limits>
  /** Left out: silent. */
  readonly log?: Log
}

export async function openHeadOffice(options: HeadOfficeOptions = {}): Promise<HeadOffice> {
  const database = await createDatabase()
  const db = openDatabase(database.url, { name: 'api test' })
  const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-api-'))
  const env = {
    ...{
      NIGHTSHIFT_DATA: folder,
      NIGHTSHIFT_PORT: '0',
      NIGHTSHIFT_LOG: 'silent',
      DATABASE_URL: database.url,
    },
    // What is signed is tried in test/signing; here packages are a few bytes.
    NIGHTSHIFT_UNSIGNED: 'allow',
    // Tests ask as fast as they can.
    ...{ NIGHTSHIFT_RATE_PER_MINUTE: '0', ...options.settings },
  }
  const config = loadConfig(env)
  const log = options.log ?? createLog('silent')
  const queues = createQueueBackend({ databaseUrl: database.url, redisUrl: options.redisUrl, log })
  const token = await createToken(db, 'night operator')
  const deps = {
    db,
    queues,
    config,
    log,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  }
  const api = await startApi(deps)
  const others: { close(): Promise<void> }[] = []
  let isOpen = true
  const closeApi = async () => {
    if (isOpen) await api.close()
    isOpen = false
    await Promise.all(others.splice(0).map((one) => one.close()))
  }
  return {
    url: api.url,
    port: api.port,
    token,
    db,
    queues,
    closeApi,
    env,
    openAnother: async () => {
      const another = await startApi(deps)
      others.push(another)
      return another
    },
    packagesFolder: config.packagesFolder,
    packages: () => readdir(config.packagesFolder).catch(() => []),
    ask: async (method, where, asked = {}) => {
      const auth = asked.token === null ? {} : { Authorization: `Bearer ${asked.token ?? token}` }
      const type = asked.json === undefined ? {} : { 'Content-Type': 'application/json' }
      const reply = await fetch(api.url + (where.startsWith('//') ? where.slice(1) : `/api/v1${where}`), {
        method,
        headers: { ...auth, ...type, ...asked.headers },
        body: asked.json === undefined ? (asked.body ?? null) : JSON.stringify(asked.json),
      })
      const text = await reply.text()
      const isJson = reply.headers.get('content-type')?.includes('json') ?? false
      // What was recovered under an Idempotency-Key has a shape of its own.
      if (!where.startsWith('//') && reply.ok && !reply.headers.has('Idempotency-Replayed'))
        checkAnswer(method, where, reply.status, isJson ? JSON.parse(text) : undefined)
      return {
        status: reply.status,
        headers: reply.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      }
    },
    count: async (table) => {
      const { rows } = await db.pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)
      return rows[0]?.count ?? Number.NaN
    },
    close: async () => {
      await closeApi()
      await queues.close()
      await db.close()
      await rm(folder, { recursive: true, force: true })
      await database.drop()
    },
  }
}

export const till = (cashId: string, more: Record<string, unknown> = {}) => ({
  kind: 'till',
  cashId,
  name: `Терминал ${cashId}`,
  host: '10.0.0.7',
  ...more,
})

export const store = (code: string, devices: readonly object[], more: Record<string, unknown> = {}) => ({
  code,
  name: `Магазин ${code}`,
  timeZone: 'Europe/Moscow',
  host: 'store.example',
  packageFolder: '/var/lib/packages',
  packageUrl: 'http://10.0.0.1/packages',
  calendar: alwaysNight,
  devices,
  ...more,
})

let uploads = 0

/**
 * Uploads a package of a few bytes; every call another version. Returns its id.
 * @param traits more of the query: `minVersion=00095000&canGoBack=false`
 */
export async function uploadPackage(office: HeadOffice, kind = 'till', traits = ''): Promise<string> {
  uploads += 1
  const version = String(96_000 + uploads).padStart(8, '0')
  const more = traits === '' ? '' : `&${traits}`
  const reply = await office.ask('POST', `/packages?kind=${kind}&version=${version}&fileName=x.tgz${more}`, {
    body: `package ${version}`,
    headers: { 'Content-Type': 'application/octet-stream' },
  })
  if (reply.status !== 201) throw new Error(reply.text)
  return reply.json.id as string
}

/**
 * One PostgreSQL for a whole run of the tests, started when the first file asks for a database (database.ts):
 * runs that need none do not wait for it.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { type EmbeddedDatabase, startEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { migrateQueues } from '../../src/jobs/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `http://127.0.0.1:port/secret`: answers with the URL of the maintenance database, starting the server first. */
    postgresDoor: string
  }
}

const TEMPLATE = 'nightshift_template'

/** Tests lose nothing that matters when the machine loses power. */
const settings = {
  ...{ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  // Where locks are not logged, a test that holds one has no transaction that streams of all databases here would wait for.
  ...{ wal_level: 'minimal', max_wal_senders: '0' },
}

let folder: string | undefined
let server: EmbeddedDatabase | undefined
let starting: Promise<string> | undefined
let door: Server | undefined

const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** Nobody may be connected to a template while it is copied. */
async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${TEMPLATE}`)
    await migrate(withDatabase(url, TEMPLATE))
    await migrateQueues(withDatabase(url, TEMPLATE))
    await client.query(`ALTER DATABASE ${TEMPLATE} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`)
    // The schema engine leaves its connection idle.
    await client.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [
      TEMPLATE,
    ])
  } finally {
    await client.end()
  }
}

async function start(): Promise<string> {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-postgres-'))
  // As root the server runs as another user, who has to pass through here.
  await chmod(folder, 0o711)
  server = await startEmbedded({ folder, settings })
  await makeTemplate(server.url)
  return withDatabase(server.url, 'postgres')
}

export async function setup(project: TestProject): Promise<void> {
  const secret = `/${randomBytes(16).toString('hex')}`
  door = createServer((request, response) => {
    if (request.url !== secret) return void response.writeHead(404).end()
    starting ??= start()
    starting.then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => door?.listen(0, '127.0.0.1', resolve))
  const address = door.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  project.provide('postgresDoor', `http://127.0.0.1:${address.port}${secret}`)
}

export async function teardown(): Promise<void> {
  door?.close()
  door?.closeAllConnections()
  await starting?.catch(() => {})
  await server?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
}

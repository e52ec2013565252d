/**
 * One PostgreSQL for each worker of a run of the tests, started when its first file asks for a database (database.ts):
 * runs that need none do not wait for it. One for all of them would tie files to each other: streams of events wait for
 * the oldest transaction of the whole server, and so for that of whatever file happens to run beside.
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
    /** `http://127.0.0.1:port/secret/WORKER`: answers with the URL of the maintenance database, starting the server first. */
    postgresDoor: string
  }
}

const TEMPLATE = 'nightshift_template'

/** Tests lose nothing that matters when the machine loses power. */
const settings = {
  ...{ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  // Where locks are not logged, a test that holds one has no transaction that its own streams would wait for.
  ...{ wal_level: 'minimal', max_wal_senders: '0' },
}

interface Cluster {
  readonly folder: string
  readonly server: EmbeddedDatabase
  readonly url: string
}

const clusters = new Map<string, Promise<Cluster>>()
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

async function start(): Promise<Cluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-postgres-'))
  // As root the server runs as another user, who has to pass through here.
  await chmod(folder, 0o711)
  const server = await startEmbedded({ folder, settings })
  await makeTemplate(server.url)
  return { folder, server, url: withDatabase(server.url, 'postgres') }
}

function clusterOf(worker: string): Promise<Cluster> {
  const cluster = clusters.get(worker) ?? start()
  clusters.set(worker, cluster)
  return cluster
}

export async function setup(project: TestProject): Promise<void> {
  const secret = `/${randomBytes(16).toString('hex')}`
  door = createServer((request, response) => {
    const worker = new RegExp(`^${secret}/(\\d+)$`).exec(request.url ?? '')?.[1]
    if (worker === undefined) return void response.writeHead(404).end()
    clusterOf(worker).then(
      ({ url }) => response.end(url),
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
  for (const starting of clusters.values()) {
    const cluster = await starting.catch(() => undefined)
    await cluster?.server.stop()
    if (cluster !== undefined) await rm(cluster.folder, { recursive: true, force: true })
  }
}

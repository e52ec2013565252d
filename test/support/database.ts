/** A migrated database of its own for one test file, on the PostgreSQL of its worker (postgres-global.ts). */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { until } from './until.ts'

export interface TestDatabase {
  readonly url: string
  /** Drops it. Throws when somebody is still connected after so many ms: a leak of the test's or of ours. */
  drop(within?: number): Promise<void>
}

/** Of postgres-global.ts, which lives in another process. */
const TEMPLATE = 'nightshift_template'

async function serverUrl(): Promise<string> {
  // Of those that work at a time, each has a number of its own: 1 to `maxWorkers`.
  const answer = await fetch(`${inject('postgresDoor')}/${process.env.VITEST_POOL_ID ?? '0'}`)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`no PostgreSQL for the tests: ${text}`)
  return text
}

async function asAdmin<T>(work: (client: pg.Client, url: string) => Promise<T>): Promise<T> {
  const url = await serverUrl()
  const client = new pg.Client({ connectionString: url, application_name: 'nightshift tests' })
  await client.connect()
  try {
    return await work(client, url)
  } finally {
    await client.end()
  }
}

const connected = async (client: pg.Client, name: string): Promise<string[]> => {
  const { rows } = await client.query<{ application_name: string }>(
    "SELECT application_name FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
    [name],
  )
  return rows.map((row) => row.application_name)
}

const drop = (name: string, within: number): Promise<void> =>
  asAdmin(async (client) => {
    // A server's process ends a moment after its client has gone.
    const isFree = async () => (await connected(client, name)).length === 0
    await until(isFree, { within, label: `nobody is connected to ${name}` }).catch(() => {})
    const leaked = await connected(client, name)
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
    if (leaked.length > 0) throw new Error(`still connected to the test's database: ${leaked.join(', ')}`)
  })

/** Copies the migrated template: some 50 ms. Drop it in `afterAll`. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  return asAdmin(async (client, admin) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`)
    const url = new URL(admin)
    url.pathname = `/${name}`
    return { url: url.href, drop: (within = 20_000) => drop(name, within) }
  })
}

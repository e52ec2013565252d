/** The leader's connection: whoever holds its lock is the conductor. Gone with the connection. */
import pg from 'pg'
import type { Executor } from './database.ts'

const LEADER_LOCK = 7_300_003

export interface Leadership {
  readonly client: pg.Client
  /** Resolves when the connection, and with it the lock, is lost. */
  readonly lost: Promise<void>
  resign(): Promise<void>
}

/** Whether somebody leads, on this database. */
export async function isLed(on: Executor): Promise<boolean> {
  const { rowCount } = await on.query(
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = ${LEADER_LOCK}
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  return (rowCount ?? 0) > 0
}

/** Undefined: another one leads. Throws when the database cannot be reached. */
export async function tryToLead(url: string): Promise<Leadership | undefined> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    // A leader whose statements hang does not lead: the lock is worth nothing then.
    statement_timeout: 60_000,
    keepAlive: true,
    application_name: 'nightshift conductor',
  })
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve())
    client.on('end', () => resolve())
  })
  try {
    await client.connect()
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      LEADER_LOCK,
    ])
    if (rows[0]?.held) return { client, lost, resign: () => client.end() }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
  await client.end()
  return undefined
}

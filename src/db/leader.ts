/** The leader's connection: whoever holds its lock is the conductor. Gone with the connection. */
import pg from 'pg'

const LEADER_LOCK = 7_300_003

export interface Leadership {
  readonly client: pg.Client
  /** Resolves when the connection, and with it the lock, is lost. */
  readonly lost: Promise<void>
  resign(): Promise<void>
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

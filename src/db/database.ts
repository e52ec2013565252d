/** One pool a process, shared by Prisma and by the few statements that are written by hand. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.ts'
import { markOnce } from './once.ts'

export interface Database {
  readonly url: string
  readonly pool: pg.Pool
  readonly prisma: PrismaClient
  /** Tells conductor and streams that something happened; many calls become one NOTIFY. */
  poke(): void
  close(): Promise<void>
}

/** Anything that runs one statement: the pool, or the leader's own connection. */
export type Executor = Pick<pg.ClientBase, 'query'> | Pick<pg.Pool, 'query'>

const CHANNEL = 'nightshift'
const POKE_EVERY_MS = 50
const CONNECT_MS = 10_000

export function openDatabase(url: string, options: { max?: number; name?: string } = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: options.name ?? 'nightshift',
  })
  // An idle connection that the server closed: the pool replaces it at the next query.
  pool.on('error', () => {})
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  let poking: NodeJS.Timeout | undefined
  const poke = () => {
    poking ??= setTimeout(() => {
      poking = undefined
      // The conductor's own tick heals a lost poke within a second.
      pool.query(`NOTIFY ${CHANNEL}`).catch(() => {})
    }, POKE_EVERY_MS)
  }
  const close = async () => {
    clearTimeout(poking)
    await prisma.$disconnect()
    await pool.end()
  }
  return { url, pool, prisma, poke, close }
}

/** A connection of its own that calls `onPoke` at every NOTIFY. Ends by `close`; `onLost` tells that it broke. */
export async function listen(
  url: string,
  onPoke: () => void,
  onLost: (error: Error) => void,
): Promise<{ close(): Promise<void> }> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'nightshift listen',
  })
  client.on('error', onLost)
  client.on('notification', onPoke)
  try {
    await client.connect()
    await client.query(`LISTEN ${CHANNEL}`)
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
  return {
    close: async () => {
      client.removeAllListeners('notification')
      await client.end()
    },
  }
}

/** Runs `work` in a transaction on a connection of the caller's, as the leader's. */
export async function inTransactionOn<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/** Runs `work` in a transaction on a connection of the pool, and marks the request that it is done for (once.ts). */
export async function inTransaction<T>(
  db: Database,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await db.pool.connect()
  try {
    const result = await inTransactionOn(client, async () => {
      const done = await work(client)
      await markOnce(client)
      return done
    })
    client.release()
    return result
  } catch (error) {
    client.release(error instanceof Error ? error : true)
    throw error
  }
}

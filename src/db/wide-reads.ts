/**
 * Reads that may have to look at every row: filtered, counted, or kept to some groups. A few at once, and none for
 * long: whoever may read at all could otherwise hold every connection of the pool, and with it the conductor's.
 */
import type pg from 'pg'
import type { Database } from './database.ts'

/** Of the pool's ten connections. */
const AT_ONCE = 3
const MAX_WAITING = 32
const LONGEST_MS = 10_000

/** `tooMany`: others are still waiting; `tooSlow`: the database was stopped over it. */
export class WideReadRefused extends Error {
  readonly why: 'tooMany' | 'tooSlow'

  constructor(why: 'tooMany' | 'tooSlow', cause?: unknown) {
    super(why, { cause })
    this.why = why
  }
}

let running = 0
const waiting: (() => void)[] = []

async function takePlace(): Promise<void> {
  if (running < AT_ONCE) running += 1
  else if (waiting.length >= MAX_WAITING) throw new WideReadRefused('tooMany')
  else await new Promise<void>((resolve) => waiting.push(resolve))
}

function leavePlace(): void {
  const next = waiting.shift()
  // The place goes from hand to hand.
  if (next === undefined) running -= 1
  else next()
}

const isCancelled = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '57014'

async function within<T>(client: pg.PoolClient, ms: number, work: (on: pg.PoolClient) => Promise<T>) {
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${ms}`)
  try {
    const found = await work(client)
    await client.query('COMMIT')
    return found
  } catch (error) {
    await client.query('ROLLBACK')
    throw isCancelled(error) ? new WideReadRefused('tooSlow', error) : error
  }
}

/**
 * Runs one or few statements on one connection.
 * @param ms each statement may take
 * @throws WideReadRefused
 */
export async function readWide<T>(
  db: Database,
  work: (on: pg.PoolClient) => Promise<T>,
  ms = LONGEST_MS,
): Promise<T> {
  await takePlace()
  try {
    const client = await db.pool.connect()
    let broken: unknown
    try {
      return await within(client, ms, work)
    } catch (error) {
      if (!(error instanceof WideReadRefused)) broken = error
      throw error
    } finally {
      // What else failed may have left the connection in any state.
      client.release(broken !== undefined)
    }
  } finally {
    leavePlace()
  }
}

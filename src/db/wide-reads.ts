/**
 * Reads that may have to look at every row: filtered, counted, or kept to some groups. A few at once, and none for
 * long: whoever may read at all could otherwise hold every connection of the pool, and with it the conductor's. Nor does
 * one account keep the others from theirs: places go to who has fewest, and where no more may wait, who has most gives way.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'
import type { Database } from './database.ts'

/** Of the pool's ten connections. */
const AT_ONCE = 3
const MAX_WAITING = 32
/** Beside those: what somebody waits for who came back, and reads much in one place of the journal. */
const REPLAYS_AT_ONCE = 2
const LONGEST_MS = 10_000
/** Of all its statements. The server stops those that are slow; one whose machine is gone stops nothing, and says nothing. */
const ALL_IN_ALL = 3

class Silent extends Error {}

/** `tooMany`: others are still waiting; `tooSlow`: the database was stopped over it. */
export class WideReadRefused extends Error {
  readonly why: 'tooMany' | 'tooSlow'

  constructor(why: 'tooMany' | 'tooSlow', cause?: unknown) {
    super(why, { cause })
    this.why = why
  }
}

interface Waiter {
  readonly whose: string
  readonly go: () => void
  readonly refuse: (why: WideReadRefused) => void
}

const asking = new AsyncLocalStorage<string>()

/** Runs `work`: wide reads in it are this account's. */
export const readingFor = <T>(account: string, work: () => Promise<T>): Promise<T> =>
  asking.run(account, work)

/** So many at once, and the rest in turn. */
interface Turns {
  /** @returns whose it is @throws WideReadRefused */
  take(): Promise<string>
  leave(whose: string): void
}

function createTurns(atOnce: number): Turns {
  /** Whose they are that run. */
  const running: string[] = []
  const waiting: Waiter[] = []
  const runningOf = (whose: string): number => running.filter((one) => one === whose).length
  const waitingOf = (whose: string): number => waiting.filter((one) => one.whose === whose).length

  /** The newest of who has most, and more than this one would have. @throws WideReadRefused there is none */
  const makeRoom = (whose: string): void => {
    const most = waiting.reduce((max, one) => Math.max(max, waitingOf(one.whose)), 0)
    const at = waiting.findLastIndex((one) => waitingOf(one.whose) === most)
    if (most <= waitingOf(whose) + 1) throw new WideReadRefused('tooMany')
    waiting.splice(at, 1)[0]?.refuse(new WideReadRefused('tooMany'))
  }
  return {
    take: async () => {
      const whose = asking.getStore() ?? ''
      if (running.length >= atOnce) {
        if (waiting.length >= MAX_WAITING) makeRoom(whose)
        await new Promise<void>((go, refuse) => waiting.push({ whose, go, refuse }))
      } else running.push(whose)
      return whose
    },
    // The place goes from hand to hand: to the first of those who have fewest.
    leave: (whose) => {
      running.splice(running.indexOf(whose), 1)
      const fewest = Math.min(...waiting.map((one) => runningOf(one.whose)))
      const at = waiting.findIndex((one) => runningOf(one.whose) === fewest)
      const next = at === -1 ? undefined : waiting.splice(at, 1)[0]
      if (next === undefined) return
      running.push(next.whose)
      next.go()
    },
  }
}

const lists = createTurns(AT_ONCE)
const replays = createTurns(REPLAYS_AT_ONCE)

const isCancelled = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '57014'

async function within<T>(client: pg.PoolClient, ms: number, work: (on: pg.PoolClient) => Promise<T>) {
  // What is estimated high is read in milliseconds all the same: to compile it first takes longer.
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${ms}; SET LOCAL jit = off`)
  try {
    const found = await work(client)
    await client.query('COMMIT')
    return found
  } catch (error) {
    await client.query('ROLLBACK')
    throw isCancelled(error) ? new WideReadRefused('tooSlow', error) : error
  }
}

/** @throws Silent when nothing came of it by then: the connection is to be thrown away, and ends what runs on it */
async function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Silent()), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function readInTurn<T>(
  turns: Turns,
  db: Database,
  work: (on: pg.PoolClient) => Promise<T>,
  ms: number,
): Promise<T> {
  const whose = await turns.take()
  try {
    const client = await db.pool.connect()
    let broken: unknown
    try {
      return await inTime(ms * ALL_IN_ALL, within(client, ms, work))
    } catch (error) {
      if (!(error instanceof WideReadRefused)) broken = error
      throw error instanceof Silent ? new WideReadRefused('tooSlow', error) : error
    } finally {
      // What else failed may have left the connection in any state.
      client.release(broken !== undefined)
    }
  } finally {
    turns.leave(whose)
  }
}

/**
 * Runs one or few statements on one connection.
 * @param ms each statement may take, and a third of what all of them may
 * @throws WideReadRefused
 */
export const readWide = <T>(
  db: Database,
  work: (on: pg.PoolClient) => Promise<T>,
  ms = LONGEST_MS,
): Promise<T> => readInTurn(lists, db, work, ms)

/** The same for what lies between a place in the journal and now: it keeps nobody's list waiting, nor they it. @throws WideReadRefused */
export const readReplay = <T>(db: Database, work: (on: pg.PoolClient) => Promise<T>): Promise<T> =>
  readInTurn(replays, db, work, LONGEST_MS)

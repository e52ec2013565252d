/**
 * The pool of BullMQ's PostgreSQL backend. BullMQ 6.7 takes a dropped connection for a failed job, so this pool
 * tries connection-class errors again before anybody above sees them. See docs/adr/0003.
 */
import pg from 'pg'

/** Lost connections, a server that restarts, serialization and deadlock victims: nothing was committed, or BullMQ's SQL is idempotent by job id. */
const AGAIN = new Set([
  '57P01',
  '57P02',
  '57P03',
  '40001',
  '40P01',
  '53300',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
])
const MESSAGES = /Connection terminated|connection timeout|timeout exceeded when trying to connect/i
const TRIES = 40
const PAUSE_MS = 250
/** Where a server does not even refuse, each try takes its whole ten seconds: forty of them would be seven minutes. */
const PATIENCE_MS = 30_000

export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return AGAIN.has(code) || code.startsWith('08') || MESSAGES.test(error.message)
}

async function again<T>(work: () => Promise<T>, isOver: () => boolean, patienceMs: number): Promise<T> {
  const end = Date.now() + patienceMs
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= TRIES || Date.now() > end || isOver() || !isConnectionError(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

/** A pool that outlives restarts of the server for ten seconds, and a server that is silent for half a minute. Owns its connections until `end`. */
class PatientPool extends pg.Pool {
  readonly #lent = new Set<pg.PoolClient>()

  readonly #patienceMs: number

  constructor(config: pg.PoolConfig, patienceMs: number) {
    super(config)
    this.#patienceMs = patienceMs
    this.on('acquire', (client) => this.#lent.add(client))
    this.on('release', (_error, client) => this.#lent.delete(client))
  }

  /**
   * Ends, also when a connection was never given back: a BullMQ worker that is closed while it sets up its LISTEN
   * connection keeps it, and `end` alone would wait for it for ever.
   */
  async endWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const overdue = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await Promise.race([this.end(), overdue])
    clearTimeout(timer)
    const ends = [...this.#lent].map((client) => (client as unknown as pg.Client).end())
    await Promise.race([Promise.allSettled(ends), new Promise((resolve) => setTimeout(resolve, ms).unref())])
  }

  // pg.Pool declares both by many overloads (callbacks, cursors); BullMQ uses the promise forms only.
  override query = ((...args: Parameters<pg.Pool['query']>) =>
    again(
      () => super.query(...args) as unknown as Promise<unknown>,
      () => this.ending,
      this.#patienceMs,
    )) as unknown as pg.Pool['query']

  override connect = ((callback?: unknown) =>
    callback === undefined
      ? again(
          () => super.connect(),
          () => this.ending,
          this.#patienceMs,
        )
      : (super.connect as (done: unknown) => void)(callback)) as unknown as pg.Pool['connect']
}

/**
 * @param max at least the number of queues and workers on it, each of which holds one connection to listen
 * @param patienceMs how long tries go on that are not refused at once
 */
export function createQueuePool(url: string, max: number, patienceMs = PATIENCE_MS): PatientPool {
  const config: pg.PoolConfig = {
    connectionString: url,
    max,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'nightshift queues',
    options: '-c search_path=bullmq,public',
  }
  const pool = new PatientPool(config, patienceMs)
  // Every queue and worker listens to the pool that they share.
  pool.setMaxListeners(max * 2)
  pool.on('error', () => {})
  return pool
}

/** Long-running processes: any of API, conductor and worker, ended in order by SIGTERM or SIGINT. */
import { mkdir } from 'node:fs/promises'
import { startConductor } from '../conductor/main.ts'
import type { Config } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { createFirstToken } from '../db/tokens.ts'
import { createQueueBackend } from '../jobs/backend.ts'
import { createLog, type Log } from '../log.ts'
import { startWorker } from '../workers/main.ts'
import { joinDatabase, ownDatabase } from './database.ts'

export interface Parts {
  readonly api: boolean
  readonly conductor: boolean
  readonly worker: boolean
}

export interface Running {
  /** Where the API listens; undefined without one. */
  readonly url: string | undefined
  /** Printed once in the life of an installation. */
  readonly firstToken: string | undefined
  readonly databaseUrl: string
  stop(): Promise<void>
}

/** Starts the parts; whatever fails, what was started before it is stopped again. */
export async function start(config: Config, parts: Parts, log: Log): Promise<Running> {
  await mkdir(config.keysFolder, { recursive: true, mode: 0o700 })
  await mkdir(config.packagesFolder, { recursive: true })
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const one of stops.splice(0).reverse())
      await one().catch((error: unknown) => log.error({ err: error }, 'stopping'))
  }
  try {
    const isOwner = parts.api && parts.conductor
    const opened =
      isOwner || config.databaseUrl !== undefined ? await ownDatabase(config) : await joinDatabase(config)
    stops.push(opened.stop)
    const db = openDatabase(opened.url)
    stops.push(db.close)
    const queues = createQueueBackend({ databaseUrl: opened.url, redisUrl: config.redisUrl, log })
    stops.push(queues.close)
    if (parts.conductor) {
      const limits = { total: config.totalLimit, leaseSeconds: config.leaseSeconds }
      const day = { hours: config.reportHours, language: config.language }
      stops.push(startConductor({ db, queues, limits, day, log }).close)
    }
    if (parts.worker) stops.push((await startWorker({ db, queues, config, log })).close)
    // A worker does not load Express and the board.
    const api = parts.api
      ? await (await import('../api/server.ts')).startApi({ db, queues, config, log })
      : undefined
    if (api !== undefined) stops.push(api.close)
    const firstToken = parts.api ? await createFirstToken(db) : undefined
    return { url: api?.url, firstToken, databaseUrl: opened.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Resolves at the first SIGINT or SIGTERM. A second one ends the process at once. */
export function interrupted(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130))
        resolve(signal)
      })
    }
  })
}

export async function serve(config: Config, parts: Parts): Promise<void> {
  const log = createLog(config.logLevel)
  // From the first moment on: a signal while it starts is obeyed when it has.
  const end = interrupted()
  const running = await start(config, parts, log)
  if (running.url !== undefined) console.log(`API    ${running.url}/api/v1\nboard  ${running.url}/queues`)
  if (running.firstToken !== undefined) {
    console.log(
      `token  ${running.firstToken}\n       (shown this once; it is the password of the board too. Make others by: nightshift token NAME)`,
    )
  }
  log.info({ signal: await end }, 'stopping')
  await running.stop()
}

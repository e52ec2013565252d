/** Long-running processes: any of API, conductor and worker, ended in order by SIGTERM or SIGINT. */
import { mkdir } from 'node:fs/promises'
import { createAlive } from '../alive.ts'
import type { DoorOptions } from '../api/pages/router.ts'
import { startConductor } from '../conductor/main.ts'
import type { Config } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { firstLink } from '../db/links.ts'
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
  /** What to say of the first admin's link; undefined: there are users, or no API. */
  readonly welcome: Welcome | undefined
  readonly databaseUrl: string
  stop(): Promise<void>
}

export type Welcome =
  | { readonly kind: 'made'; readonly link: string; readonly expiresAt: Date }
  | { readonly kind: 'waiting'; readonly expiresAt: Date }

/** The first admin's link, where there is no user yet. One that was printed before and still works is not replaced. */
async function welcomeOf(db: Database, url: string): Promise<Welcome | undefined> {
  const found = await firstLink(db, 'nightshift')
  if (found?.kind !== 'made') return found
  return { kind: 'made', link: `${url}/welcome/${found.secret}`, expiresAt: found.expiresAt }
}

/**
 * Starts the parts; whatever fails, what was started before it is stopped again.
 * @param door of the demo
 */
export async function start(
  config: Config,
  parts: Parts,
  log: Log,
  door: DoorOptions = {},
): Promise<Running> {
  await mkdir(config.keysFolder, { recursive: true, mode: 0o700 })
  await mkdir(config.packagesFolder, { recursive: true })
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const one of stops.splice(0).reverse())
      await one().catch((error: unknown) => log.error({ err: error }, 'stopping'))
  }
  try {
    if (config.unsigned === 'allow' && (parts.api || parts.worker))
      log.warn({ setting: 'NIGHTSHIFT_UNSIGNED' }, 'packages that nobody signed are let pass')
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
      stops.push(startConductor({ db, queues, limits, day, log, alive: createAlive(config.aliveFile) }).close)
    }
    if (parts.worker) stops.push((await startWorker({ db, queues, config, log })).close)
    // A worker does not load Express and the board.
    const api = parts.api
      ? await (await import('../api/server.ts')).startApi({ db, queues, config, log, ...door })
      : undefined
    if (api !== undefined) stops.push(api.close)
    const welcome = api === undefined ? undefined : await welcomeOf(db, config.publicUrl ?? api.url)
    return { url: api?.url, welcome, databaseUrl: opened.url, stop }
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

const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

function welcomeText(welcome: Welcome): string {
  const until = minute(welcome.expiresAt)
  if (welcome.kind === 'waiting')
    return `There is no user yet. The link for the first one was printed before, and is good until ${until}.\nLost? Make another: nightshift user first-link`
  return `welcome ${welcome.link}\n       (there is no user yet: open it to become the first administrator. It works once, until ${until}.\n       For a program: nightshift token local NAME)`
}

export async function serve(config: Config, parts: Parts): Promise<void> {
  const log = createLog(config.logLevel)
  // From the first moment on: a signal while it starts is obeyed when it has.
  const end = interrupted()
  const running = await start(config, parts, log)
  if (running.url !== undefined)
    console.log(`page   ${running.url}/\nAPI    ${running.url}/api/v1\nboard  ${running.url}/queues`)
  if (running.welcome !== undefined) console.log(welcomeText(running.welcome))
  log.info({ signal: await end }, 'stopping')
  await running.stop()
}

/** The database a command works on: the configured one, the embedded one that runs here, or one started for it. */
import type { Config } from '../config.ts'
import { type EmbeddedDatabase, findEmbedded, startEmbedded } from '../db/embedded.ts'
import { migrate } from '../db/migrate.ts'
import { migrateQueues } from '../jobs/migrate.ts'
import { CommandFailed } from './errors.ts'

export interface OpenedDatabase {
  readonly url: string
  stop(): Promise<void>
}

const elsewhere = (url: string): OpenedDatabase => ({ url, stop: async () => {} })

/** For processes that own the data: starts the embedded database unless one is configured. Migrated. */
export async function ownDatabase(
  config: Config,
  settings?: Record<string, string>,
): Promise<OpenedDatabase> {
  const opened: OpenedDatabase | EmbeddedDatabase =
    config.databaseUrl === undefined
      ? await startEmbedded({ folder: config.dataFolder, ...(settings === undefined ? {} : { settings }) })
      : elsewhere(config.databaseUrl)
  try {
    await migrate(opened.url)
    if (config.redisUrl === undefined) await migrateQueues(opened.url)
  } catch (error) {
    await opened.stop()
    throw error
  }
  return opened
}

/** For processes beside the owner (workers): the embedded database must run already. */
export async function joinDatabase(config: Config): Promise<OpenedDatabase> {
  const url = config.databaseUrl ?? (await findEmbedded(config.dataFolder))
  if (url === undefined) {
    throw new CommandFailed(
      `there is no DATABASE_URL, and no Nightshift runs on ${config.dataFolder}: start \`nightshift serve\` first, or set DATABASE_URL`,
    )
  }
  return elsewhere(url)
}

/** For one short command: joins what runs, else starts it for the moment. */
export async function anyDatabase(config: Config): Promise<OpenedDatabase> {
  if (config.databaseUrl !== undefined || (await findEmbedded(config.dataFolder)) !== undefined)
    return joinDatabase(config)
  return ownDatabase(config)
}

import type { Config } from '../config.ts'
import { ownDatabase } from './database.ts'

/** Every process migrates when it starts; this is for an installation that wants it as a step of its own. */
export async function migrateCommand(config: Config): Promise<void> {
  const opened = await ownDatabase(config)
  await opened.stop()
  console.log('the database is up to date')
}

import type { Config } from '../config.ts'
import { migrate } from '../db/migrate.ts'
import { anyDatabase } from './database.ts'

export async function migrateCommand(config: Config): Promise<void> {
  const opened = await anyDatabase(config)
  try {
    const applied = await migrate(opened.url)
    console.log(applied.length === 0 ? 'the database is up to date' : `applied: ${applied.join(', ')}`)
  } finally {
    await opened.stop()
  }
}

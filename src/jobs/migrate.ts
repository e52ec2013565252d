import { runMigrations } from 'bullmq'
import pg from 'pg'

/** Brings BullMQ's own tables (schema `bullmq`) up to date, under a lock of BullMQ's. A second run does nothing. */
export async function migrateQueues(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await runMigrations(client)
  } finally {
    await client.end()
  }
}

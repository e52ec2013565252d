/** A backend can be closed at any moment of its start: BullMQ would keep the connection that it was setting up. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, test } from 'vitest'
import { jobKinds } from '../../src/jobs/all.ts'
import { createQueueBackend } from '../../src/jobs/backend.ts'
import { createLog } from '../../src/log.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
// Throws when a connection was left behind.
afterAll(() => database.drop())

test.each([0, 10, 20, 30, 40, 50, 70, 100])(
  'closes %i ms after its workers began to start',
  async (ms) => {
    const backend = createQueueBackend({ databaseUrl: database.url, log: createLog('silent') })
    for (const { name } of Object.values(jobKinds)) {
      backend
        .worker(name, async () => 'nothing', 2)
        .run()
        .catch(() => {})
    }
    await delay(ms)
    await backend.close()
  },
  60_000,
)

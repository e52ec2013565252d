/** Reads that come to every row: a few at once, none for long, and the rest of the head office goes on meanwhile. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { readWide } from '../../src/db/wide-reads.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Database
beforeAll(async () => {
  database = await createDatabase()
  db = openDatabase(database.url)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

const sleep = (seconds: number, ms?: number) =>
  readWide(db, (on) => on.query(`SELECT pg_sleep(${seconds})`), ms)

test('one that takes too long is stopped, and its connection is as before', async () => {
  await expect(sleep(30, 100)).rejects.toMatchObject({ why: 'tooSlow' })
  const { rows } = await db.pool.query<{ timeout: string }>(
    "SELECT current_setting('statement_timeout') AS timeout",
  )
  expect(rows[0]?.timeout).toBe('0')
})

test('however many are asked for, connections are left; too many are refused', async () => {
  const asked = Array.from({ length: 40 }, () => sleep(30, 300).then(String, (error) => String(error.why)))
  const began = performance.now()
  // More than the pool has, one after the other, while they run.
  for (let n = 0; n < 12; n += 1) await db.pool.query('SELECT 1')
  expect(performance.now() - began).toBeLessThan(5000)
  const ends = await Promise.all(asked)
  expect(ends.filter((one) => one === 'tooMany')).toHaveLength(5)
  expect(ends.filter((one) => one === 'tooSlow')).toHaveLength(35)
})

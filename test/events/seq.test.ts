/** Which of two readings is the newer: told by what was committed, never by a clock. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { readLiveHorizon } from '../../src/db/live.ts'
import { saveStatus } from '../../src/db/status.ts'
import { createFolds } from '../../src/events/ticks.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { passedHorizon } from '../support/horizon.ts'

/** Stands before the database's own: a clock that somebody sets back. */
const CLOCK = `
CREATE SCHEMA clock; CREATE TABLE clock.step (back interval NOT NULL); INSERT INTO clock.step VALUES ('0');
CREATE FUNCTION clock.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
  AS 'SELECT pg_catalog.statement_timestamp() - back FROM clock.step'`

let database: TestDatabase
let db: Database
let deviceId: string
beforeAll(async () => {
  database = await createDatabase()
  const url = new URL(database.url)
  url.searchParams.set('options', '-c search_path=clock,pg_catalog,public')
  db = openDatabase(url.href, { name: 'seq test' })
  await db.pool.query(CLOCK)
  const at = { host: '10.0.0.7', port: 22, user: 'n', credential: 'default', hostKeys: [] }
  const store = {
    ...{ code: 'M1', name: 'M1', timeZone: 'Europe/Moscow', phone: null, maxDownloads: 4, maxInstalls: 1 },
    ...{ ...at, packageFolder: '/p', packageUrl: 'http://h/p', devices: [] },
  }
  await importFleet(db, { stores: [store] }, 'test')
  const { rows } = await db.pool.query<{ id: string }>(
    `INSERT INTO device (id, store_id, kind, cash_id, number, name, host)
     SELECT gen_random_uuid(), id, 'till', '1', 1, 'x', 'h' FROM store RETURNING id`,
  )
  deviceId = rows[0]?.id ?? ''
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

const stepBack = (interval: string) => db.pool.query('UPDATE clock.step SET back = $1', [interval])
const say = (health: string) =>
  saveStatus(db, deviceId, { source: 'look', version: 96_000, status: { health } })

test('the clock is set back by an hour: what is told then is the newer all the same', async () => {
  await say('healthy')
  const before = await passedHorizon(db.pool)
  await stepBack('1 hour')
  await say('unhealthy')
  await passedHorizon(db.pool)
  const fold = await createFolds(db).replay(before.cursor, { groups: null })
  expect(fold.cells.map(({ cashId }) => cashId)).toEqual(['1'])
  expect(fold.at.getTime()).toBeLessThan(before.at.getTime())
  expect(fold.seq).toBeGreaterThan(before.seq)
  await stepBack('0')
})

test('it grows with every commit, in whatever order transactions end, and is a whole number of JSON', async () => {
  const [first, second] = [
    new pg.Client({ connectionString: database.url }),
    new pg.Client({ connectionString: database.url }),
  ]
  const seqs: number[] = []
  const look = async () => seqs.push((await readLiveHorizon(db.pool)).seq)
  for (const client of [first, second]) {
    await client.connect()
    await client.query('BEGIN; SELECT pg_current_xact_id()')
  }
  await look()
  await second.query('COMMIT')
  await look()
  // The earlier one, below the snapshot's upper end: neither end of it moves the other way.
  await first.query('COMMIT')
  await look()
  await say('healthy')
  await look()
  for (const client of [first, second]) await client.end()
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  expect(seqs.every(Number.isSafeInteger)).toBe(true)
})

test('a page that was open before an upgrade, and knows microseconds since 1970, takes it for the newer', async () => {
  const { seq } = await readLiveHorizon(db.pool)
  expect(seq).toBeGreaterThan(Date.UTC(2090, 0) * 1000)
})

/** Everybody comes back at once, far behind: told once for all of them, a few at a time, and nobody else waits for it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { laterCursor } from '../../src/db/events.ts'
import { type Fold, MAX_GAP_EVENTS } from '../../src/events/fold.ts'
import { createFolds, type Folds } from '../../src/events/ticks.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { passedHorizon } from '../support/horizon.ts'
import { until } from '../support/until.ts'

const EVENTS = 3000
const STORES = 300

let database: TestDatabase
let db: Database
/** Of somebody else than those who come back. */
let other: Database
let folds: Folds
let begin: string
/** Before each of the events, in the order of the stream. */
let places: string[]

const SEED = `
INSERT INTO store (id, code, name, time_zone, host, "user", package_folder, package_url, group_name)
SELECT gen_random_uuid(), 'M' || n, 'x', 'Europe/Moscow', 'h', 'u', '/p', 'http://h/p', 'g' || n % 2 FROM generate_series(1, ${STORES}) n;
CREATE PROCEDURE happen(many int) LANGUAGE plpgsql AS $$
DECLARE stores uuid[] := ARRAY(SELECT id FROM store ORDER BY code);
BEGIN FOR n IN 0..many - 1 LOOP
  INSERT INTO event (code, actor, store_id) VALUES ('storeHoursChanged', 'test', stores[1 + n % ${STORES}]); COMMIT;
END LOOP; END $$`

beforeAll(async () => {
  database = await createDatabase()
  db = openDatabase(database.url, { name: 'replays test' })
  other = openDatabase(database.url, { name: 'replays test' })
  await db.pool.query(SEED)
  begin = (await passedHorizon(db.pool)).cursor
  await db.pool.query(`CALL happen(${EVENTS})`)
  const { rows } = await db.pool.query<{ place: string }>(
    `SELECT xid || '-0' AS place FROM event ORDER BY id`,
  )
  places = rows.map((row) => row.place)
  await passedHorizon(db.pool)
})
beforeEach(() => {
  folds = createFolds(db)
})
afterAll(async () => {
  await db.close()
  await other.close()
  await database.drop()
})

const waitingForLocks = async (): Promise<number> => {
  const { rows } = await other.pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND relation = 'event'::regclass",
  )
  return rows[0]?.count ?? 0
}

/** Nothing of the journal is read until `meanwhile` is through. @returns the most that read at a time, too */
async function whileHeld<T>(ask: () => Promise<T>, meanwhile: () => Promise<void>): Promise<[T, number]> {
  const client = await other.pool.connect()
  try {
    await client.query('BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE')
    const answers = ask()
    await until(async () => (await waitingForLocks()) > 0, { within: 20_000, label: 'one of them reads' })
    await meanwhile()
    const most = await waitingForLocks()
    await client.query('ROLLBACK')
    return [await answers, most]
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

const replayAll = (all: readonly { from: string; rolloutId?: string }[]): Promise<Fold[]> =>
  Promise.all(all.map(({ from, ...view }) => folds.replay(from, { groups: null, ...view })))

test('two hundred from one place are two reads, and their connections are left to others', async () => {
  const ask = () => replayAll(Array.from({ length: 200 }, () => ({ from: begin })))
  const [all, most] = await whileHeld(ask, async () => {
    // One after the other, more than there are connections.
    for (let n = 0; n < 12; n += 1) await db.pool.query('SELECT 1')
  })
  expect(most).toBeLessThanOrEqual(2)
  expect(new Set(all).size).toBeLessThanOrEqual(2)
  const [one] = all
  expect([one?.from, one?.isReset, one?.events]).toEqual([begin, false, EVENTS])
  expect(one?.topics).toEqual(['board', 'events', 'stores', 'stores:*'])
})

test('those of a neighbourhood are told the same, and none of them misses anything', async () => {
  const asked = Array.from({ length: 200 }, (_, n) => places[n * 3] ?? '')
  const all = await replayAll(asked.map((from) => ({ from })))
  expect(new Set(all).size).toBeLessThan(20)
  for (const [n, fold] of all.entries()) {
    expect(laterCursor(fold.from, asked[n] ?? '')).toBe(asked[n])
    expect(fold.isReset).toBe(false)
    const missed = EVENTS - n * 3
    expect(fold.events).toBeGreaterThanOrEqual(missed)
    expect(fold.events).toBeLessThanOrEqual(missed * 1.125)
  }
})

test('one that is alone is told from its own place, and so is each that missed little', async () => {
  const [far, near] = [places[1111] ?? '', places.slice(-20)]
  const [alone] = await replayAll([{ from: far }])
  expect([alone?.from, alone?.events]).toEqual([far, EVENTS - 1111])
  const last = await replayAll(near.map((from) => ({ from })))
  expect(last.map((fold) => fold.from)).toEqual(near)
  expect(last.map((fold) => fold.events)).toEqual(near.map((_, n) => 20 - n))
})

test('however many different ones there are, a few are read at a time, and who would wait too long reads anew', async () => {
  const rollouts = Array.from(
    { length: 60 },
    (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  )
  const ask = () => replayAll(rollouts.map((rolloutId) => ({ from: begin, rolloutId })))
  const [all, most] = await whileHeld(ask, async () => {
    for (let n = 0; n < 12; n += 1) await db.pool.query('SELECT 1')
  })
  expect(most).toBeLessThanOrEqual(2)
  const resets = all.filter((fold) => fold.isReset)
  expect(resets.length).toBe(60 - 2 - 32)
  for (const fold of all) expect(fold.isReset || fold.events === EVENTS).toBe(true)
})

test('nearly as many events as are told at all, and one more than that', async () => {
  await db.pool.query(
    `INSERT INTO event (code, actor, store_id) SELECT 'storeHoursChanged', 'test', (SELECT id FROM store LIMIT 1)
     FROM generate_series(1, ${MAX_GAP_EVENTS - EVENTS - 1})`,
  )
  await passedHorizon(db.pool)
  const told = await folds.replay(begin, { groups: null })
  expect([told.isReset, told.events]).toEqual([false, MAX_GAP_EVENTS - 1])
  const half = await folds.replay(begin, { groups: ['g0'] })
  const named = half.topics.filter((topic) => topic.startsWith('stores:'))
  expect([half.isReset, named.length, named.includes('stores:M1')]).toEqual([false, STORES / 2, false])
  await db.pool.query("INSERT INTO event (code, actor) SELECT 'test', 'test' FROM generate_series(1, 2)")
  await passedHorizon(db.pool)
  expect((await folds.replay(begin, { groups: null })).isReset).toBe(true)
})

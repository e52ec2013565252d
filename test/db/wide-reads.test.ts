/** Reads that come to every row: a few at once, none for long, and the rest of the head office goes on meanwhile. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { readingFor, readWide } from '../../src/db/wide-reads.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

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
  let ended = 0
  const asked = Array.from({ length: 40 }, () =>
    sleep(300, 300_000)
      .then(String, (error) => String(error.why))
      .finally(() => {
        ended += 1
      }),
  )
  // More than the pool has, one after the other, while they run: without connections left, this would hang.
  for (let n = 0; n < 12; n += 1) await db.pool.query('SELECT 1')
  expect(ended).toBeLessThanOrEqual(5)
  const cancel = () =>
    db.pool.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_sleep(300)' AND state = 'active'`,
    )
  await until(() => cancel().then(() => ended === 40), { within: 60_000, label: 'all have ended' })
  const ends = await Promise.all(asked)
  expect(ends.filter((one) => one === 'tooMany')).toHaveLength(5)
  expect(ends.filter((one) => one === 'tooSlow')).toHaveLength(35)
})

test('where no more may wait, the newest of who has most gives way, and places go to who has fewest', async () => {
  const ended: string[] = []
  const ask = (whose: string, n: number) =>
    readingFor(whose, () => sleep(0.05)).then(
      () => ended.push(`${whose} ${n}`),
      (error) => ended.push(`${whose} ${n} ${error.why}`),
    )
  const many = Array.from({ length: 36 }, (_, n) => ask('many', n))
  const few = [ask('few', 0), ask('few', 1)]
  await Promise.all([...many, ...few])
  expect(ended.filter((one) => one.endsWith('tooMany'))).toEqual([
    'many 35 tooMany',
    'many 34 tooMany',
    'many 33 tooMany',
  ])
  const done = ended.filter((one) => !one.endsWith('tooMany'))
  expect(done).toHaveLength(35)
  // Three of many were running, and thirty waited before few: it does not wait for them.
  for (const one of ['few 0', 'few 1']) expect(done.indexOf(one)).toBeLessThan(16)
})

/** A way to the database whose machine may go without a word. */
async function openWay(to: URL) {
  const sockets = new Set<Socket>()
  const way = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    for (const one of [near, far])
      sockets.add(one.on('error', () => {}).on('close', () => sockets.delete(one)))
    near.on('close', () => far.destroy())
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  const url = new URL(to)
  url.hostname = '127.0.0.1'
  url.port = String((way.address() as AddressInfo).port)
  return {
    url: url.href,
    /** Nothing comes over what is open any more, and nobody is told. */
    goSilent: () => {
      for (const one of sockets) one.unpipe().pause()
    },
    close: async () => {
      for (const one of sockets) one.destroy()
      await new Promise((resolve) => way.close(resolve))
    },
  }
}

test('a database that went without a word holds a place no longer than one that is slow', async () => {
  const way = await openWay(new URL(database.url))
  const far = openDatabase(way.url)
  try {
    const ask = (ms: number) => readWide(far, (on) => on.query('SELECT 1').then(() => 'answered'), ms)
    expect(await ask(60_000)).toBe('answered')
    way.goSilent()
    await expect(ask(100)).rejects.toMatchObject({ why: 'tooSlow' })
    // Over a new connection: the silent one is not kept.
    expect(await ask(60_000)).toBe('answered')
  } finally {
    await far.close()
    await way.close()
  }
})

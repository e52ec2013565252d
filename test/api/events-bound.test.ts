/** What grows with the chain, or for ever: no read of it, however plain, may hold a connection for as long as it likes. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HeadOffice, openHeadOffice } from './head-office.ts'
import { importTills, startRolloutTo } from './rows.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

test('events: unfiltered ones of the whole chain are stopped over it as filtered ones are', async () => {
  const client = await office.db.pool.connect()
  try {
    // Nothing of the table is read while this is open: as slow as any table can get.
    await client.query('BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE')
    const began = performance.now()
    const asked = ['/events', '/events?sort=-at&limit=1', '/events?filter=code:signedIn']
    const replies = await Promise.all(asked.map((where) => office.ask('GET', where)))
    expect(performance.now() - began).toBeLessThan(45_000)
    expect(replies.map((one) => [one.status, one.json.code])).toEqual([
      [503, 'unavailable'],
      [503, 'unavailable'],
      [422, 'filterInvalid'],
    ])
    expect(replies[0]?.headers.get('retry-after')).toBe('5')
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  expect((await office.ask('GET', '/events?limit=1')).status).toBe(200)
})

test('the clock, the troubles, the outlook and the new plan of a rollout', async () => {
  await importTills(office, 'B1', ['B1-1'])
  const { id } = await startRolloutTo(office, 'B1')
  const asked = ['timeline', 'troubles', 'outlook', 'replan', 'drift'].map(
    (what) => `/rollouts/${id}/${what}`,
  )
  const client = await office.db.pool.connect()
  let late: NodeJS.Timeout | undefined
  try {
    await client.query('BEGIN; LOCK TABLE device_update IN ACCESS EXCLUSIVE MODE')
    const replies = Promise.all(asked.map((where) => office.ask('GET', where)))
    const overdue = new Promise<'overdue'>((resolve) => {
      late = setTimeout(() => resolve('overdue'), 60_000)
    })
    const answers = await Promise.race([replies, overdue])
    // What is not bounded waits for as long as the lock is held.
    expect(answers).not.toBe('overdue')
    if (answers === 'overdue') return
    expect(answers.map((one) => [one.status, one.json.code, one.headers.get('retry-after')])).toEqual(
      asked.map(() => [503, 'unavailable', '5']),
    )
  } finally {
    clearTimeout(late)
    await client.query('ROLLBACK')
    client.release()
  }
  for (const where of asked) expect([where, (await office.ask('GET', where)).status]).toEqual([where, 200])
})

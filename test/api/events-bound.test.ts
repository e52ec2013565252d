/** Events are never removed: no read of them, however plain, may hold a connection for as long as it likes. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HeadOffice, openHeadOffice } from './head-office.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

test('unfiltered ones of the whole chain are stopped over it as filtered ones are', async () => {
  const client = await office.db.pool.connect()
  try {
    // Nothing of the table is read while this is open: as slow as any table can get.
    await client.query('BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE')
    const began = performance.now()
    const asked = ['/events', '/events?sort=-at&limit=1', '/events?filter=code:signedIn']
    const replies = await Promise.all(asked.map((where) => office.ask('GET', where)))
    expect(performance.now() - began).toBeLessThan(25_000)
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
}, 60_000)

/** Two people change one draft: the later one is told, and neither undoes what they have not seen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { tokenFor } from './chain-of-two.ts'
import { type HeadOffice, openHeadOffice, uploadPackage } from './head-office.ts'
import { openRaw, statuses } from './raw.ts'
import { importTills } from './rows.ts'

let office: HeadOffice
let packageId: string
let colleague: string
beforeAll(async () => {
  office = await openHeadOffice()
  packageId = await uploadPackage(office)
  await importTills(office, 'R1', ['R1-1', 'R1-2'])
  colleague = await tokenFor(office, 'operator', [])
})
afterAll(() => office.close())

const draft = () => office.ask('POST', '/rollouts', { json: { name: 'night', packageId, stores: ['R1'] } })
const revise = (id: string, name: string, etag?: string | null, token = office.token) => {
  const headers = etag == null ? {} : { 'If-Match': etag }
  return office.ask('POST', `/rollouts/${id}/revise`, { json: { name }, token, headers })
}
const nameOf = async (id: string) => (await office.ask('GET', `/rollouts/${id}`)).json.name

test('what was seen is needed, and who changed it meanwhile is told', async () => {
  const made = await draft()
  const { id } = made.json
  const etag = made.headers.get('etag')
  expect((await office.ask('GET', `/rollouts/${id}`)).headers.get('etag')).toBe(etag)
  const none = await revise(id, 'unseen')
  expect([none.status, none.json.code]).toEqual([428, 'preconditionRequired'])
  const theirs = await revise(id, 'theirs', etag, colleague)
  expect(theirs.status, theirs.text).toBe(200)
  const mine = await revise(id, 'mine', etag)
  expect([mine.status, mine.json.code]).toEqual([412, 'preconditionFailed'])
  expect(mine.json).toMatchObject({
    etag: theirs.headers.get('etag'),
    revision: theirs.json.revision,
    changedBy: theirs.json.createdBy,
  })
  expect(await nameOf(id)).toBe('theirs')
  const seen = await revise(id, 'mine', mine.json.etag)
  expect([seen.status, await nameOf(id)]).toEqual([200, 'mine'])
  expect((await revise(id, 'whatever', '*')).status).toBe(200)
})

test('its ETag is of what may be edited: what else is told of it is told each time', async () => {
  const { json, headers } = await draft()
  const lines = [
    `GET /api/v1/rollouts/${json.id} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    `Authorization: Bearer ${office.token}`,
  ]
  for (const seen of [headers.get('etag'), '*']) {
    // What `fetch` would send with it asks for a new answer by itself.
    const raw = openRaw(office.port, [...lines, `If-None-Match: ${seen}`, '', ''].join('\r\n'))
    const text = await raw.closed(20_000)
    expect(statuses(text)).toEqual(['200'])
    expect(text).toContain(json.id)
  }
})

test('both at once: one of them, however long the planning of the other takes', async () => {
  const { json, headers } = await draft()
  const etag = headers.get('etag')
  const client = await office.db.pool.connect()
  try {
    // Both have read and planned; neither can write.
    await client.query('BEGIN')
    await client.query('SELECT 1 FROM rollout WHERE id = $1 FOR UPDATE', [json.id])
    const both = Promise.all([revise(json.id, 'one', etag), revise(json.id, 'other', etag, colleague)])
    const areWaiting = async () => {
      const { rows } = await office.db.pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE rollout SET name%'",
      )
      return rows.length === 2
    }
    await until(areWaiting, { within: 20_000, label: 'both write' })
    await client.query('COMMIT')
    const replies = await both
    expect(replies.map((one) => one.status).sort()).toEqual([200, 412])
    const kept = replies.find((one) => one.status === 200)
    expect(await nameOf(json.id)).toBe(kept?.json.name)
    expect(replies.find((one) => one.status === 412)?.json.changedBy).toBe(kept?.json.createdBy)
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})

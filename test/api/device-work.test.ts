/** What the list of a store's tills shows of each: what it said, and what is under way at it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveStatus } from '../../src/db/status.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'

let office: HeadOffice
let packageId: string
const ids = new Map<string, string>()
const idOf = (cashId: string): string => ids.get(cashId) ?? ''

const said = {
  activity: 'idle',
  autoUpdate: true,
  shift: { open: true, number: 5, openedAt: '2026-11-22T09:00:00Z' },
  sum: 125_205,
  cashier: { kind: 'person', name: 'Петров' },
  download: { state: 'done', received: 9, size: 9, version: '96000', sha256: null, reason: null },
}

beforeAll(async () => {
  office = await openHeadOffice()
  const devices = ['1', '2', '3'].map((id) => till(id, { configuration: id === '3' ? null : 'Экспресс' }))
  const reply = await office.ask('POST', '/fleet', { json: { stores: [store('M1', devices)] } })
  expect(reply.status, reply.text).toBe(200)
  const { rows } = await office.db.pool.query<{ id: string; cash_id: string }>(
    'SELECT id, cash_id FROM device',
  )
  for (const { id, cash_id } of rows) ids.set(cash_id, id)
  await saveStatus(office.db, idOf('1'), { source: 'look', version: 95_000, status: said } as never)
  await saveStatus(office.db, idOf('2'), {
    ...{ source: 'look', version: 95_000 },
    status: {
      activity: 'idle',
      autoUpdate: false,
      shift: { open: false, number: null, openedAt: null },
      sum: 50,
    },
  } as never)
  packageId = await uploadPackage(office)
})
afterAll(() => office.close())

interface Row {
  readonly cashId: string
  readonly status: Record<string, unknown> | null
  readonly update: { state: string } | null
  readonly fetch: Record<string, unknown> | null
}
async function listed(more = ''): Promise<Row[]> {
  const reply = await office.ask('GET', `/devices?${more}`)
  expect(reply.status, reply.text).toBe(200)
  return reply.json.items
}
const order = async (sort: string): Promise<string> =>
  (await listed(`sort=${sort}`)).map((one) => one.cashId).join('')

test('a till tells its shift, sum, cashier and download in the list; what it never said is null', async () => {
  const [first, second, third] = await listed()
  expect(first?.status).toMatchObject({
    ...{ shiftOpen: true, shiftNumber: 5, shiftOpenedAt: '2026-11-22T09:00:00Z', sum: 125_205 },
    cashier: { kind: 'person', name: 'Петров' },
    download: { state: 'done', received: 9, size: 9, version: '00096000', reason: null },
  })
  expect(second?.status).toMatchObject({ shiftNumber: null, sum: 50, cashier: null, download: null })
  expect(third?.status).toBeNull()
  expect(third).toMatchObject({ update: null, fetch: null })
})

test('the list sorts by what it shows; who never said comes last', async () => {
  expect(await order('sum')).toBe('213')
  expect(await order('-sum')).toBe('123')
  expect(await order('-autoUpdate')).toBe('123')
  expect(await order('shift')).toBe('213')
  expect(await order('cashier,cashId')).toBe('123')
  expect((await listed('filter=sum:>100 download:done')).map((one) => one.cashId)).toEqual(['1'])
})

test('what is fetched stands at the till, with the bytes of the errand that fetches it', async () => {
  await office.db.pool.query(
    `INSERT INTO command (id, request_id, device_id, kind, package_id, state, params, requested_by, not_after, generation)
     VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'downloadStart', $2, 'waiting', '{"received": 3}', 'test', now() + interval '1 day', 0)`,
    [idOf('2'), packageId],
  )
  const [, second] = await listed()
  const size = expect.any(Number)
  const waiting = {
    of: 'command',
    state: 'waiting',
    reason: null,
    received: 3,
    size,
    version: expect.any(String),
  }
  expect(second?.fetch).toEqual(waiting)
  expect((await office.ask('GET', '/devices/2')).json.fetch).toEqual(waiting)
})

test('an update that has the till stands there until it ends', async () => {
  const made = await office.ask('POST', '/rollouts', { json: { name: 'night', packageId, cashIds: ['1'] } })
  await office.ask('POST', `/rollouts/${made.json.id}/start`, { json: {} })
  const [first] = await listed()
  expect(first?.update).toMatchObject({ rolloutId: made.json.id, state: 'waiting' })
  await office.db.pool.query(
    `UPDATE device_update SET state = 'downloading', done_bytes = 7, lease_until = now() + interval '1 minute'`,
  )
  const [fetching] = await listed()
  expect(fetching?.fetch).toMatchObject({ of: 'rollout', state: 'running', received: 7 })
  await office.db.pool.query(
    `UPDATE device_update SET state = 'cancelled', lease_until = NULL, finished_at = now()`,
  )
  const [ended] = await listed()
  expect(ended).toMatchObject({ update: null, fetch: null })
})

test('configuration groups are counted, for whoever chooses one', async () => {
  const { json } = await office.ask('GET', '/devices/counts?by=configuration')
  expect(json.counts).toEqual([
    { key: 'Экспресс', count: 2 },
    { key: null, count: 1 },
  ])
})

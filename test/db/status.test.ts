/** The history of statuses: written when something that matters differs, as the pure comparison says. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetStatusChanges, saveStatus } from '../../src/db/status.ts'
import { changedParts, type Remembered, rememberedStatus } from '../../src/rollout/status-parts.ts'
import { type HeadOffice, openHeadOffice, store, till } from '../api/head-office.ts'

let office: HeadOffice
let deviceId = ''
beforeAll(async () => {
  office = await openHeadOffice()
  await office.ask('POST', '/fleet', { json: { stores: [store('1', [till('101'), till('102')])] } })
  const { rows } = await office.db.pool.query<{ id: string }>("SELECT id FROM device WHERE cash_id = '101'")
  deviceId = rows[0]?.id ?? ''
})
afterAll(() => office.close())

interface Row {
  readonly changed: string[]
  readonly reason: string | null
  readonly status: object | null
}
const history = async (): Promise<Row[]> =>
  (
    await office.db.pool.query<Row>(
      'SELECT changed, reason, status FROM status_change WHERE device_id = $1 ORDER BY id',
      [deviceId],
    )
  ).rows

const one = <T>(items: readonly T[], random: () => number): T =>
  items[Math.floor(random() * items.length)] as T

/** A small repeatable generator (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function anyStatus(random: () => number): object {
  const flag = () => one([true, false, null], random)
  return {
    version: one(['00095000', '00096000', '96', null], random),
    health: one(['healthy', 'unhealthy', null], random),
    ...(random() < 0.5 ? { blocked: flag() } : {}),
    autoUpdate: flag(),
    sum: Math.floor(random() * 1000),
    clock: String(random()),
    shift: one(
      [null, { open: true, number: 1, openedAt: 'x' }, { open: false, number: 1, openedAt: 'x' }],
      random,
    ),
    fiscal: one(
      [
        null,
        { fnNumber: '1', flags: [] },
        { fnNumber: '1', flags: ['a'] },
        { fnNumber: '1', flags: ['a', 'b'] },
      ],
      random,
    ),
  }
}

test('300 readings: the statement writes what the pure comparison says', async () => {
  const random = numbers(4)
  const wanted: string[][] = []
  let before: Remembered | null = null
  let status: object | null = null
  for (let n = 0; n < 300; n += 1) {
    const isSilent = random() < 0.3
    const reason = isSilent ? one(['unreachable', 'timeout'], random) : null
    const said: object | null = isSilent
      ? null
      : random() < 0.4
        ? (status ?? anyStatus(random))
        : anyStatus(random)
    await saveStatus(
      office.db,
      deviceId,
      said === null
        ? { source: 'look', reason: reason ?? '' }
        : { source: 'look', version: null, status: said },
    )
    const parts = changedParts(before, { reason, status: said })
    if (parts.length > 0) wanted.push(parts)
    status = said ?? status
    before = { reason, status }
  }
  const rows = await history()
  expect(rows.map((row) => row.changed)).toEqual(wanted)
  expect(wanted.length).toBeGreaterThan(50)
  expect(wanted.length).toBeLessThan(300)
  for (const row of rows) expect(row.status === null).toBe(row.reason !== null)
})

test('sums, clocks and receipts are no history, and are not in it', async () => {
  const before = (await history()).length
  const status = { version: '00095000', health: 'healthy', sum: 1, clock: 'a', lastReceipt: { number: 1 } }
  await saveStatus(office.db, deviceId, { source: 'look', version: 95_000, status })
  await saveStatus(office.db, deviceId, {
    source: 'look',
    version: 95_000,
    status: { ...status, sum: 2, clock: 'b', lastReceipt: { number: 2 } },
  })
  const rows = await history()
  expect(rows.length - before).toBeLessThanOrEqual(1)
  expect(rows.at(-1)?.status).toEqual(rememberedStatus(status))
  expect(JSON.stringify(rows)).not.toMatch(/sum|clock|lastReceipt/)
})

test('the API: newest first, by part, in pages; the whole last status beside it', async () => {
  const status = { version: '00096000', shift: { open: true, number: 7, openedAt: null }, sum: 5 }
  await saveStatus(office.db, deviceId, { source: 'step', version: 96_000, status })
  const all = (await office.ask('GET', '/devices/101/history?count=true&limit=5')).json
  expect(all.total).toBe((await history()).length)
  expect(all.items).toHaveLength(5)
  expect(all.items[0]).toMatchObject({
    source: 'step',
    version: '00096000',
    status: { shift: { number: 7 } },
  })
  const next = (await office.ask('GET', `/devices/101/history?limit=5&cursor=${all.next}`)).json
  expect(next.items).toHaveLength(5)
  const shifts = (await office.ask('GET', '/devices/101/history?part=shift')).json.items as Row[]
  expect(shifts.length).toBeGreaterThan(1)
  expect(shifts.every((row) => row.changed.includes('shift'))).toBe(true)
  const fiscal = (await office.ask('GET', '/devices/101/history?part=fiscal')).json.items as Row[]
  expect(fiscal.length).toBeGreaterThan(1)
  expect((await office.ask('GET', '/devices/101')).json.said).toEqual(status)
  expect((await office.ask('GET', '/devices/102/history')).json.items).toEqual([])
  expect((await office.ask('GET', '/devices/101/history?part=sum')).status).toBe(422)
})

test('after 400 days it is forgotten', async () => {
  await office.db.pool.query(
    "UPDATE status_change SET at = now() - interval '401 days' WHERE id IN (SELECT id FROM status_change ORDER BY id LIMIT 3)",
  )
  const before = (await history()).length
  expect(await forgetStatusChanges(office.db.pool)).toBe(3)
  expect(await history()).toHaveLength(before - 3)
})

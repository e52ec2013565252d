/** The chain board and its headline: one mark for each device, of theirs alone, and a place to go on from. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenFor } from './chain-of-two.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'

let office: HeadOffice
let rollout = ''
let foreign = ''
let north = ''

const opening = (from: string) => ({
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }],
  opening: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from, to: '22:00' }],
  exceptions: [],
})

beforeAll(async () => {
  office = await openHeadOffice()
  const devices = ['101', '102', '103', '104'].map((cashId, i) => till(cashId, { number: i + 1 }))
  const stores = [
    store('N1', devices, { group: 'north', labels: ['near'], phone: '+7 000 1', calendar: opening('08:00') }),
    store('S1', [till('201'), till('202')], { group: 'south' }),
    store('X1', [till('301'), { ...till('302'), kind: 'priceChecker' }]),
  ]
  expect((await office.ask('POST', '/fleet', { json: { stores } })).status).toBe(200)
  const packageId = await uploadPackage(office)
  const start = async (codes: string[]) => {
    const made = await office.ask('POST', '/rollouts', {
      json: { name: codes.join(), packageId, stores: codes },
    })
    expect(made.status, made.text).toBe(201)
    await office.ask('POST', `/rollouts/${made.json.id}/start`, { json: {} })
    // Nobody leads here.
    await office.db.pool.query("UPDATE rollout SET state = 'running', started_at = now() WHERE id = $1", [
      made.json.id,
    ])
    return made.json.id as string
  }
  rollout = await start(['N1'])
  foreign = await start(['S1'])
  north = await tokenFor(office, 'viewer', ['north'])
})
afterAll(() => office.close())

const TERMINAL = ['succeeded', 'failed', 'broken', 'skipped', 'rolledBack', 'cancelled']
/** As if the night had gone so. */
const put = (cashId: string, state: string, reason: string | null = null, ago = '1 minute') =>
  office.db.pool.query(
    `UPDATE device_update u SET state = $2, reason = $3, finished_at = CASE WHEN $4 THEN now() - $5::interval END
     FROM device d WHERE d.id = u.device_id AND d.cash_id = $1`,
    [cashId, state, reason, TERMINAL.includes(state), ago],
  )
const say = (cashId: string, health: string | null, reason: string | null = null) =>
  office.db.pool.query(
    `INSERT INTO device_status (device_id, asked_at, read_at, source, version, reason, status)
     SELECT id, now(), now(), 'look', 95000, $2, jsonb_build_object('health', $3::text) FROM device WHERE cash_id = $1
     ON CONFLICT (device_id) DO UPDATE SET asked_at = now(), read_at = now(), reason = $2, status = excluded.status`,
    [cashId, reason, health],
  )

// biome-ignore lint/suspicious/noExplicitAny: an answer is held against its schema by `ask`
type Board = any
const read = async (query = '', token?: string): Promise<Board> => {
  const reply = await office.ask('GET', `/board${query}`, token === undefined ? {} : { token })
  expect(reply.status, reply.text).toBe(200)
  return reply.json
}

test('a hundred pages that come back at once after a break are all answered', async () => {
  const asked = [...Array(50)].flatMap(() => ['/board', '/outlook'])
  const replies = await Promise.all(asked.map((path) => office.ask('GET', path)))
  expect(replies.map(({ status }) => status)).toEqual(asked.map(() => 200))
})

/** Cells as somebody sees them. */
function seen({ stores, tables, cells }: Board) {
  return Object.fromEntries(
    cells.cashId.map((cashId: string, i: number) => [
      cashId,
      {
        store: stores.code[cells.store[i]],
        mark: tables.marks[cells.mark[i]],
        reason: tables.reasons[cells.reason[i]] ?? null,
        wave: cells.wave[i],
        version: tables.versions[cells.version[i]] ?? null,
      },
    ]),
  )
}
const marksOf = async (query = '', token?: string) =>
  Object.fromEntries(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    Object.entries(seen(await read(query, token))).map(([cashId, cell]: [string, any]) => [
      cashId,
      cell.mark,
    ]),
  )

describe('the board', () => {
  test('every device once, with what became of it and why', async () => {
    await put('101', 'succeeded')
    await put('102', 'failed', 'diskFull')
    await put('103', 'skipped', 'tillOffline')
    await say('101', 'healthy')
    await say('301', 'healthy')
    const asked = Date.now()
    const board = await read()
    expect(seen(board)).toEqual({
      '101': { store: 'N1', mark: 'done', reason: null, wave: 1, version: '00095000' },
      '102': { store: 'N1', mark: 'failed', reason: 'diskFull', wave: 1, version: null },
      '103': { store: 'N1', mark: 'unreachable', reason: 'tillOffline', wave: 1, version: null },
      '104': { store: 'N1', mark: 'waiting', reason: null, wave: 1, version: null },
      '201': { store: 'S1', mark: 'waiting', reason: null, wave: 1, version: null },
      '202': { store: 'S1', mark: 'waiting', reason: null, wave: 1, version: null },
      '301': { store: 'X1', mark: 'sells', reason: null, wave: null, version: '00095000' },
    })
    expect(board.cursor).toMatch(/^\d+-0$/)
    const columns = Object.values(board.cells).map((column) => (column as unknown[]).length)
    expect(new Set(columns)).toEqual(new Set([7]))
    expect(new Date(board.stores.opensAt[0]).getTime()).toBeGreaterThan(asked)
    expect(board.stores.labels[0]).toEqual(['near'])
    expect(board.stores.opensAt[2]).toBeNull()
  })

  test('who says by itself that it does not sell is broken, whatever its update was', async () => {
    await say('101', 'unhealthy')
    expect(seen(await read())['101']).toMatchObject({ mark: 'broken', reason: 'notHealthy' })
    await say('101', 'healthy')
    expect((await marksOf())['101']).toBe('done')
    await say('301', null, 'tillOffline')
    expect(seen(await read())['301']).toMatchObject({ mark: 'unreachable', reason: 'tillOffline' })
    await say('301', 'healthy')
  })

  test('of one rollout, and within a filter', async () => {
    expect(Object.keys(await marksOf(`?rollout=${foreign}`))).toEqual(['201', '202'])
    expect(Object.keys(await marksOf('?filter=store:N1%20state:failed'))).toEqual(['102'])
    expect(await marksOf('?filter=cashId:none')).toEqual({})
    expect((await office.ask('GET', '/board?filter=nothing:1')).json.code).toBe('filterInvalid')
    const unknown = '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11'
    expect((await office.ask('GET', `/board?rollout=${unknown}`)).json.code).toBe('notFound')
  })

  test('of theirs alone', async () => {
    expect(Object.keys(await marksOf('', north))).toEqual(['101', '102', '103', '104'])
    const { text } = await office.ask('GET', '/board', { token: north })
    expect(text).not.toContain('S1')
    for (const where of ['/board', '/outlook', '/live']) {
      const reply = await office.ask('GET', `${where}?rollout=${foreign}`, { token: north })
      expect([where, reply.json.code]).toEqual([where, 'notFound'])
    }
  })

  test('the live update before a newer one that left it out, and what is long over is out of view', async () => {
    await put('201', 'succeeded', null, '2 days')
    await put('202', 'broken', 'healthFailed', '2 days')
    await office.db.pool.query(
      "UPDATE rollout SET state = 'finished', finished_at = now() - interval '2 days' WHERE id = $1",
      [foreign],
    )
    expect(await marksOf('?filter=store:S1')).toEqual({ '201': 'none', '202': 'broken' })
    // Another one ended well since: it is not broken any more, and that is out of view as well.
    await office.db.pool.query(
      `INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, state, to_version, created_at, finished_at)
       SELECT gen_random_uuid(), $1, d.id, d.store_id, r.package_id, 'skipped', 96000, now() + interval '1 hour', now()
       FROM device d, rollout r WHERE d.cash_id = '202' AND r.id = $1`,
      [rollout],
    )
    await office.db.pool.query("UPDATE device_update SET reason = 'ownedByRollout' WHERE created_at > now()")
    expect((await marksOf('?filter=store:S1'))['202']).toBe('broken')
    await office.db.pool.query("UPDATE device_update SET reason = 'notNeeded' WHERE created_at > now()")
    expect((await marksOf('?filter=store:S1'))['202']).toBe('done')
  })
})

describe('the headline', () => {
  const outlook = async (query = '', token?: string) =>
    (await office.ask('GET', `/outlook${query}`, token === undefined ? {} : { token })).json

  test('buckets of what is in view, who needs a person, and the first opening', async () => {
    // Measured since its beginning: the tests before this one may have taken a while.
    await office.db.pool.query('UPDATE rollout SET started_at = now() WHERE id = $1', [rollout])
    await put('101', 'succeeded')
    const found = await outlook(`?rollout=${rollout}`, north)
    expect(found).toMatchObject({ done: 1, total: 4, needPerson: 1, answer: 'yes', perMinute: 1 })
    expect(found.byMark).toMatchObject({ done: 1, failed: 1, unreachable: 1, waiting: 1, broken: 0 })
    expect(found.rollouts).toEqual([{ id: rollout, name: 'N1', state: 'running' }])
    expect(found.firstOpening).toMatchObject({ store: 'N1', zone: 'Europe/Moscow' })
    expect(found.readyAt).not.toBeNull()
  })

  test('a store that cannot open is named', async () => {
    for (const cashId of ['101', '102', '103', '104']) await put(cashId, 'broken', 'healthFailed')
    const found = await outlook()
    expect(found.answer).toBe('no')
    expect(found.storesAtRisk[0]).toMatchObject({ store: 'N1', why: 'cannotOpen', devices: 4, of: 4 })
    expect(found.storesAtRisk[0]).toMatchObject({ zone: 'Europe/Moscow', phone: '+7 000 1' })
    expect([found.needPerson, found.storesAtRiskCount]).toEqual([4, found.storesAtRisk.length])
  })

  test('a wave that is not released: nobody can tell when it is ready', async () => {
    await put('104', 'waiting')
    await office.db.pool.query('UPDATE wave SET released_at = NULL WHERE rollout_id = $1', [rollout])
    expect(await outlook(`?rollout=${rollout}`)).toMatchObject({ readyAt: null, readyUnknown: 'waveWaits' })
  })
})

test('a long answer goes packed to who takes it so', async () => {
  await office.db.pool.query(
    `INSERT INTO device (id, store_id, kind, cash_id, name) SELECT gen_random_uuid(), s.id, 'till', 'many' || n, 'x'
     FROM store s, generate_series(1, 2000) n WHERE s.code = 'X1'`,
  )
  const ask = (encoding: string) =>
    fetch(`${office.url}/api/v1/board`, {
      headers: { Authorization: `Bearer ${office.token}`, 'Accept-Encoding': encoding },
    })
  const [packed, plain] = [await ask('gzip, br'), await ask('identity')]
  expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual([
    ...['gzip', null],
  ])
  expect(packed.headers.get('vary')).toMatch(/Accept-Encoding/i)
  const [one, other] = (await Promise.all([packed.json(), plain.json()])) as [Board, Board]
  expect(one.cells.cashId.length).toBeGreaterThan(2000)
  expect(one.cells).toEqual(other.cells)
})

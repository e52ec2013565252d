/** The live page's stream: folded, and nothing is missed, whoever commits when. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addEvent, laterCursor } from '../../src/db/events.ts'
import { saveStatus } from '../../src/db/status.ts'
import { MAX_CELLS, MAX_GAP_EVENTS } from '../../src/events/fold.ts'
import { streamLive } from '../../src/events/live.ts'
import { createFolds, FOLD_MS } from '../../src/events/ticks.ts'
import { passedHorizon } from '../support/horizon.ts'
import { until } from '../support/until.ts'
import { tokenFor } from './chain-of-two.ts'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'
import { openSse, type SseClient, type SseMessage } from './sse.ts'

let office: HeadOffice
let north = ''
const ids = new Map<string, string>()

beforeAll(async () => {
  office = await openHeadOffice()
  const tills = Array.from({ length: 20 }, (_, i) => till(String(1001 + i)))
  const stores = [
    store('N1', tills, { group: 'north' }),
    store('S1', [till('201'), till('202')], { group: 'south' }),
  ]
  expect((await office.ask('POST', '/fleet', { json: { stores } })).status).toBe(200)
  const { rows } = await office.db.pool.query<{ name: string; id: string }>(
    'SELECT cash_id AS name, id FROM device UNION ALL SELECT code, id FROM store',
  )
  for (const { name, id } of rows) ids.set(name, id)
  north = await tokenFor(office, 'viewer', ['north'])
})
// Whatever takes its place in a test stands beyond all that was before it.
beforeEach(() => passedHorizon(office.db.pool))
afterAll(() => office.close())

const idOf = (name: string): string => ids.get(name) ?? ''
const open = (query = '', headers: Record<string, string> = {}, token = office.token) =>
  openSse(`${office.url}/api/v1/live${query}`, { Authorization: `Bearer ${token}`, ...headers })
const said = (client: SseClient): SseMessage[] => client.messages.filter(({ event }) => event === 'message')
const topicsOf = (client: SseClient): string[] => said(client).flatMap(({ data }) => data.topics)
const cashIdsOf = (client: SseClient): string[] => said(client).flatMap(({ data }) => data.cells.cashId)
const status = (health: string) => ({ source: 'look', version: 96_000, status: { health } })
/** It is there, and its place is taken. */
const isOpen = (client: SseClient) =>
  until(() => client.messages.length > 0, { within: 20_000, label: 'the first ping' })
const board = async (token?: string): Promise<string> =>
  (await office.ask('GET', '/board', token === undefined ? {} : { token })).json.cursor
/** The stream itself comes to whatever was held back; who asks once asks when all is told. */
const liveAfter = async (place: string) => {
  await passedHorizon(office.db.pool)
  return office.ask('GET', `/live?after=${place}`)
}

describe('what comes', () => {
  test('an event tells what to look at again; nothing that did not change', async () => {
    const client = await open()
    await isOpen(client)
    await addEvent(office.db.pool, {
      ...{ code: 'deviceBlocked', actor: 'test', storeId: idOf('N1'), deviceId: idOf('1001') },
      params: { cashId: '1001' },
    })
    await until(() => said(client).length === 1, { within: 20_000, label: 'a message' })
    const [{ data, id } = { data: {}, id: '' }] = said(client)
    expect(data.topics).toEqual(['board', 'devices', 'devices:1001', 'events', 'stores', 'stores:N1'])
    expect([data.events, data.to, data.reset]).toEqual([1, id, false])
    expect(data.cells.cashId).toEqual(['1001'])
    expect(data.tables.marks[data.cells.mark[0]]).toBe('none')
    expect(client.headers.get('x-accel-buffering')).toBe('no')
    client.close()
  })

  test('a status that no event tells of brings its cell, the higher seq the newer', async () => {
    const client = await open()
    await isOpen(client)
    const mark = ({ data }: SseMessage) => data.tables.marks[data.cells.mark[0]]
    await saveStatus(office.db, idOf('1002'), status('healthy'))
    await until(() => said(client).length === 1, { within: 20_000, label: 'it answers' })
    await saveStatus(office.db, idOf('1002'), status('unhealthy'))
    await until(() => said(client).length === 2, { within: 20_000, label: 'it does not sell' })
    const [first, second] = said(client) as [SseMessage, SseMessage]
    expect([mark(first), mark(second)]).toEqual(['sells', 'broken'])
    expect(first.data.topics).toEqual(['devices', 'devices:1002', 'stores', 'stores:N1'])
    expect(second.data.seq).toBeGreaterThan(first.data.seq)
    // It begins where the former ended, or where a look since then found nothing.
    expect(laterCursor(first.data.to, second.data.from)).toBe(second.data.from)
    client.close()
  })

  test('an errand is told by its request', async () => {
    const after = await board()
    const { json } = await office.ask('POST', '/commands', { json: { kind: 'look', cashIds: ['1003'] } })
    const client = await open(`?after=${after}`)
    await until(() => topicsOf(client).includes(`commands:${json.id}`), {
      within: 20_000,
      label: 'the errand',
    })
    expect(topicsOf(client)).toContain('commands')
    client.close()
  })

  test('without a stream: the same once, as it is now', async () => {
    const after = await board()
    await saveStatus(office.db, idOf('1004'), status('healthy'))
    const { json } = await liveAfter(after)
    expect([json.cells.cashId, json.from]).toEqual([['1004'], after])
    expect((await liveAfter(json.to)).json.cells.cashId).toEqual([])
    expect((await office.ask('GET', '/live?after=now')).json.code).toBe('cursorInvalid')
    expect((await office.ask('GET', '/live?after=9999999999-1')).json.code).toBe('cursorInvalid')
  })
})

describe('own groups', () => {
  test('nothing of others: neither events, nor statuses, nor names', async () => {
    const after = await board(north)
    const client = await open(`?after=${after}`, {}, north)
    await isOpen(client)
    await saveStatus(office.db, idOf('201'), status('healthy'))
    await addEvent(office.db.pool, {
      ...{ code: 'deviceBlocked', actor: 'test', deviceId: idOf('202'), params: { cashId: '202' } },
    })
    await addEvent(office.db.pool, { code: 'userAdded', actor: 'test', params: { login: 'x' } })
    await saveStatus(office.db, idOf('1005'), status('healthy'))
    await until(() => cashIdsOf(client).includes('1005'), { within: 20_000, label: 'the own one' })
    expect(cashIdsOf(client)).toEqual(['1005'])
    expect(new Set(topicsOf(client))).toEqual(new Set(['devices', 'devices:1005', 'stores', 'stores:N1']))
    client.close()
  })
})

const WRITERS = 8
const ROUNDS = 12

/** Each round writes an event or a status of one device, in a transaction that stays open for a while. */
async function writeAll(writer: number): Promise<void> {
  const client = new pg.Client({ connectionString: office.db.url })
  await client.connect()
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const cashId = String(1001 + ((writer * ROUNDS + round) % 20))
      await client.query('BEGIN')
      if (round % 2 === 0)
        await addEvent(client, { code: `test.${writer}.${round}`, actor: 't', deviceId: idOf(cashId) })
      else
        await client.query(
          `UPDATE device_status SET source = $2, xid = (pg_current_xact_id()::text)::bigint WHERE device_id = $1`,
          [idOf(cashId), `${writer}.${round}`],
        )
      for (let pause = Math.floor(Math.random() * 12); pause > 0; pause -= 1) await client.query('SELECT 1')
      await client.query('COMMIT')
    }
  } finally {
    await client.end()
  }
}

describe('replay', () => {
  test('writers that commit late: every event is counted once, and every cell ends as it is in the database', async () => {
    for (const cashId of ids.keys())
      if (cashId.startsWith('10')) await saveStatus(office.db, idOf(cashId), status('healthy'))
    await passedHorizon(office.db.pool)
    const after = await board()
    const live = await open(`?after=${after}`)
    const broken: SseMessage[] = []
    let isWriting = true
    const breaking = (async () => {
      let last = after
      while (isWriting) {
        const client = await open('?after=7-7', { 'Last-Event-ID': last })
        await until(() => said(client).length > 0 || !isWriting, { within: 20_000, label: 'something' })
        client.close()
        await client.ended
        broken.push(...said(client))
        last = client.messages.at(-1)?.id ?? last
      }
      return last
    })()
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeAll(writer)))
    isWriting = false
    const last = await breaking
    const rest = await liveAfter(last)
    const wanted = WRITERS * (ROUNDS / 2)
    const total = (all: readonly { data: { events: number } }[]) =>
      all.reduce((sum, { data }) => sum + data.events, 0)
    await until(() => total(said(live)) >= wanted, { within: 20_000, label: 'the live stream has all' })
    expect([total(said(live)), total(broken) + rest.json.events]).toEqual([wanted, wanted])
    const changed = new Set([...broken.flatMap(({ data }) => data.cells.cashId), ...rest.json.cells.cashId])
    expect(changed.size).toBe(20)
    live.close()
  })

  test('what an open transaction holds back comes when it commits', async () => {
    const client = await open()
    await isOpen(client)
    const early = new pg.Client({ connectionString: office.db.url })
    await early.connect()
    await early.query('BEGIN')
    await early.query(
      `UPDATE device_status SET source = 'late', xid = (pg_current_xact_id()::text)::bigint WHERE device_id = $1`,
      [idOf('1006')],
    )
    await saveStatus(office.db, idOf('1007'), status('unhealthy'))
    const place = (await office.ask('GET', '/live')).json.to as string
    expect(cashIdsOf(client)).toEqual([])
    await early.query('COMMIT')
    await early.end()
    await until(() => cashIdsOf(client).length === 2, { within: 20_000, label: 'both come' })
    expect(cashIdsOf(client).sort()).toEqual(['1006', '1007'])
    // From a place that was taken meanwhile, too.
    expect((await liveAfter(place)).json.cells.cashId.sort()).toEqual(['1006', '1007'])
    client.close()
  })
})

test('whatever goes on, at most four messages a second, and names are bounded', async () => {
  const client = await open()
  await isOpen(client)
  const began = Date.now()
  let written = 0
  // Also where this process stood still meanwhile: some messages later.
  const isEnough = () => Date.now() - began > 2000 && said(client).length > 2
  while (!isEnough() && Date.now() - began < 40_000) {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        addEvent(office.db.pool, { code: 'test', actor: 't', deviceId: idOf(String(1001 + i)) }),
      ),
    )
    written += 10
    office.db.poke()
  }
  const counted = () => said(client).reduce((sum, { data }) => sum + data.events, 0)
  await until(() => counted() === written, { within: 20_000, label: 'all are told' })
  const moments = Math.ceil((Date.now() - began) / FOLD_MS) + 1
  expect(said(client).length).toBeLessThanOrEqual(moments)
  expect(said(client).length).toBeGreaterThan(2)
  client.close()
})

/** Serves one stream outside the API, to choose its times. */
async function serveLive(times: { pingMs?: number }) {
  const end = new AbortController()
  const results: Promise<unknown>[] = []
  const folds = createFolds(office.db)
  const server = createServer((_request, response) => {
    const view = { groups: null }
    const options = { folds, view, response, after: '0-0', show: () => ({}), signal: end.signal, ...times }
    results.push(streamLive(options).catch(() => response.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    end.abort()
    await Promise.all(results)
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return { port: (server.address() as AddressInfo).port, close }
}

test('a silent stream pings with the time and its place', async () => {
  const served = await serveLive({ pingMs: 50 })
  const client = await openSse(`http://127.0.0.1:${served.port}`, {})
  const pings = () => client.messages.filter(({ event }) => event === 'ping')
  await until(() => pings().length > 2, { within: 20_000, label: 'pings' })
  expect(Math.abs(Date.now() - Date.parse(pings()[2]?.data.at))).toBeLessThan(20_000)
  expect(pings()[2]?.id).toMatch(/^\d+-\d+$/)
  client.close()
  await served.close()
})

describe('too much to tell', () => {
  test('a place too far back, or too many devices at once, is a reset, and it goes on from there', async () => {
    const after = await board()
    await office.db.pool.query(
      `INSERT INTO event (code, actor) SELECT 'test', 't' FROM generate_series(1, ${MAX_GAP_EVENTS + 1})`,
    )
    const client = await open(`?after=${after}`)
    await until(() => said(client).length === 1, { within: 20_000, label: 'the reset' })
    expect(said(client)[0]?.data).toMatchObject({ reset: true, topics: [], events: 0 })
    await saveStatus(office.db, idOf('1008'), status('unhealthy'))
    await until(() => said(client).length === 2, { within: 20_000, label: 'the next' })
    expect(said(client)[1]?.data).toMatchObject({ reset: false, cells: { cashId: ['1008'] } })
    client.close()

    const place = await board()
    await office.db.pool.query(
      `WITH s AS (SELECT id FROM store WHERE code = 'N1'), d AS (
         INSERT INTO device (id, store_id, kind, cash_id, name) SELECT gen_random_uuid(), s.id, 'till', 'x' || n, 'x'
         FROM s, generate_series(1, ${MAX_CELLS + 1}) n RETURNING id)
       INSERT INTO device_status (device_id, asked_at, source) SELECT id, now(), 'look' FROM d`,
    )
    const { json } = await liveAfter(place)
    expect([json.reset, json.cells.cashId]).toEqual([true, []])
  })
})

test('it counts as a stream, and ends with the server', async () => {
  const clients: SseClient[] = []
  for (let i = 0; i < 20; i += 1) clients.push(await open('', {}, north))
  await expect(open('', {}, north)).rejects.toThrow('tooManyStreams')
  await office.closeApi()
  await Promise.all(clients.map((client) => client.ended))
})

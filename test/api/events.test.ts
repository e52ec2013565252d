/** The stream of events: replay from any place misses nothing, whoever commits when. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addEvent } from '../../src/db/events.ts'
import { createEventFeed } from '../../src/events/feed.ts'
import { streamEvents } from '../../src/events/stream.ts'
import { createLog } from '../../src/log.ts'
import { passedHorizon } from '../support/horizon.ts'
import { until } from '../support/until.ts'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'
import { openSse, type SseClient } from './sse.ts'

let office: HeadOffice
beforeAll(async () => {
  // Who closes a stream and opens the next one at once has both for a moment.
  office = await openHeadOffice({ limits: { streamsPerPrincipal: 500, streamsPerAccount: 500 } })
})
// A stream from now on begins beyond all that was before its test.
beforeEach(() => passedHorizon(office.db.pool))
afterAll(() => office.close())

const stream = (query = '', headers: Record<string, string> = {}) =>
  openSse(`${office.url}/api/v1/events${query}`, { Authorization: `Bearer ${office.token}`, ...headers })
const tagsOf = (client: SseClient) => client.messages.map((message) => message.data.params.tag as string)

const WRITERS = 20
const ROUNDS = 15

/** Writes in transactions that stay open for a while, so that later ids are often committed before earlier ones. */
async function writeAll(url: string, writer: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      await client.query('BEGIN')
      await addEvent(client, { code: 'test', actor: 'test', params: { tag: `${writer}.${round}` } })
      for (let pause = Math.floor(Math.random() * 12); pause > 0; pause -= 1) await client.query('SELECT 1')
      await client.query('COMMIT')
      office.db.poke()
    }
  } finally {
    await client.end()
  }
}

test('20 writers that commit out of order: every event once, live, with breaks, and afterwards', async () => {
  const wanted = Array.from(
    { length: WRITERS * ROUNDS },
    (_, n) => `${n % WRITERS}.${Math.floor(n / WRITERS)}`,
  )
  const live = await stream('?after=0-0&filter=code:test')
  const brokenTags: string[] = []
  const broken = (async () => {
    let last = '0-0'
    while (brokenTags.length < wanted.length) {
      const client = await stream('?after=7-7&filter=code:test', { 'Last-Event-ID': last })
      await until(() => client.messages.length > 0, {
        within: 20_000,
        label: 'something comes after a break',
      })
      client.close()
      await client.ended
      brokenTags.push(...tagsOf(client))
      last = client.messages.at(-1)?.id ?? last
    }
  })()
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeAll(office.db.url, writer)))
  await until(() => live.messages.length >= wanted.length, {
    within: 20_000,
    label: 'the live stream has all',
  })
  await broken
  const replay = await stream('?after=0-0&filter=code:test')
  await until(() => replay.messages.length >= wanted.length, { within: 20_000, label: 'the replay has all' })
  for (const tags of [tagsOf(live), brokenTags, tagsOf(replay)]) {
    expect(tags.length).toBe(wanted.length)
    expect(new Set(tags)).toEqual(new Set(wanted))
  }
  live.close()
  replay.close()
})

test('an open transaction holds back what came after it, and then nothing is missing', async () => {
  const client = await stream()
  const early = new pg.Client({ connectionString: office.db.url })
  await early.connect()
  await early.query('BEGIN')
  await addEvent(early, { code: 'test', actor: 'test', params: { tag: 'early' } })
  await addEvent(office.db.pool, { code: 'test', actor: 'test', params: { tag: 'late' } })
  office.db.poke()
  const page = await office.ask('GET', '/events?limit=1000')
  expect(page.json.items.map((item: { params: { tag: string } }) => item.params.tag)).not.toContain('late')
  expect(client.messages).toEqual([])
  await early.query('COMMIT')
  await early.end()
  await until(() => client.messages.length === 2, { within: 20_000, label: 'both come' })
  expect(tagsOf(client)).toEqual(['early', 'late'])
  client.close()
})

test('an event as programs and people read it', async () => {
  const client = await stream()
  await office.ask('POST', '/fleet', {
    json: { stores: [store('0042', [till('5001')], { timeZone: 'Asia/Vladivostok' })] },
  })
  await until(() => client.messages.length === 1, { within: 20_000, label: 'the import' })
  const { rows } = await office.db.pool.query<{ id: string; store_id: string }>(
    'SELECT id, store_id FROM device',
  )
  await office.db.pool.query(
    `INSERT INTO event (at, code, actor, store_id, device_id, params)
     VALUES ('2020-12-20T18:31:38Z', 'downloadFinished', 'w', $1, $2, '{"version": 96000}')`,
    [rows[0]?.store_id, rows[0]?.id],
  )
  await until(() => client.messages.length === 2, { within: 20_000, label: 'the download' })
  expect(client.messages[0]?.data).toMatchObject({
    code: 'fleetImported',
    actor: 'night operator',
    store: null,
  })
  const { data, id } = client.messages[1] ?? { data: {}, id: '' }
  expect(data).toMatchObject({ cursor: id, store: '0042', cashId: '5001', timeZone: 'Asia/Vladivostok' })
  expect(data.text.ru).toMatch(/^21\.12\.2020 04:31:38: .*00096000/)
  expect(data.text.en).toMatch(/^2020-12-21 04:31:38: .*00096000/)
  expect(client.headers.get('x-accel-buffering')).toBe('no')
  await passedHorizon(office.db.pool)
  const page = await office.ask('GET', '/events?after=0-0&limit=1000')
  expect(page.json.cursor).toBe(id)
  expect((await office.ask('GET', `/events?after=${id}`)).json).toEqual({
    ...{ items: [], next: null, more: false, cursor: id },
  })
  client.close()
})

test('a stream from no place is refused', async () => {
  await expect(stream('', { 'Last-Event-ID': 'now' })).rejects.toThrow('cursorInvalid')
})

/** Serves one stream outside the API, to choose its times. */
async function serveStream(times: { pingMs?: number; slowMs?: number }) {
  const feed = createEventFeed(office.db, createLog('silent'))
  const end = new AbortController()
  const results: Promise<unknown>[] = []
  const server = createServer((_request, response) => {
    const options = { db: office.db, feed, response, after: '0-0', filter: {}, signal: end.signal, ...times }
    results.push(
      streamEvents(options).catch((error: unknown) => {
        response.destroy()
        return error
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    end.abort()
    await Promise.all(results)
    await feed.close()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return { port: (server.address() as AddressInfo).port, results, close }
}

test('a silent stream pings', async () => {
  const served = await serveStream({ pingMs: 50 })
  const client = await openSse(`http://127.0.0.1:${served.port}`, {})
  await until(() => client.comments.includes('ping'), { within: 20_000, label: 'a ping' })
  client.close()
  await served.close()
})

test('a client that takes nothing is let go, and nothing piles up for it', async () => {
  const big = 'x'.repeat(100_000)
  for (let n = 0; n < 200; n += 1) {
    await addEvent(office.db.pool, { code: 'test', actor: 'test', params: { big, n } })
  }
  const served = await serveStream({ slowMs: 200 })
  const socket = connect(served.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => served.results.length === 1, { within: 20_000, label: 'the request is there' })
  const error = await served.results[0]
  expect(String(error)).toContain('AbortError')
  socket.destroy()
  await served.close()
})

test('closing the server ends its streams', async () => {
  const client = await stream()
  await office.closeApi()
  await client.ended
})

/** What one client may take: time, size, connections, streams, requests. The limits here are small, so that nobody waits. */
import { once } from 'node:events'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/db/tokens.ts'
import { until } from '../support/until.ts'
import { type HeadOffice, type HeadOfficeOptions, openHeadOffice } from './head-office.ts'
import { addPerson, choosePassword, tokenOfPerson } from './people.ts'
import { drip, openRaw, statuses } from './raw.ts'
import { openSse } from './sse.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice({ limits: { streamsPerPrincipal: 3 } })
})
afterAll(() => office.close())

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n`
/** The token is put in when it is sent. */
const auth = () => 'Authorization: Bearer TOKEN'
const openIn = ({ port, token }: HeadOffice, bytes: string) => openRaw(port, bytes.replaceAll('TOKEN', token))
const open = (bytes = '') => openIn(office, bytes)
const get = (path: string, ...more: string[]) =>
  `${lines(`GET /api/v1${path} HTTP/1.1`, 'Host: x', auth(), ...more)}\r\n`
const post = (path: string, ...more: string[]) =>
  `${lines(`POST /api/v1${path} HTTP/1.1`, 'Host: x', auth(), ...more)}\r\n`

async function inOffice(options: HeadOfficeOptions, work: (own: HeadOffice) => Promise<void>): Promise<void> {
  const own = await openHeadOffice(options)
  try {
    await work(own)
  } finally {
    await own.close()
  }
}

describe('slow clients are cut off', () => {
  /** Nobody else asks here: on a busy machine half a second is little. */
  let hasty: HeadOffice
  beforeAll(async () => {
    hasty = await openHeadOffice({
      limits: { headersMs: 500, bodyMs: 500, idleMs: 500, uploadWindowMs: 400 },
    })
  })
  afterAll(() => hasty.close())
  const open = (bytes = '') => openIn(hasty, bytes)

  test('headers, a byte at a time', async () => {
    const raw = open('GET /api/v1/stores HTTP/1.1\r\nHost: x\r\n')
    expect(await drip(raw, 'X', 50, 20_000)).toBeGreaterThan(400)
    expect(raw.text()).toContain('"code":"requestTooSlow"')
    expect(statuses(raw.text())).toEqual(['408'])
  })

  test('nothing at all', async () => {
    await open().closed(20_000)
  })

  test('a JSON body', async () => {
    const raw = open(post('/freezes', 'Content-Type: application/json', 'Content-Length: 1000'))
    expect(await drip(raw, ' ', 50, 20_000)).toBeGreaterThan(400)
    expect(raw.text()).toContain('"code":"requestTooSlow"')
    expect(raw.text()).toContain('Connection: close')
  })

  test('a form', async () => {
    const type = 'Content-Type: application/x-www-form-urlencoded'
    const head = ['POST /sign-in HTTP/1.1', 'Host: x', 'Origin: http://x', type, 'Content-Length: 1000']
    const raw = open(`${lines(...head)}\r\n`)
    expect(await drip(raw, 'a', 50, 20_000)).toBeGreaterThan(400)
    expect(statuses(raw.text())).toEqual(['408'])
  })

  test('a body that nobody asked for', async () => {
    const raw = open(get('/stores', 'Content-Length: 100000'))
    await drip(raw, 'x', 50, 20_000)
    expect(statuses(raw.text())).toEqual(['200'])
  })

  test.each([
    ['with a length', 'Content-Length: 1000000', 'x'],
    ['in chunks', 'Transfer-Encoding: chunked', '1\r\nx\r\n'],
  ])('an upload %s, and nothing of it stays', async (_label, framing, bytes) => {
    const query = 'kind=till&version=00099000&fileName=x.tgz'
    const raw = open(post(`/packages?${query}`, 'Content-Type: application/octet-stream', framing))
    expect(await drip(raw, bytes, 20, 20_000)).toBeGreaterThan(300)
    expect(raw.text()).toContain('"code":"requestTooSlow"')
    expect(await hasty.packages()).toEqual([])
  })

  test('a connection that is kept and not used', async () => {
    const raw = open(get('/stores'))
    await raw.answers(1, 20_000)
    await raw.closed(20_000)
  })
})

describe('requests that two programs would read differently', () => {
  const body = '{"a":1}'
  const hidden = get('/stores', 'X-Request-Id: smuggled')
  const json = 'Content-Type: application/json'
  test.each([
    ['two lengths', post('/freezes', json, 'Content-Length: 7', 'Content-Length: 0') + body + hidden],
    [
      'a length and chunks',
      `${post('/freezes', json, 'Content-Length: 7', 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`,
    ],
    [
      'chunks and a length',
      `${post('/freezes', json, 'Transfer-Encoding: chunked', 'Content-Length: 4')}0\r\n\r\n${hidden}`,
    ],
    ['chunks by another name', `${post('/freezes', json, 'Transfer-Encoding: xchunked')}0\r\n\r\n${hidden}`],
    [
      'chunks, and then something',
      `${post('/freezes', json, 'Transfer-Encoding: chunked, identity')}0\r\n\r\n${hidden}`,
    ],
    [
      'a blank before the colon',
      `${post('/freezes', json, 'Transfer-Encoding : chunked')}0\r\n\r\n${hidden}`,
    ],
    ['a sign before the length', post('/freezes', json, 'Content-Length: +7') + body + hidden],
    ['a negative length', post('/freezes', json, 'Content-Length: -7') + body + hidden],
    ['a folded header', post('/freezes', json, 'X-A: b', ' Content-Length: 7') + body + hidden],
    [
      'a chunk that lies',
      `${post('/freezes', json, 'Transfer-Encoding: chunked')}ffffffffffffffffff\r\n${hidden}`,
    ],
    ['NUL in a header', post('/freezes', json, 'X-A: \u0000') + hidden],
    ['no version', `GET /api/v1/stores\r\n\r\n${hidden}`],
  ])('%s', async (_label, bytes) => {
    const raw = open(bytes)
    const text = await raw.closed(20_000)
    expect(statuses(text)).toEqual(['400'])
    expect(text).toContain('"code":"requestInvalid"')
    expect(text).not.toContain('smuggled')
  })
})

describe('sizes', () => {
  const refusals: readonly (readonly [string, string, string, string])[] = [
    [
      '10,000 headers',
      Array.from({ length: 10_000 }, (_, n) => `X-${n}: a`).join('\r\n'),
      '431',
      'headersTooLarge',
    ],
    [
      '101 headers',
      Array.from({ length: 101 }, (_, n) => `X-${n}: a`).join('\r\n'),
      '431',
      'headersTooLarge',
    ],
    ['one of 17 KiB', `X-Long: ${'a'.repeat(17 * 1024)}`, '431', 'headersTooLarge'],
    ['one of a megabyte', `X-Long: ${'a'.repeat(1024 * 1024)}`, '431', 'headersTooLarge'],
  ]
  test.each(refusals)('%s', async (_label, header, status, code) => {
    const raw = open(get('/stores', header))
    expect(await raw.answers(1, 20_000)).toEqual([status])
    expect(raw.text()).toContain(`"code":"${code}"`)
    raw.socket.destroy()
  })

  test('a long address; no host', async () => {
    const long = await office.ask('GET', `/stores/${'a'.repeat(8200)}`)
    expect([long.status, long.json.code]).toEqual([414, 'urlTooLong'])
    const raw = open(`GET /api/v1/health HTTP/1.1\r\n\r\n`)
    expect(await raw.answers(1, 20_000)).toEqual(['400'])
    expect(raw.text()).toContain('"code":"requestInvalid"')
    raw.socket.destroy()
  })

  test.each([
    ['33 deep', `{"name":${'['.repeat(33)}${']'.repeat(33)}}`, 422, 'bodyTooDeep', undefined],
    ['100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 422, 'bodyTooDeep', undefined],
    ['__proto__', '{"name":"a","__proto__":{"a":1}}', 422, 'fieldUnknown', '__proto__'],
    ['constructor', '{"scope":[{"constructor":1}]}', 422, 'fieldUnknown', 'scope.0.constructor'],
    ['no UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'bodyNotJson', undefined],
  ])('a body: %s', async (_label, body, status, code, path) => {
    const reply = await office.ask('POST', '/freezes', {
      body,
      headers: { 'Content-Type': 'application/json' },
    })
    expect([reply.status, reply.json.code, reply.json.path]).toEqual([status, code, path])
  })

  test('a parameter twice, and one that is none', async () => {
    const twice = await office.ask('GET', '/devices?limit=1&limit=2')
    expect([twice.status, twice.json.code, twice.json.path]).toEqual([422, 'parameterTwice', 'limit'])
    const proto = await office.ask('GET', '/devices?__proto__=1')
    expect([proto.status, proto.json.code, proto.json.path]).toEqual([422, 'fieldUnknown', '__proto__'])
  })
})

describe('connections', () => {
  test('50 requests in one breath are answered in their order', async () => {
    const raw = open(Array.from({ length: 50 }, (_, n) => get('/stores', `X-Request-Id: n${n}`)).join(''))
    expect(new Set(await raw.answers(50, 20_000))).toEqual(new Set(['200']))
    const order = [...raw.text().matchAll(/X-Request-Id: n(\d+)/gi)].map((found) => Number(found[1]))
    expect(order).toEqual(Array.from({ length: 50 }, (_, n) => n))
    raw.socket.destroy()
  })

  test('half closed: that is the end of it, for whole requests too', async () => {
    const whole = open(get('/stores'))
    whole.socket.end()
    await whole.closed(20_000)
    const half = open('GET /api/v1/stores HTT')
    half.socket.end()
    await half.closed(20_000)
  })

  // In an office of its own: none of those that are served is idle for long enough to make room for another.
  test('300 from one address: a hundred are served, the others are told; then there is room again', () =>
    inOffice({ limits: { connectionsPerAddress: 100 } }, async (own) => {
      const health = 'GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n'
      const all = Array.from({ length: 300 }, () => openRaw(own.port, health))
      await until(() => all.every((one) => statuses(one.text()).length === 1 || one.isClosed()), {
        within: 20_000,
        label: 'everybody has an answer',
      })
      const of = (status: string) => all.filter((one) => statuses(one.text())[0] === status)
      expect(of('200').length).toBeLessThanOrEqual(100)
      expect(of('200').length).toBeGreaterThan(50)
      expect(of('503').every((one) => one.text().includes('"code":"tooManyConnections"'))).toBe(true)
      expect(of('503').length).toBeGreaterThan(100)
      for (const one of all) one.socket.destroy()
      await until(async () => (await own.ask('GET', '/stores').catch(() => undefined))?.status === 200, {
        within: 20_000,
        label: 'there is room again',
      })
    }))
})

describe('how often', () => {
  test('so many of each token; health is not counted; headers say how it stands', () =>
    inOffice({ settings: { NIGHTSHIFT_RATE_PER_MINUTE: '10' } }, async (own) => {
      const other = await createToken(own.db, 'another')
      for (let n = 0; n < 10; n += 1) expect((await own.ask('GET', '/stores')).status).toBe(200)
      const over = await own.ask('GET', '/stores')
      expect([over.status, over.json.code]).toEqual([429, 'tooManyRequests'])
      expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(over.headers.get('ratelimit')).toContain('r=0')
      expect(over.headers.get('ratelimit-policy')).toContain('q=10')
      const theirs = await own.ask('GET', '/stores', { token: other })
      expect([theirs.status, theirs.headers.get('ratelimit')?.includes('r=9')]).toEqual([200, true])
      for (let n = 0; n < 20; n += 1) expect((await own.ask('GET', '/health')).status).toBe(200)
      const codes: string[] = []
      for (let n = 0; n < 12; n += 1)
        codes.push((await own.ask('GET', '/stores', { token: `ns_${n}` })).json.code as string)
      expect([codes[0], codes.at(-1)]).toEqual(['tokenInvalid', 'tooManyRequests'])
      expect((await own.ask('GET', '/stores', { token: other })).status).toBe(200)
    }))

  test('many tokens of one person ask no more than three times as often as one', () =>
    inOffice({ settings: { NIGHTSHIFT_RATE_PER_MINUTE: '10' } }, async (own) => {
      const browser = await choosePassword(own, await addPerson(own, 'many', 'viewer'))
      const tokens: string[] = []
      for (let n = 0; n < 5; n += 1) tokens.push(await tokenOfPerson(browser, `many ${n}`))
      const codes: number[] = []
      for (let n = 0; n < 40; n += 1)
        codes.push((await own.ask('GET', '/me', { token: tokens[n % 5] ?? '' })).status)
      // Five went to the making of them.
      expect([codes.indexOf(429), codes.filter((one) => one === 200).length]).toEqual([25, 25])
      expect((await browser.call('GET', '/api/v1/me')).status).toBe(429)
      const other = await createToken(own.db, 'somebody else')
      expect((await own.ask('GET', '/me', { token: other })).status).toBe(200)
    }))

  test('many tokens of one person have no more streams than an account may', () =>
    inOffice({ limits: { streamsPerPrincipal: 2, streamsPerAccount: 3 } }, async (own) => {
      const browser = await choosePassword(own, await addPerson(own, 'many', 'viewer'))
      const headers = { Accept: 'text/event-stream' }
      const codes: number[] = []
      const open = []
      for (let n = 0; n < 4; n += 1) {
        const token = await tokenOfPerson(browser, `many ${n}`)
        const reply = await fetch(`${own.url}/api/v1/events`, {
          headers: { ...headers, Authorization: `Bearer ${token}` },
        })
        codes.push(reply.status)
        open.push(reply)
      }
      expect(codes).toEqual([200, 200, 200, 503])
      for (const one of open) await one.body?.cancel()
    }))

  test('so many uploads at once of one account, and in all; one that ends makes room', () =>
    inOffice({ limits: { uploads: 3, uploadsPerAccount: 2 } }, async (own) => {
      const other = await createToken(own.db, 'another')
      const third = await createToken(own.db, 'a third')
      let version = 98_000
      const query = () => {
        version += 1
        return `/packages?kind=till&version=000${version}&fileName=x.tgz`
      }
      const type = 'Content-Type: application/octet-stream'
      const begin = (token: string) => {
        const head = `POST /api/v1${query()} HTTP/1.1`
        const bearer = `Authorization: Bearer ${token}`
        return openRaw(own.port, `${lines(head, 'Host: x', bearer, type, 'Content-Length: 1000')}\r\nx`)
      }
      const begun = [begin(own.token), begin(own.token)]
      await until(async () => (await own.packages()).length === 2, { within: 20_000, label: 'two run' })
      const upload = (token: string) =>
        own.ask('POST', query(), {
          token,
          body: 'x',
          headers: { 'Content-Type': 'application/octet-stream' },
        })
      const mine = await upload(own.token)
      expect([mine.status, mine.json.code, mine.headers.get('retry-after')]).toEqual([
        429,
        'tooManyUploads',
        '30',
      ])
      expect((await upload(other)).status).toBe(201)
      begun.push(begin(other))
      await until(async () => (await own.packages()).filter((one) => one.endsWith('.part')).length === 3, {
        within: 20_000,
        label: 'three run',
      })
      const all = await upload(third)
      expect([all.status, all.json.code, all.headers.get('retry-after')]).toEqual([
        503,
        'tooManyUploads',
        '30',
      ])
      for (const one of begun) one.socket.destroy()
      await until(async () => (await upload(own.token)).status === 201, {
        within: 20_000,
        label: 'there is room',
      })
    }))

  test('forms that nobody reads are counted, too', () =>
    inOffice({ settings: { NIGHTSHIFT_RATE_PER_MINUTE: '5' } }, async (own) => {
      const type = 'application/x-www-form-urlencoded; charset=koi8-r'
      const headers = { Origin: own.url, 'Content-Type': type }
      const send = () => own.ask('POST', '//sign-in', { token: null, headers, body: 'login=a' })
      for (let n = 0; n < 5; n += 1) expect((await send()).status).toBe(415)
      expect((await send()).status).toBe(429)
    }))

  test('so many streams of each; a closed one makes room', async () => {
    const stream = () => openSse(`${office.url}/api/v1/events`, { Authorization: `Bearer ${office.token}` })
    const clients = await Promise.all([stream(), stream(), stream()])
    const headers = { Accept: 'text/event-stream' }
    const fourth = await office.ask('GET', '/events', { headers })
    expect([fourth.status, fourth.json.code]).toEqual([503, 'tooManyStreams'])
    expect(fourth.headers.get('retry-after')).toBe('5')
    clients[0]?.close()
    await until(
      async () => {
        const next = await fetch(`${office.url}/api/v1/events`, {
          headers: { ...headers, Authorization: `Bearer ${office.token}` },
        })
        await next.body?.cancel()
        return next.status === 200
      },
      { within: 20_000, label: 'there is room' },
    )
    for (const client of clients) client.close()
  })
})

describe('other methods', () => {
  const headOf = (path: string) =>
    fetch(`${office.url}/api/v1${path}`, {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${office.token}`, Accept: 'text/event-stream' },
    })

  test('HEAD is GET without its body; OPTIONS says what there is; a stream is not begun by HEAD', async () => {
    const head = await headOf('/stores')
    const full = await office.ask('GET', '/stores')
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('content-type')).toBe(full.headers.get('content-type'))
    const options = await office.ask('OPTIONS', '/rollouts', { token: null })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS'])
    expect(options.headers.has('access-control-allow-origin')).toBe(false)
    const post = await headOf('/updates/x/retry')
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    const events = await headOf('/events')
    expect([events.status, events.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ])
  })

  test('a form of another site can neither be JSON nor come from there', async () => {
    const body = '{"name":"x","x":"="}'
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
    ]) {
      const headers = { 'Content-Type': type }
      const silent = await office.ask('POST', '/freezes', { body, headers })
      expect([silent.status, silent.json.code]).toEqual([415, 'contentTypeUnsupported'])
      for (const path of ['/freezes', '//queues/api/queues/download/retry/failed']) {
        const method = path.startsWith('//') ? 'PUT' : 'POST'
        const foreign = { ...headers, Origin: 'https://evil.example' }
        const reply = await office.ask(method, path, { body, headers: foreign })
        expect([reply.status, reply.json.code]).toEqual([403, 'crossSite'])
      }
    }
  })
})

test('one line a request: what was asked and what came of it, and nothing of its secrets', async () => {
  const written: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void written.push(JSON.parse(line)) })
  await inOffice({ log }, async (own) => {
    await own.ask('GET', '/devices/secret-till?password=secret', { headers: { 'X-Request-Id': 'r1' } })
    await own.ask('POST', '/freezes', { json: { name: 'secret' }, headers: { 'X-Request-Id': 'r2' } })
    await own.ask('GET', '/nothing/secret', { token: 'ns_secret', headers: { 'X-Request-Id': 'r3' } })
    const found = () => written.filter((line) => line.msg === 'request')
    await until(() => found().length === 3, { within: 20_000, label: 'three lines' })
    expect(found()).toMatchObject([
      { method: 'GET', route: '/devices/:cashId', status: 422, actor: 'night operator', requestId: 'r1' },
      { method: 'POST', route: '/freezes', status: 422, actor: 'night operator', requestId: 'r2' },
      { method: 'GET', route: 'none', status: 404, requestId: 'r3' },
    ])
    expect(found().every((line) => typeof line.ms === 'number')).toBe(true)
    const text = JSON.stringify(written)
    expect([text.includes('secret'), text.includes(own.token)]).toEqual([false, false])
  })
})

test('it drains: health says so first, what runs ends, streams are told to come back, nothing new begins', () =>
  // Long enough for two questions, however busy this machine is.
  inOffice({ limits: { drainMs: 8000 } }, async (own) => {
    const stream = await fetch(`${own.url}/api/v1/events`, {
      headers: { Authorization: `Bearer ${own.token}`, Accept: 'text/event-stream' },
    })
    const words = stream.text()
    const bytes = Buffer.alloc(200_000, 'x')
    const running = openRaw(
      own.port,
      `${lines('POST /api/v1/packages?kind=till&version=00099000&fileName=x.tgz HTTP/1.1', 'Host: x', `Authorization: Bearer ${own.token}`, 'Content-Type: application/octet-stream', `Content-Length: ${bytes.length}`)}\r\n`,
    )
    running.write('x'.repeat(100_000))
    await until(async () => (await own.packages()).length > 0, { within: 20_000, label: 'an upload runs' })
    const closed = own.closeApi()
    const draining = await own.ask('GET', '/health')
    expect([draining.status, draining.json.status]).toEqual([503, 'draining'])
    const still = await own.ask('GET', '/stores')
    expect([still.status, still.headers.get('connection')]).toEqual([200, 'close'])
    expect((await words).trimEnd()).toMatch(/retry: \d{4}$/)
    // Behind its upload, a request that comes when the server closes.
    running.write(
      `${'x'.repeat(100_000)}GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${own.token}\r\n\r\n`,
    )
    expect(statuses(await running.closed(20_000))[0]).toBe('201')
    await closed
    await expect(own.ask('GET', '/stores')).rejects.toThrow()
  }))

test('a connection that a browser keeps ready, and over which nothing ever came, holds up no restart', () =>
  inOffice({ limits: { headersMs: 120_000, closeMs: 120_000 } }, async (own) => {
    const ready = openRaw(own.port)
    await once(ready.socket, 'connect')
    // Its connection has come before this one: it is accepted when this is answered.
    expect((await own.ask('GET', '/health')).status).toBe(200)
    const closed = own.closeApi()
    await ready.closed(30_000)
    await closed
  }))

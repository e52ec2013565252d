/** Who is let in, and what every answer carries. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../../src/api/auth.ts'
import { routes } from '../../src/api/routes.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const basic = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
const anyId = '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11'

describe('tokens', () => {
  test.each([
    ['none', {}],
    ['a wrong one', { Authorization: 'Bearer ns_wrong' }],
    ['another scheme', { Authorization: 'Digest x' }],
    ['an empty one', { Authorization: 'Bearer ' }],
    ['a wrong password', basic('admin:admin')],
    ['no password', basic('admin')],
    ['a very long one', { Authorization: `Bearer ${'x'.repeat(5000)}` }],
  ])('%s', async (_label, headers) => {
    for (const where of ['/stores', '//queues', '//queues/api/queues', '//queues/static/favicon.ico']) {
      const reply = await office.ask('GET', where, { token: null, headers })
      expect([reply.status, reply.json.code]).toEqual([401, 'tokenInvalid'])
      expect(reply.headers.get('www-authenticate')).toContain('Bearer')
      expect(reply.headers.get('www-authenticate')).toContain('Basic')
    }
  })

  test('every route but health, signing in and the API’s description asks for one, before it looks at anything else', async () => {
    const open = routes.filter((one) => one.permission === 'anyone').map((one) => one.path)
    expect(open.sort()).toEqual(['/docs', '/health', '/openapi.json', '/session'])
    for (const route of routes.filter((one) => one.permission !== 'anyone')) {
      const reply = await office.ask(route.method.toUpperCase(), route.path.replace(':id', anyId), {
        token: null,
      })
      expect([route.path, reply.status]).toEqual([route.path, 401])
    }
  })

  test('bearer, and the password of any user', async () => {
    expect((await office.ask('GET', '/stores')).status).toBe(200)
    const headers = basic(`anybody:${office.token}`)
    expect((await office.ask('GET', '/stores', { token: null, headers })).status).toBe(200)
  })

  test('a revoked one', async () => {
    const { createToken } = await import('../../src/db/tokens.ts')
    const token = await createToken(office.db, 'gone')
    expect((await office.ask('GET', '/stores', { token })).status).toBe(200)
    await office.db.pool.query('UPDATE api_token SET revoked_at = now() WHERE name = $1', ['gone'])
    expect((await office.ask('GET', '/stores', { token })).status).toBe(401)
  })

  test('only what may be a token is taken out of the header', () => {
    expect(tokenOf('bearer abc')).toBe('abc')
    expect(tokenOf(basic('a:b:c').Authorization)).toBe('b:c')
    expect(tokenOf(basic('a:b\u0000c').Authorization)).toBeUndefined()
    expect(tokenOf(undefined)).toBeUndefined()
  })
})

describe('another site', () => {
  const change = (headers: Record<string, string>) =>
    office.ask('POST', `/rollouts/${anyId}/stop`, { json: {}, headers })

  test.each([
    ['cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['same-site', { 'Sec-Fetch-Site': 'same-site' }],
    ['an old browser', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
  ])('%s changes nothing, not even with a token', async (_label, headers) => {
    const reply = await change(headers)
    expect([reply.status, reply.json.code]).toEqual([403, 'crossSite'])
    const board = await office.ask('PUT', '//queues/api/queues/download/retry/failed', { headers })
    expect([board.status, board.json.code]).toEqual([403, 'crossSite'])
  })

  test('our own page does, and programs do', async () => {
    for (const headers of [{ 'Sec-Fetch-Site': 'same-origin' }, {}, { Origin: office.url }]) {
      expect((await change(headers)).status).toBe(404)
    }
    expect((await office.ask('GET', '/stores', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(
      200,
    )
  })
})

test('headers of every answer; a request id goes through when it is one', async () => {
  const reply = await office.ask('GET', '/stores', { headers: { 'X-Request-Id': 'night-7.b' } })
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'x-request-id': 'night-7.b',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  })
  const other = await office.ask('GET', '/nothing', { headers: { 'X-Request-Id': 'a b<script>' } })
  expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(other.json.requestId).toBe(other.headers.get('x-request-id'))
  expect(other.headers.has('x-powered-by')).toBe(false)
})

test('health needs no token', async () => {
  const reply = await office.ask('GET', '/health', { token: null })
  expect([reply.status, reply.json]).toEqual([
    200,
    { status: 'up', database: { up: true }, queues: { kind: 'postgres', up: true } },
  ])
})

/** Edits of stores and devices: over what was seen, told in the journal, and no further than one may. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passedHorizon } from '../support/horizon.ts'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'

let office: HeadOffice
const tokens: Record<string, string> = {}

/** A token of a lesser role, or of some groups, as its row says. */
async function tokenOf(name: string, role: string, groups: readonly string[] = []): Promise<string> {
  const { createToken } = await import('../../src/db/tokens.ts')
  const token = await createToken(office.db, name)
  await office.db.pool.query('UPDATE api_token SET role = $2, store_groups = $3 WHERE name = $1', [
    name,
    role,
    groups,
  ])
  return token
}

beforeAll(async () => {
  office = await openHeadOffice()
  const stores = [
    store('N1', [till('101', { number: 1 }), till('102', { number: 2 })], { group: 'north' }),
    store('S1', [till('201')], { group: 'south' }),
  ]
  expect((await office.ask('POST', '/fleet', { json: { stores } })).status).toBe(200)
  tokens.operator = await tokenOf('operator', 'operator')
  tokens.viewer = await tokenOf('viewer', 'viewer')
  tokens.north = await tokenOf('north', 'admin', ['north'])
})
afterAll(() => office.close())

const patch = (where: string, json: unknown, etag?: string | null, who?: string) =>
  office.ask('PATCH', where, {
    json,
    headers: etag == null ? {} : { 'If-Match': etag },
    ...(who === undefined ? {} : { token: tokens[who] ?? '' }),
  })
const etagOf = async (where: string) => (await office.ask('GET', where)).headers.get('etag')
const lastEvent = async () => {
  await passedHorizon(office.db.pool)
  return (await office.ask('GET', '/events?sort=-at&limit=1')).json.items[0]
}

test('what was seen is needed, and must be so still', async () => {
  const etag = await etagOf('/devices/101')
  expect(etag).toMatch(/^"\d+"$/)
  const none = await patch('/devices/101', { name: 'x' })
  expect([none.status, none.json.code]).toEqual([428, 'preconditionRequired'])
  const done = await patch(
    '/devices/101',
    { name: 'Касса у входа', labels: ['pilot'], inReserve: true },
    etag,
  )
  expect(done.status, done.text).toBe(200)
  expect(done.json).toMatchObject({ name: 'Касса у входа', labels: ['pilot'], inReserve: true, number: 1 })
  expect(done.headers.get('etag')).not.toBe(etag)
  const late = await patch('/devices/101', { name: 'y' }, etag)
  expect([late.status, late.json.code, late.json.etag]).toEqual([
    412,
    'preconditionFailed',
    done.headers.get('etag'),
  ])
  expect((await patch('/devices/101', { name: 'z' }, `W/${done.headers.get('etag')}`)).status).toBe(412)
  expect((await patch('/devices/101', { name: 'z' }, `"x", ${done.headers.get('etag')}`)).status).toBe(200)
  expect((await patch('/devices/101', { name: 'z2' }, '*')).status).toBe(200)
})

test('the journal says what was changed, and by whom; what is so already changes nothing', async () => {
  const reply = await patch('/stores/N1', { phone: '+7 900', maxDownloads: 9 }, await etagOf('/stores/N1'))
  expect(reply.status, reply.text).toBe(200)
  const event = await lastEvent()
  expect(event).toMatchObject({
    code: 'storeChanged',
    actor: 'night operator',
    store: 'N1',
    params: {
      changes: [
        { field: 'phone', before: null, after: '+7 900' },
        { field: 'maxDownloads', before: 4, after: 9 },
      ],
    },
  })
  expect(event.text.en).toContain('Store N1 changed: phone, maxDownloads')
  const again = await patch('/stores/N1', { phone: '+7 900' }, reply.headers.get('etag'))
  expect([again.status, again.headers.get('etag')]).toEqual([200, reply.headers.get('etag')])
  expect((await lastEvent()).cursor).toBe(event.cursor)
})

test('20 at once over the same page: one is done', async () => {
  const etag = await etagOf('/devices/102')
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, n) => patch('/devices/102', { name: `n${n}` }, etag)),
  )
  const statuses = replies.map((reply) => reply.status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  expect(statuses.filter((status) => status === 412)).toHaveLength(19)
})

test('a number that another has', async () => {
  const reply = await patch('/devices/102', { number: 1 }, '*')
  expect([reply.status, reply.json.code, reply.json.path]).toEqual([409, 'numberTwice', 'number'])
})

test('addresses are for those who may import; names for those who may edit', async () => {
  expect((await patch('/devices/102', { name: 'by operator' }, '*', 'operator')).status).toBe(200)
  for (const field of [
    { host: '10.9.9.9' },
    { user: 'root' },
    { credential: 'other' },
    { agent: '/bin/sh' },
  ]) {
    const reply = await patch('/devices/102', field, '*', 'operator')
    expect([reply.status, reply.json.permission]).toEqual([403, 'fleet.import'])
    expect((await patch('/devices/102', field, '*')).status).toBe(200)
  }
  const both = await patch('/stores/N1', { name: 'a', packageUrl: 'http://other/x' }, '*', 'operator')
  expect(both.status).toBe(403)
  expect((await patch('/stores/N1', { name: 'a' }, '*', 'viewer')).json.code).toBe('permissionMissing')
})

test('who sees some groups sends nobody to another machine, whatever their role', async () => {
  for (const [where, field] of [
    ['/stores/N1', { host: '10.9.9.9' }],
    ['/stores/N1', { packageFolder: '/elsewhere', name: 'x' }],
    ['/devices/102', { credential: 'other' }],
  ] as const) {
    const reply = await patch(where, field, '*', 'north')
    expect([reply.status, reply.json.code]).toEqual([403, 'outOfScope'])
  }
  expect((await patch('/devices/102', { name: 'theirs' }, '*', 'north')).status).toBe(200)
})

test('nobody moves a store out of their groups, or touches a foreign one', async () => {
  expect((await patch('/stores/S1', { name: 'a' }, '*', 'north')).status).toBe(404)
  expect((await patch('/devices/201', { name: 'a' }, '*', 'north')).status).toBe(404)
  for (const group of ['south', null])
    expect((await patch('/stores/N1', { group }, '*', 'north')).json.code).toBe('outOfScope')
  expect((await patch('/stores/N1', { group: 'north', name: 'own' }, '*', 'north')).status).toBe(200)
})

test.each([
  ['nothing', '/devices/101', {}],
  ['a member that is none', '/devices/101', { cashId: '7' }],
  ['the pinned keys', '/devices/101', { hostKeys: [] }],
  ['the generation', '/devices/101', { generation: 0 }],
  ['a host that is a command', '/devices/101', { host: '$(reboot)' }],
  ['a credential that leads out', '/stores/N1', { credential: '../id' }],
  ['a relative folder', '/stores/N1', { packageFolder: 'x' }],
  ['a zone that is none', '/stores/N1', { timeZone: 'Mars/Olympus' }],
  ['a secret in an address', '/stores/N1', { packageUrl: 'sftp://a:secret@b/c' }],
])('%s is refused', async (_label, where, json) => {
  const before = await etagOf(where)
  expect((await patch(where, json, '*')).status).toBe(422)
  expect(await etagOf(where)).toBe(before)
})

/** Whatever comes in: a clear problem with a code, and nothing half written. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const codes = (errors: { code: string; path: string }[]) => errors.map(({ code, path }) => [code, path])

async function expectNothing(): Promise<void> {
  expect(await office.count('store')).toBe(0)
  expect(await office.count('device')).toBe(0)
  expect(await office.count("event WHERE code <> 'tokenCreated'")).toBe(0)
}

describe('a fleet that cannot be', () => {
  const bad = (stores: object[]) => office.ask('POST', '/fleet', { json: { stores } })

  test('a cash id twice, also in two stores', async () => {
    const reply = await bad([
      store('1', [till('50001002'), till('50001003')]),
      store('2', [till('50001002')]),
    ])
    expect(reply.status).toBe(422)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
    expect(reply.json).toMatchObject({
      type: 'urn:nightshift:problem:cashIdTwice',
      status: 422,
      code: 'cashIdTwice',
      path: 'stores.1.devices.0.cashId',
      errors: [{ code: 'cashIdTwice', path: 'stores.1.devices.0.cashId', value: '50001002' }],
      requestId: expect.any(String),
      title: expect.any(String),
    })
    await expectNothing()
  })

  test('a number twice in a store, a store twice, a time zone that is none: all at once', async () => {
    const twice = [till('1', { number: 7 }), till('2', { number: 7 }), till('3', { number: 0 }), till('4')]
    const reply = await bad([store('1', twice), store('1', []), store('3', [], { timeZone: 'Mars/Olympus' })])
    expect(reply.status).toBe(422)
    expect(codes(reply.json.errors)).toEqual([
      ['storeTwice', 'stores.1.code'],
      ['timeZoneUnknown', 'stores.2.timeZone'],
      ['numberTwice', 'stores.0.devices.1.number'],
    ])
    await expectNothing()
  })

  test.each([
    ['a newline in a name', { name: 'Касса\n2' }, 'textInvalid', 'name'],
    ['NUL in a name', { name: 'a\0b' }, 'textInvalid', 'name'],
    ['half a pair of surrogates', { name: 'a\ud800b' }, 'textInvalid', 'name'],
    ['a control character in a cash id', { cashId: '5\u001b[31m' }, 'textInvalid', 'cashId'],
    ['blanks around a cash id', { cashId: ' 5' }, 'fieldInvalid', 'cashId'],
    ['a name without end', { name: 'x'.repeat(201) }, 'fieldInvalid', 'name'],
    ['an unknown kind', { kind: 'toaster' }, 'fieldInvalid', 'kind'],
    ['a field that nobody knows', { pasword: 'x' }, 'fieldUnknown', 'pasword'],
    ['a command as agent', { agent: 'nightctl; reboot' }, 'fieldInvalid', 'agent'],
    ['an option as agent', { agent: '-c' }, 'fieldInvalid', 'agent'],
    ['a key file outside its folder', { credential: '../id_rsa' }, 'fieldInvalid', 'credential'],
    ['an option as host', { host: '-oProxyCommand=x' }, 'fieldInvalid', 'host'],
    ['a port beyond ports', { port: 65_536 }, 'fieldInvalid', 'port'],
    ['a number that is text', { number: '7' }, 'fieldInvalid', 'number'],
    ['a number with a fraction', { number: 7.5 }, 'fieldInvalid', 'number'],
  ])('%s', async (_label, more, code, field) => {
    const reply = await bad([store('1', [till('1', more)])])
    expect(reply.status).toBe(422)
    expect(codes(reply.json.errors)).toEqual([[code, `stores.0.devices.0.${field}`]])
    expect(reply.json.code).toBe(code)
    await expectNothing()
  })

  test.each([
    ['a folder that leads out', { packageFolder: '/srv/../etc' }, 'packageFolder'],
    ['a folder that is relative', { packageFolder: 'srv' }, 'packageFolder'],
    ['a password in an address', { packageUrl: 'sftp://u:secret@h/x' }, 'packageUrl'],
    ['a file address', { packageUrl: 'file:///etc/passwd' }, 'packageUrl'],
    ['no host at all', { host: undefined }, 'host'],
  ])('store: %s', async (_label, more, field) => {
    const reply = await bad([store('1', [], more)])
    expect(reply.status).toBe(422)
    expect(codes(reply.json.errors)).toEqual([['fieldInvalid', `stores.0.${field}`]])
    await expectNothing()
  })
})

describe('a body that is none', () => {
  test.each([
    ['not JSON', '{"stores": [', 'application/json', 400, 'bodyNotJson'],
    ['a JSON number', '7', 'application/json', 400, 'bodyNotJson'],
    ['a form', 'stores=1', 'application/x-www-form-urlencoded', 415, 'contentTypeUnsupported'],
    ['text, as a foreign page may send it', '{"stores":[]}', 'text/plain', 415, 'contentTypeUnsupported'],
    ['another charset', '{}', 'application/json; charset=latin9', 415, 'contentTypeUnsupported'],
    ['no stores', '{"stores":[]}', 'application/json', 422, 'fieldInvalid'],
    ['a list', '[]', 'application/json', 422, 'fieldInvalid'],
  ])('%s', async (_label, body, type, status, code) => {
    const reply = await office.ask('POST', '/fleet', { body, headers: { 'Content-Type': type } })
    expect([reply.status, reply.json.code]).toEqual([status, code])
  })

  test('nothing at all', async () => {
    const reply = await office.ask('POST', '/fleet')
    expect([reply.status, reply.json.code, reply.json.path]).toEqual([422, 'fieldInvalid', 'stores'])
  })

  test('more than a megabyte where none is expected', async () => {
    const reply = await office.ask('POST', '/rollouts/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11/retry', {
      json: { states: ['x'.repeat(1_100_000)] },
    })
    expect([reply.status, reply.json.code]).toEqual([413, 'bodyTooLarge'])
  })
})

describe('a request that leads nowhere', () => {
  test.each([
    ['GET', '/nothing', 404, 'routeUnknown'],
    ['GET', '//', 404, 'routeUnknown'],
    ['DELETE', '/stores', 405, 'methodNotAllowed'],
    ['GET', '/stores/nowhere', 404, 'notFound'],
    ['GET', '/devices/%00', 404, 'notFound'],
    ['GET', '/devices/%ff', 400, 'urlInvalid'],
    ['GET', '/rollouts/not-an-id', 404, 'notFound'],
    ['GET', '/updates/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11', 404, 'notFound'],
    ['POST', '/updates/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11/retry', 404, 'notFound'],
    ['POST', '/rollouts/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11/start', 404, 'notFound'],
    ['GET', '/stores?colour=red', 422, 'fieldUnknown'],
    ['GET', '/devices?limit=0', 422, 'fieldInvalid'],
    ['GET', '/devices?limit=1&limit=2', 422, 'parameterTwice'],
    ['GET', '/devices?store=a%00b', 422, 'textInvalid'],
    ['GET', '/events?after=yesterday', 422, 'cursorInvalid'],
    ['GET', '/events?after=99999999999999999999-1', 422, 'cursorInvalid'],
    ['GET', '/events?after=9999999999999999999-1', 422, 'cursorInvalid'],
    ['GET', '/events?after=4000000000-1', 422, 'cursorInvalid'],
    ['GET', '/updates/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11/attempts', 404, 'notFound'],
    ['GET', '/rollouts/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11/updates', 404, 'notFound'],
    ['GET', '/devices/nobody/commands', 404, 'notFound'],
    ['GET', '/devices/nobody/history', 404, 'notFound'],
    ['GET', '/stores/nowhere/packages', 404, 'notFound'],
  ])('%s %s', async (method, where, status, code) => {
    const reply = await office.ask(method, where)
    expect([reply.status, reply.json?.code]).toEqual([status, code])
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
  })
})

test('quotes and $(touch pwned) are text, and come back as they were', async () => {
  const names = [
    `Касса "Ёлка" 'у входа'`,
    '$(touch pwned)',
    '`id`; rm -rf /',
    '\u{1f319} <b>ночь</b> \\n %00',
  ]
  const devices = names.map((name, index) => till(`5000${index}`, { name, number: index + 1 }))
  const sent = await office.ask('POST', '/fleet', { json: { stores: [store('0042', devices)] } })
  expect(sent.json).toEqual({ stores: 1, devices: names.length })
  for (const [index, name] of names.entries()) {
    const { json } = await office.ask('GET', `/devices/5000${index}`)
    expect(json).toMatchObject({
      name,
      store: '0042',
      port: 22,
      user: 'nightshift',
      agent: 'nightctl',
      status: null,
    })
  }
})

test('a number that a device of the store has already is a conflict, and changes nothing', async () => {
  await office.ask('POST', '/fleet', { json: { stores: [store('77', [till('7701', { number: 1 })])] } })
  const before = await office.count('event')
  const reply = await office.ask('POST', '/fleet', {
    json: { stores: [store('77', [till('7702', { number: 1 })], { name: 'changed' })] },
  })
  expect([reply.status, reply.json.code]).toEqual([409, 'numberTwice'])
  expect((await office.ask('GET', '/stores/77')).json).toMatchObject({
    name: 'Магазин 77',
    devices: [{ cashId: '7701' }],
  })
  expect(await office.count('event')).toBe(before)
})

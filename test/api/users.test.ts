/** Users and tokens over the API: who makes whom, and never more than they may. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/db/tokens.ts'
import { until } from '../support/until.ts'
import { openBrowser } from './browser.ts'
import { type HeadOffice, openHeadOffice, uploadPackage } from './head-office.ts'
import { addPerson, choosePassword, signIn, tokenOfPerson } from './people.ts'
import { importTills } from './rows.ts'
import { openSse } from './sse.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const change = (id: string, json: unknown, tag: string | null = '*') =>
  office.ask('PATCH', `/users/${id}`, { json, headers: tag === null ? {} : { 'If-Match': tag } })

describe('users', () => {
  test('added, read, changed by what was seen of them', async () => {
    const json = { login: 'Zoya.K@shop', name: 'Зоя', role: 'operator', storeGroups: ['south'] }
    const made = await office.ask('POST', '/users', { json })
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"'])
    expect(made.json).toMatchObject({ ...json, login: 'zoya.k@shop', signsInBy: 'nothing', revision: 1 })
    expect(made.headers.get('location')).toBe(`/api/v1/users/${made.json.id}`)
    const { id } = made.json
    expect((await change(id, { name: 'Z' }, null)).status).toBe(428)
    const done = await change(id, { role: 'viewer', storeGroups: [] }, '"1"')
    expect([done.status, done.headers.get('etag'), done.json.role]).toEqual([200, '"2"', 'viewer'])
    expect((await change(id, { name: 'Z' }, '"1"')).json).toMatchObject({
      code: 'preconditionFailed',
      revision: 2,
    })
    // Two at once with the same view of it: one of them.
    const both = await Promise.all(['A', 'B'].map((name) => change(id, { name }, '"2"')))
    expect(both.map((one) => one.status).sort()).toEqual([200, 412])
    expect((await office.ask('GET', `/users/${id}`)).headers.get('etag')).toBe('"3"')
  })

  test.each([
    ['a blank', 'a b'],
    ['nothing', ''],
    ['a colon', 'a:b'],
    ['too long', 'a'.repeat(65)],
    ['a direction mark', 'anna\u202e'],
    ['a Cyrillic а among Latin letters', '\u0430dmin'],
    ['Cyrillic letters that look Latin, all of them', 'сора'],
    ['an accent', 'andré'],
  ])('a login with %s is none', async (_label, login) => {
    const reply = await office.ask('POST', '/users', { json: { login, name: 'x', role: 'viewer' } })
    expect([reply.status, reply.json.path]).toEqual([422, 'login'])
  })

  test('one name, one bearer: logins, ownerless tokens, and Nightshift’s own', async () => {
    await addPerson(office, 'masha', 'viewer')
    await createToken(office.db, 'Loader')
    for (const login of ['MASHA', 'loader', 'Conductor', 'ＭＡＳＨＡ']) {
      const reply = await office.ask('POST', '/users', { json: { login, name: 'x', role: 'viewer' } })
      expect([login, reply.status, reply.json.code]).toEqual([login, 409, 'loginTaken'])
    }
    const token = await office.ask('POST', '/tokens', { json: { name: 'Masha', user: null } })
    expect([token.status, token.json.code]).toEqual([409, 'nameTaken'])
    await expect(createToken(office.db, 'masha')).rejects.toThrow('masha')
    // What looks like a login, or like Nightshift's own, in other letters.
    for (const name of ['m\u0430sha', '\u041c\u0410sh\u0410', 'c\u043enduct\u043er']) {
      const like = await office.ask('POST', '/tokens', { json: { name, user: null } })
      expect([name, like.status, like.json.code]).toEqual([name, 409, 'nameTaken'])
    }
    expect((await office.ask('POST', '/tokens', { json: { name: 'Ночной обход', user: null } })).status).toBe(
      201,
    )
    // Ten at once: one.
    const json = { login: 'many', name: 'x', role: 'viewer' }
    const all = await Promise.all(Array.from({ length: 10 }, () => office.ask('POST', '/users', { json })))
    expect(all.map((one) => one.status).sort()).toEqual([201, ...Array(9).fill(409)])
  })

  test('who may manage users and little else makes nobody who may more, and becomes nobody', async () => {
    const admin = await addPerson(office, 'whole.approver', 'approver')
    const token = await createToken(office.db, 'people only', {
      scopes: ['users.manage', 'fleet.read', 'packages.read', 'rollouts.read', 'commands.read'],
    })
    const json = { login: 'puppet', name: 'x', role: 'admin' }
    const made = await office.ask('POST', '/users', { json, token })
    expect([made.status, made.json.code]).toEqual([403, 'beyondOwn'])
    const link = await office.ask('POST', `/users/${admin.id}/link`, { json: {}, token })
    expect([link.status, link.json.code]).toEqual([403, 'beyondOwn'])
    const asked = { json: { role: 'operator' }, token, headers: { 'If-Match': '*' } }
    expect((await office.ask('PATCH', `/users/${admin.id}`, asked)).json.code).toBe('beyondOwn')
    const off = { json: { disabled: true }, token, headers: { 'If-Match': '*' } }
    expect((await office.ask('PATCH', `/users/${admin.id}`, off)).status).toBe(200)
  })

  test('a narrowed token ends itself, and none of its owner that may more', async () => {
    const browser = await choosePassword(office, await addPerson(office, 'owner', 'operator'))
    await tokenOfPerson(browser, 'wide')
    const narrow = await tokenOfPerson(browser, 'reading only', { scopes: ['fleet.read'] })
    const { items } = (await office.ask('GET', '/tokens', { token: narrow })).json
    const idOf = (name: string) => items.find((one: { name: string }) => one.name === name)?.id as string
    const refused = await office.ask('DELETE', `/tokens/${idOf('wide')}`, { token: narrow })
    expect([refused.status, refused.json.code]).toEqual([403, 'beyondOwn'])
    expect((await office.ask('DELETE', `/tokens/${idOf('reading only')}`, { token: narrow })).status).toBe(
      204,
    )
  })

  test('the last who may mend everything stays', async () => {
    const first = await addPerson(office, 'first.admin', 'admin')
    const second = await addPerson(office, 'second.admin', 'admin')
    await addPerson(office, 'south.admin', 'admin', ['south'])
    // Both at once would leave nobody.
    const both = await Promise.all([first, second].map(({ id }) => change(id, { role: 'operator' })))
    expect(both.map((one) => one.status).sort()).toEqual([200, 409])
    const left = both[0]?.status === 409 ? first : second
    for (const json of [{ role: 'viewer' }, { disabled: true }, { storeGroups: ['south'] }])
      expect((await change(left.id, json)).json.code).toBe('lastAdmin')
    expect((await change(left.id, { name: 'Still' })).status).toBe(200)
  })

  test('another role, other groups and disabling end sessions and links; another name does not', async () => {
    const person = await addPerson(office, 'lev', 'operator')
    await choosePassword(office, person)
    for (const [json, status] of [
      [{ name: 'Lev' }, 200],
      [{ role: 'viewer' }, 401],
      [{ storeGroups: ['north'] }, 401],
      [{ disabled: true }, 401],
    ] as const) {
      const browser = await signIn(office, 'lev')
      const link = await office.ask('POST', `/users/${person.id}/link`)
      expect((await change(person.id, json)).status).toBe(200)
      expect((await browser.call('GET', '/api/v1/me')).status).toBe(status)
      const page = await openBrowser(office.url).go('GET', new URL(link.json.url).pathname)
      expect(page.status).toBe(status === 200 ? 200 : 410)
    }
    await expect(signIn(office, 'lev')).rejects.toThrow('signInRefused')
    expect((await office.ask('POST', `/users/${person.id}/link`)).json.code).toBe('noPassword')
    expect((await change(person.id, { disabled: false })).json.disabledAt).toBeNull()
    await signIn(office, 'lev')
  })

  test('no answer and no event holds a secret', async () => {
    const person = await addPerson(office, 'secret.keeper', 'viewer')
    const browser = await choosePassword(office, person)
    await tokenOfPerson(browser, 'keeper token')
    const texts = [
      (await office.ask('GET', '/users')).text,
      (await office.ask('GET', `/users/${person.id}/sessions`)).text,
      (await office.ask('GET', '/tokens')).text,
      JSON.stringify((await office.db.pool.query('SELECT * FROM event')).rows),
    ].join('\n')
    expect(texts).not.toMatch(/scrypt|ns_[\w-]{20}|"hash"|passwordHash/)
    for (const secret of browser.cookies.values()) expect(texts).not.toContain(secret)
  })
})

describe('tokens', () => {
  const make = (token: string, json: object) => office.ask('POST', '/tokens', { token, json })

  test('the maker’s own, told once, and in the maker’s name', async () => {
    const browser = await choosePassword(office, await addPerson(office, 'olga', 'operator', ['south']))
    const made = await browser.call('POST', '/api/v1/tokens', { name: 'olga script' })
    expect(made.json).toMatchObject({
      ...{
        user: 'olga',
        role: 'operator',
        scopes: [],
        storeGroups: ['south'],
        createdBy: 'olga',
        lastUsedAt: null,
      },
      token: expect.stringMatching(/^ns_[\w-]{43}$/),
    })
    const { token, id } = made.json
    expect((await office.ask('GET', '/me', { token })).json).toMatchObject({
      ...{ actor: 'olga', by: 'token', role: 'operator', storeGroups: ['south'] },
    })
    const mine = (await office.ask('GET', '/tokens', { token })).json.items
    expect(mine).toHaveLength(1)
    expect(mine[0]).toMatchObject({ id, lastUsedAt: expect.any(String) })
    // By the minute.
    const { lastUsedAt } = mine[0]
    expect((await office.ask('GET', '/tokens', { token })).json.items[0].lastUsedAt).toBe(lastUsedAt)
    await office.db.pool.query(
      "UPDATE api_token SET last_used_at = now() - interval '61 seconds' WHERE id = $1",
      [id],
    )
    const later = (await office.ask('GET', '/tokens', { token })).json.items[0].lastUsedAt
    expect(Date.parse(later)).toBeGreaterThanOrEqual(Date.parse(lastUsedAt))
    expect((await office.ask('DELETE', `/tokens/${id}`, { token })).status).toBe(204)
    expect((await office.ask('GET', '/me', { token })).status).toBe(401)
  })

  test('never more than the maker may', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000)
    const narrow = await createToken(office.db, 'narrow', {
      ...{ role: 'admin', scopes: ['users.manage', 'fleet.read'], expiresAt: tomorrow },
    })
    // Nothing of a viewer's is among it: that must not become all of a viewer's.
    const narrower = await createToken(office.db, 'narrower', { scopes: ['users.manage'] })
    const part = await tokenOfPerson(
      await choosePassword(office, await addPerson(office, 'part', 'approver', ['south', 'north'])),
      'part token',
    )
    for (const [token, json, path] of [
      [narrow, { name: 'n1', role: 'admin', scopes: [] }, 'role'],
      [narrower, { name: 'n2', role: 'viewer' }, 'role'],
      [narrow, { name: 'n3', scopes: ['rollouts.approve'] }, 'role'],
      [narrow, { name: 'n4', expiresAt: new Date(tomorrow.getTime() + 1000).toISOString() }, 'expiresAt'],
      [part, { name: 'p1', role: 'admin' }, 'role'],
      [part, { name: 'p2', storeGroups: [] }, 'storeGroups'],
      [part, { name: 'p3', storeGroups: ['south', 'east'] }, 'storeGroups'],
    ] as const) {
      const reply = await make(token, json)
      expect([json.name, reply.status, reply.json.code, reply.json.path]).toEqual([
        json.name,
        403,
        'beyondOwn',
        path,
      ])
    }
    const kept = await make(narrow, { name: 'n5' })
    expect(kept.json).toMatchObject({
      scopes: ['fleet.read', 'users.manage'],
      expiresAt: tomorrow.toISOString(),
    })
    expect((await make(part, { name: 'p4', storeGroups: ['north'] })).json.storeGroups).toEqual(['north'])
    expect((await make(part, { name: 'p5', role: 'viewer' })).json.role).toBe('viewer')
  })

  test('for somebody else, and for nobody: only by who manages users of the whole chain', async () => {
    await addPerson(office, 'timur', 'viewer')
    const admin = await tokenOfPerson(
      await choosePassword(office, await addPerson(office, 'ann.admin', 'admin')),
      'ann token',
    )
    const partial = await tokenOfPerson(
      await choosePassword(office, await addPerson(office, 'part.admin', 'admin', ['south'])),
      'part admin token',
    )
    const theirs = await make(admin, { name: 'for timur', user: 'Timur', role: 'operator' })
    expect(theirs.json).toMatchObject({ user: 'timur', createdBy: 'ann.admin' })
    expect((await office.ask('GET', '/me', { token: theirs.json.token })).json.role).toBe('viewer')
    expect((await make(admin, { name: 'nobody’s robot', user: null })).status).toBe(422)
    expect((await make(admin, { name: 'robot', user: null })).json.user).toBeNull()
    expect((await make(admin, { name: 'x1', user: 'no.such' })).json).toMatchObject({
      code: 'fieldInvalid',
      path: 'user',
    })
    for (const user of ['timur', null])
      expect((await make(partial, { name: 'x2', user })).json.code).toBe('permissionMissing')
    // Neither do they see or revoke each other's.
    const seen = (await office.ask('GET', '/tokens', { token: partial })).json.items
    expect(seen.map((one: { name: string }) => one.name)).toEqual(['part admin token'])
    expect((await office.ask('DELETE', `/tokens/${theirs.json.id}`, { token: partial })).status).toBe(404)
    expect((await office.ask('DELETE', `/tokens/${theirs.json.id}`, { token: admin })).status).toBe(204)
    expect((await office.ask('GET', '/me', { token: theirs.json.token })).status).toBe(401)
  })

  test('a program is no person: it has no session to end and no password to change', async () => {
    expect((await office.ask('DELETE', '/session')).json.code).toBe('sessionNeeded')
    const json = { current: 'x', password: 'another long password' }
    expect((await office.ask('POST', '/session/password', { json })).json.code).toBe('sessionNeeded')
  })
})

test('a stream of events ends with what it was begun by', async () => {
  const person = await addPerson(office, 'streamer', 'operator')
  const browser = await choosePassword(office, person)
  const token = await tokenOfPerson(browser, 'stream token')
  const bearer = { Authorization: `Bearer ${token}` }
  const cookie = { Cookie: `nightshift=${browser.cookies.get('nightshift')}` }
  const url = `${office.url}/api/v1/events`
  const streams = [await openSse(url, bearer), await openSse(url, cookie)]
  const stays = await openSse(url, { Authorization: `Bearer ${office.token}` })
  let open = streams.length
  for (const one of streams) one.ended.then(() => (open -= 1))
  let hasStayed = true
  stays.ended.then(() => (hasStayed = false))
  await change(person.id, { role: 'viewer' })
  await until(() => open === 0, { within: 60_000, label: 'both streams ended' })
  expect(hasStayed).toBe(true)
  stays.close()
})

test('two persons: neither Anna’s session nor any token of hers approves what she planned', async () => {
  await importTills(office, 'tp1', ['tp-1'])
  await importTills(office, 'tp2', ['tp-2'])
  const packageId = await uploadPackage(office)
  const anna = await choosePassword(office, await addPerson(office, 'anna', 'approver'))
  const boris = await choosePassword(office, await addPerson(office, 'boris', 'approver'))
  const tokens = [await tokenOfPerson(anna, 'anna one'), await tokenOfPerson(anna, 'anna two')]
  const json = (code: string) => ({ name: 'n', packageId, stores: [code], policy: { twoPersons: true } })
  for (const plan of [
    () => anna.call('POST', '/api/v1/rollouts', json('tp1')),
    () => office.ask('POST', '/rollouts', { token: tokens[0] ?? '', json: json('tp2') }),
  ]) {
    const made = await plan()
    const { id, planHash, createdBy } = made.json
    expect([made.status, createdBy]).toEqual([201, 'anna'])
    const approve = `/rollouts/${id}/approve`
    const tries = [
      await anna.call('POST', `/api/v1${approve}`, { planHash }),
      ...(await Promise.all(
        tokens.map((token) => office.ask('POST', approve, { token, json: { planHash } })),
      )),
    ]
    expect(tries.map((one) => [one.status, one.json.code])).toEqual(Array(3).fill([403, 'samePerson']))
    const done = await boris.call('POST', `/api/v1${approve}`, { planHash })
    expect(done.status).toBe(200)
  }
})

/** What ends a token, and what narrows it: its owner, its maker, and the token that made it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_LINE, SEEN_DAYS } from '../../src/db/token-line.ts'
import { createToken, MAX_LIVE } from '../../src/db/tokens.ts'
import { openBrowser } from './browser.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'
import { addPerson, choosePassword, PASSWORD, signIn, tokenOfPerson } from './people.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const sql = (text: string, values: unknown[] = []) => office.db.pool.query(text, values)
const statusOf = async (token: string) => (await office.ask('GET', '/me', { token })).status
const statuses = (tokens: readonly string[]) => Promise.all(tokens.map(statusOf))
const idOf = async (name: string) =>
  (await sql('SELECT id FROM api_token WHERE name = $1', [name])).rows[0].id as string
const make = (token: string, json: object) => office.ask('POST', '/tokens', { token, json })
async function child(token: string, name: string, more: object = {}): Promise<string> {
  const made = await make(token, { name, ...more })
  expect(made.status, made.text).toBe(201)
  return made.json.token
}
const change = (id: string, json: object) =>
  office.ask('PATCH', `/users/${id}`, { json, headers: { 'If-Match': '*' } })
async function reset(id: string, password: string): Promise<void> {
  const link = await office.ask('POST', `/users/${id}/link`)
  const form = { password, again: password }
  const done = await openBrowser(office.url).go('POST', new URL(link.json.url).pathname, form)
  expect(done.status).toBe(303)
}

describe('its parent', () => {
  test('revoked, all that came from it is; what came from elsewhere goes on', async () => {
    const browser = await choosePassword(office, await addPerson(office, 'line', 'operator'))
    const first = await tokenOfPerson(browser, 'line 1')
    const second = await child(first, 'line 2')
    const third = await child(second, 'line 3')
    const other = await tokenOfPerson(browser, 'line other')
    expect(await statuses([first, second, third, other])).toEqual([200, 200, 200, 200])
    const { items } = (await office.ask('GET', '/tokens', { token: other })).json
    const parents = Object.fromEntries(
      items.map((one: { name: string; parentId: string | null }) => [one.name, one.parentId]),
    )
    expect(parents['line 3']).toBe(await idOf('line 2'))
    expect(parents['line other']).toBeNull()
    expect((await office.ask('DELETE', `/tokens/${await idOf('line 1')}`, { token: other })).status).toBe(204)
    expect(await statuses([first, second, third, other])).toEqual([401, 401, 401, 200])
    const { rows } = await sql(
      "SELECT params->>'name' AS name FROM event WHERE code = 'tokenRevoked' AND params->>'name' LIKE 'line %' ORDER BY 1",
    )
    expect(rows.map((row) => row.name)).toEqual(['line 1', 'line 2', 'line 3'])
  })

  test('ended in any other way, too: it is looked at with every use', async () => {
    const parent = await createToken(office.db, 'root of two')
    const own = await child(parent, 'child of root', { user: null })
    await sql("UPDATE api_token SET revoked_at = now() WHERE name = 'root of two'")
    expect(await statusOf(own)).toBe(401)
    await sql("UPDATE api_token SET revoked_at = NULL, expires_at = now() WHERE name = 'root of two'")
    expect(await statusOf(own)).toBe(401)
  })

  test('nothing is born of one that is revoked at that moment', async () => {
    for (let n = 0; n < 8; n += 1) {
      const parent = await createToken(office.db, `mother ${n}`)
      const id = await idOf(`mother ${n}`)
      const births = Array.from({ length: 4 }, (_, i) => make(parent, { name: `born ${n}.${i}`, user: null }))
      await Promise.all([...births, office.ask('DELETE', `/tokens/${id}`)])
    }
    const { rows } = await sql(
      `SELECT c.name FROM api_token c JOIN api_token p ON p.id = c.parent_id WHERE p.revoked_at IS NOT NULL AND c.revoked_at IS NULL
       AND c.name LIKE 'born %'`,
    )
    expect(rows).toEqual([])
  })
})

describe('the person', () => {
  test('another password by a link ends sessions and tokens, also nobody’s that they made; the first one ends nothing', async () => {
    const anna = await addPerson(office, 'anna', 'admin')
    const early = await child(office.token, 'for anna', { user: 'anna' })
    const browser = await choosePassword(office, anna)
    expect(await statusOf(early)).toBe(200)
    const own = await tokenOfPerson(browser, 'anna own')
    const robot = await tokenOfPerson(browser, 'anna robot', { user: null })
    const further = await child(robot, 'robot of robot', { user: null })
    expect(await statuses([own, robot, further])).toEqual([200, 200, 200])
    await reset(anna.id, 'another good password')
    expect(await statuses([early, own, robot, further])).toEqual([401, 401, 401, 401])
    expect((await browser.call('GET', '/api/v1/me')).status).toBe(401)
  })

  test('one’s own change says how many it ended, or leaves them where that is asked for', async () => {
    const browser = await choosePassword(office, await addPerson(office, 'boris', 'viewer'))
    const token = await tokenOfPerson(browser, 'boris own')
    const to = (current: string, password: string, more: object = {}) =>
      browser.call('POST', '/api/v1/session/password', { current, password, ...more })
    const kept = await to(PASSWORD, 'the second password', { keepTokens: true })
    expect([kept.status, kept.json]).toEqual([200, { tokensRevoked: 0 }])
    expect(await statusOf(token)).toBe(200)
    const ended = await to('the second password', 'the third password')
    expect(ended.json).toEqual({ tokensRevoked: 1 })
    expect(await statusOf(token)).toBe(401)
  })

  test('disabled, their tokens end for good', async () => {
    const vera = await addPerson(office, 'vera', 'admin')
    const browser = await choosePassword(office, vera)
    const tokens = [
      await tokenOfPerson(browser, 'vera own'),
      await tokenOfPerson(browser, 'vera robot', { user: null }),
    ]
    expect((await change(vera.id, { disabled: true })).status).toBe(200)
    expect(await statuses(tokens)).toEqual([401, 401])
    expect((await change(vera.id, { disabled: false })).status).toBe(200)
    expect(await statuses(tokens)).toEqual([401, 401])
  })

  test('with less than before, everything that they made has less, and what was made by that', async () => {
    const galya = await addPerson(office, 'galya', 'admin')
    const browser = await choosePassword(office, galya)
    const robot = await tokenOfPerson(browser, 'galya robot', { user: null })
    const further = await child(robot, 'galya robot two', { user: null })
    const meOf = async (token: string) => {
      const { role, storeGroups } = (await office.ask('GET', '/me', { token })).json
      return { role, storeGroups }
    }
    expect(await meOf(further)).toEqual({ role: 'admin', storeGroups: null })
    await change(galya.id, { role: 'operator', storeGroups: ['south'] })
    for (const one of [robot, further])
      expect(await meOf(one)).toEqual({ role: 'operator', storeGroups: ['south'] })
    await change(galya.id, { role: 'admin', storeGroups: [] })
    expect(await meOf(further)).toEqual({ role: 'admin', storeGroups: null })
  })

  test('signing out ends no token, and a session that has ended makes none', async () => {
    const browser = await choosePassword(office, await addPerson(office, 'dina', 'viewer'))
    const token = await tokenOfPerson(browser, 'dina own')
    await browser.call('DELETE', '/api/v1/session')
    expect(await statusOf(token)).toBe(200)
  })

  test('of the organisation: tokens wait for them to sign in again', async () => {
    const leaver = await addPerson(office, 'leaver', 'operator')
    const token = await tokenOfPerson(await choosePassword(office, leaver), 'leaver own')
    const seen = (days: number) =>
      sql(
        `UPDATE app_user SET oidc_issuer = 'https://id.example.org', oidc_subject = 's',
           last_sign_in_at = now() - make_interval(days => $2) WHERE id = $1`,
        [leaver.id, days],
      )
    await seen(SEEN_DAYS - 1)
    expect(await statusOf(token)).toBe(200)
    await seen(SEEN_DAYS + 1)
    expect(await statusOf(token)).toBe(401)
    await seen(0)
    expect(await statusOf(token)).toBe(200)
    // With a password here nobody has to show up.
    await sql(
      "UPDATE app_user SET oidc_issuer = NULL, oidc_subject = NULL, last_sign_in_at = now() - interval '1 year' WHERE id = $1",
      [leaver.id],
    )
    expect(await statusOf(token)).toBe(200)
  })
})

describe('how many', () => {
  test(`${MAX_LIVE} of a person, by whatever they are made, also many at once`, async () => {
    await addPerson(office, 'many', 'viewer')
    const browser = await signInNew('many')
    const first = await tokenOfPerson(browser, 'many first')
    for (let n = 1; n < MAX_LIVE - 3; n += 1) await createOf('many', `many ${n}`)
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, n) => make(first, { name: `many more ${n}` })),
    )
    expect(made.map((one) => one.status).sort()).toEqual([201, 201, 201, ...Array(7).fill(409)])
    const refused = await browser.call('POST', '/api/v1/tokens', { name: 'one too many' })
    expect([refused.status, refused.json.code, refused.json.limit]).toEqual([409, 'tooManyTokens', MAX_LIVE])
    await sql("UPDATE api_token SET revoked_at = now() WHERE name = 'many 1'")
    expect((await browser.call('POST', '/api/v1/tokens', { name: 'room again' })).status).toBe(201)
  })

  test('of what came from one token of this machine', async () => {
    const root = await createToken(office.db, 'prolific')
    for (let n = 1; n < MAX_LIVE; n += 1)
      expect((await make(root, { name: `p ${n}`, user: null })).status).toBe(201)
    expect((await make(root, { name: 'p over', user: null })).json.code).toBe('tooManyTokens')
    expect((await make(office.token, { name: 'another line', user: null })).status).toBe(201)
  })

  test(`lines of ${MAX_LINE} and no longer`, async () => {
    let token = await createToken(office.db, 'deep 1')
    for (let n = 2; n <= MAX_LINE; n += 1) token = await child(token, `deep ${n}`, { user: null })
    const over = await make(token, { name: 'too deep', user: null })
    expect([over.status, over.json.code]).toEqual([409, 'tooManyTokens'])
    expect(await statusOf(token)).toBe(200)
  })
})

/** Straight into the table: only how many there are counts. */
const createOf = async (login: string, name: string) =>
  createToken(office.db, name, {
    userId: (await sql('SELECT id FROM app_user WHERE login = $1', [login])).rows[0].id,
  })

async function signInNew(login: string) {
  const { rows } = await sql('SELECT id, login FROM app_user WHERE login = $1', [login])
  await choosePassword(office, rows[0])
  return signIn(office, login)
}

/** Signing in: passwords, sessions and their cookies, other sites, guessing, and the first administrator's link. */
import { scryptSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkPassword, hashPassword } from '../../src/api/passwords.ts'
import { firstLink, setPassword } from '../../src/db/links.ts'
import { createSession, listSessions } from '../../src/db/sessions.ts'
import { beginTry } from '../../src/db/sign-in.ts'
import { type Browser, openBrowser } from './browser.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'
import { addPerson, choosePassword, PASSWORD, type Person, signIn, tokenOfPerson } from './people.ts'

let office: HeadOffice
let anna: Person
beforeAll(async () => {
  // As behind a proxy on this machine: every test is somewhere else.
  office = await openHeadOffice({ settings: { NIGHTSHIFT_TRUST_PROXY: 'loopback' } })
  anna = await addPerson(office, 'Anna', 'approver')
  await choosePassword(office, anna)
})
afterAll(() => office.close())

const me = (browser: Browser) => browser.call('GET', '/api/v1/me')
const sql = (text: string, values: unknown[] = []) => office.db.pool.query(text, values)
const cookieOf = (browser: Browser): string => browser.cookies.get('nightshift') ?? ''

describe('passwords', () => {
  test('are kept by scrypt with a salt and their parameters', async () => {
    const { rows } = await sql('SELECT password_hash AS hash FROM app_user WHERE login = $1', ['anna'])
    const [kind, N, r, p, salt, key] = rows[0].hash.split('$')
    expect([kind, N, r, p]).toEqual(['scrypt', '32768', '8', '3'])
    expect(Buffer.from(salt, 'base64url')).toHaveLength(16)
    const options = { N: 32_768, r: 8, p: 3, maxmem: 2 ** 27 }
    const own = scryptSync(PASSWORD, Buffer.from(salt, 'base64url'), 32, options).toString('base64url')
    expect(own).toBe(key)
  })

  test('a hash of other parameters opens, and is made anew', async () => {
    const old = await hashPassword(PASSWORD, { N: 2 ** 12, r: 8, p: 1 })
    expect(await checkPassword(PASSWORD, old)).toEqual({ isRight: true, isOld: true })
    await sql('UPDATE app_user SET password_hash = $1 WHERE login = $2', [old, 'anna'])
    await signIn(office, 'anna')
    const { rows } = await sql('SELECT password_hash AS hash FROM app_user WHERE login = $1', ['anna'])
    expect(rows[0].hash).toContain('scrypt$32768$8$3$')
  })

  test.each([
    ['eleven letters', 'elevenchars', 'passwordWeak'],
    ['the login', 'Long.Login.Of.Boris', 'passwordWeak'],
    ['longer than scrypt should be fed with', 'x'.repeat(1025), 'passwordWeak'],
  ])('%s will not do', async (_label, password) => {
    const login = 'long.login.of.boris'
    const found = (await office.ask('GET', '/users')).json.items.find((one: Person) => one.login === login)
    const boris = found ?? (await addPerson(office, login, 'viewer'))
    const link = await office.ask('POST', `/users/${boris.id}/link`)
    const browser = openBrowser(office.url)
    const page = new URL(link.json.url).pathname
    const refused = await browser.go('POST', page, { password, again: password })
    expect([refused.status, browser.cookies.size]).toEqual([422, 0])
    // The link is still good.
    expect((await browser.go('GET', page)).status).toBe(200)
  })

  test('a link to choose one works once, and ends what was open', async () => {
    const vera = await addPerson(office, 'vera', 'viewer')
    const first = await choosePassword(office, vera)
    const link = await office.ask('POST', `/users/${vera.id}/link`)
    const page = new URL(link.json.url).pathname
    const form = { password: 'another good one', again: 'another good one' }
    const browsers = Array.from({ length: 8 }, () => openBrowser(office.url))
    const done = await Promise.all(browsers.map((one) => one.go('POST', page, form)))
    expect(done.map((one) => one.status).sort()).toEqual([303, ...Array(7).fill(410)])
    expect((await me(first)).status).toBe(401)
    await expect(signIn(office, 'vera')).rejects.toThrow('signInRefused')
  })

  test('one’s own is changed with the one before; every other session ends', async () => {
    const dina = await addPerson(office, 'dina', 'viewer')
    const [here, there] = [await choosePassword(office, dina), await signIn(office, 'dina')]
    const before = cookieOf(here)
    const change = (current: string) =>
      here.call('POST', '/api/v1/session/password', { current, password: 'a second password' })
    expect((await change('not this one at all')).json.code).toBe('signInRefused')
    expect((await change(PASSWORD)).status).toBe(200)
    expect(cookieOf(here)).not.toBe(before)
    expect([(await me(here)).status, (await me(there)).status]).toEqual([200, 401])
    await signIn(office, 'dina', 'a second password')
  })
})

describe('sessions', () => {
  test('none begins by a password that was changed while it was checked, or of who was disabled then', async () => {
    const { id } = await addPerson(office, 'quick', 'viewer')
    const first = await hashPassword(PASSWORD, { N: 2 ** 12, r: 8, p: 1 })
    const next = await hashPassword(PASSWORD, { N: 2 ** 12, r: 8, p: 1 })
    await sql('UPDATE app_user SET password_hash = $2 WHERE id = $1', [id, first])
    const begin = (passwordHash?: string) =>
      createSession(office.db.pool, { userId: id, address: null, agent: null, passwordHash })
    expect(await begin(first)).toBeDefined()
    const changing = await office.db.pool.connect()
    await changing.query('BEGIN')
    await setPassword(changing, { id, login: 'quick' }, next)
    expect(await setPassword(changing, { id, login: 'quick' }, first, { former: first })).toBeUndefined()
    const late = begin(first)
    await changing.query('COMMIT')
    changing.release()
    expect(await late).toBeUndefined()
    expect(await listSessions(office.db.pool, id)).toEqual([])
    expect(await begin(next)).toBeDefined()
    await sql('UPDATE app_user SET disabled_at = now() WHERE id = $1', [id])
    expect(await begin()).toBeUndefined()
  })

  test('the cookie: for this host, out of reach of scripts, not along with other sites’ requests', async () => {
    const reply = await office.ask('POST', '/session', {
      token: null,
      json: { login: 'ANNA', password: PASSWORD },
    })
    expect(reply.status).toBe(201)
    const [line] = reply.headers.getSetCookie()
    expect(line).toMatch(/^nightshift=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/)
  })

  test('over TLS: secure, and bound to the host', async () => {
    const safe = await openHeadOffice({ settings: { NIGHTSHIFT_PUBLIC_URL: 'https://updates.example.org' } })
    try {
      const person = await addPerson(safe, 'anna', 'viewer')
      const link = await safe.ask('POST', `/users/${person.id}/link`)
      expect(link.json.url).toMatch(/^https:\/\/updates\.example\.org\/password\/[\w-]{43}$/)
      const headers = {
        Origin: 'https://updates.example.org',
        'Content-Type': 'application/x-www-form-urlencoded',
      }
      const reply = await fetch(safe.url + new URL(link.json.url).pathname, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ password: PASSWORD, again: PASSWORD }).toString(),
        redirect: 'manual',
      })
      expect(reply.status).toBe(303)
      expect(reply.headers.getSetCookie()[0]).toMatch(/^__Host-nightshift=[\w-]{43}; Path=\/; .*; Secure$/)
    } finally {
      await safe.close()
    }
  })

  test('nobody is given a cookie that somebody else chose', async () => {
    const browser = openBrowser(office.url)
    browser.cookies.set('nightshift', 'A'.repeat(43))
    await browser.call('POST', '/api/v1/session', { login: 'anna', password: PASSWORD })
    expect(cookieOf(browser)).not.toBe('A'.repeat(43))
    // And one that was theirs before is not good after.
    const before = cookieOf(browser)
    await browser.call('POST', '/api/v1/session', { login: 'anna', password: PASSWORD })
    const old = openBrowser(office.url)
    old.cookies.set('nightshift', before)
    expect([(await me(old)).status, (await me(browser)).status]).toEqual([401, 200])
  })

  test('every quarter of an hour another cookie; the one before is good for a minute, and then ends it', async () => {
    const browser = await signIn(office, 'anna')
    const [first, { userId }] = [cookieOf(browser), (await me(browser)).json]
    await sql("UPDATE session SET rotated_at = now() - interval '16 minutes' WHERE user_id = $1", [userId])
    // Several at once: one of them brings the new cookie, all are answered.
    const replies = await Promise.all([1, 2, 3, 4].map(() => me(browser)))
    expect(replies.map((one) => one.status)).toEqual([200, 200, 200, 200])
    expect(replies.filter((one) => one.headers.getSetCookie().length > 0)).toHaveLength(1)
    expect(cookieOf(browser)).not.toBe(first)
    const late = openBrowser(office.url)
    late.cookies.set('nightshift', first)
    expect((await me(late)).status).toBe(200)
    expect(cookieOf(late)).toBe(first)
    await sql("UPDATE session SET rotated_at = now() - interval '61 seconds' WHERE user_id = $1", [userId])
    expect((await me(late)).status).toBe(401)
    // Two have what one should have: neither goes on.
    expect((await me(browser)).status).toBe(401)
  })

  test.each([
    ['twelve hours of silence', "seen_at = now() - interval '12 hours 1 second'"],
    ['seven days', 'expires_at = now()'],
    ['its end', 'ended_at = now()'],
  ])('over after %s', async (_label, change) => {
    const browser = await signIn(office, 'anna')
    expect((await me(browser)).status).toBe(200)
    await sql(`UPDATE session SET ${change} WHERE user_id = $1`, [anna.id])
    expect((await me(browser)).status).toBe(401)
  })

  test('signing out ends it at the server, too', async () => {
    const browser = await signIn(office, 'anna')
    const kept = cookieOf(browser)
    expect((await browser.call('DELETE', '/api/v1/session')).status).toBe(204)
    expect(browser.cookies.size).toBe(0)
    browser.cookies.set('nightshift', kept)
    expect((await me(browser)).status).toBe(401)
  })

  test('a demotion holds from the next request on, and a disabling', async () => {
    const oleg = await addPerson(office, 'oleg', 'admin')
    const browser = await choosePassword(office, oleg)
    const token = await tokenOfPerson(browser, 'oleg laptop')
    expect((await me(browser)).json).toMatchObject({ actor: 'oleg', role: 'admin', by: 'session' })
    // Behind the API's back: nothing of it is remembered.
    await sql("UPDATE app_user SET role = 'viewer' WHERE id = $1", [oleg.id])
    expect((await me(browser)).json.role).toBe('viewer')
    expect((await office.ask('GET', '/users', { token })).json.code).toBe('permissionMissing')
    await sql('UPDATE app_user SET disabled_at = now() WHERE id = $1', [oleg.id])
    expect((await me(browser)).status).toBe(401)
    expect((await office.ask('GET', '/me', { token })).status).toBe(401)
  })

  test('listed and ended by who manages users', async () => {
    const pavel = await addPerson(office, 'pavel', 'viewer')
    const browser = await choosePassword(office, pavel)
    const other = await signIn(office, 'pavel')
    const { items } = (await office.ask('GET', `/users/${pavel.id}/sessions`)).json
    expect(items).toHaveLength(2)
    expect(Object.keys(items[0]).sort()).toEqual([
      'address',
      'agent',
      'createdAt',
      'expiresAt',
      'id',
      'seenAt',
    ])
    // Newest first.
    const one = `/users/${pavel.id}/sessions/${items[0].id}`
    expect((await office.ask('DELETE', one)).status).toBe(204)
    expect([(await me(browser)).status, (await me(other)).status]).toEqual([200, 401])
    expect((await office.ask('DELETE', one)).status).toBe(404)
    expect((await office.ask('DELETE', `/users/${pavel.id}/sessions`)).status).toBe(204)
    expect((await me(browser)).status).toBe(401)
  })

  test('on the board: events are told in the login; a browser without one is sent to sign in', async () => {
    const browser = await signIn(office, 'anna')
    expect((await browser.call('GET', '/queues/api/queues')).status).toBe(200)
    expect((await browser.call('PUT', '/queues/api/queues/download/clean/failed')).status).toBe(403)
    const { rows } = await sql(
      "SELECT actor FROM event WHERE code = 'boardActionRefused' ORDER BY id DESC LIMIT 1",
    )
    expect(rows[0].actor).toBe('anna')
    const sent = await openBrowser(office.url).go('GET', '/queues/queue/download')
    expect([sent.status, sent.headers.get('location')]).toEqual([
      303,
      '../../sign-in?to=%2Fqueues%2Fqueue%2Fdownload',
    ])
    const vera = await addPerson(office, 'viktor', 'viewer')
    const viewer = await choosePassword(office, vera)
    expect((await viewer.go('GET', '/queues')).status).toBe(200)
    const retried = await viewer.call('PUT', '/queues/api/queues/download/retry/failed')
    expect([retried.status, retried.json.permission]).toEqual([403, 'rollouts.control'])
    const part = await choosePassword(office, await addPerson(office, 'part', 'admin', ['south']))
    expect((await part.call('GET', '/queues/api/queues')).json.code).toBe('outOfScope')
  })
})

describe('other sites', () => {
  const stop = '/api/v1/rollouts/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11/stop'

  test.each([
    ['a cookie and nothing else', {}],
    ['another origin', { Origin: 'https://evil.example' }],
    ['no origin', { Origin: 'null' }],
    ['a neighbour', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://x.example.org' }],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('%s changes nothing', async (_label, headers: Record<string, string>) => {
    const browser = await signIn(office, 'anna')
    const Cookie = `nightshift=${cookieOf(browser)}`
    for (const [method, path] of [
      ['POST', stop],
      ['PUT', '/queues/api/queues/download/retry/failed'],
      ['DELETE', '/api/v1/session'],
    ] as const) {
      const reply = await fetch(office.url + path, { method, headers: { ...headers, Cookie } })
      expect([path, reply.status, ((await reply.json()) as { code: string }).code]).toEqual([
        path,
        403,
        'crossSite',
      ])
    }
    expect((await me(browser)).status).toBe(200)
    for (const path of ['/sign-in', '/sign-out', `/welcome/${'x'.repeat(43)}`]) {
      const form = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' }
      const reply = await fetch(office.url + path, {
        method: 'POST',
        headers: form,
        body: 'login=a',
        redirect: 'manual',
      })
      expect([path, reply.status]).toEqual([path, 403])
    }
  })

  test('our own page changes things', async () => {
    const browser = await signIn(office, 'anna')
    expect((await browser.call('POST', stop, {})).status).toBe(404)
    expect((await browser.call('POST', stop, {}, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(404)
  })
})

describe('guessing', () => {
  const from = (address: string) => ({ 'X-Forwarded-For': address })
  const guess = (login: string, password: string, address: string) =>
    office.ask('POST', '/session', { token: null, json: { login, password }, headers: from(address) })

  const known = (login: string, password: string, address: string, browser: Browser) => {
    const own = { Cookie: `nightshift=${cookieOf(browser)}`, 'Sec-Fetch-Site': 'same-origin' }
    const headers = { ...from(address), ...own }
    return office.ask('POST', '/session', { token: null, json: { login, password }, headers })
  }
  /** As if a while had passed; what was counted stays. Long enough for a column that rounds to milliseconds. */
  const pass = (what: string) =>
    sql(`UPDATE sign_in_failure SET blocked_until = now() - interval '10 ms' WHERE key LIKE '${what}:%'`)
  /** Whoever waits does so for long enough to be seen, however busy this machine is. */
  const hold = () =>
    sql(
      "UPDATE sign_in_failure SET blocked_until = blocked_until + interval '1 hour' WHERE count >= 5 AND blocked_until > last_at + interval '500 ms'",
    )
  const waitOf = async (what: string): Promise<number> => {
    const { rows } = await sql(
      `SELECT round(extract(epoch FROM blocked_until - last_at))::int AS wait FROM sign_in_failure
       WHERE key LIKE '${what}:%' ORDER BY last_at DESC LIMIT 1`,
    )
    return rows[0].wait
  }
  /** What a try is counted by, without the price of a password. */
  const count = async (login: string, address: string) => (await beginTry(office.db, { login, address })).ok
  async function countMany(n: number, login: (i: number) => string, address: (i: number) => string) {
    const open: boolean[] = []
    for (let i = 0; i < n; i += 1) {
      open.push(await count(login(i), address(i)))
      await hold()
    }
    return open
  }

  test('five tries from one place, then a wait that doubles and is told; also for who is not there', async () => {
    await addPerson(office, 'target', 'viewer')
    for (const [login, address] of [
      ['target', '198.51.100.1'],
      ['nobody.at.all', '203.0.113.1'],
    ] as const) {
      const tries: number[] = []
      for (let i = 0; i < 6; i += 1) {
        tries.push((await guess(login, 'wrong password', address)).status)
        await hold()
      }
      expect(tries).toEqual([401, 401, 401, 401, 401, 429])
      const waits: number[] = []
      for (let i = 0; i < 12; i += 1) {
        await pass('pair')
        expect(await count(login, address)).toBe(true)
        waits.push(await waitOf('pair'))
      }
      expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
      const told = await guess(login, PASSWORD, address)
      expect([told.status, told.json.code]).toEqual([429, 'tooManySignIns'])
      expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(600)
    }
  })

  test('many at once are counted, too', async () => {
    // As `hold`, before the next of them can look: whoever waits a second would be let in on a busy machine.
    await sql(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.blocked_until := NEW.blocked_until + interval '1 hour'; RETURN NEW; END $$`)
    await sql(`CREATE TRIGGER hold BEFORE UPDATE ON sign_in_failure FOR EACH ROW
      WHEN (NEW.last_at <> OLD.last_at AND NEW.blocked_until > NEW.last_at + interval '500 ms') EXECUTE FUNCTION hold()`)
    const all = await Promise.all(Array.from({ length: 30 }, () => count('stormed', '192.0.2.1')))
    await sql('DROP FUNCTION hold CASCADE')
    expect(all.filter((isOpen) => isOpen)).toHaveLength(5)
  })

  test('guesses at one login from one place keep nobody elsewhere waiting', async () => {
    await choosePassword(office, await addPerson(office, 'bullied', 'viewer'))
    const there = () => '192.0.2.50'
    expect(await countMany(8, () => 'bullied', there)).toEqual([
      ...Array(5).fill(true),
      ...Array(3).fill(false),
    ])
    expect((await guess('bullied', PASSWORD, '192.0.2.50')).status).toBe(429)
    expect((await guess('bullied', PASSWORD, '192.0.2.51')).status).toBe(201)
  })

  test('from a thousand places it is slowed, a minute at most; where they signed in before it is not', async () => {
    const browser = await choosePassword(office, await addPerson(office, 'famous', 'viewer'))
    expect((await guess('famous', PASSWORD, '192.0.2.60')).status).toBe(201)
    const open = await countMany(
      51,
      () => 'famous',
      (i) => `100.64.0.${i}`,
    )
    expect(open.indexOf(false)).toBe(50)
    const waits: number[] = []
    for (let i = 0; i < 8; i += 1) {
      await pass('anywhere')
      expect(await count('famous', `100.64.1.${i}`)).toBe(true)
      waits.push(await waitOf('anywhere'))
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60])
    await hold()
    expect((await guess('famous', PASSWORD, '100.64.2.1')).status).toBe(429)
    // Refused there, it is not counted against the place.
    const { rows } = await sql("SELECT count FROM sign_in_failure WHERE key = 'address:100.64.2.1'")
    expect(rows[0].count).toBe(0)
    expect((await guess('famous', PASSWORD, '192.0.2.60')).status).toBe(201)
    expect((await guess('famous', 'wrong', '192.0.2.60')).status).toBe(401)
    expect((await known('famous', PASSWORD, '100.64.2.2', browser)).status).toBe(201)
  })

  test('a browser of theirs is counted by itself, in an office that is blocked; another’s is not', async () => {
    const browser = await choosePassword(office, await addPerson(office, 'inside', 'viewer'))
    const other = await choosePassword(office, await addPerson(office, 'colleague', 'viewer'))
    const there = () => '192.0.2.70'
    expect((await countMany(21, (i) => `someone${i}`, there)).indexOf(false)).toBe(20)
    expect((await guess('inside', PASSWORD, '192.0.2.70')).status).toBe(429)
    expect((await known('inside', PASSWORD, '192.0.2.70', other)).status).toBe(429)
    expect((await known('inside', 'wrong', '192.0.2.70', browser)).status).toBe(401)
    expect((await known('inside', PASSWORD, '192.0.2.70', browser)).status).toBe(201)
    // Also when its session is over; and it has five tries like any other place.
    const later = await choosePassword(office, await addPerson(office, 'inside.too', 'viewer'))
    await sql(
      "UPDATE session SET ended_at = now() WHERE user_id = (SELECT id FROM app_user WHERE login = 'inside.too')",
    )
    const tries: number[] = []
    for (let i = 0; i < 6; i += 1) {
      tries.push((await known('inside.too', 'wrong', `192.0.2.${80 + i}`, later)).status)
      await hold()
    }
    expect(tries).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('an address that tries many logins waits as well', async () => {
    const there = () => '198.18.0.1'
    expect((await countMany(22, (i) => `login${i}`, there)).indexOf(false)).toBe(20)
    expect((await guess('anna', PASSWORD, '198.18.0.1')).status).toBe(429)
    expect((await guess('anna', PASSWORD, '198.18.0.2')).status).toBe(201)
  })

  test('the right password forgets it, and so does an hour', async () => {
    await choosePassword(office, await addPerson(office, 'lena', 'viewer'))
    const wrong = (n: number) =>
      countMany(
        n,
        () => 'lena',
        () => '198.19.0.1',
      )
    const good = async () => (await guess('lena', PASSWORD, '198.19.0.1')).status
    expect(await wrong(4)).not.toContain(false)
    expect(await good()).toBe(201)
    expect(await wrong(5)).not.toContain(false)
    expect(await good()).toBe(429)
    await sql(
      "UPDATE sign_in_failure SET last_at = now() - interval '61 minutes', blocked_until = now() - interval '10 ms'",
    )
    expect(await wrong(6)).toEqual([true, true, true, true, true, false])
  })

  test('nothing of what was typed is kept', async () => {
    await guess('my secret typed into the wrong field', 'x', '198.19.3.1')
    const { rows } = await sql('SELECT * FROM sign_in_failure')
    expect(JSON.stringify(rows)).not.toContain('secret')
  })
})

describe('the first administrator', () => {
  let empty: HeadOffice
  beforeAll(async () => {
    empty = await openHeadOffice({ settings: { NIGHTSHIFT_LANGUAGE: 'en' } })
  })
  afterAll(() => empty.close())

  test('one link, however many processes start; a lost one is replaced', async () => {
    const links = await Promise.all(Array.from({ length: 6 }, () => firstLink(empty.db, 'nightshift')))
    expect(links.map((one) => one?.kind).sort()).toEqual(['made', ...Array(5).fill('waiting')])
    const lost = links.find((one) => one?.kind === 'made')
    const again = await firstLink(empty.db, 'command line', { anew: true })
    if (lost?.kind !== 'made' || again?.kind !== 'made') throw new Error('no links')
    const browser = openBrowser(empty.url)
    expect((await browser.go('GET', `/welcome/${lost.secret}`)).status).toBe(410)
    const page = await browser.go('GET', `/welcome/${again.secret}`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('<html lang="en">')
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; .*form-action 'self'/)
    expect(page.text).not.toContain('<script')
  })

  test('its link makes one of twenty who follow it at once, and nobody afterwards', async () => {
    const link = await firstLink(empty.db, 'command line', { anew: true })
    if (link?.kind !== 'made') throw new Error('no link')
    const page = `/welcome/${link.secret}`
    const bad = { login: 'night operator', name: 'X', password: PASSWORD, again: PASSWORD }
    expect((await openBrowser(empty.url).go('POST', page, bad)).status).toBe(422)
    // A token has this name.
    await empty.db.pool.query("UPDATE api_token SET name = 'operator' WHERE name = 'night operator'")
    expect((await openBrowser(empty.url).go('POST', page, { ...bad, login: 'Operator' })).status).toBe(409)
    const browsers = Array.from({ length: 20 }, () => openBrowser(empty.url))
    const done = await Promise.all(
      browsers.map((one, i) => one.go('POST', page, { ...bad, login: `admin${i}`, name: `Admin ${i}` })),
    )
    expect(done.map((one) => one.status).sort()).toEqual([303, ...Array(19).fill(410)])
    const users = (await empty.ask('GET', '/users')).json.items
    expect(users).toHaveLength(1)
    expect(users[0]).toMatchObject({ role: 'admin', storeGroups: [], createdBy: 'welcome link' })
    const winner = browsers[done.findIndex((one) => one.status === 303)]
    expect((await winner?.call('GET', '/api/v1/me'))?.json).toMatchObject({
      actor: users[0].login,
      role: 'admin',
    })
    expect(await firstLink(empty.db, 'nightshift')).toBeUndefined()
  })

  test('pages: the browser’s language, escaped values, and no way elsewhere', async () => {
    const browser = openBrowser(empty.url)
    const russian = await fetch(`${empty.url}/sign-in`, { headers: { 'Accept-Language': 'de, ru-RU;q=0.8' } })
    expect(await russian.text()).toContain('<h1>Вход</h1>')
    const wrong = await browser.go('POST', '/sign-in', { login: '"><script>x', password: 'y' })
    expect([wrong.status, wrong.text.includes('<script')]).toEqual([401, false])
    for (const [to, there] of [
      ['/queues/queue/verify?status=failed', './queues/queue/verify?status=failed'],
      ['//evil.example', './'],
      ['/\\evil.example', './'],
      ['https://evil.example', './'],
      ['/\t/evil.example', './'],
      ['/./\\evil.example', './'],
      ['/.//evil.example', './'],
      ['javascript:alert(1)', './'],
    ] as const) {
      const { items } = (await empty.ask('GET', '/users')).json
      const form = { login: items[0].login, password: PASSWORD }
      const sent = await openBrowser(empty.url).go('POST', `/sign-in?to=${encodeURIComponent(to)}`, form)
      expect([to, sent.status, sent.headers.get('location')]).toEqual([to, 303, there])
    }
  })
})

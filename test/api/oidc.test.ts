/** Signing in at the organisation's server: a real one, on a port of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mappedRole } from '../../src/api/oidc.ts'
import { loadConfig } from '../../src/config.ts'
import { freePort } from '../support/free-port.ts'
import { type Browser, openBrowser } from './browser.ts'
import { type HeadOffice, openHeadOffice, type Reply } from './head-office.ts'
import { type Organisation, openOrganisation, SECRET } from './organisation.ts'
import { addPerson, tokenOfPerson } from './people.ts'

let office: HeadOffice
let organisation: Organisation
let accounts: Organisation['accounts']
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-oidc-'))
  await writeFile(path.join(folder, 'secret'), `${SECRET}\n`, { mode: 0o600 })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  organisation = await openOrganisation(`${url}/sign-in/oidc/callback`)
  accounts = organisation.accounts
  office = await openHeadOffice({
    settings: {
      NIGHTSHIFT_PORT: String(port),
      NIGHTSHIFT_PUBLIC_URL: url,
      NIGHTSHIFT_LANGUAGE: 'en',
      NIGHTSHIFT_OIDC_ISSUER: organisation.issuer,
      NIGHTSHIFT_OIDC_CLIENT_ID: 'nightshift',
      NIGHTSHIFT_OIDC_CLIENT_SECRET_FILE: path.join(folder, 'secret'),
      NIGHTSHIFT_OIDC_ROLES: 'till-admins=admin, night-shift=operator:south+kuban, auditors=viewer',
    },
  })
})
afterAll(async () => {
  await office.close()
  await organisation.close()
  await rm(folder, { recursive: true, force: true })
})

/** Follows redirects until a page; at the organisation's login page, as the person named. */
async function follow(browser: Browser, from: string, as: string): Promise<Reply & { url: string }> {
  let url = new URL(from, office.url)
  for (let i = 0; i < 12; i += 1) {
    if (url.pathname.startsWith('/interaction/')) url.searchParams.set('as', as)
    const reply = await browser.go('GET', url.href)
    const to = reply.headers.get('location')
    const next = to === null ? undefined : new URL(to, url)
    // The pages behind the door are not part of it.
    if (next === undefined || (next.origin === office.url && !next.pathname.startsWith('/sign-in')))
      return { ...reply, url: (next ?? url).href.replace(office.url, '') }
    url = next
  }
  throw new Error(`no end of redirects: ${url.href}`)
}

const signIn = (browser: Browser, as: string, to = '/queues') =>
  follow(browser, `/sign-in/oidc?to=${encodeURIComponent(to)}`, as)
const me = async (browser: Browser) => (await browser.call('GET', '/api/v1/me')).json

describe('a sign-in', () => {
  test('the first makes the person with the mapped role and groups', async () => {
    accounts['s-1'] = { preferred_username: 'Irina', name: 'Irina Smirnova', groups: ['x', 'night-shift'] }
    const browser = openBrowser(office.url)
    const door = await browser.go('GET', '/sign-in')
    expect(door.text).toContain('/sign-in/oidc?to=')
    const end = await signIn(browser, 's-1', '/queues/queue/verify')
    expect(end.url).toBe('/queues/queue/verify')
    expect(await me(browser)).toMatchObject({
      ...{ actor: 'irina', role: 'operator', storeGroups: ['south', 'kuban'], by: 'session' },
    })
    const [user] = (await office.ask('GET', '/users')).json.items
    expect(user).toMatchObject({
      login: 'irina',
      name: 'Irina Smirnova',
      signsInBy: 'oidc',
      createdBy: 'oidc',
    })
    expect((await office.ask('POST', `/users/${user.id}/link`)).json.code).toBe('noPassword')
    expect(JSON.stringify(user)).not.toContain('s-1')
  })

  test('every one takes the role of the claim, under the same login, whatever they call themselves now', async () => {
    accounts['s-1'] = { preferred_username: 'boss', groups: ['auditors', 'till-admins'] }
    const browser = openBrowser(office.url)
    await signIn(browser, 's-1')
    expect(await me(browser)).toMatchObject({ actor: 'irina', role: 'admin', storeGroups: null })
    accounts['s-1'] = { preferred_username: 'irina', groups: ['auditors'] }
    const other = openBrowser(office.url)
    await signIn(other, 's-1')
    expect((await me(other)).role).toBe('viewer')
    // A demotion ends what was open before.
    expect((await browser.call('GET', '/api/v1/me')).status).toBe(401)
  })

  test('who has no role there any more has nothing open here', async () => {
    accounts['s-9'] = { preferred_username: 'leaver', groups: ['auditors'] }
    const browser = openBrowser(office.url)
    await signIn(browser, 's-9')
    expect((await me(browser)).role).toBe('viewer')
    const token = await tokenOfPerson(browser, 'leaver laptop')
    expect((await office.ask('GET', '/me', { token })).status).toBe(200)
    accounts['s-9'] = { preferred_username: 'leaver', groups: [] }
    expect((await signIn(openBrowser(office.url), 's-9')).status).toBe(403)
    expect((await browser.call('GET', '/api/v1/me')).status).toBe(401)
    expect((await office.ask('GET', '/me', { token })).status).toBe(401)
    // Back again, they make another one.
    accounts['s-9'] = { preferred_username: 'leaver', groups: ['auditors'] }
    await signIn(openBrowser(office.url), 's-9')
    expect((await office.ask('GET', '/me', { token })).status).toBe(401)
  })

  test('a demotion there narrows what they made here', async () => {
    accounts['s-10'] = { preferred_username: 'mover', groups: ['till-admins'] }
    const browser = openBrowser(office.url)
    await signIn(browser, 's-10')
    const robot = await tokenOfPerson(browser, 'mover robot', { user: null })
    expect((await office.ask('GET', '/me', { token: robot })).json.role).toBe('admin')
    accounts['s-10'] = { preferred_username: 'mover', groups: ['auditors'] }
    await signIn(openBrowser(office.url), 's-10')
    expect((await office.ask('GET', '/me', { token: robot })).json.role).toBe('viewer')
  })

  test('a name that is no login gives way to the address of their mail', async () => {
    accounts['s-11'] = { preferred_username: 'Иван', email: 'ivan@example.org', groups: ['auditors'] }
    const browser = openBrowser(office.url)
    await signIn(browser, 's-11')
    expect((await me(browser)).actor).toBe('ivan@example.org')
  })

  test.each([
    ['no role is mapped', 's-2', { preferred_username: 'guest', groups: ['visitors'] }, 'has no role'],
    ['no claim at all', 's-3', { preferred_username: 'guest' }, 'has no role'],
    ['no login', 's-4', { groups: ['auditors'] }, 'no login'],
    ['a login that is none', 's-5', { preferred_username: 'a b<c>', groups: ['auditors'] }, 'no login'],
    ['the login of a token', 's-6', { preferred_username: 'robot', groups: ['auditors'] }, 'Somebody else'],
  ])('%s: a page that says so, and nobody is made', async (_label, id, account, words) => {
    accounts[id] = account
    await office.db.pool.query("UPDATE api_token SET name = 'Robot' WHERE name = 'night operator'")
    const before = await office.count('app_user')
    const browser = openBrowser(office.url)
    const end = await signIn(browser, id)
    expect([end.status, end.text.includes(words)]).toEqual([403, true])
    expect(browser.cookies.has('nightshift')).toBe(false)
    expect(await office.count('app_user')).toBe(before)
  })

  test('the login of a person with a password stays theirs', async () => {
    await addPerson(office, 'semyon', 'admin')
    accounts['s-7'] = { preferred_username: 'SEMYON', groups: ['auditors'] }
    const end = await signIn(openBrowser(office.url), 's-7')
    expect([end.status, end.text.includes('Somebody else')]).toEqual([403, true])
  })

  test('who is disabled stays out', async () => {
    await office.db.pool.query("UPDATE app_user SET disabled_at = now() WHERE login = 'irina'")
    const end = await signIn(openBrowser(office.url), 's-1')
    expect([end.status, end.text.includes('disabled')]).toEqual([403, true])
    await office.db.pool.query("UPDATE app_user SET disabled_at = NULL WHERE login = 'irina'")
  })
})

describe('the way back', () => {
  /** Everything but the last step. */
  async function almost(browser: Browser): Promise<string> {
    let url = new URL('/sign-in/oidc', office.url)
    for (let i = 0; i < 12; i += 1) {
      if (url.pathname.startsWith('/interaction/')) url.searchParams.set('as', 's-1')
      const reply = await browser.go('GET', url.href)
      url = new URL(reply.headers.get('location') ?? '', url)
      if (url.pathname === '/sign-in/oidc/callback') return url.pathname + url.search
    }
    throw new Error('no way back')
  }
  const isIn = (browser: Browser) => browser.cookies.has('nightshift')

  test('works once', async () => {
    const browser = openBrowser(office.url)
    const back = await almost(browser)
    const state = browser.cookies.get('nightshift-oidc') ?? ''
    expect((await browser.go('GET', back)).status).toBe(303)
    browser.cookies.set('nightshift-oidc', state)
    expect((await browser.go('GET', back)).status).toBe(403)
  })

  test('only in the browser that began it', async () => {
    const back = await almost(openBrowser(office.url))
    const victim = openBrowser(office.url)
    expect((await victim.go('GET', back)).status).toBe(403)
    expect(isIn(victim)).toBe(false)
  })

  test('not after ten minutes, not with another state, code, or issuer', async () => {
    const late = openBrowser(office.url)
    const back = await almost(late)
    await office.db.pool.query('UPDATE oidc_request SET expires_at = now()')
    expect((await late.go('GET', back)).status).toBe(403)
    const change = (name: string, value: string) => async () => {
      const browser = openBrowser(office.url)
      const url = new URL(await almost(browser), office.url)
      url.searchParams.set(name, value)
      const reply = await browser.go('GET', url.href)
      expect([name, reply.status, isIn(browser)]).toEqual([name, 403, false])
    }
    await change('state', 'x'.repeat(43))()
    await change('code', 'x'.repeat(43))()
    await change('iss', 'http://127.0.0.1:1')()
  })

  test('with another’s nonce it is refused', async () => {
    const browser = openBrowser(office.url)
    const back = await almost(browser)
    await office.db.pool.query("UPDATE oidc_request SET nonce = 'another'")
    expect((await browser.go('GET', back)).status).toBe(403)
    expect(isIn(browser)).toBe(false)
  })
})

test('a server that is away is said, and asked again by the next who comes', async () => {
  let issuer = ''
  let isAway = true
  const server = createServer((_request, response) => {
    if (isAway) return void response.destroy()
    response.setHeader('Content-Type', 'application/json')
    response.end(
      JSON.stringify({ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/t` }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = {
    ...{ NIGHTSHIFT_PUBLIC_URL: 'http://127.0.0.1:1', NIGHTSHIFT_LANGUAGE: 'en' },
    ...{ NIGHTSHIFT_OIDC_ISSUER: issuer, NIGHTSHIFT_OIDC_CLIENT_ID: 'nightshift' },
    NIGHTSHIFT_OIDC_ROLES: 'a=viewer',
  }
  const lonely = await openHeadOffice({ settings })
  try {
    const browser = openBrowser(lonely.url)
    const away = await browser.go('GET', '/sign-in/oidc')
    expect([away.status, away.text.includes('does not answer')]).toEqual([503, true])
    isAway = false
    expect((await browser.go('GET', '/sign-in/oidc')).headers.get('location')).toContain(`${issuer}/auth?`)
  } finally {
    await lonely.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

test('its cookie is bound to this host over TLS as that of a session is', async () => {
  const settings = {
    ...{ NIGHTSHIFT_PUBLIC_URL: 'https://updates.example.org', NIGHTSHIFT_OIDC_ISSUER: organisation.issuer },
    ...{ NIGHTSHIFT_OIDC_CLIENT_ID: 'nightshift', NIGHTSHIFT_OIDC_ROLES: 'a=viewer' },
  }
  const safe = await openHeadOffice({ settings })
  try {
    const reply = await fetch(`${safe.url}/sign-in/oidc`, { redirect: 'manual' })
    expect(reply.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-nightshift-oidc=[\w-]{20,100}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/,
      ),
    ])
    // A neighbour could have set one without it.
    const { searchParams } = new URL(reply.headers.get('location') ?? '')
    const state = searchParams.get('state') ?? ''
    const back = await fetch(`${safe.url}/sign-in/oidc/callback?state=${state}&code=x`, {
      redirect: 'manual',
      headers: { Cookie: `nightshift-oidc=${state}` },
    })
    expect(back.status).toBe(403)
    expect((await safe.db.pool.query('SELECT 1 FROM oidc_request')).rows).toHaveLength(1)
  } finally {
    await safe.close()
  }
})

describe('settings', () => {
  const base = {
    ...{ NIGHTSHIFT_OIDC_ISSUER: 'https://id.example.org', NIGHTSHIFT_OIDC_CLIENT_ID: 'n' },
    ...{ NIGHTSHIFT_OIDC_ROLES: 'a=viewer', NIGHTSHIFT_PUBLIC_URL: 'https://n.example.org' },
  }

  test.each([
    [
      'an issuer without TLS elsewhere',
      { NIGHTSHIFT_OIDC_ISSUER: 'http://id.example.org' },
      'NIGHTSHIFT_OIDC_ISSUER',
    ],
    ['no roles', { NIGHTSHIFT_OIDC_ROLES: '' }, 'NIGHTSHIFT_OIDC_ROLES'],
    ['a role that is none', { NIGHTSHIFT_OIDC_ROLES: 'a=root' }, 'NIGHTSHIFT_OIDC_ROLES'],
    ['no address of its own', { NIGHTSHIFT_PUBLIC_URL: '' }, 'NIGHTSHIFT_PUBLIC_URL'],
    [
      'an address with a question',
      { NIGHTSHIFT_PUBLIC_URL: 'https://n.example.org/?x' },
      'NIGHTSHIFT_PUBLIC_URL',
    ],
  ])('%s', (_label, change, name) => {
    expect(loadConfig(base).oidc?.claim).toBe('groups')
    expect(() => loadConfig({ ...base, ...change })).toThrow(name)
  })

  test('of several roles the one that may most, with all of its groups', () => {
    const { roles } = loadConfig({
      ...base,
      NIGHTSHIFT_OIDC_ROLES: 'a=viewer,b=operator:south,c=operator:kuban,d=admin',
    }).oidc ?? { roles: [] }
    expect(mappedRole(roles, ['a', 'b'])).toEqual({ role: 'operator', storeGroups: ['south'] })
    expect(mappedRole(roles, ['c', 'b'])).toEqual({ role: 'operator', storeGroups: ['south', 'kuban'] })
    expect(mappedRole(roles, 'd')).toEqual({ role: 'admin', storeGroups: [] })
    expect(mappedRole(roles, ['A', 1, null])).toBeUndefined()
    expect(mappedRole(roles, undefined)).toBeUndefined()
  })
})

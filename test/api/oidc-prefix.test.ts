/** Signing in at the organisation's server, below a proxy that takes a prefix off: there, back, and to where one wanted to go. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi } from '../../src/api/server.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { freePort } from '../support/free-port.ts'
import { newFolder, writePage } from '../web/page-folder.ts'
import { openPrefixProxy, type PrefixProxy } from '../web/prefix-proxy.ts'
import { type Browser, openBrowser } from './browser.ts'
import { type HeadOffice, openHeadOffice, type Reply } from './head-office.ts'
import { type Organisation, openOrganisation, SECRET } from './organisation.ts'

const PREFIX = '/shops/nightshift'
let office: HeadOffice
let organisation: Organisation
let api: Awaited<ReturnType<typeof startApi>>
let proxy: PrefixProxy
let folder: string
let page: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-oidc-'))
  await writeFile(path.join(folder, 'secret'), `${SECRET}\n`, { mode: 0o600 })
  page = await newFolder()
  await writePage(page)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}${PREFIX}`
  organisation = await openOrganisation(`${url}/sign-in/oidc/callback`)
  organisation.accounts.irina = { preferred_username: 'irina', groups: ['night-shift'] }
  organisation.accounts.stranger = { preferred_username: 'stranger', groups: [] }
  office = await openHeadOffice({
    settings: {
      // The slash at its end is nobody's mistake.
      NIGHTSHIFT_PUBLIC_URL: `${url}/`,
      NIGHTSHIFT_LANGUAGE: 'en',
      NIGHTSHIFT_OIDC_ISSUER: organisation.issuer,
      NIGHTSHIFT_OIDC_CLIENT_ID: 'nightshift',
      NIGHTSHIFT_OIDC_CLIENT_SECRET_FILE: path.join(folder, 'secret'),
      NIGHTSHIFT_OIDC_ROLES: 'night-shift=operator',
    },
  })
  const { db, queues, env } = office
  api = await startApi({ db, queues, config: loadConfig(env), log: createLog('silent'), pageFolder: page })
  proxy = await openPrefixProxy(PREFIX, api.port, port)
})
afterAll(async () => {
  expect(proxy.strays).toEqual([])
  await proxy.close()
  await api.close()
  await office.close()
  await organisation.close()
  await rm(folder, { recursive: true, force: true })
  await rm(page, { recursive: true, force: true })
})

type Landed = Reply & { readonly url: string; readonly way: readonly string[] }

/** Follows redirects until a page, at the organisation's login page as the person named. */
async function follow(browser: Browser, from: string, as: string): Promise<Landed> {
  let url = new URL(from)
  const way: string[] = []
  for (let i = 0; i < 12; i += 1) {
    if (url.pathname.startsWith('/interaction/')) url.searchParams.set('as', as)
    way.push(url.origin + url.pathname)
    const reply = await browser.go('GET', url.href)
    const to = reply.headers.get('location')
    if (to === null) return { ...reply, url: url.href, way }
    url = new URL(to, url)
  }
  throw new Error(`no end of redirects: ${way.join(' ')}`)
}

/** The link of the door to the organisation's server, as the browser makes it whole. */
function otherDoor({ text, url }: Landed): string {
  const href = /<a href="([^"]*sign-in\/oidc[^"]*)"/.exec(text)?.[1] ?? 'none'
  return new URL(href.replaceAll('&amp;', '&'), url).href
}
const below = ({ url }: { readonly url: string }): string => url.replace(proxy.url, '')
const me = async (browser: Browser) => (await browser.call('GET', `${proxy.url}/api/v1/me`)).json

test.each([
  ['deep inside the board, with its filter', '/queues/queue/download?status=failed'],
  ['the board', '/queues'],
  ['the root', '/'],
  ['a screen of the page', '/stores/M1/tills?sort=-sum'],
])('%s', async (_what, where) => {
  const browser = openBrowser(proxy.url)
  const isBoard = where.startsWith('/queues')
  const asked = isBoard ? where : `/sign-in?to=${encodeURIComponent(where)}`
  const door = await follow(browser, proxy.url + asked, 'irina')
  expect(below(door)).toMatch(/^\/sign-in\?to=/)
  const link = otherDoor(door)
  expect(link.startsWith(`${proxy.url}/sign-in/oidc?to=`)).toBe(true)
  const landed = await follow(browser, link, 'irina')
  expect([landed.status, below(landed).replace(/^\/queues\/$/, '/queues')]).toEqual([200, where])
  // There and back by the one address that the organisation knows.
  expect(landed.way).toContain(`${proxy.url}/sign-in/oidc/callback`)
  expect(landed.way.some((one) => one.startsWith(organisation.issuer))).toBe(true)
  expect(await me(browser)).toMatchObject({ actor: 'irina', role: 'operator', by: 'session' })
  // The state's cookie is gone, and the session's is there for what lies below the prefix.
  expect([...browser.cookies.keys()].filter((name) => name.startsWith('nightshift'))).toEqual(['nightshift'])
})

test('who is refused there, or comes back to nothing, finds the door below the prefix', async () => {
  const browser = openBrowser(proxy.url)
  const refused = await follow(browser, `${proxy.url}/sign-in/oidc?to=%2Fqueues`, 'stranger')
  expect([refused.status, new URL(refused.url).pathname]).toEqual([403, `${PREFIX}/sign-in/oidc/callback`])
  const back = /<a href="([^"]*)"/.exec(refused.text)?.[1] ?? 'none'
  expect(new URL(back, refused.url).href).toBe(`${proxy.url}/sign-in`)
  const stale = await browser.go('GET', `${proxy.url}/sign-in/oidc/callback?state=x&code=y`)
  expect(stale.status).toBe(403)
  expect((await browser.call('GET', `${proxy.url}/api/v1/me`)).status).toBe(401)
})

test('nobody is led out of the prefix by where they want to go', async () => {
  for (const to of ['//evil.example/x', '/../outside', '/\\evil.example', 'https://evil.example']) {
    const browser = openBrowser(proxy.url)
    const landed = await follow(browser, `${proxy.url}/sign-in/oidc?to=${encodeURIComponent(to)}`, 'irina')
    expect([to, landed.url.startsWith(`${proxy.url}/`)]).toEqual([to, true])
  }
})

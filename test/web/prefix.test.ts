/** Behind a proxy that puts a prefix before everything: nothing is configured, and nothing leads outside. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../../src/api/server.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { type Browser, openBrowser } from '../api/browser.ts'
import { type HeadOffice, openHeadOffice, type Reply } from '../api/head-office.ts'
import { addPerson, choosePassword, PASSWORD } from '../api/people.ts'
import { newFolder, SCRIPT, writePage } from './page-folder.ts'
import { openPrefixProxy, type PrefixProxy } from './prefix-proxy.ts'

let office: HeadOffice
let api: RunningApi
let proxy: PrefixProxy
let folder: string
beforeAll(async () => {
  folder = await newFolder()
  await writePage(folder)
  office = await openHeadOffice()
  await choosePassword(office, await addPerson(office, 'anna', 'admin'))
  const { db, queues, env } = office
  api = await startApi({ db, queues, config: loadConfig(env), log: createLog('silent'), pageFolder: folder })
  proxy = await openPrefixProxy('/shops/nightshift', api.port)
})
afterAll(async () => {
  expect(proxy.strays).toEqual([])
  await proxy.close()
  await api.close()
  await office.close()
  await rm(folder, { recursive: true, force: true })
})

type Landed = Reply & { readonly url: string }

/** Goes somewhere and follows what it is sent to, as a browser would. */
async function go(
  browser: Browser,
  method: 'GET' | 'POST',
  to: string,
  form?: Record<string, string>,
): Promise<Landed> {
  let reply = await browser.go(method, to, form)
  let url = to
  for (let i = 0; i < 5; i += 1) {
    const next = reply.headers.get('location')
    if (next === null) return { ...reply, url }
    url = new URL(next, url).href
    reply = await browser.go('GET', url)
  }
  throw new Error(`no end of redirects: ${url}`)
}

const open = (browser: Browser, where: string) => go(browser, 'GET', proxy.url + where)
const actionOf = ({ text, url }: Landed): string =>
  new URL((/<form method="post" action="([^"]*)"/.exec(text)?.[1] ?? 'none').replaceAll('&amp;', '&'), url)
    .href
const below = ({ url }: { url: string }): string => url.replace(proxy.url, '')
const login = { login: 'anna', password: PASSWORD }

test('the page, and every file that it names', async () => {
  const page = await open(openBrowser(proxy.url), '/stores/M1/tills?sort=-sum')
  expect(page.status).toBe(200)
  const base = new URL(/<base href="([^"]*)"/.exec(page.text)?.[1] ?? '', page.url)
  expect(base.href).toBe(`${proxy.url}/`)
  const named = [...page.text.matchAll(/(?:src|href)="(\.\/\w[^"]*)"/g)].map(([, name]) => name ?? '')
  expect(named).toHaveLength(2)
  for (const name of named) expect((await fetch(new URL(name, base))).status).toBe(200)
  expect(await (await fetch(new URL(named[0] ?? '', base))).text()).toBe(SCRIPT)
})

test('signing in from a page deep inside leads back to it; signing out to the door', async () => {
  const browser = openBrowser(proxy.url)
  const door = await open(browser, '/queues/queue/download?status=failed')
  expect(below(door)).toMatch(/^\/sign-in\?to=/)
  const refused = await go(browser, 'POST', actionOf(door), { ...login, password: 'not this one at all' })
  expect(refused.status).toBe(401)
  const board = await go(browser, 'POST', actionOf(refused), login)
  expect([board.status, below(board)]).toEqual([200, '/queues/queue/download?status=failed'])
  // Who is in already is sent on.
  expect(below(await open(browser, '/sign-in'))).toBe('/')
  const leave = await open(browser, '/sign-out')
  const out = await go(browser, 'POST', actionOf(leave), {})
  expect([out.status, below(out), browser.cookies.size]).toEqual([200, '/sign-in', 0])
  const told = await open(browser, '/sign-out')
  const back = /href="([^"]*)"/.exec(told.text)?.[1] ?? ''
  expect(new URL(back, told.url).href).toBe(`${proxy.url}/sign-in`)
})

test('the link to choose a password ends at the page, signed in', async () => {
  const boris = await addPerson(office, 'boris', 'viewer')
  const link = await office.ask('POST', `/users/${boris.id}/link`)
  const browser = openBrowser(proxy.url)
  const form = await open(browser, new URL(link.json.url).pathname)
  const home = await go(browser, 'POST', actionOf(form), { password: PASSWORD, again: PASSWORD })
  expect([home.status, below(home)]).toEqual([200, '/'])
  expect((await browser.call('GET', `${proxy.url}/api/v1/me`)).json.actor).toBe('boris')
})

test('the queue board: its files, and a base that the browser makes whole', async () => {
  const browser = openBrowser(proxy.url)
  await go(browser, 'POST', `${proxy.url}/sign-in`, login)
  for (const where of ['/queues', '/queues/', '/queues/queue/verify']) {
    const board = await open(browser, where)
    const base = new URL(/<base href="([^"]*)"/.exec(board.text)?.[1] ?? '', board.url)
    expect([where, base.href]).toEqual([where, `${proxy.url}/queues/`])
    const scripts = [...board.text.matchAll(/<script [^>]*?src="([^"]*)"/g)].map(([, name]) => name ?? '')
    expect([scripts[0], scripts.length > 1]).toEqual(['base.js', true])
    for (const name of scripts) expect((await browser.go('GET', new URL(name, base).href)).status).toBe(200)
  }
})

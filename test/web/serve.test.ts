/** The page as the API serves it: its addresses, its policy, its files, and the lack of it. */
import { readFile, rm } from 'node:fs/promises'
import { request as ask } from 'node:http'
import path from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_PARTS } from '../../src/api/pages/app.ts'
import { type RunningApi, startApi } from '../../src/api/server.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { openBrowser } from '../api/browser.ts'
import { type HeadOffice, openHeadOffice } from '../api/head-office.ts'
import { addPerson, choosePassword } from '../api/people.ts'
import { until } from '../support/until.ts'
import { newFolder, SCRIPT, writePage } from './page-folder.ts'

const SECRET = 'a'.repeat(43)
const ASSET = '/assets/index-DtuUjNnF.js'

let office: HeadOffice
let api: RunningApi
let folder: string
const openApi = (pageFolder: string, log = createLog('silent')): Promise<RunningApi> =>
  startApi({
    ...{ db: office.db, queues: office.queues, config: loadConfig(office.env), log, pageFolder },
    entrance: { secret: SECRET, login: 'anna' },
  })
beforeAll(async () => {
  folder = await newFolder()
  await writePage(folder)
  office = await openHeadOffice()
  await choosePassword(office, await addPerson(office, 'anna', 'admin'))
  api = await openApi(folder)
})
afterAll(async () => {
  await api.close()
  await office.close()
  await rm(folder, { recursive: true, force: true })
})

interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

/** As it is written: nothing of the address is tidied up, and no encoding is taken unless it is said. */
function get(where: string, headers: Record<string, string> = {}, method = 'GET', on = api): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: on.port, path: where, method, headers, agent: false }
    const sent = ask(options, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject).end()
  })
}

const HTML = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const baseOf = ({ body }: Got): string | undefined => /<base href="([^"]*)"/.exec(body.toString())?.[1]
const nonceOf = ({ body }: Got): string =>
  /<meta name="csp-nonce" content="([^"]*)"/.exec(body.toString())?.[1] ?? ''
const codeOf = ({ body }: Got): string => JSON.parse(body.toString()).code

describe('index.html', () => {
  test.each([
    ['/', './'],
    ['/stores', './'],
    ['/stores/', '../'],
    ['/rollouts?filter=a/b/c', './'],
    ['/stores/M1/tills', '../../'],
    ['/settings/access/users/', '../../../'],
  ])('%s leads to the root by %s', async (where, base) => {
    const page = await get(where, HTML)
    expect([page.status, baseOf(page)]).toEqual([200, base])
    // What a browser makes of it.
    const file = new URL('assets/x.js', new URL(base, `https://shops.example/a/b${where}`))
    expect(file.href).toBe('https://shops.example/a/b/assets/x.js')
  })

  test('a nonce of its own each time, and nothing inline beside it', async () => {
    const pages = await Promise.all([1, 2, 3].map(() => get('/chain', HTML)))
    expect(new Set(pages.map(nonceOf)).size).toBe(3)
    for (const page of pages) {
      expect(nonceOf(page)).toMatch(/^[\w-]{22}$/)
      expect(page.headers['content-security-policy']).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonceOf(page)}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'`,
      )
      expect(page.headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'text/html; charset=utf-8',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      })
    }
  })

  test('says its language, as the browser asks or as it is set', async () => {
    const langOf = async (headers: Record<string, string>) =>
      /<html lang="(\w+)"/.exec((await get('/', { ...HTML, ...headers })).body.toString())?.[1]
    expect(await langOf({ 'Accept-Language': 'en-GB,ru;q=0.5' })).toBe('en')
    expect(await langOf({ 'Accept-Language': 'de' })).toBe('ru')
  })

  test('HEAD: as GET, without its body', async () => {
    const [head, whole] = [await get('/chain', HTML, 'HEAD'), await get('/chain', HTML)]
    expect([head.status, head.body.length]).toEqual([200, 0])
    expect(head.headers['content-length']).toBe(String(whole.body.length))
  })

  test('every address of the page’s router is one', async () => {
    const router = await readFile(path.resolve(import.meta.dirname, '../../web/src/router.tsx'), 'utf8')
    const parts = [...router.matchAll(/'\/([a-z-]+)[/']/g)].map(([, part]) => part)
    expect(parts.length).toBeGreaterThan(5)
    for (const part of parts) expect(PAGE_PARTS).toContain(part)
  })
})

describe('files', () => {
  test('a digest in the name: kept for ever', async () => {
    const file = await get(ASSET)
    expect([file.status, file.body.toString()]).toEqual([200, SCRIPT])
    expect(file.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'Accept-Encoding',
    })
    expect((await get('/assets/face-Bc_91-xA.woff2')).headers['content-type']).toBe('font/woff2')
  })

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
    ['deflate', undefined, (body: Buffer) => body],
  ])('to who takes %s: %s', async (taken, encoding, unpack) => {
    const file = await get(ASSET, { 'Accept-Encoding': taken })
    expect([file.headers['content-encoding'], unpack(file.body).toString()]).toEqual([encoding, SCRIPT])
    const head = await get(ASSET, { 'Accept-Encoding': taken }, 'HEAD')
    expect([head.body.length, head.headers['content-length']]).toEqual([0, String(file.body.length)])
  })

  test('no digest in the name: asked for anew, and not sent again', async () => {
    const icon = await get('/icon.svg')
    expect(icon.headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': 'image/svg+xml; charset=utf-8',
    })
    const again = await get('/icon.svg', { 'If-None-Match': String(icon.headers.etag) })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  test.each([
    '/assets/none-12345678.js',
    '/assets/',
    `${ASSET}.br`,
    '/index.html',
    '/.built',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/..\\..\\package.json',
    '//assets/index-DtuUjNnF.js',
    '/assets/index-DtuUjNnF.js%00',
    '/__proto__',
    '/constructor',
  ])('%s is none', async (where) => {
    const none = await get(where)
    expect([none.status, codeOf(none)]).toEqual([404, 'routeUnknown'])
    const asked = await get(where, HTML)
    expect([asked.status, asked.body.includes('secret of the build')]).toEqual([404, false])
  })

  test('nothing else may be done to them', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      for (const where of [ASSET, '/chain']) expect((await get(where, HTML, method)).status).toBe(404)
  })
})

describe('what is not there', () => {
  test('a person sees the page, which says so; a program is told', async () => {
    const page = await get('/stroes/M1', HTML)
    expect([page.status, baseOf(page)]).toEqual([404, '../'])
    for (const headers of [{}, { Accept: 'application/json' }] as Record<string, string>[]) {
      const told = await get('/stores/M1', headers)
      expect([told.status, codeOf(told)]).toEqual([404, 'routeUnknown'])
      expect(told.headers['content-type']).toContain('application/problem+json')
    }
  })

  test.each(['/api/v1/nothing', '/api/', '/assets/none-12345678.js'])('%s never is a page', async (where) => {
    const told = await get(where, HTML)
    expect([told.status, codeOf(told)]).toEqual([404, 'routeUnknown'])
  })

  test('not built: it says how, in the log as well, and serves once it is', async () => {
    const empty = await newFolder()
    const file = path.join(empty, 'log')
    const other = await openApi(path.join(empty, 'web'), createLog('warn', file))
    try {
      const told = await get('/chain', { ...HTML, 'Accept-Language': 'en' }, 'GET', other)
      expect([told.status, told.body.toString()]).toEqual([503, expect.stringContaining('npm run build')])
      const logged = async () => (await readFile(file, 'utf8')).includes('npm run build')
      await until(logged, { within: 60_000, label: 'the warning' })
      await writePage(path.join(empty, 'web'))
      expect((await get('/chain', HTML, 'GET', other)).status).toBe(200)
    } finally {
      await other.close()
      await rm(empty, { recursive: true, force: true })
    }
  })
})

test('the demo’s entrance: one click, its secret, and nowhere else', async () => {
  const browser = openBrowser(api.url)
  expect((await browser.call('GET', `/demo/${'b'.repeat(43)}`)).json.code).toBe('routeUnknown')
  for (let click = 0; click < 2; click += 1) {
    const sent = await browser.go('GET', `/demo/${SECRET}`)
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '../'])
  }
  const { version } = JSON.parse(
    await readFile(path.resolve(import.meta.dirname, '../../package.json'), 'utf8'),
  )
  expect((await browser.call('GET', '/api/v1/me')).json).toMatchObject({
    ...{ actor: 'anna', role: 'admin', server: { version }, language: 'ru' },
  })
  const usual = await openBrowser(office.url).call('GET', `/demo/${SECRET}`)
  expect([usual.status, usual.json.code]).toEqual([404, 'routeUnknown'])
})

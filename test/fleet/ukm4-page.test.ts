/** The grid of a UKM 4 head office, as its manual shows it, from a server that answers with it. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventoryOfUkm4 } from '../../src/fleet/ukm4/inventory.ts'
import { parseGrid, readUkm4Page } from '../../src/fleet/ukm4/page.ts'
import type { Ukm4Note } from '../../src/fleet/ukm4/till.ts'

const HEADS = [
  '№',
  'Номер',
  'Название',
  'Адрес кассы',
  'Состояние',
  'Версия',
  'Смена',
  'Сумма',
  'Кассир',
  'Авто-обновление',
  'Загрузка',
]
const SHIFTS = ['Открыта (1)', '', 'Открыта (2)', '', 'Открыта (3)', 'Открыта (2)', '', 'Открыта (1)', '', '']
const ROWS = [
  ...SHIFTS.map((shift, i) => [
    '<input type="checkbox">',
    '0',
    `Терминал самообслуживания id = ${50_001_002 + i}`,
    '',
    'Off-line',
    'Нет данных',
    shift,
    i === 2 ? '0,50' : '0,00',
    shift === '' ? '----' : 'Пользователь SCO',
    'Выключено',
    'Нет',
  ]),
  [
    '<input type="checkbox">',
    '1',
    'Терминал №1',
    '127.0.0.1',
    'Off-line',
    '97',
    'Открыта (1)',
    '1 252,05',
    'Петров',
    'Включено',
    'Нет',
  ],
]
const grid = (rowOf: (i: number) => string) =>
  `<html><body><table><tr><th>menu</th></tr></table><table class="grid"><thead><tr>${HEADS.map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>${ROWS.map((row, i) => `<tr ${rowOf(i)}>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</tbody></table></body></html>`

let server: Server
let url: string
const asked: { method: string; url: string; cookie: string | undefined; auth: string | undefined }[] = []

function answer(request: IncomingMessage): {
  status: number
  body: string
  headers?: Record<string, string>
} {
  const { searchParams, pathname } = new URL(request.url ?? '', 'http://x')
  if (pathname === '/away') return { status: 302, body: '', headers: { Location: '/login' } }
  if (pathname === '/login') return { status: 200, body: '<form><input type="password"></form>' }
  if (pathname === '/broken') return { status: 500, body: 'x' }
  if (searchParams.get('r') !== 'pos/index' || searchParams.get('onlyGrid') !== '1')
    return { status: 404, body: '' }
  return { status: 200, body: grid((i) => (i === 10 ? 'data-id="50001001"' : '')) }
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { method = '', headers } = request
    asked.push({ method, url: request.url ?? '', cookie: headers.cookie, auth: headers.authorization })
    const { status, body, headers: more } = answer(request)
    response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', ...more }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test("the manual's own grid: all eleven rows, each cell in its form", async () => {
  const fleet = await readUkm4Page({
    url: `${url}/index.php?x=1`,
    stores: [{ code: 'M1', id: '7', name: 'ООО "Вот это - магазин"' }],
    credential: 'cookie: PHPSESSID=abc',
  })
  expect(fleet.notes).toEqual([])
  expect(fleet.tills.map((till) => till.cashId)).toEqual(
    [...Array(10).keys()].map((i) => String(50_001_002 + i)).concat('50001001'),
  )
  expect(fleet.tills[0]).toEqual({
    ...{ cashId: '50001002', store: 'M1', number: 0, name: 'Терминал самообслуживания id = 50001002' },
    ...{ kind: 'selfCheckout', host: null, isOnServer: false, readAt: null },
    status: {
      ...{ online: false, state: 'Off-line', version: null, shift: { open: true, number: 1 }, sum: '0.00' },
      ...{ cashier: 'Пользователь SCO', autoUpdate: false, download: null },
    },
  })
  expect(fleet.tills[1]?.status).toMatchObject({ shift: { open: false, number: null }, cashier: null })
  expect(fleet.tills[10]).toEqual({
    ...{ cashId: '50001001', store: 'M1', number: 1, name: 'Терминал №1', kind: 'till' },
    ...{ host: '127.0.0.1', isOnServer: true, readAt: null },
    status: {
      ...{
        online: false,
        state: 'Off-line',
        version: '97',
        shift: { open: true, number: 1 },
        sum: '1252.05',
      },
      ...{ cashier: 'Петров', autoUpdate: true, download: null },
    },
  })
  expect(asked).toEqual([
    {
      method: 'GET',
      url: '/index.php?x=1&r=pos%2Findex&onlyGrid=1&store=7',
      cookie: 'PHPSESSID=abc',
      auth: undefined,
    },
  ])
})

test('it becomes an inventory; what that system does not know must be said', async () => {
  const fleet = await readUkm4Page({ url, stores: [{ code: 'M1' }], credential: 'basic: anna:x:y' })
  expect(asked.at(-1)?.auth).toBe(`Basic ${Buffer.from('anna:x:y').toString('base64')}`)
  const bare = inventoryOfUkm4(fleet, {})
  if (bare.ok) throw new Error('nothing is missing?')
  expect(bare.faults.list.map(({ code, field }) => `${code} ${field}`)).toEqual([
    'fieldMissing M1 name',
    'fieldMissing M1 timeZone',
    'fieldMissing M1 host',
    'fieldMissing M1 packageFolder',
    'fieldMissing M1 packageUrl',
  ])
  const store = {
    name: 'Shop',
    timeZone: 'Europe/Moscow',
    packageFolder: '/srv',
    packageUrl: 'http://10.0.0.1/ukminstall',
  }
  const whole = inventoryOfUkm4(fleet, {
    store,
    device: { user: 'ukm' },
    stores: { M1: { host: '10.0.0.1' } },
  })
  expect(whole).toMatchObject({
    ok: true,
    stores: [{ code: 'M1', host: '10.0.0.1', devices: Array.from({ length: 11 }, () => ({ user: 'ukm' })) }],
  })
})

test('a row that names no cash id is told, and the others are read', () => {
  const notes: Ukm4Note[] = []
  expect(
    parseGrid(
      grid(() => ''),
      'M1',
      notes,
    ),
  ).toHaveLength(10)
  expect(notes).toEqual([{ code: 'tillWithoutId', value: 'M1: Терминал №1' }])
  expect(
    parseGrid(
      grid((i) => `id="pos_row_${60_000_000 + i}"`),
      'M1',
      [],
    ),
  ).toHaveLength(11)
})

test.each([
  ['/away', 'signedOut'],
  ['/login?', 'signedOut'],
  ['/broken', 'unreachable'],
])('%s: %s', async (path, code) => {
  await expect(readUkm4Page({ url: url + path, stores: [{ code: 'M1' }] })).rejects.toMatchObject({ code })
})

test('a page without the grid, a credential of no known kind, a server that is not there', async () => {
  expect(() => parseGrid('<table><tr><th>Номер</th></tr></table>', 'M1', [])).toThrow('there is no table')
  const page = { stores: [{ code: 'M1' }] }
  await expect(readUkm4Page({ ...page, url, credential: 'secret' })).rejects.toMatchObject({
    code: 'signedOut',
  })
  await expect(readUkm4Page({ ...page, url: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'unreachable',
  })
})

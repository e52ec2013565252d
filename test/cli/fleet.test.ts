/** `nightshift fleet …` as a person meets it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startProcess, type TestProcess } from '../support/process.ts'

let folder: string
let database: TestDatabase
const started: TestProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-fleet-'))
  database = await createDatabase()
})
afterAll(async () => {
  for (const one of started) one.kill()
  await rm(folder, { recursive: true, force: true })
  await database.drop()
})

async function fleet(...args: string[]) {
  const one = startProcess(['fleet', ...args], {
    DATABASE_URL: database.url,
    NIGHTSHIFT_DATA: folder,
    NIGHTSHIFT_LOG: 'warn',
  })
  started.push(one)
  return { status: await one.ended(60_000), text: one.output() }
}

const write = async (name: string, text: string): Promise<string> => {
  const file = path.join(folder, name)
  await writeFile(file, text)
  return file
}

const CSV = `store;storeName;timeZone;storeHost;packageFolder;packageUrl;cashId;kind;number;name;host
M1;Магазин;Europe/Moscow;10.0.0.1;/srv/p;http://10.0.0.1/p;50001001;till;1;Касса 1;10.0.1.1
M1;;;;;;50001002;selfCheckout;0;КСО;
`

test('a preview changes nothing; --yes applies; what is exported changes nothing; --replace takes out', async () => {
  const file = await write('fleet.csv', CSV)
  const shown = await fleet('import', file, '--preview')
  expect([shown.status, shown.text]).toEqual([
    '0',
    expect.stringContaining('devices: 2 added, 0 changed, 0 removed, 0 unchanged'),
  ])
  expect(shown.text).toContain('  + M1 50001001 Касса 1')
  const unasked = await fleet('import', file)
  expect([unasked.status, unasked.text]).toEqual(['1', expect.stringContaining('say --yes')])
  const done = await fleet('import', file, '--yes')
  expect([done.status, done.text]).toEqual(['0', expect.stringMatching(/applied\n$/)])

  const out = path.join(folder, 'out.csv')
  expect((await fleet('export', '--format', 'csv', '--output', out)).status).toBe('0')
  expect((await fleet('import', out, '--replace', '--preview')).text).toContain(
    'devices: 0 added, 0 changed, 0 removed, 2 unchanged',
  )
  const less = (await readFile(out, 'utf8')).split('\r\n').filter((line) => !line.includes('50001002'))
  const replaced = await fleet('import', await write('less.csv', less.join('\r\n')), '--replace', '--yes')
  expect(replaced.text).toContain('  - M1 50001002 КСО')
  expect(JSON.parse((await fleet('export')).text).stores[0].devices).toHaveLength(1)
}, 480_000)

test('every fault is told as file:line:column, and nothing is changed', async () => {
  const file = await write('bad.csv', CSV.replace('Europe/Moscow', 'Mars/Olympus').replace(';0;', ';x;'))
  const { status, text } = await fleet('import', file, '--yes')
  expect(status).toBe('1')
  expect(text).toContain('bad.csv:2:3: timeZoneUnknown timeZone "Mars/Olympus": a time zone by its name')
  expect(text).toContain('bad.csv:3:9: numberInvalid number "x": a whole number from 0 to 999999')
  expect(text).toContain('nothing was changed')
})

test('a UKM 4 head office by its page: tills come in, and what it says is kept beside what they say', async () => {
  const heads = [
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
  const cells = [
    '0',
    'Терминал самообслуживания id = 50001009',
    '',
    'Off-line',
    '97',
    'Открыта (1)',
    '1 252,05',
    '----',
    'Включено',
    'Нет',
  ]
  const row = (tag: string, texts: string[]) =>
    `<tr>${texts.map((one) => `<${tag}>${one}</${tag}>`).join('')}</tr>`
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(`<table>${row('th', heads)}${row('td', cells)}</table>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.php`
  const credential = await write('credential', 'cookie: a=b\n')
  const common = [
    'ukm4',
    '--page',
    url,
    '--credential-file',
    credential,
    '--store',
    'M1=7',
    '--store',
    'M9=8',
  ]
  const refused = await fleet(...common, '--yes')
  expect([refused.status, refused.text]).toEqual([
    '1',
    expect.stringContaining('M9 host: that system does not know it'),
  ])
  const done = await fleet(...common.slice(0, -2), '--yes')
  expect([done.status, done.text]).toEqual(['0', expect.stringContaining('1 of 1 tills')])
  server.close()
  const db = openDatabase(database.url)
  const { rows } = await db.pool.query(
    `SELECT d.kind, s.source, s.read_at, s.body->>'sum' AS sum FROM sighting s JOIN device d ON d.id = s.device_id WHERE d.cash_id = '50001009'`,
  )
  await db.close()
  expect(rows).toEqual([{ kind: 'selfCheckout', source: 'ukm4:page', read_at: null, sum: '1252.05' }])
}, 480_000)

/** A fleet by file: shown first, applied as it was shown, taken out again, and written out so that it reads back. */
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readInventory } from '../../src/db/fleet-state.ts'
import { removeFromFleet } from '../../src/db/remove-fleet.ts'
import { type HeadOffice, openHeadOffice, type Reply, store, till, uploadPackage } from './head-office.ts'

let office: HeadOffice

beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const preview = (body: string, type: string, query = ''): Promise<Reply> =>
  office.ask('POST', `/fleet/preview${query}`, { body, headers: { 'Content-Type': type } })
const apply = ({ json }: Reply, hash?: string): Promise<Reply> =>
  office.ask('POST', '/fleet/apply', { json: { previewId: json.previewId, hash: hash ?? json.hash } })

async function load(stores: readonly object[], mode = 'merge'): Promise<Reply> {
  const shown = await preview(JSON.stringify({ stores }), 'application/json', `?mode=${mode}`)
  expect([shown.status, shown.text.slice(0, 2000)]).toEqual([200, expect.any(String)])
  const applied = await apply(shown)
  expect([applied.status, applied.text.slice(0, 500)]).toEqual([200, expect.any(String)])
  return shown
}

const codes = (reply: Reply): string[] =>
  reply.json.errors.map((one: { code: string; line: number }) => `${one.line} ${one.code}`)

test('a preview shows adds, changes with both values, and what is worth a look; applying does just that, once', async () => {
  const first = await preview(
    JSON.stringify({ stores: [store('A1', [till('1'), till('2', { host: '10.0.0.8' })])] }),
    'application/json',
  )
  expect(first.json).toMatchObject({
    ...{ format: 'json', canApply: true, mode: 'merge' },
    counts: { stores: { added: 1, unchanged: 0 }, devices: { added: 2, changed: 0, removed: 0 } },
  })
  expect(await office.count('device')).toBe(0)
  expect((await apply(first, 'f'.repeat(64))).json.code).toBe('previewDiffers')
  expect((await apply(first)).status).toBe(200)
  expect(await office.count('device')).toBe(2)
  expect((await apply(first)).json).toMatchObject({
    status: 409,
    code: 'fleetChanged',
    changed: ['A1', '1', '2'],
  })

  const second = await load([
    store('A1', [till('1', { name: 'New', host: '10.0.0.8' })], { timeZone: 'Asia/Omsk' }),
    store('A2', []),
  ])
  expect(second.json.devices.changed).toEqual([
    {
      ...{ cashId: '1', store: 'A1', name: 'New' },
      changes: [
        { field: 'name', before: 'Терминал 1', after: 'New' },
        { field: 'host', before: '10.0.0.7', after: '10.0.0.8' },
      ],
    },
  ])
  expect(second.json.warnings.map((one: { code: string; at: string }) => `${one.code} ${one.at}`)).toEqual([
    'timeZoneChanges A1',
    'storeWithoutDevices A2',
    'storeHostTwice A2',
    'hostTwice 1',
  ])
  expect((await office.ask('GET', '/devices/2')).json.name).toBe('Терминал 2')
})

test('what somebody changes after the preview stops it; what it does not touch does not', async () => {
  await load([store('B1', [till('10'), till('11')])])
  const shown = await preview(
    JSON.stringify({ stores: [store('B1', [till('10', { name: 'X' })])] }),
    'application/json',
  )
  await office.db.pool.query(`UPDATE device SET name = 'elsewhere' WHERE cash_id = '11'`)
  await office.db.pool.query(`UPDATE device SET name = 'by hand' WHERE cash_id = '10'`)
  expect((await apply(shown)).json).toMatchObject({ code: 'fleetChanged', changed: ['10'] })
  await office.db.pool.query(`UPDATE device SET name = 'Терминал 10' WHERE cash_id = '10'`)
  expect((await apply(shown)).status).toBe(200)
})

test('what a file does not say stays: pins, blocks, hours, labels of a column that is not there', async () => {
  await load([
    store(
      'C1',
      [till('20', { blocked: true, labels: ['a'], hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA'] })],
      {
        hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5BBBB'],
      },
    ),
  ])
  const csv = `store,storeName,timeZone,storeHost,packageFolder,packageUrl,cashId,kind,name,host,configuration
C1,Магазин C1,Europe/Moscow,store.example,/var/lib/packages,http://10.0.0.1/packages,20,till,Терминал 20,10.0.0.99,`
  const shown = await preview(csv, 'text/csv')
  expect(shown.json.counts.stores).toMatchObject({ changed: 0, unchanged: 1 })
  expect(shown.json.devices.changed[0].changes).toEqual([
    { field: 'host', before: '10.0.0.7', after: '10.0.0.99' },
  ])
  expect(shown.json.warnings).toContainEqual(
    expect.objectContaining({ code: 'addressChangesKeysKept', at: '20' }),
  )
  await apply(shown)
  const { rows } = await office.db.pool.query(
    `SELECT blocked, labels, host_keys FROM device WHERE cash_id = '20'`,
  )
  expect(rows).toEqual([
    { blocked: true, labels: ['a'], host_keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA'] },
  ])
})

test('faults of a file are told all at once with their lines, and nothing is changed', async () => {
  const before = await office.count('device')
  const csv = await preview('store;cashId;port\nX;1;a\nX;2;b\n;3;4\n', 'text/csv; charset=utf-8')
  expect([csv.status, csv.json.code]).toEqual([422, 'fieldMissing'])
  expect(codes(csv)).toEqual(expect.arrayContaining(['2 numberInvalid', '3 numberInvalid', '4 fieldMissing']))
  expect(csv.json.errors[0]).toMatchObject({ line: 2, path: expect.any(String), detail: expect.any(String) })
  expect(codes(await preview('[a\n', 'text/plain'))).toEqual(['1 syntaxInvalid'])
  expect((await preview('{}', 'application/xml')).json.code).toBe('contentTypeUnsupported')
  expect((await preview('x', 'text/plain', '?format=exe')).json.code).toBe('fieldInvalid')
  expect(await office.count('device')).toBe(before)
})

test('two tills swap their numbers; a number that somebody else has is refused, also by POST /fleet', async () => {
  await load([store('D1', [till('30', { number: 1 }), till('31', { number: 2 }), till('32', { number: 3 })])])
  const shown = await load([store('D1', [till('30', { number: 2 }), till('31', { number: 1 })])])
  expect(shown.json.counts.devices.changed).toBe(2)
  const { rows } = await office.db.pool.query(
    `SELECT cash_id, number FROM device WHERE cash_id IN ('30', '31') ORDER BY 1`,
  )
  expect(rows).toEqual([
    { cash_id: '30', number: 2 },
    { cash_id: '31', number: 1 },
  ])
  const taken = { stores: [store('D1', [till('30', { number: 3 })])] }
  const refused = await preview(JSON.stringify(taken), 'application/json')
  expect(refused.json).toMatchObject({
    canApply: false,
    refusals: [{ code: 'numberTwice', cashId: '30', store: 'D1', other: '32', number: 3 }],
  })
  expect((await apply(refused)).json).toMatchObject({ status: 409, code: 'numberTwice' })
  expect((await office.ask('POST', '/fleet', { json: taken })).json).toMatchObject({
    status: 409,
    code: 'numberTwice',
  })
})

test('replace takes out what is not named; it comes again as the same row; a live update holds it', async () => {
  const all = [...(await readInventory(office.db.pool, null)), store('E0', [])]
  await load([...all, store('E1', [till('40', { number: 4 }), till('41')]), store('E2', [till('42')])])
  const { rows: before } = await office.db.pool.query(`SELECT id FROM device WHERE cash_id = '40'`)
  const shown = await load([...all, store('E1', [till('41'), till('43', { number: 4 })])], 'replace')
  expect(shown.json.stores.removed).toEqual([{ code: 'E2', name: 'Магазин E2' }])
  expect(shown.json.devices.removed.map((one: { cashId: string }) => one.cashId).sort()).toEqual(['40', '42'])
  const { rows: events } = await office.db.pool.query(
    `SELECT code, params FROM event WHERE code IN ('deviceRemoved', 'storeRemoved') ORDER BY id`,
  )
  expect(events).toEqual([
    { code: 'deviceRemoved', params: { cashId: '40' } },
    { code: 'deviceRemoved', params: { cashId: '42' } },
    { code: 'storeRemoved', params: { store: 'E2' } },
  ])
  const again = await load([store('E2', [till('40', { number: 4 })])])
  expect(again.json.devices.added).toEqual([
    expect.objectContaining({ cashId: '40', store: 'E2', returns: true }),
  ])
  const { rows: after } = await office.db.pool.query(`SELECT id FROM device WHERE cash_id = '40'`)
  expect(after).toEqual(before)

  const packageId = await uploadPackage(office)
  const plan = await office.ask('POST', '/rollouts', { json: { packageId, stores: ['E2'], name: 'n' } })
  expect([plan.status, plan.text.slice(0, 600)]).toEqual([201, expect.any(String)])
  await office.db.pool.query(
    `INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, to_version)
     SELECT gen_random_uuid(), $1, d.id, d.store_id, $2, 96001 FROM device d WHERE d.cash_id = '40'`,
    [plan.json.id, packageId],
  )
  const held = await preview(JSON.stringify({ stores: all }), 'application/json', '?mode=replace')
  expect(held.json).toMatchObject({
    canApply: false,
    refusals: [{ code: 'ownedByRollout', cashId: '40', store: 'E2' }],
  })
  expect((await apply(held)).json).toMatchObject({ status: 409, code: 'ownedByRollout' })
  await office.db.pool.query(`DELETE FROM device_update`)
})

test('what was taken out is in no list, plan, look or retry', async () => {
  await load([
    store('F1', [till('50'), till('51', { labels: ['only here'] })], {
      group: 'gone',
      timeZone: 'Asia/Magadan',
    }),
  ])
  const { rows } = await office.db.pool.query<{ id: string; store_id: string }>(
    `SELECT id, store_id FROM device WHERE cash_id IN ('50', '51')`,
  )
  const zones = async () => (await import('../../src/db/reports.ts')).readTimeZones(office.db.pool)
  expect(await zones()).toContain('Asia/Magadan')
  await removeFromFleet(office.db.pool, {
    ...{
      deviceIds: rows.map((row) => row.id),
      storeIds: [...new Set(rows.map((row) => row.store_id))],
      actor: 'test',
    },
  })
  expect(await zones()).not.toContain('Asia/Magadan')
  const listed = await office.ask('GET', '/devices?limit=1000')
  expect(listed.text).not.toMatch(/"cashId":"5[01]"/)
  expect((await office.ask('GET', '/stores')).text).not.toContain('"F1"')
  const packageId = await uploadPackage(office)
  const ask = (selection: object) =>
    office.ask('POST', '/rollouts', { json: { packageId, selection, name: 'n' } })
  expect((await ask({ stores: ['F1'] })).json.code).toBe('storeUnknown')
  expect((await ask({ cashIds: ['50'] })).json.code).toBe('deviceUnknown')
  expect((await ask({ groups: ['gone'] })).json.code).toBe('groupUnknown')
  expect((await ask({ labels: ['only here'] })).json.code).toBe('labelUnknown')
  const whole = await ask({})
  expect(whole.status).toBe(201)
  for (const { id } of rows) expect(whole.text).not.toContain(id)
  const exported = await office.ask('GET', '/fleet')
  expect(exported.text).not.toContain('"F1"')
  expect((await office.ask('POST', '/devices/50/block', { json: { on: true, reason: 'x' } })).status).toBe(
    404,
  )
})

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((one) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(one))
const hostile = fc.constantFrom(
  '=1+1',
  "'=x",
  '@SUM(A1)',
  '-1',
  '+7 (900) 000',
  'a,b',
  'a;b',
  '"q"',
  "'",
  "''",
  '[x',
  ' =cmd',
  'Касса №1',
  '\\',
)
const name = fc.oneof(text, hostile)
const word = name.map((one) => one.trim()).filter((one) => one !== '')
const labels = fc.uniqueArray(word, { maxLength: 4 })
const clock = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:30`)
const calendar = fc.option(
  fc.record({
    windows: fc.array(
      fc.record({ days: fc.constant(['mon', 'sun']), from: clock, to: fc.constant('23:59') }),
      { minLength: 1, maxLength: 3 },
    ),
    opening: fc.oneof(fc.constant('always'), fc.constant(null), fc.constant([])),
    exceptions: fc.constantFrom([], [{ date: '2026-12-31', windows: [] }]),
  }),
)
const device = (cashId: string) =>
  fc.record({
    kind: fc.constantFrom('till', 'selfCheckout', 'storeServer', 'priceChecker'),
    cashId: fc.constant(cashId),
    number: fc.constant(0),
    name,
    host: fc.option(fc.constantFrom('10.0.0.1', 'till.example', 'fe80::1')),
    port: fc.integer({ min: 1, max: 65_535 }),
    user: fc.constantFrom('ukm', 'root'),
    hostKeys: fc.constantFrom(
      [],
      ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB'],
    ),
    blocked: fc.boolean(),
    inReserve: fc.boolean(),
    configuration: fc.option(word),
    makerNumber: fc.option(name),
    registrationNumber: fc.option(name),
    legacyAlgorithms: fc.boolean(),
    labels,
  })
const fleet = fc
  .record({
    name,
    phone: fc.option(name),
    group: fc.option(word),
    deviceKeysFile: fc.option(fc.constant('/home/tills/.ssh/authorized_keys')),
    legacyAlgorithms: fc.boolean(),
    labels,
    calendar,
    devices: fc.tuple(device('p1'), device('=p2'), device('p;3')),
    empty: name,
  })
  .map(({ devices, empty, ...more }) => [
    store('P1', devices, more),
    store("'-P2", [], { name: empty, host: 'other.example' }),
  ])

const isFormula = (cell: string): boolean => /^\s*[=+@-]/.test(cell)

test('an export that is imported again changes nothing: any fleet, JSON and CSV', async () => {
  await fc.assert(
    fc.asyncProperty(fleet, async (stores) => {
      await load(stores, 'replace')
      for (const [format, type] of [
        ['json', 'application/json'],
        ['csv', 'text/csv'],
      ] as const) {
        const file = await office.ask('GET', `/fleet?format=${format}`)
        expect(file.status).toBe(200)
        if (format === 'csv')
          expect(parse(file.text, { delimiter: ';' }).flat().filter(isFormula)).toEqual([])
        const shown = await preview(file.text, type, '?mode=replace')
        expect([shown.status, shown.json.counts, shown.json.errors]).toEqual([
          200,
          {
            stores: { added: 0, changed: 0, removed: 0, unchanged: 2 },
            devices: { added: 0, changed: 0, removed: 0, unchanged: 3 },
          },
          undefined,
        ])
      }
    }),
    { numRuns: 40 },
  )
})

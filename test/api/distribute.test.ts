import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createToken } from '../../src/db/tokens.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'

let office: HeadOffice
let id: string
const ask = (verb: string, json: unknown, token?: string) =>
  office.ask('POST', `/packages/${id}/${verb}`, { json, ...(token === undefined ? {} : { token }) })
const rows = async () => {
  const found = await office.db.prisma.storePackage.findMany({
    where: { packageId: id },
    include: { store: true },
    orderBy: { store: { code: 'asc' } },
  })
  return found.map((row) => [row.store.code, row.wantedBy, row.withdrawnBy])
}
const told = (code: string) => office.db.prisma.event.count({ where: { code } })

beforeAll(async () => {
  office = await openHeadOffice()
  const stores = [
    store('N1', [till('n1')], { group: 'north', labels: ['big'] }),
    store('N2', [till('n2')], { group: 'north' }),
    store('S1', [till('s1')], { group: 'south', labels: ['big'] }),
  ]
  expect((await office.ask('POST', '/fleet', { json: { stores } })).status).toBe(200)
})
afterAll(() => office?.close())
beforeEach(async () => {
  id = await uploadPackage(office)
})

describe('which stores', () => {
  test.each([
    [{ selection: {} }, ['N1', 'N2', 'S1']],
    [{ stores: ['N2'] }, ['N2']],
    [{ selection: { groups: ['north'] } }, ['N1', 'N2']],
    [{ selection: { labels: ['big'] } }, ['N1', 'S1']],
    [{ selection: { groups: ['north'], labels: ['big'] } }, ['N1']],
  ])('%j', async (whom, codes) => {
    const preview = await ask('distribute', { ...whom, preview: true })
    expect(preview.json).toMatchObject({ preview: true, stores: codes.length, items: codes })
    expect(await rows()).toEqual([])
    const sent = await ask('distribute', whom)
    expect(sent.status, sent.text).toBe(202)
    expect(sent.json).toMatchObject({ stores: codes.length, changed: codes.length })
    expect(await rows()).toEqual(codes.map((code) => [code, 'night operator', null]))
  })

  test.each([
    [{}, 'fieldInvalid'],
    [{ stores: ['N9'] }, 'storeUnknown'],
    [{ selection: { groups: ['west'] } }, 'groupUnknown'],
    [{ stores: ['N1'], selection: { stores: ['N2'] } }, 'fieldInvalid'],
    [{ selection: { cashIds: ['n1'] } }, 'fieldUnknown'],
    [{ selection: { groups: ['south'], stores: ['N1'] } }, 'nobodyReached'],
  ])('%j is refused', async (json, code) => {
    const reply = await ask('distribute', json)
    expect(reply.status).toBe(422)
    expect(reply.json.code).toBe(code)
    expect(await rows()).toEqual([])
  })

  test('who has one group reaches it alone', async () => {
    const token = await createToken(office.db, `t ${randomUUID()}`, {
      role: 'operator',
      storeGroups: ['south'],
    })
    expect((await ask('distribute', { stores: ['N1'] }, token)).json.code).toBe('outOfScope')
    expect((await ask('distribute', { selection: {} }, token)).json.items).toEqual(['S1'])
    expect((await ask('withdraw', { selection: {} }, token)).json.items).toEqual(['S1'])
    expect((await office.ask('POST', `/packages/${id}/retire`, { token })).json.code).toBe('outOfScope')
  })
})

test('said twice it is said once; what was never sent is only not wanted any more', async () => {
  const [wanted, withdrawn] = [await told('storePackageWanted'), await told('storePackageWithdrawn')]
  expect((await ask('distribute', { stores: ['N1', 'N2'] })).json.changed).toBe(2)
  await office.db.pool.query(
    `UPDATE store_package SET state = 'present', present_at = now() WHERE package_id = $1 AND store_id = (SELECT id FROM store WHERE code = 'N1')`,
    [id],
  )
  expect((await ask('distribute', { stores: ['N1'] })).json.changed).toBe(0)
  expect(await told('storePackageWanted')).toBe(wanted + 2)
  expect((await ask('withdraw', { selection: {} })).json.changed).toBe(2)
  expect(await rows()).toEqual([
    ['N1', null, 'night operator'],
    ['N2', null, null],
  ])
  expect((await ask('withdraw', { selection: {} })).json.changed).toBe(0)
  expect(await told('storePackageWithdrawn')).toBe(withdrawn + 2)
  // Wanted again before it was removed: it stays.
  await ask('distribute', { stores: ['N1'] })
  expect((await rows())[0]).toEqual(['N1', 'night operator', null])
})

test('packages are counted by where they are', async () => {
  await ask('distribute', { stores: ['N1', 'N2'] })
  await office.db.pool.query(
    `UPDATE store_package SET state = 'present', present_at = now() WHERE package_id = $1 AND store_id = (SELECT id FROM store WHERE code = 'N2')`,
    [id],
  )
  const counted = async (filter: string) =>
    (await office.ask('GET', `/store-packages/counts?by=package&filter=${encodeURIComponent(filter)}`)).json
      .counts
  expect(await counted(`package:${id}`)).toEqual([{ key: id, count: 2 }])
  expect(await counted(`package:${id} state:present`)).toEqual([{ key: id, count: 1 }])
})

test('of a retired package only the withdrawal goes on', async () => {
  await ask('distribute', { stores: ['N1'] })
  await office.ask('POST', `/packages/${id}/retire`)
  expect((await ask('distribute', { stores: ['N2'] })).json.code).toBe('packageRetired')
  expect((await ask('withdraw', { stores: ['N1'] })).status).toBe(202)
  expect(
    (await office.ask('POST', `/packages/${randomUUID()}/withdraw`, { json: { selection: {} } })).status,
  ).toBe(404)
})

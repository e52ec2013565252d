/** Who sees some groups only: lists, counts, events and their stream show what is theirs, and nothing tells of the rest. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addEvent } from '../../src/db/events.ts'
import { createToken } from '../../src/db/tokens.ts'
import { passedHorizon } from '../support/horizon.ts'
import { until } from '../support/until.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { openSse } from './sse.ts'

let office: HeadOffice
let token = ''
let own = ''
let foreign = ''
let both = ''

async function rollout(stores: readonly string[], packageId: string): Promise<string> {
  const made = await office.ask('POST', '/rollouts', {
    json: { name: `to ${stores.join()}`, packageId, stores },
  })
  expect(made.status, made.text).toBe(201)
  return made.json.id as string
}

beforeAll(async () => {
  office = await openHeadOffice()
  const stores = [
    store('N1', [till('101'), till('102')], { group: 'north', labels: ['near'] }),
    store('S1', [till('201'), till('202')], { group: 'south', labels: ['far'] }),
    store('X1', [till('301')]),
  ]
  expect((await office.ask('POST', '/fleet', { json: { stores } })).status).toBe(200)
  const packageId = await uploadPackage(office)
  own = await rollout(['N1'], packageId)
  foreign = await rollout(['S1'], packageId)
  const { json } = await office.ask('POST', `/rollouts/${foreign}/start`, { json: {} })
  expect(json.state).toMatch(/scheduled|running/)
  await office.db.pool.query(
    `INSERT INTO store_package (id, store_id, package_id) SELECT gen_random_uuid(), id, $1 FROM store ON CONFLICT DO NOTHING`,
    [packageId],
  )
  both = await rollout(['N1', 'X1'], packageId)
  token = await createToken(office.db, 'north')
  await office.db.pool.query(
    "UPDATE api_token SET store_groups = '{north}', role = 'operator' WHERE name = 'north'",
  )
})
afterAll(() => office.close())

const get = async (where: string) => {
  const reply = await office.ask('GET', where, { token })
  expect(reply.status, `${where}: ${reply.text}`).toBe(200)
  return reply.json
}
const all = (where: string, member: string) =>
  get(where).then((json) => json.items.map((one: Record<string, unknown>) => one[member]))

test.each([
  ['/stores', 'code', ['N1']],
  ['/devices', 'cashId', ['101', '102']],
  ['/devices?removed=true', 'cashId', ['101', '102']],
  ['/devices?filter=-group:north', 'cashId', []],
  ['/groups', 'name', ['north']],
  ['/labels', 'name', ['near']],
  ['/store-packages', 'store', ['N1']],
  ['/updates', 'id', []],
])('%s', async (where, member, wanted) => {
  expect(await all(where, member)).toEqual(wanted)
  expect((await get(`${where}${where.includes('?') ? '&' : '?'}count=true`)).total).toBe(wanted.length)
})

test('rollouts: those with a store of theirs, also drafts', async () => {
  expect((await all('/rollouts?sort=createdAt', 'id')).sort()).toEqual([own, both].sort())
})

describe('what others have and what nobody has cannot be told apart', () => {
  let packageId = ''
  beforeAll(async () => {
    packageId = (await office.ask('GET', '/packages')).json.items[0].id
    for (const name of [own, both, foreign]) await office.ask('POST', `/rollouts/${name}/stop`, { json: {} })
  })
  const rest = { by: 'rest' }
  const dryRun = (more: object) => ['/rollouts/dry-run', { name: 'n', packageId, ...more }] as const

  test.each<[string, string, string, (name: string) => readonly [string, object]]>([
    ['a store', 'S1', 'S9', (name) => dryRun({ stores: ['N1', name] })],
    ['a store left out', 'S1', 'S9', (name) => dryRun({ selection: { exclude: [{ stores: [name] }] } })],
    ['a store without a group', 'X1', 'X9', (name) => dryRun({ selection: { stores: [name] } })],
    ['a device', '201', '909', (name) => dryRun({ cashIds: [name] })],
    ['a group', 'south', 'west', (name) => dryRun({ selection: { groups: [name] } })],
    ['a label', 'far', 'none', (name) => dryRun({ selection: { labels: [name] } })],
    ['a wave’s store', 'S1', 'S9', (name) => dryRun({ waves: [{ by: 'stores', stores: [name] }, rest] })],
    [
      'a wave’s device',
      '201',
      '909',
      (name) => dryRun({ waves: [{ by: 'cashIds', cashIds: [name] }, rest] }),
    ],
    [
      'a wave’s group',
      'south',
      'west',
      (name) => dryRun({ waves: [{ by: 'groups', groups: [name] }, rest] }),
    ],
    ['a wave’s label', 'far', 'none', (name) => dryRun({ waves: [{ by: 'labels', labels: [name] }, rest] })],
    ['an errand’s device', '201', '909', (name) => ['/commands', { kind: 'look', cashIds: [name] }]],
    [
      'an errand’s label',
      'far',
      'none',
      (name) => ['/commands', { kind: 'look', selection: { labels: [name] } }],
    ],
    [
      'a distribution’s store',
      'S1',
      'S9',
      (name) => [`/packages/${packageId}/distribute`, { stores: [name] }],
    ],
  ])('%s', async (_label, theirs, nobodys, request) => {
    const ask = async (name: string) => {
      const [path, json] = request(name)
      const reply = await office.ask('POST', path, { token, json })
      return {
        status: reply.status,
        text: reply.text.replaceAll(name, 'NAME').replace(/"requestId":"[^"]+"/, ''),
      }
    }
    const there = await ask(theirs)
    expect(there.text).toContain('"code":"outOfScope"')
    expect(there).toEqual({ ...(await ask(nobodys)), status: 403 })
  })
})

test('freezes: of the chain, of their groups and their stores; in the list, in its counts, and in the events', async () => {
  const add = async (name: string, scope: object) => {
    const json = { name, scope, from: '2031-01-01T00:00', to: '2031-01-02T00:00' }
    const made = await office.ask('POST', '/freezes', { json })
    expect(made.status, made.text).toBe(201)
    return made.json.id as string
  }
  await add('of all', { kind: 'chain' })
  await add('of the north', { kind: 'group', name: 'north' })
  const hidden = [
    await add('of the south', { kind: 'group', name: 'south' }),
    await add('of S1', { kind: 'store', name: 'S1' }),
  ]
  await add('of N1', { kind: 'store', name: 'N1' })
  for (const id of hidden)
    expect((await office.ask('POST', `/freezes/${id}/lift`, { json: {} })).status).toBe(200)
  const wanted = ['of N1', 'of all', 'of the north']
  expect((await all('/freezes', 'name')).sort()).toEqual(wanted)
  expect((await get('/freezes?count=true&filter=of:S1')).total).toBe(0)
  await passedHorizon(office.db.pool)
  const { items } = await get('/events?limit=1000&filter=code:freezeAdded,freezeLifted')
  expect(items.map((one: { params: { name: string } }) => one.params.name).sort()).toEqual(wanted)
  const everybody = (await office.ask('GET', '/freezes')).json.items
  expect(everybody).toHaveLength(5)
})

test('counts', async () => {
  expect((await get('/devices/counts?by=store')).counts).toEqual([{ key: 'N1', count: 2 }])
  expect((await get('/store-packages/counts?by=store')).counts).toEqual([{ key: 'N1', count: 1 }])
})

describe('events', () => {
  const idOf = async (table: string, column: string, name: string) =>
    (await office.db.pool.query<{ id: string }>(`SELECT id FROM ${table} WHERE ${column} = $1`, [name]))
      .rows[0]?.id ?? ''

  test('of their stores, their rollouts, and of nothing in particular; in pages and in the stream', async () => {
    await passedHorizon(office.db.pool)
    const client = await openSse(`${office.url}/api/v1/events`, { Authorization: `Bearer ${token}` })
    const [n1, s1] = [await idOf('store', 'code', 'N1'), await idOf('store', 'code', 'S1')]
    const [d1, d2] = [await idOf('device', 'cash_id', '101'), await idOf('device', 'cash_id', '201')]
    const write = (tag: string, more: object, code = 'test') =>
      addEvent(office.db.pool, { code, actor: 'test', params: { tag }, ...more })
    await write('own store', { storeId: n1 })
    await write('foreign store', { storeId: s1 })
    await write('own device', { deviceId: d1 })
    await write('foreign device', { deviceId: d2 })
    await write('foreign store, own rollout', { storeId: s1, rolloutId: own })
    await write('own rollout', { rolloutId: own })
    await write('foreign rollout', { rolloutId: foreign })
    await write('a user', {}, 'userAdded')
    await write('for all', {}, 'packageAdded')
    const wanted = ['own store', 'own device', 'own rollout', 'for all']
    await passedHorizon(office.db.pool)
    const page = await get('/events?limit=1000&filter=actor:test')
    expect(page.items.map((one: { params: { tag: string } }) => one.params.tag)).toEqual(wanted)
    const down = await get('/events?limit=1&sort=-at')
    expect(down.items[0].params.tag).toBe('for all')
    await until(() => client.messages.length >= wanted.length, {
      within: 20_000,
      label: 'the stream has them',
    })
    expect(client.messages.map((one) => one.data.params.tag)).toEqual(wanted)
    client.close()
  })

  test('newest first in pages, as the other way round; filters by name; the stream filters too', async () => {
    const ask = async (where: string) => (await office.ask('GET', where)).json
    await passedHorizon(office.db.pool)
    const up = (await ask('/events?limit=1000')).items.map((one: { cursor: string }) => one.cursor)
    const down: string[] = []
    for (let cursor = ''; ; ) {
      const page = await ask(`/events?sort=-at&limit=3${cursor}`)
      down.push(...page.items.map((one: { cursor: string }) => one.cursor))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(down).toEqual([...up].reverse())
    expect((await ask('/events?filter=store:S1')).items).toHaveLength(2)
    expect((await ask('/events?filter=device:101,201%20code:test')).items).toHaveLength(2)
    expect((await ask(`/events?filter=rollout:${own} code:test&count=true`)).total).toBe(2)
    expect((await ask('/events?filter="own rollout"')).items).toHaveLength(2)
    const client = await openSse(`${office.url}/api/v1/events?after=0-0&filter=device:101%20code:test`, {
      Authorization: `Bearer ${office.token}`,
    })
    await until(() => client.messages.length === 1, { within: 20_000, label: 'the one' })
    client.close()
  })
})

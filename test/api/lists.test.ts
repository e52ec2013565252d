/** Lists: pages that neither repeat nor leave out, filters, sorts, counts, and whose stores they show. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeCursor } from '../../src/api/list-cursor.ts'
import { saveStatus } from '../../src/db/status.ts'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
  const tills = (code: string, count: number, more: object = {}) =>
    Array.from({ length: count }, (_, i) =>
      till(`${code}${String(i).padStart(2, '0')}`, { number: i + 1, ...more }),
    )
  const stores = [
    store('N1', tills('1', 12), { group: 'north', labels: ['pilot'] }),
    store('N2', tills('2', 12, { labels: ['old'] }), { group: 'north' }),
    store('S1', tills('3', 12), { group: 'south', timeZone: 'Asia/Omsk' }),
    store('X1', [till('9001'), till('9002', { host: null, name: 'Весы "1"' })]),
  ]
  const reply = await office.ask('POST', '/fleet', { json: { stores } })
  expect(reply.status).toBe(200)
  const { rows } = await office.db.pool.query<{ id: string; cash_id: string }>(
    'SELECT id, cash_id FROM device',
  )
  for (const { id, cash_id } of rows) {
    if (cash_id.startsWith('1'))
      await saveStatus(office.db, id, {
        source: 'device',
        version: 95_000 + Number(cash_id.slice(1)),
        status: { activity: 'idle', shift: { open: cash_id.endsWith('1') } },
      })
    if (cash_id.startsWith('2')) await saveStatus(office.db, id, { source: 'device', reason: 'unreachable' })
  }
})
afterAll(() => office.close())

const get = (where: string) => office.ask('GET', where)
const cashIds = (reply: { json: { items: { cashId: string }[] } }) =>
  reply.json.items.map((one) => one.cashId)
const filtered = async (filter: string, more = '') =>
  cashIds(await get(`/devices?filter=${encodeURIComponent(filter)}${more}`))

async function allPages(where: string, between: (page: number) => Promise<void> = async () => {}) {
  const seen: string[] = []
  let cursor = ''
  for (let page = 0; page < 100; page += 1) {
    const reply = await get(`${where}${cursor === '' ? '' : `&cursor=${cursor}`}`)
    expect(reply.status, reply.text).toBe(200)
    seen.push(...cashIds(reply))
    expect(reply.json.more).toBe(reply.json.next !== null)
    if (reply.json.next === null) return seen
    cursor = reply.json.next
    await between(page)
  }
  throw new Error('pages without end')
}

const UNKNOWN = '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11'
const sealed = (list: string, sort: string, keys: readonly string[]): string =>
  writeCursor(JSON.stringify([list, '', sort, '']), keys)

describe('pages', () => {
  test.each([
    'cashId',
    '-cashId',
    'version',
    '-version',
    '-version,store',
    'store,-version',
    'reach,-readAt',
    'group,number',
  ])('sorted by %s: the same rows as on one page, in the same order', async (sort) => {
    const whole = cashIds(await get(`/devices?sort=${sort}`))
    expect(whole).toHaveLength(38)
    expect(new Set(whole).size).toBe(38)
    for (const limit of [1, 5, 7])
      expect(await allPages(`/devices?sort=${sort}&limit=${limit}`)).toEqual(whole)
  })

  test('the sort is the sort: versions down, then those that have none', async () => {
    const items = (await get('/devices?sort=-version,cashId')).json.items
    const versions = items.map(
      (one: { status: { version: string | null } | null }) => one.status?.version ?? null,
    )
    expect(versions.slice(0, 2)).toEqual(['00095011', '00095010'])
    expect(versions.slice(11, 14)).toEqual(['00095000', null, null])
  })

  test('rows that come and go while pages are turned neither repeat nor hide another', async () => {
    const before = await allPages('/devices?limit=5')
    const seen = await allPages('/devices?limit=5', async (page) => {
      if (page === 1) await office.db.pool.query("UPDATE device SET removed_at = now() WHERE cash_id = '100'")
      if (page === 2)
        await office.db.pool.query(
          `INSERT INTO device (id, store_id, kind, cash_id, name) SELECT gen_random_uuid(), id, 'till', '100b', 'x' FROM store WHERE code = 'X1'`,
        )
    })
    expect(seen).toEqual(before)
    await office.db.pool.query("DELETE FROM device WHERE cash_id = '100b'")
    await office.db.pool.query("UPDATE device SET removed_at = NULL WHERE cash_id = '100'")
  })

  test('a total only where it is asked for', async () => {
    expect((await get('/devices?limit=2')).json).not.toHaveProperty('total')
    expect((await get('/devices?limit=2&count=true&filter=group:north')).json).toMatchObject({
      total: 24,
      more: true,
    })
  })

  test('a cursor of another list, sort or filter, a mangled one, and what is none', async () => {
    const { next } = (await get('/devices?limit=2')).json
    const swapped = `${next.slice(0, 30)}${next[30] === 'A' ? 'B' : 'A'}${next.slice(31)}`
    const made = Buffer.from(JSON.stringify(['x', "1' OR 1=1", 'y'])).toString('base64url')
    for (const where of [
      `/stores?cursor=${next}`,
      `/devices?sort=-cashId&cursor=${next}`,
      `/devices?filter=kind:till&cursor=${next}`,
      `/devices?store=N1&cursor=${next}`,
      `/devices?cursor=${swapped}`,
      `/devices?cursor=${made}`,
      '/devices?cursor=',
      '/devices?cursor=%00',
      '/events?cursor=1-1',
      // No bigint; sealed as one of ours, and nothing that PostgreSQL reads as an id or a time.
      '/events?after=1-9999999999999999999',
      `/stores?cursor=${sealed('stores', 'store', ['N1', '-'.repeat(36)])}`,
      `/stores?sort=createdAt&cursor=${sealed('stores', 'createdAt', ['-8600000000000000', UNKNOWN])}`,
    ]) {
      const reply = await get(where)
      expect([where, reply.status, reply.json.code]).toEqual([where, 422, 'cursorInvalid'])
    }
  })

  test('a sort that is none says which there are', async () => {
    for (const sort of ['label', '', '-', 'cashId,cashId', 'constructor', 'cashId;drop', 'a,b,c,d,e']) {
      const reply = await get(`/devices?sort=${encodeURIComponent(sort)}`)
      expect([sort, reply.status, reply.json.code]).toEqual([sort, 422, 'sortInvalid'])
      expect(reply.json.fields).toContain('version')
    }
  })
})

describe('filters', () => {
  test.each([
    ['', 38],
    ['kind:till', 38],
    ['kind:storeServer', 0],
    ['group:north', 24],
    ['group:north,south', 36],
    ['-group:north', 14],
    ['group:none', 2],
    ['-group:none', 36],
    ['label:pilot', 12],
    ['label:pilot,old', 24],
    ['-label:pilot group:north', 12],
    ['label:none', 14],
    ['label:pil*', 12],
    ['version:95', 12],
    ['version:00095003', 1],
    ['version:<00095003', 3],
    ['version:<=00095003', 4],
    ['version:>00095003', 8],
    ['version:>=96', 0],
    ['version:00095003..00095005', 3],
    ['version:..00095001', 2],
    ['version:none', 26],
    ['-version:95', 26],
    ['number:3,5', 6],
    ['number:2..3', 6],
    ['reach:silent', 12],
    ['reach:never', 14],
    ['reason:unreachable', 12],
    ['shift:open', 2],
    ['shift:closed', 10],
    ['activity:idle', 12],
    ['readAt:>-1h', 12],
    ['readAt:<-1h', 0],
    ['askedAt:>=2020-01-01', 24],
    ['cashId:10*', 10],
    ['store:N1,X1', 14],
    ['host:none', 1],
    ['zone:Asia/Omsk', 12],
    ['state:none', 38],
    ['blocked:no', 38],
    ['blocked:yes', 0],
    ['Терминал', 37],
    ['терминал', 37],
    ['"Весы \\"1\\""', 1],
    ['-терминал', 1],
    ['n1,x1', 14],
    ['"100"', 1],
    ['removedAt:none', 38],
  ])('%s: %i', async (filter, count) => {
    expect(await filtered(filter)).toHaveLength(count)
  })

  test.each([
    ['nothing:1', 0, 'there is no field nothing'],
    ['kind:till constructor:1', 10, 'there is no field constructor'],
    ['kind:tank', 5, 'one of storeServer'],
    ['version:abc', 8, 'eight digits'],
    ['version:<', 9, 'a value is missing'],
    ['version:..', 8, 'a range needs an end'],
    ['readAt:yesterday', 7, 'a time like'],
    ['readAt:-2h', 7, 'a moment needs'],
    ['readAt:2026-02-30', 7, 'a time like'],
    ['number:1.5', 7, 'a whole number'],
    ['number:99999999999999999999', 7, 'a whole number'],
    ['blocked:maybe', 8, 'yes or no'],
    ['cashId:<5', 7, 'texts have no order'],
    ['"abc', 0, 'not closed'],
    ['kind:', 5, 'a value is missing'],
    ['kind:till,', 10, 'a value is missing'],
    ['"a"b', 3, 'a blank is missing'],
    ['cashId:*', 7, 'before the star'],
    ['kind:till -', 11, 'a value is missing'],
    ['a\u0000b', 1, 'control characters'],
  ])('%s is refused at %i', async (filter, position, detail) => {
    const reply = await get(`/devices?filter=${encodeURIComponent(filter)}`)
    expect([reply.status, reply.json.code, reply.json.path]).toEqual([422, 'filterInvalid', 'filter'])
    expect(reply.json.position).toBe(position)
    expect(reply.json.detail).toContain(detail)
    expect(reply.json.fields).toContain('cashId')
  })

  test('too long, and too many', async () => {
    expect((await get(`/devices?filter=${'x'.repeat(1001)}`)).json.code).toBe('filterInvalid')
    expect((await get(`/devices?filter=${'x+'.repeat(50)}`)).status).toBe(200)
    expect((await get(`/devices?filter=${'x+'.repeat(51)}`)).json.code).toBe('filterInvalid')
  })
})

test('counts are those of the rows', async () => {
  const by = async (what: string) => {
    const { counts, total } = (await get(`/devices/counts?by=${what}`)).json
    expect(total).toBe(38)
    return Object.fromEntries(
      counts.map((one: { key: string | null; count: number }) => [one.key, one.count]),
    )
  }
  expect(await by('group')).toEqual({ north: 24, south: 12, null: 2 })
  expect(await by('kind')).toEqual({ till: 38 })
  expect(await by('reach')).toEqual({ answers: 12, silent: 12, never: 14 })
  expect(await by('state')).toEqual({ null: 38 })
  expect((await by('version'))['00095003']).toBe(1)
  expect((await get('/devices/counts?by=store&filter=group:north')).json).toEqual({
    by: 'store',
    total: 24,
    counts: [
      { key: 'N1', count: 12 },
      { key: 'N2', count: 12 },
    ],
  })
  expect((await get('/devices/counts?by=host')).status).toBe(422)
})

test('groups and labels with what they reach', async () => {
  expect((await get('/groups')).json).toEqual({
    items: [
      { name: 'north', stores: 2, devices: 24 },
      { name: 'south', stores: 1, devices: 12 },
    ],
    next: null,
    more: false,
  })
  expect((await get('/labels')).json.items).toEqual([
    { name: 'old', stores: 0, devices: 12 },
    { name: 'pilot', stores: 1, devices: 12 },
  ])
})

test('what was taken out is listed only when it is asked for', async () => {
  await office.db.pool.query("UPDATE device SET removed_at = now() WHERE cash_id = '9001'")
  expect(await filtered('store:X1')).toEqual(['9002'])
  expect(await filtered('store:X1', '&removed=true')).toEqual(['9001', '9002'])
  await office.db.pool.query("UPDATE device SET removed_at = NULL WHERE cash_id = '9001'")
})

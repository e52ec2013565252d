/** What the equipment monitor's tabs of one store ask for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveStatus } from '../../src/db/status.ts'
import { saveContact } from '../../src/db/store-contacts.ts'
import { createToken } from '../../src/db/tokens.ts'
import { foldSince } from '../../src/events/fold.ts'
import { passedHorizon } from '../support/horizon.ts'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'

const DAY_MS = 86_400_000
let office: HeadOffice
let ids: Record<string, string>
const storeId = async (code: string) =>
  (await office.db.prisma.store.findUniqueOrThrow({ where: { code } })).id
const ago = (days: number) => new Date(Date.now() - days * DAY_MS - 60_000).toISOString()

const fiscal = (more: object = {}) => ({
  deviceNumber: '1',
  fnNumber: '9280440300000015',
  flags: [],
  validUntil: '2099-12-29',
  ffd: '1.05',
  ofdQueue: { length: 0, firstNumber: null, firstAt: null },
  lastClosing: { number: 15, at: ago(0) },
  ...more,
})
const say = (cashId: string, status: object) =>
  saveStatus(office.db, ids[cashId] ?? '', { source: 'look', version: 95_000, status })

beforeAll(async () => {
  office = await openHeadOffice()
  const stores = [
    store('N1', [
      ...['n1', 'n2', 'n3', 'n4', 'n5'].map((cashId, index) => till(cashId, { number: index + 1 })),
      { ...till('pc'), kind: 'priceChecker' },
      { ...till('srv'), kind: 'storeServer' },
    ]),
    store('S1', [till('s1')], { group: 'south', host: 'south.example' }),
  ]
  expect((await office.ask('POST', '/fleet', { json: { stores } })).text).not.toContain('problem')
  const devices = await office.db.prisma.device.findMany()
  ids = Object.fromEntries(devices.map(({ cashId, id }) => [cashId, id]))
})
afterAll(() => office?.close())

test('fiscal devices: trouble first, what was never said is unknown', async () => {
  await say('n1', { fiscal: fiscal() })
  await say('n3', { fiscal: fiscal({ ofdQueue: { length: 15, firstNumber: 15, firstAt: ago(54) } }) })
  await say('n4', { fiscal: fiscal({ validUntil: new Date(Date.now() + 20 * DAY_MS).toISOString() }) })
  await say('n5', { fiscal: null })
  const { json } = await office.ask('GET', '/stores/N1/fiscal')
  const seen = json.items.map((one: { cashId: string; level: string }) => [one.cashId, one.level])
  expect(seen).toEqual([
    ['n3', 'bad'],
    ['n4', 'warn'],
    ['n2', 'unknown'],
    ['n5', 'unknown'],
    ['n1', 'ok'],
  ])
  const [stopped, , never, silent] = json.items
  expect(stopped.signs).toContainEqual({
    code: 'ofdStopped',
    level: 'bad',
    params: { days: 54, length: 15, firstNumber: 15 },
  })
  expect(stopped.fiscal.fnNumber).toBe('9280440300000015')
  expect(never).toMatchObject({ fiscal: null, readAt: null, ageSeconds: null, name: 'Терминал n2' })
  expect(silent.signs.map((one: { code: string }) => one.code)).toEqual([
    'readingFresh',
    'driveUnknown',
    'validityUnknown',
    'ofdUnknown',
  ])
})

test('a reading grows old by itself', async () => {
  await office.db.pool.query(
    `UPDATE device_status SET read_at = read_at - interval '3 days' WHERE device_id = $1`,
    [ids.n1],
  )
  const { json } = await office.ask('GET', '/stores/N1/fiscal')
  const old = json.items.find((one: { cashId: string }) => one.cashId === 'n1')
  expect(old.level).toBe('warn')
  expect(old.signs.map((one: { code: string }) => one.code)).toEqual([
    'readingOld',
    'driveWasInOrder',
    'validityHolds',
    'ofdWasEmpty',
  ])
})

test('fiscal devices of a store of another group are not there', async () => {
  const token = await createToken(office.db, 'south only', { role: 'viewer', storeGroups: ['south'] })
  expect((await office.ask('GET', '/stores/N1/fiscal', { token })).status).toBe(404)
  expect((await office.ask('GET', '/stores/S1/fiscal', { token })).json.items).toHaveLength(1)
  expect((await office.ask('GET', '/stores/NOWHERE/fiscal')).status).toBe(404)
})

test('a contact: unknown at first, then what was said, each with its own time', async () => {
  expect((await office.ask('GET', '/stores/N1')).json.contact).toBeNull()
  const id = await storeId('N1')
  await saveContact(office.db, [id], { reason: 'storeOffline' }, 'w')
  expect((await office.ask('GET', '/stores/N1')).json.contact).toMatchObject({
    ...{ readAt: null, ageSeconds: null, reason: 'storeOffline', latencyMs: null, disk: null, source: 'w' },
  })
  const disk = { freeBytes: 5 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 }
  await saveContact(office.db, [id], { latencyMs: 41, disk }, 'w')
  const { contact } = (await office.ask('GET', '/stores/N1')).json
  expect(contact).toMatchObject({ reason: null, latencyMs: 41, disk })
  expect(contact.ageSeconds).toBeLessThan(60)
  await office.db.pool.query(`UPDATE store_contact SET disk_at = disk_at - interval '1 hour'`)
  await saveContact(office.db, [id], { latencyMs: null, disk: null }, 'w')
  const later = (await office.ask('GET', '/stores/N1')).json.contact
  expect(later).toMatchObject({ latencyMs: null, disk })
  expect(Date.parse(later.readAt) - Date.parse(later.disk.readAt)).toBeGreaterThan(3_000_000)
  await saveContact(office.db, [id], { reason: 'hostKeyChanged' }, 'w2')
  expect((await office.ask('GET', '/stores/N1')).json.contact).toMatchObject({
    ...{ reason: 'hostKeyChanged', readAt: later.readAt, source: 'w2' },
  })
})

test('a contact alone is news of its store, and not of another group’s', async () => {
  const [{ cursor }, id] = [await passedHorizon(office.db.pool), await storeId('S1')]
  await saveContact(office.db, [id], { latencyMs: 7, disk: null }, 'w')
  const now = await passedHorizon(office.db.pool)
  const topicsOf = async (groups: string[] | null) =>
    (await foldSince(office.db.pool, cursor, now, { groups })).topics
  expect(await topicsOf(null)).toContain('stores:S1')
  expect(await topicsOf(['south'])).toContain('stores:S1')
  expect(await topicsOf(['north'])).toEqual([])
})

test('a contact that says half of a disk is not kept', async () => {
  const id = await storeId('N1')
  await expect(
    office.db.pool.query('UPDATE store_contact SET free_bytes = NULL WHERE store_id = $1', [id]),
  ).rejects.toThrow(/store_contact_disk/)
})

test('requests of a store, and what became of one of them there', async () => {
  const send = (text: string, cashIds: string[]) =>
    office.ask('POST', '/commands', { json: { kind: 'message', text, cashIds } })
  const both = (await send('всем', ['n1', 's1'])).json.id
  await send('северу', ['n2'])
  const of = async (filter: string, token?: string) => {
    const asked = token === undefined ? {} : { token }
    const { json } = await office.ask('GET', `/commands?filter=${encodeURIComponent(filter)}`, asked)
    return json.items.map((one: { text: string }) => one.text)
  }
  expect(await of('kind:message store:N1')).toEqual(['северу', 'всем'])
  expect(await of('kind:message store:S1')).toEqual(['всем'])
  expect(await of('store:X9')).toEqual([])
  const south = await createToken(office.db, 'south errands', { role: 'viewer', storeGroups: ['south'] })
  expect(await of('store:S1', south)).toEqual(['всем'])
  // That it went to a store of others, too, is not to be found out by asking.
  expect(await of('store:N1', south)).toEqual([])
  const { json } = await office.ask('GET', `/commands/${both}?store=S1`)
  expect(json).toMatchObject({ devices: 2, counts: { waiting: 2 } })
  expect(json.items.map((one: { cashId: string }) => one.cashId)).toEqual(['s1'])
  expect((await office.ask('GET', `/commands/${both}?stores=S1`)).status).toBe(422)
})

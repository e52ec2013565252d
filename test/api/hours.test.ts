/** When stores may be installed: calendars as they come in, freezes, and a device that is blocked. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { told } from './rows.ts'

let office: HeadOffice
let packageId: string
beforeAll(async () => {
  office = await openHeadOffice()
  const more = { inReserve: true, configuration: 'two printers', labels: ['glass'] }
  const first = store('A', [till('A1'), till('A2', more)], {
    group: 'north',
    labels: ['pilot'],
    calendar: null,
  })
  const reply = await office.ask('POST', '/fleet', {
    json: {
      stores: [
        first,
        store('B', [till('B1')]),
        store('F', [till('F1')], { group: 'north' }),
        store('G', [till('G1')]),
        store('K', [till('K1')]),
      ],
    },
  })
  expect(reply.status).toBe(200)
  packageId = await uploadPackage(office)
})
afterAll(() => office.close())

const post = (path: string, json: object = {}) => office.ask('POST', path, { json })
const forecastOf = async (stores: string[], policy: object = {}) =>
  (await post('/rollouts/dry-run', { packageId, stores, policy })).json.forecast
const setHours = (code: string, calendar: object | null, etag: string | null = '*') =>
  office.ask('POST', `/stores/${code}/calendar`, {
    json: { calendar },
    headers: etag === null ? {} : { 'If-Match': etag },
  })
const codes = (json: { errors: { code: string; path: string }[] }) =>
  json.errors.map(({ code, path }) => [code, path])
/** Asked within seconds of each other, and of windows that are always open: a midnight may lie between. */
const expectAbout = (at: string, other: string) =>
  expect(Math.abs(Date.parse(at) - Date.parse(other))).toBeLessThan(3_600_000)
const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

describe('a calendar', () => {
  const calendar = {
    windows: [{ days: ['mon', 'wed'], from: '22:30', to: '05:00' }],
    opening: [{ from: '08:00', to: '22:00' }],
    exceptions: [{ date: '2027-01-01', windows: [], opening: [] }],
  }

  test('comes in with the fleet, and back as it was; groups, labels and configurations too', async () => {
    await post('/fleet', { stores: [store('C', [till('C1')], { calendar, group: 'south' })] })
    expect((await office.ask('GET', '/stores/C')).json).toMatchObject({
      group: 'south',
      labels: [],
      calendar: { ...calendar, opening: [{ days: week, from: '08:00', to: '22:00' }] },
    })
    expect((await office.ask('GET', '/stores/A')).json).toMatchObject({
      ...{ group: 'north', labels: ['pilot'], calendar: null },
      devices: [
        { cashId: 'A1', inReserve: false, configuration: null, labels: [] },
        { cashId: 'A2', inReserve: true, configuration: 'two printers', labels: ['glass'] },
      ],
    })
  })

  const bad: [string, object, string, string][] = [
    ['that never opens', { windows: [] }, 'windowNeverOpens', 'windows'],
    ['of no time', { windows: [{ from: '9', to: '05:00' }] }, 'windowInvalid', 'windows.0.from'],
    ['of no day', { windows: [{ days: [], from: '22:00', to: '05:00' }] }, 'windowInvalid', 'windows.0.days'],
    [
      'with impossible hours',
      { ...calendar, opening: [{ from: '08:00', to: '25:00' }] },
      'openingInvalid',
      'opening.0.to',
    ],
    [
      'with a date that is none',
      { ...calendar, exceptions: [{ date: '2027-02-30' }] },
      'dateInvalid',
      'exceptions.0.date',
    ],
    [
      'with a date twice',
      { ...calendar, exceptions: [{ date: '2027-01-01' }, { date: '2027-01-01' }] },
      'dateRepeated',
      'exceptions.1.date',
    ],
  ]
  test.each(bad)('%s is refused, with the fleet and alone', async (_label, given, code, path) => {
    const fleet = await post('/fleet', { stores: [store('D', [], { calendar: given })] })
    expect([fleet.status, codes(fleet.json)]).toEqual([422, [[code, `stores.0.calendar.${path}`]]])
    expect((await office.ask('GET', '/stores/D')).status).toBe(404)
    const alone = await setHours('A', given)
    expect([alone.status, codes(alone.json)]).toEqual([422, [[code, `calendar.${path}`]]])
    expect((await office.ask('GET', '/stores/A')).json.calendar).toBeNull()
  })

  test('of one store is changed by itself, and plans go by it', async () => {
    const night = { windows: [{ from: '02:00', to: '04:30' }], opening: [] }
    const changed = await setHours('B', night)
    expect(changed.json.calendar).toMatchObject({ windows: [{ days: week, from: '02:00', to: '04:30' }] })
    const { stores } = await forecastOf(['B'])
    // Moscow is three hours ahead of UTC.
    expect([23, 0, 1]).toContain(new Date(stores[0].startsAt).getUTCHours())
    const back = await setHours('B', null)
    expect(back.json.calendar).toBeNull()
    const events = await told(office, 2, ({ code }) => code === 'storeHoursChanged')
    expect(events.map((one) => [one.store, one.actor])).toEqual([
      ['B', 'night operator'],
      ['B', 'night operator'],
    ])
    expect((await setHours('nowhere', null)).status).toBe(404)
  })
})

describe('hours that two people change', () => {
  const from = (clock: string) => ({ windows: [{ days: week, from: clock, to: '05:00' }] })
  const seen = async () => (await office.ask('GET', '/stores/K')).headers.get('etag') ?? ''

  test('are changed as they were seen, or not at all', async () => {
    const etag = await seen()
    const blind = await setHours('K', from('22:00'), null)
    expect([blind.status, blind.json.code]).toEqual([428, 'preconditionRequired'])
    const first = await setHours('K', from('22:00'), etag)
    expect(first.status, first.text).toBe(200)
    const second = await setHours('K', from('23:00'), etag)
    expect([second.status, second.json.code, second.json.etag]).toEqual([
      ...[412, 'preconditionFailed', first.headers.get('etag')],
    ])
    const { calendar } = (await office.ask('GET', '/stores/K')).json
    expect(calendar.windows).toEqual(from('22:00').windows)
    expect(await seen()).toBe(first.headers.get('etag'))
    expect((await setHours('K', from('23:00'), await seen())).status).toBe(200)
  })

  test('20 at once over the same page: one is done, and told once', async () => {
    const etag = await seen()
    const before = await office.count('event')
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => setHours('K', from(`20:${10 + n}`), etag)),
    )
    const statuses = replies.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)])
    expect(await office.count('event')).toBe(before + 1)
  })

  test('the same key after what somebody else has changed meanwhile is not answered as if it had been done', async () => {
    const ask = (clock: string, etag: string, key: string) =>
      office.ask('POST', '/stores/K/calendar', {
        json: { calendar: from(clock) },
        headers: { 'If-Match': etag, 'Idempotency-Key': key },
      })
    const etag = await seen()
    const first = await ask('21:00', etag, 'mine')
    expect((await ask('21:00', etag, 'mine')).json).toEqual(first.json)
    await setHours('K', from('22:30'), await seen())
    const late = await ask('21:00', await seen(), 'mine')
    expect([late.status, late.json.code]).toEqual([422, 'keyReused'])
  })

  test('a key whose request had seen nothing may come again with what was seen', async () => {
    const ask = (headers: Record<string, string>) =>
      office.ask('POST', '/stores/K/calendar', {
        json: { calendar: null },
        headers: { 'Idempotency-Key': 'hours of K', ...headers },
      })
    expect((await ask({})).status).toBe(428)
    expect((await ask({ 'If-Match': '"0"' })).status).toBe(412)
    const now = { 'If-Match': await seen() }
    expect((await ask(now)).status).toBe(200)
    expect((await ask(now)).headers.get('idempotency-replayed')).toBe('true')
  })
})

describe('a freeze', () => {
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
  const weeks = { name: 'New Year', from: `${day(-2)}T00:00`, to: `${day(10)}T00:00` }

  test('of a group holds its stores back, one that is overridden with a reason does not, a lifted one is over', async () => {
    const before = await forecastOf(['F'])
    const made = await post('/freezes', { ...weeks, scope: { kind: 'group', name: 'north' } })
    expect(made.json).toMatchObject({ ...weeks, scope: { kind: 'group', name: 'north' }, liftedAt: null })
    const { id } = made.json
    expect((await office.ask('GET', '/freezes')).json.items).toMatchObject([
      { id, createdBy: 'night operator' },
    ])
    const held = await forecastOf(['F'])
    expect(Date.parse(held.startsAt) - Date.parse(before.startsAt)).toBeGreaterThan(7 * 86_400_000)
    expectAbout((await forecastOf(['G'])).startsAt, before.startsAt)
    const over = { overrideFreezes: [{ freezeId: id, reason: 'agreed with the region' }] }
    expectAbout((await forecastOf(['F'], over)).startsAt, before.startsAt)
    const silent = await post('/rollouts/dry-run', {
      ...{ packageId, stores: ['F'] },
      policy: { overrideFreezes: [{ freezeId: id, reason: ' ' }] },
    })
    expect([silent.status, silent.json.code]).toEqual([422, 'reasonNeeded'])
    expect((await post(`/freezes/${id}/lift`)).json).toMatchObject({ id, liftedBy: 'night operator' })
    expect((await post(`/freezes/${id}/lift`)).json).toMatchObject({ status: 409, code: 'notAllowed' })
    expectAbout((await forecastOf(['F'])).startsAt, before.startsAt)
    expect((await post('/freezes/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11/lift')).status).toBe(404)
  })

  test.each<[string, object, string, string]>([
    ['that ends before it begins', { ...weeks, to: weeks.from }, 'freezeInvalid', 'to'],
    ['with a zone', { ...weeks, from: `${day(0)}T00:00Z` }, 'freezeInvalid', 'from'],
    [
      'of a group that nobody has',
      { ...weeks, scope: { kind: 'group', name: 'west' } },
      'groupUnknown',
      'scope.name',
    ],
    [
      'of a store that is none',
      { ...weeks, scope: { kind: 'store', name: 'X' } },
      'storeUnknown',
      'scope.name',
    ],
    ['of a region', { ...weeks, scope: { kind: 'region', name: 'X' } }, 'fieldInvalid', 'scope.kind'],
  ])('%s is refused', async (_label, json, code, path) => {
    const before = await office.count('"freeze"')
    const reply = await post('/freezes', json)
    expect([reply.status, codes(reply.json)]).toEqual([422, [[code, path]]])
    expect(await office.count('"freeze"')).toBe(before)
  })
})

test('a blocked device is left out of plans until it is let in again, each with its reason in the journal', async () => {
  const plan = async () => (await post('/rollouts/dry-run', { packageId, cashIds: ['A1', 'B1'] })).json.plan
  expect((await post('/devices/A1/block', { on: true })).json).toMatchObject({ status: 422, path: 'reason' })
  expect((await post('/devices/A1/block', { on: true, reason: 'no licence' })).json.blocked).toBe(true)
  await post('/devices/A1/block', { on: true, reason: 'once more' })
  expect(await plan()).toMatchObject({ targets: 1, leftOutByReason: { tillBlocked: 1 } })
  expect((await post('/devices/A1/block', { on: false, reason: 'has one now' })).json.blocked).toBe(false)
  expect(await plan()).toMatchObject({ targets: 2, leftOut: 0 })
  expect((await post('/devices/nobody/block', { on: true, reason: 'x' })).status).toBe(404)
  const events = await told(office, 2, ({ code }) => /^device(Unb|B)locked$/.test(code))
  expect(events.map((one) => [one.cashId, one.text.en.slice(21)])).toEqual([
    ['A1', 'Till A1 blocked: no licence'],
    ['A1', 'Till A1 unblocked: has one now'],
  ])
})

test('a fleet that comes in again undoes neither a block nor hours that were set here', async () => {
  const calendar = {
    windows: [{ days: ['mon'], from: '22:00', to: '23:00' }],
    opening: 'always',
    exceptions: [],
  }
  await post('/fleet', { stores: [store('H', [till('H1'), till('H2')])] })
  expect((await setHours('H', calendar)).status).toBe(200)
  await post('/devices/H1/block', { on: true, reason: 'under repair' })
  const { calendar: _, ...silent } = store('H', [till('H1'), till('H2'), till('H3')])
  expect((await post('/fleet', { stores: [silent] })).status).toBe(200)
  const now = (await office.ask('GET', '/stores/H')).json
  expect(now.calendar).toEqual(calendar)
  const blocked = now.devices.map((one: { cashId: string; blocked: boolean }) => [one.cashId, one.blocked])
  expect(blocked).toEqual([
    ['H1', true],
    ['H2', false],
    ['H3', false],
  ])
})

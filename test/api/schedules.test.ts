/** Schedules at the API: made, approved, ended; and whatever would fail every night is refused at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSchedules } from '../../src/conductor/schedules.ts'
import { createToken } from '../../src/db/tokens.ts'
import { createLog } from '../../src/log.ts'
import { type HeadOffice, openHeadOffice, uploadPackage } from './head-office.ts'
import { importTills } from './rows.ts'

let office: HeadOffice
let packageId: string
let boris: string

beforeAll(async () => {
  office = await openHeadOffice()
  boris = await createToken(office.db, 'Boris')
  await importTills(office, 'M1', ['c1', 'c2', 'c3'])
  packageId = await uploadPackage(office)
})
afterAll(async () => {
  await office?.close()
})

const schedule = (change: Record<string, unknown> = {}, template: Record<string, unknown> = {}) => ({
  name: 'Every night',
  cron: '0 22 * * 1-5',
  timeZone: 'Asia/Vladivostok',
  template: { name: 'Ночь', newest: 'till', ...template },
  ...change,
})
const post = (json: unknown) => office.ask('POST', '/schedules', { json })

describe('a schedule', () => {
  test('is shown as it was made, with its next run', async () => {
    const made = await post(schedule({}, { stores: ['M1'], waves: { template: 'single' } }))
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe(`/api/v1/schedules/${made.json.id}`)
    expect(made.json).toMatchObject({
      name: 'Every night',
      createdBy: 'night operator',
      approvedBy: null,
      allowed: ['approve', 'end'],
      template: {
        name: 'Ночь',
        newest: 'till',
        selection: { stores: ['M1'] },
        waves: { template: 'single' },
      },
    })
    // Ten in the evening in Vladivostok.
    expect(made.json.nextAt).toMatch(/T12:00:00\.000Z$/)
    const shown = await office.ask('GET', `/schedules/${made.json.id}`)
    expect(shown.json).toMatchObject({ ...made.json, rollouts: [] })
    const list = await office.ask('GET', '/schedules')
    expect(list.json.items.map((one: { id: string }) => one.id)).toContain(made.json.id)
  })

  test('is approved once, by another person where its policy asks for two, and ended once', async () => {
    const made = await post(schedule({}, { policy: { twoPersons: true } }))
    const path = `/schedules/${made.json.id}`
    const own = await office.ask('POST', `${path}/approve`)
    expect([own.status, own.json.code]).toEqual([403, 'samePerson'])
    const approved = await office.ask('POST', `${path}/approve`, { token: boris })
    expect(approved.json).toMatchObject({ approvedBy: 'Boris', allowed: ['end'] })
    const again = await office.ask('POST', `${path}/approve`, { token: boris })
    expect([again.status, again.json.code, again.json.allowed]).toEqual([409, 'notAllowed', ['end']])
    const ended = await office.ask('POST', `${path}/end`)
    expect(ended.json).toMatchObject({ nextAt: null, allowed: [] })
    expect(ended.json.endedAt).not.toBeNull()
    expect((await office.ask('POST', `${path}/end`)).status).toBe(409)
  })

  test('shows the rollouts that came of it', async () => {
    const made = await post(schedule({}, { packageId, newest: undefined }))
    await office.ask('POST', `/schedules/${made.json.id}/approve`)
    await runSchedules(office.db, Date.parse(made.json.nextAt), createLog('silent'))
    const shown = await office.ask('GET', `/schedules/${made.json.id}`)
    expect(shown.json.rollouts).toMatchObject([{ state: 'running', approvedBy: 'night operator' }])
    expect(shown.json.lastReason).toBeNull()
    // Its devices are busy now; that says nothing against another schedule.
    expect((await post(schedule())).status).toBe(201)
  })

  test('that is not there is not found', async () => {
    const id = '00000000-0000-4000-8000-000000000000'
    for (const [method, path] of [
      ['GET', `/schedules/${id}`],
      ['POST', `/schedules/${id}/approve`],
      ['POST', `/schedules/${id}/end`],
      ['GET', '/schedules/x'],
    ] as const) {
      const reply = await office.ask(method, path)
      expect([reply.status, reply.json.code], path).toEqual([404, 'notFound'])
    }
  })
})

describe('refused', () => {
  const NOBODY = '00000000-0000-4000-8000-000000000000'
  test.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
    ['cronInvalid', 'cron', { cron: 'every night' }, {}],
    ['cronInvalid', 'cron', { cron: '0 0 22 * * 1' }, {}],
    ['cronInvalid', 'cron', { cron: '' }, {}],
    ['cronNeverFires', 'cron', { cron: '0 0 30 2 *' }, {}],
    ['timeZoneUnknown', 'timeZone', { timeZone: 'Europe/Atlantis' }, {}],
    ['timeZoneUnknown', 'timeZone', { timeZone: '+03:00' }, {}],
    ['packageUnknown', 'template.packageId', {}, { newest: undefined, packageId: NOBODY }],
    ['packageUnknown', 'template.newest', {}, { newest: 'selfCheckout' }],
    ['packageUnknown', 'template.serverPackageId', {}, { serverPackageId: NOBODY }],
    ['fieldInvalid', 'template.packageId', {}, { packageId: NOBODY }],
    ['fieldInvalid', 'template.packageId', {}, { newest: undefined }],
    ['storeUnknown', 'template.stores.0', {}, { stores: ['M9'] }],
    [
      'thresholdInvalid',
      'template.policy.gate.successPercent',
      {},
      { policy: { gate: { successPercent: 120 } } },
    ],
    ['fieldUnknown', 'template.policy.startsAt', {}, { policy: { startsAt: '2026-11-22T00:00:00Z' } }],
    [
      'windowNeverOpens',
      'template.policy.windows',
      {},
      { policy: { windows: [{ days: [], from: '23:00', to: '06:00' }] } },
    ],
    ['waveInvalid', 'template.waves.0.stores', {}, { waves: [{ by: 'stores', stores: [] }] }],
    ['fieldUnknown', 'template.endsAt', {}, { endsAt: null }],
  ])('%s at %s', async (code, path, change, template) => {
    const before = await office.count('schedule')
    const reply = await post(schedule(change, template))
    expect(reply.status, reply.text).toBe(422)
    const [fault] = reply.json.errors ?? [reply.json]
    expect([fault.code, fault.path]).toEqual([code, path])
    expect(await office.count('schedule')).toBe(before)
  })

  test('without a token', async () => {
    expect((await office.ask('POST', '/schedules', { json: schedule(), token: null })).status).toBe(401)
    expect((await office.ask('GET', '/schedules', { token: null })).status).toBe(401)
  })
})

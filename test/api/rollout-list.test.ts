/** What the page shows of rollouts before and while they run: how far each is, and what to expect of a plan now. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { importTills, startRolloutTo } from './rows.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const get = async (path: string) => (await office.ask('GET', path)).json

test('the list counts each rollout by bucket, and its waves', async () => {
  await importTills(office, 'L1', ['1', '2', '3'])
  const { id, updates } = await startRolloutTo(office, 'L1')
  const draft = await office.ask('POST', '/rollouts', {
    json: { name: 'later', packageId: await uploadPackage(office), stores: ['L1'] },
  })
  expect(draft.json.code).toBe('nothingToDo')
  const row = async () =>
    (await get('/rollouts')).items.find((one: { id: string }) => one.id === id) as Record<string, unknown>
  expect(await row()).toMatchObject({
    counts: { waiting: 3 },
    waveCounts: { total: 1, released: 1, passed: 0 },
  })
  expect(
    await office.ask('POST', `/rollouts/${id}/skip`, { json: { cashIds: ['1'], reason: 'in repair' } }),
  ).toMatchObject({
    status: 200,
  })
  expect((await row()).counts).toEqual({ waiting: 2, skipped: 1 })
  expect(Object.keys(updates)).toHaveLength(3)
})

test('a draft has no device updates yet, and its list row says so', async () => {
  await office.ask('POST', '/fleet', { json: { stores: [store('L2', [till('21'), till('22')])] } })
  const packageId = await uploadPackage(office)
  const made = await office.ask('POST', '/rollouts', { json: { name: 'draft', packageId, stores: ['L2'] } })
  const { items } = await get(`/rollouts?filter=state:draft`)
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({
    id: made.json.id,
    counts: {},
    waveCounts: { total: 0, released: 0, passed: 0 },
  })
})

test('planned again it is the same plan, with a forecast by the clock of each store; until something changes', async () => {
  const more = { timeZone: 'Asia/Vladivostok' }
  await office.ask('POST', '/fleet', { json: { stores: [store('L3', [till('31'), till('32')], more)] } })
  const packageId = await uploadPackage(office)
  const made = await office.ask('POST', '/rollouts', { json: { name: 'again', packageId, stores: ['L3'] } })
  const { id, planHash } = made.json
  expect(made.json.forecast.stores).toMatchObject([{ store: 'L3', timeZone: 'Asia/Vladivostok', devices: 2 }])
  expect(await get(`/rollouts/${id}/replan`)).toMatchObject({
    id,
    planHash,
    plan: { targets: 2, leftOut: 0 },
    forecast: { stores: [{ store: 'L3', timeZone: 'Asia/Vladivostok', devices: 2 }] },
  })
  await office.ask('POST', '/devices/31/block', { json: { on: true, reason: 'broken' } })
  const later = await get(`/rollouts/${id}/replan`)
  expect(later.planHash).not.toBe(planHash)
  expect(later.leftOut).toEqual([
    { reason: 'tillBlocked', count: 1, devices: [{ cashId: '31', store: 'L3' }] },
  ])
  // Nothing of it was kept.
  expect((await get(`/rollouts/${id}`)).planHash).toBe(planHash)
  await office.ask('POST', '/devices/32/block', { json: { on: true, reason: 'broken' } })
  const none = await office.ask('GET', `/rollouts/${id}/replan`)
  expect([none.status, none.json.code]).toEqual([422, 'nothingToDo'])
})

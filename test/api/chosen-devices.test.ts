/** Controls that are meant for some devices of a rollout: asked of before in any number, and retried as they were shown. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenFor } from './chain-of-two.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { endAs } from './rows.ts'

const TILLS = ['N1-1', 'N1-2', 'N1-3', 'N1-4']

let office: HeadOffice
let id = ''
let updates: ReadonlyMap<string, string> = new Map()

const post = (path: string, json: object = {}) => office.ask('POST', `/rollouts/${id}${path}`, { json })

beforeAll(async () => {
  office = await openHeadOffice()
  const tills = TILLS.map((cashId, i) => till(cashId, { number: i + 1 }))
  await office.ask('POST', '/fleet', { json: { stores: [store('N1', tills)] } })
  const packageId = await uploadPackage(office)
  const made = await office.ask('POST', '/rollouts', { json: { name: 'night', packageId, stores: ['N1'] } })
  id = made.json.id
  await post('/start')
  const { items } = (await office.ask('GET', `/rollouts/${id}/updates`)).json
  updates = new Map(
    (items as { id: string; device: { cashId: string } }[]).map((one) => [one.device.cashId, one.id]),
  )
})
afterAll(() => office.close())

test('consequences are told for more devices than an address holds', async () => {
  const many = [...TILLS.slice(0, 3), ...Array.from({ length: 9997 }, (_, i) => `9${i}`)]
  const asked = await post('/consequences', { verb: 'skip', cashIds: many })
  expect(asked.json).toMatchObject({ id, verb: 'skip', devices: { skipped: 3, unchanged: 1 } })
  const over = await post('/consequences', { verb: 'skip', cashIds: [...many, 'one more'] })
  expect(over.json).toMatchObject({ status: 422, path: 'cashIds' })
})

test('a retry of some devices shows and does just those', async () => {
  const ids = TILLS.slice(0, 3).flatMap((cashId) => updates.get(cashId) ?? [])
  await endAs(office, ids, 'failed', 'hostKeyChanged')
  const preview = (await post('/retry', { preview: true, cashIds: ['N1-2', 'N1-4'] })).json
  expect(preview).toMatchObject({ retries: [{ cashId: 'N1-2' }], refused: [] })
  const { previewId, hash } = preview
  const other = await post('/retry', { previewId, hash, cashIds: ['N1-1'] })
  expect(other.json).toMatchObject({ status: 409, code: 'previewDiffers', path: 'cashIds' })
  expect((await post('/retry', { previewId, hash })).json).toMatchObject({
    retried: [updates.get('N1-2')],
    refused: [],
    counts: { byState: { failed: 2 } },
  })
  expect((await post('/retry', { cashIds: ['N1-3'] })).json.retried).toEqual([updates.get('N1-3')])
})

test('what would become of one till of another group is not told to who names it', async () => {
  const stores = [
    store('G1', [till('G1-1')], { group: 'north' }),
    store('G2', [till('G2-1')], { group: 'south' }),
  ]
  await office.ask('POST', '/fleet', { json: { stores } })
  const packageId = await uploadPackage(office)
  const made = await office.ask('POST', '/rollouts', {
    json: { name: 'both', packageId, stores: ['G1', 'G2'] },
  })
  await office.ask('POST', `/rollouts/${made.json.id}/start`)
  const token = await tokenFor(office, 'viewer', ['north'])
  const skipped = async (cashId: string) =>
    (await office.ask('GET', `/rollouts/${made.json.id}/consequences?verb=skip&cashIds=${cashId}`, { token }))
      .json.devices
  expect(await skipped('G1-1')).toMatchObject({ skipped: 1, unchanged: 1 })
  expect(await skipped('G2-1')).toMatchObject({ skipped: 0, unchanged: 2 })
})

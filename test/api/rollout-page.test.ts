/** What the page of one rollout is made of: honest numbers, what went wrong grouped, and the clock. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bucket, bucketOf, buckets } from '../../src/rollout/page/bucket.ts'
import {
  type DeviceUpdateState,
  deviceUpdateStates,
  isActiveUpdate,
  isTerminalUpdate,
} from '../../src/rollout/states.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { importTills, startRolloutTo } from './rows.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const get = async (path: string) => (await office.ask('GET', path)).json
const set = (id: string, state: string, reason: string | null) =>
  office.db.pool.query(
    `UPDATE device_update SET state = $2, reason = $3, generation = 1, finished_at = CASE WHEN $4 THEN now() END,
       lease_until = CASE WHEN $5 THEN now() + interval '1 minute' END, lease_owner = CASE WHEN $5 THEN 'w' END WHERE id = $1`,
    [id, state, reason, isTerminalUpdate(state), isActiveUpdate(state)],
  )

interface Trouble {
  bucket: Bucket
  reason: string | null
  count: number
  retryable: number
  owner: string | null
  devices: { cashId: string }[]
}

test('every state is in one number, the same in SQL as in the core, whatever the reason', async () => {
  await importTills(office, 'B1', ['B1-1'])
  const { id, updates } = await startRolloutTo(office, 'B1')
  const update = updates['B1-1'] as string
  for (const state of Object.keys(deviceUpdateStates) as DeviceUpdateState[]) {
    for (const reason of [null, 'tillOffline', 'shiftOpen', 'healthFailed']) {
      await set(update, state, reason)
      const { counts } = await get(`/rollouts/${id}`)
      const bucket = bucketOf('update', state, reason)
      expect(counts.byBucket, `${state} ${reason}`).toEqual({ [bucket]: 1 })
      const { total } = await get(`/rollouts/${id}/updates?count=true&filter=bucket:${bucket}`)
      expect(total, `${state} ${reason}`).toBe(1)
    }
  }
  await office.db.pool.query(`UPDATE rollout SET kind = 'rollback' WHERE id = $1`, [id])
  await set(update, 'succeeded', null)
  expect((await get(`/rollouts/${id}`)).counts.byBucket).toEqual({ failed: 1 })
  expect(bucketOf('rollback', 'succeeded', null)).toBe('failed')
  expect(new Set(buckets).size).toBe(buckets.length)
})

test('who waits for a store that nobody reaches is out of reach, with that reason', async () => {
  await importTills(office, 'B2', ['B2-1', 'B2-2'])
  const { id, storePackageId } = await startRolloutTo(office, 'B2')
  await office.db.pool.query(`UPDATE store_package SET reason = 'storeOffline' WHERE id = $1`, [
    storePackageId,
  ])
  expect((await get(`/rollouts/${id}`)).counts.byBucket).toEqual({ unreachable: 2 })
  const { items } = (await get(`/rollouts/${id}/troubles`)) as { items: Trouble[] }
  expect(items).toMatchObject([
    { bucket: 'unreachable', reason: 'storeOffline', owner: 'network', count: 2, retryable: 0 },
  ])
  const { items: found } = await get(`/rollouts/${id}/updates?filter=trouble:storeOffline`)
  expect(found).toHaveLength(2)
})

test('what went wrong is grouped by reason, and only that group is retried', async () => {
  const names = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `B3-${number}`)
  await importTills(office, 'B3', names)
  const { id, updates } = await startRolloutTo(office, 'B3')
  const of = (cashId: string) => updates[cashId] as string
  for (const cashId of names.slice(0, 6)) await set(of(cashId), 'rolledBack', 'healthFailed')
  await set(of('B3-7'), 'failed', 'diskFull')
  const { items } = (await get(`/rollouts/${id}/troubles`)) as { items: Trouble[] }
  expect(items).toMatchObject([
    { bucket: 'rolledBack', reason: 'healthFailed', owner: 'package', count: 6, retryable: 6 },
    { bucket: 'failed', reason: 'diskFull', owner: 'store', count: 1, retryable: 1 },
  ])
  expect(items[0]?.devices.map((one) => one.cashId)).toEqual(names.slice(0, 5))
  const shown = await office.ask('POST', `/rollouts/${id}/retry`, {
    json: { preview: true, states: ['failed'], reasons: ['diskFull'] },
  })
  expect(shown.json.retries).toMatchObject([{ cashId: 'B3-7', reason: 'diskFull' }])
  const { previewId, hash } = shown.json
  const other = await office.ask('POST', `/rollouts/${id}/retry`, {
    json: { previewId, hash, reasons: ['healthFailed'] },
  })
  expect(other).toMatchObject({ status: 409, json: { code: 'previewDiffers', path: 'reasons' } })
  const done = await office.ask('POST', `/rollouts/${id}/retry`, { json: { previewId, hash } })
  expect(done.json.retried).toEqual([of('B3-7')])
  expect((await get(`/rollouts/${id}`)).counts.byBucket).toEqual({ rolledBack: 6, waiting: 2 })
})

test('the clock has windows less freezes, what ended, and what is left', async () => {
  const calendar = {
    windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '23:00', to: '06:00' }],
    opening: null,
    exceptions: [],
  }
  const devices = [1, 2, 3].map((number) => till(`B4-${number}`, { number }))
  await office.ask('POST', '/fleet', {
    json: { stores: [{ ...store('B4', devices), timeZone: 'Europe/Moscow', calendar }] },
  })
  const packageId = await uploadPackage(office)
  const waves = [{ by: 'cashIds', cashIds: ['B4-1'] }, { by: 'rest' }]
  const made = await office.ask('POST', '/rollouts', {
    json: { name: 'night', packageId, stores: ['B4'], waves },
  })
  const id = made.json.id as string
  const night = 'from=2026-11-20T09:00:00Z&to=2026-11-21T09:00:00Z'
  const before = await get(`/rollouts/${id}/timeline?${night}`)
  const window = { from: '2026-11-20T20:00:00.000Z', to: '2026-11-21T03:00:00.000Z', stores: 1 }
  expect(before.waves).toEqual([
    { number: 1, windows: [window] },
    { number: 2, windows: [window] },
  ])
  await office.ask('POST', '/freezes', {
    json: { name: 'stock', scope: { kind: 'chain' }, from: '2026-11-21T02:00', to: '2026-11-22T00:00' },
  })
  const frozen = await get(`/rollouts/${id}/timeline?${night}`)
  expect(frozen.waves[0].windows).toEqual([{ ...window, to: '2026-11-20T23:00:00.000Z' }])

  await office.ask('POST', `/rollouts/${id}/start`)
  const { items } = await get(`/rollouts/${id}/updates`)
  const update = items.find((one: { device: { cashId: string } }) => one.device.cashId === 'B4-1')
  await set(update.id, 'succeeded', null)
  await set(items[1].id, 'restarting', null)
  const now = await get(`/rollouts/${id}/timeline`)
  expect(now.installs).toMatchObject([{ wave: 1, bucket: 'succeeded', count: 1 }])
  expect(now.under).toEqual([{ wave: 2, bucket: 'running', count: 1 }])
  const outlook = await get(`/rollouts/${id}/outlook`)
  expect(outlook.waves).toMatchObject([
    { number: 1, left: 0, startsAt: null },
    { number: 2, left: 2 },
  ])
  expect(Date.parse(outlook.waves[1].endsAt)).toBeGreaterThan(Date.parse(outlook.waves[1].startsAt))
  expect(outlook.endsAt).toBe(outlook.waves[1].endsAt)

  // Whoever looks neither waits for who changes it, nor is waited for.
  const holder = await office.db.pool.connect()
  try {
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM rollout WHERE id = $1 FOR UPDATE', [id])
    for (const what of ['outlook', 'drift', 'replan'])
      expect((await office.ask('GET', `/rollouts/${id}/${what}`)).status, what).toBe(200)
  } finally {
    await holder.query('ROLLBACK')
    holder.release()
  }
  const far = await office.ask(
    'GET',
    `/rollouts/${id}/timeline?from=2026-11-20T09:00:00Z&to=2026-12-20T09:00:00Z`,
  )
  expect(far.status).toBe(422)
})

test('a list says what each waits for, only where it is asked to', async () => {
  await importTills(office, 'B5', ['B5-1', 'B5-2'])
  const { id, updates } = await startRolloutTo(office, 'B5')
  await set(updates['B5-2'] as string, 'succeeded', null)
  const plain = await get(`/rollouts/${id}/updates`)
  expect(plain.items[0]).not.toHaveProperty('waitsFor')
  const waiting = await get(`/rollouts/${id}/updates?waits=true&filter=state:waiting`)
  expect(waiting.items[0].waitsFor).toBe('storePackage')
  const alone = await get(`/updates/${waiting.items[0].id}`)
  expect(alone.waitsFor).toBe('storePackage')
})

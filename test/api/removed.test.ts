/** A till that was taken out after its night: everything that reads the fleet, before and after. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLoads } from '../../src/db/loads.ts'
import { readAwaited } from '../../src/db/receipts.ts'
import { removeFromFleet } from '../../src/db/remove-fleet.ts'
import { readMorning } from '../../src/db/report-facts.ts'
import { readNotAsked } from '../../src/db/report-looks.ts'
import { readReportHead } from '../../src/db/report-rollouts.ts'
import { previewRetry } from '../../src/db/retry.ts'
import { requestRetry } from '../../src/db/updates.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'
import { endAs, importTills, startRolloutTo } from './rows.ts'

let office: HeadOffice

beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

test('reports, looks, lanes, receipts and retries have it before, and not after', async () => {
  const { pool } = office.db
  await importTills(office, 'G1', ['70', '71'])
  const { id, updates } = await startRolloutTo(office, 'G1')
  const [sold, failed] = [updates['70'] ?? '', updates['71'] ?? '']
  await endAs(office, [sold], 'succeeded')
  await endAs(office, [failed], 'failed', 'diskFull')
  await pool.query(`UPDATE device_update SET install_at = finished_at - interval '1 minute'`)
  await pool.query(`UPDATE rollout SET state = 'finished', finished_at = now() WHERE id = $1`, [id])
  const { rows } = await pool.query<{ id: string; storeId: string }>(
    `SELECT id, store_id AS "storeId" FROM device ORDER BY cash_id`,
  )
  const storeId = rows[0]?.storeId ?? ''
  const head = await readReportHead(pool, id)
  if (head === undefined) throw new Error('no report of it')
  const now = Date.now()

  const seen = async () => ({
    morning: (await readMorning(pool, head, { now, timeZone: null })).devices.map((one) => one.cashId),
    looks: (await readNotAsked(pool, 'morning', head, { timeZone: 'Europe/Moscow', since: now })).length,
    lanes: (await readLoads(pool, [storeId], new Map([[storeId, 'always']]))).get(storeId)?.lanes?.length,
    receipts: (await readAwaited(pool, now - 3_600_000)).devices.length,
    retries: (await previewRetry(pool, id, ['failed'])).retries.map((one) => one.cashId),
  })
  expect(await seen()).toEqual({
    ...{ morning: ['70', '71'], looks: 2, lanes: 2, receipts: 1, retries: ['71'] },
  })

  await removeFromFleet(pool, { deviceIds: rows.map((row) => row.id), storeIds: [], actor: 'test' })
  expect(await seen()).toEqual({ morning: [], looks: 0, lanes: 0, receipts: 0, retries: [] })
  expect((await previewRetry(pool, id, ['failed'])).refused).toMatchObject([
    { cashId: '71', why: 'notRetryable' },
  ])
  expect(await requestRetry(office.db, failed, { actor: 'test', via: 'api' })).toMatchObject({
    ...{ ok: false, why: 'notRetryable' },
  })
  // What it was in stays.
  const kept = await office.ask('GET', `/rollouts/${id}/updates`)
  expect(kept.json.items).toHaveLength(2)
})

test('a plan that was made before it was taken out does not bring it in', async () => {
  await importTills(office, 'G2', ['80', '81'])
  const packageId = (await office.db.prisma.package.findFirstOrThrow()).id
  const made = await office.ask('POST', '/rollouts', { json: { name: 'night', packageId, stores: ['G2'] } })
  const { rows } = await office.db.pool.query<{ id: string }>(`SELECT id FROM device WHERE cash_id = '80'`)
  await removeFromFleet(office.db.pool, { deviceIds: rows.map((row) => row.id), storeIds: [], actor: 'test' })
  const started = await office.ask('POST', `/rollouts/${made.json.id}/start`)
  const live = await office.db.pool.query(
    `SELECT d.cash_id FROM device_update u JOIN device d ON d.id = u.device_id WHERE u.rollout_id = $1 ORDER BY 1`,
    [made.json.id],
  )
  expect(live.rows.map((row) => row.cash_id)).toEqual(started.status === 200 ? ['81'] : [])
})

test('sightings stand beside what a device says, with their own age', async () => {
  await importTills(office, 'G3', ['90'])
  const { saveSightings } = await import('../../src/db/sightings.ts')
  const now = Date.now()
  const body = { version: '97', sum: '1252.05' }
  const one = (readAt: number | null) => [{ cashId: '90', readAt, body }]
  expect(
    await saveSightings(office.db, 'ukm4:page', now, [
      ...one(null),
      { cashId: 'nobody', readAt: null, body },
    ]),
  ).toBe(1)
  expect(await saveSightings(office.db, 'ukm4:sql', now, one(now - 3_600_000))).toBe(1)
  expect(await saveSightings(office.db, 'ukm4:sql', now - 60_000, one(now))).toBe(0)
  const shown = await office.ask('GET', '/devices/90')
  expect(shown.json).toMatchObject({
    ...{ said: null, status: null },
    sightings: [
      { source: 'ukm4:page', askedAt: new Date(now).toISOString(), readAt: null, ageSeconds: null, body },
      { source: 'ukm4:sql', readAt: new Date(now - 3_600_000).toISOString(), ageSeconds: expect.any(Number) },
    ],
  })
  expect(shown.json.sightings[1].ageSeconds).toBeGreaterThanOrEqual(3600)
})

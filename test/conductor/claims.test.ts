/** Claims on real rows: bounds hold whoever claims, and a decision about a row that was claimed since is void. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimUpdates } from '../../src/db/claims.ts'
import { lockSample, readWaves, releaseWave } from '../../src/db/waves.ts'
import type { Wanted } from '../../src/rollout/decide.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { weekdays } from '../../src/rollout/time/calendar.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { importInventory, type Office, openFleet, openOffice } from '../support/office.ts'

let office: Office
let fleet: Fleet

// Without a worker the office's own conductor claims nothing.
beforeEach(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 1, tills: 3 })
})
afterEach(async () => {
  await fleet?.stop()
  await office?.close()
})

const allDay = [{ days: weekdays, from: '00:00', to: '24:00' }]

/** Every till of the store, ready to be installed. */
async function readyTills(maxInstalls: number, isTrading: boolean): Promise<Wanted[]> {
  const opening = isTrading ? allDay : []
  const stores = fleet.inventory.stores.map((store) => ({
    ...store,
    maxInstalls,
    calendar: { windows: allDay, opening, exceptions: [] },
  }))
  await importInventory(office, { stores })
  const { id } = await office.addPackage()
  const rolloutId = await office.rollOut(id)
  const { rows } = await office.db.pool.query<Wanted>(
    `UPDATE device_update SET state = 'ready' WHERE rollout_id = $1
     RETURNING id AS "updateId", device_id AS "deviceId", store_id AS "storeId", rollout_id AS "rolloutId", generation, attempts`,
    [rolloutId],
  )
  await office.db.pool.query(
    `INSERT INTO device_status (device_id, asked_at, read_at, source, status)
     SELECT id, now(), now(), 'test', '{"health": "healthy", "activity": "idle"}' FROM device`,
  )
  return rows.map((row) => ({
    ...row,
    step: 'activate',
    closesLane: true,
    latestStart: Date.now() + 3_600_000,
    lanePolicy: defaultPolicy.lanes,
    rolloutState: 'running',
    trading: isTrading ? 'trading' : null,
  }))
}

/** As conductors would that know nothing of each other: each on its own connection, at the same moment. */
async function claimAtOnce(wanted: readonly Wanted[]): Promise<number> {
  const claimed = await Promise.all(
    wanted.map(async (one) => {
      const client = await office.db.pool.connect()
      try {
        return (await claimUpdates(client, [one], 60)).length
      } finally {
        client.release()
      }
    }),
  )
  return claimed.reduce((sum, count) => sum + count, 0)
}

test('the limit of a store holds, whoever claims', async () => {
  expect(await claimAtOnce(await readyTills(1, false))).toBe(1)
})

test('its lanes hold, whoever claims: of two staffed tills one stays', async () => {
  const wanted = await readyTills(8, true)
  expect(wanted).toHaveLength(3)
  // Two tills and a self-checkout: one of the tills, and the only self-checkout.
  expect(await claimAtOnce(wanted)).toBe(2)
  const closed = await office.db.prisma.deviceUpdate.findMany({
    where: { state: 'activating' },
    include: { device: true },
  })
  expect(closed.map((row) => row.device.kind).sort()).toEqual(['selfCheckout', 'till'])
})

test('when the shop is closed they do not bind', async () => {
  expect(await claimAtOnce(await readyTills(8, false))).toBe(3)
})

test('a decision about a row that was claimed since is void, though it rests again', async () => {
  const [wanted] = await readyTills(8, false)
  if (wanted === undefined) throw new Error('nothing is ready')
  expect(await claimAtOnce([wanted])).toBe(1)
  await office.db.pool.query(`UPDATE device_update SET state = 'ready', lease_until = NULL WHERE id = $1`, [
    wanted.updateId,
  ])
  expect(await claimAtOnce([wanted])).toBe(0)
  expect(await claimAtOnce([{ ...wanted, generation: 1 }])).toBe(1)
})

test('a verdict about a sample that is over is void, and a gate does not open over a wave that has not passed', async () => {
  const stores = fleet.inventory.stores
  await importInventory(office, { stores })
  const { id } = await office.addPackage({ version: 97_000 })
  const rolloutId = await office.rollOut(id, {
    waves: [{ by: 'count', of: 'devices', count: 1 }, { by: 'rest' }],
  })
  const [judged] = await readWaves(office.db.pool, [rolloutId])
  if (judged === undefined) throw new Error('no wave')
  const client = await office.db.pool.connect()
  try {
    expect(await lockSample(client, judged)).toBe(true)
    await client.query(`UPDATE wave SET sample_from = now() + interval '1 second' WHERE rollout_id = $1`, [
      rolloutId,
    ])
    expect(await lockSample(client, judged)).toBe(false)
    expect(await releaseWave(client, rolloutId, 2, { actor: 'conductor', byGate: true })).toBe(false)
    expect(await releaseWave(client, rolloutId, 2, { actor: 'anna' })).toBe(true)
  } finally {
    client.release()
  }
})

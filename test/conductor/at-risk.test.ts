/** What may not be over before the shop opens is said early, once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice, rolloutEnds } from '../support/office.ts'
import { until } from '../support/until.ts'

let office: Office
let fleet: Fleet

beforeAll(async () => {
  office = await openOffice({ settings: { NIGHTSHIFT_LOG: 'silent' } })
  fleet = await openFleet(office, { stores: 1, tills: 1 })
  await office.startWorker()
})
afterAll(async () => {
  await fleet?.stop()
  await office?.close()
})

const alarms = () =>
  office.db.prisma.event.findMany({ where: { code: 'openingAtRisk' }, orderBy: { id: 'asc' } })

test('an installation that eats the time of its way back is told of, once', async () => {
  const [till] = fleet.devices
  // Armed, and it does not restart.
  await till?.setFault({ kind: 'refuseVerb', verb: 'restart', reason: 'receiptOpen' })
  const { id } = await office.addPackage()
  const rolloutId = await office.rollOut(id)
  await until(
    async () => (await office.db.prisma.deviceUpdate.count({ where: { rolloutId, state: 'armed' } })) === 1,
    {
      within: 60_000,
      label: 'it is armed',
    },
  )
  expect(await alarms()).toEqual([])
  // Ten minutes and the time for confirming are over: the way back has what is left of 600 + 900 seconds, of which a
  // minute may pass until it is told.
  await office.db.pool.query(
    `UPDATE device_update SET latest_start = now() - interval '19 minutes 2 seconds' WHERE rollout_id = $1`,
    [rolloutId],
  )
  office.db.poke()
  const [alarm] = await until(async () => ((await alarms()).length > 0 ? alarms() : false), {
    within: 60_000,
    label: 'the alarm',
  })
  expect(alarm?.params).toMatchObject({ minutes: 20 })
  await office.db.pool.query(
    `UPDATE device_update SET latest_start = now() + interval '1 hour' WHERE rollout_id = $1`,
    [rolloutId],
  )
  await till?.setFault(null)
  expect(await rolloutEnds(office, rolloutId)).toBe('finished')
  expect(await alarms()).toHaveLength(1)
})

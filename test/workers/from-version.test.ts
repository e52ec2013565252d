/** From which version an update came: what the till said before its installation, where nobody knew it. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startRollout } from '../../src/db/approval.ts'
import { createRollback } from '../../src/db/roll-back.ts'
import { requestRetry } from '../../src/db/updates.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { theUpdate } from '../support/faults.ts'
import { type Office, openFleet, openOffice, rolloutEnds } from '../support/office.ts'

const TEST_MS = 480_000

let office: Office
let fleet: Fleet
const till = () => {
  const [device] = fleet.devices
  if (device === undefined) throw new Error('no till')
  return device
}
const forget = () => office.db.pool.query('DELETE FROM device_status')

beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 1, tills: 1 })
  await office.startWorker()
})
afterAll(async () => {
  await fleet?.stop()
  await office?.close()
})
afterEach(() => till().faults.set(null))

it(
  'keeps what a till that was never asked before says at the first look',
  async () => {
    await forget()
    const rollout = await office.rollOut((await office.addPackage({ version: 96_000 })).id)
    await rolloutEnds(office, rollout)
    expect(await theUpdate(office, rollout)).toMatchObject({
      state: 'succeeded',
      fromVersion: 95_000,
      toVersion: 96_000,
    })
  },
  TEST_MS,
)

it(
  'leaves what was known when it started',
  async () => {
    await office.db.pool.query('UPDATE device_status SET version = 94000')
    const rollout = await office.rollOut((await office.addPackage({ version: 97_000 })).id)
    await rolloutEnds(office, rollout)
    expect(await theUpdate(office, rollout)).toMatchObject({ state: 'succeeded', fromVersion: 94_000 })
  },
  TEST_MS,
)

it(
  'takes nothing for it that was said after an installation had been tried',
  async () => {
    await forget()
    till().faults.set({ kind: 'healthFails' })
    const rollout = await office.rollOut((await office.addPackage({ version: 98_000 })).id)
    await rolloutEnds(office, rollout)
    const { id, state, fromVersion } = await theUpdate(office, rollout)
    expect([state, fromVersion]).toEqual(['rolledBack', 97_000])
    await office.db.pool.query('UPDATE device_update SET from_version = NULL WHERE id = $1', [id])
    till().faults.set(null)
    expect(await requestRetry(office.db, id, { actor: 'test', via: 'test' })).toMatchObject({ ok: true })
    await rolloutEnds(office, rollout)
    expect(await theUpdate(office, rollout)).toMatchObject({ state: 'succeeded', fromVersion: null })
  },
  TEST_MS,
)

it(
  'does not lead the way back to the version that it leaves',
  async () => {
    await forget()
    const running = await office.db.prisma.package.findFirstOrThrow({ where: { version: 98_000 } })
    const rollout = await office.rollOut(running.id)
    await rolloutEnds(office, rollout)
    expect(await theUpdate(office, rollout)).toMatchObject({ state: 'succeeded', fromVersion: 98_000 })
    const made = await createRollback(office.db, { rolloutId: rollout, actor: 'test' })
    if (made?.ok !== true) throw new Error(JSON.stringify(made))
    expect(await startRollout(office.db, made.row.id, 'test')).toMatchObject({ ok: true })
    // Only the device knows what ran before.
    expect(await theUpdate(office, made.row.id)).toMatchObject({ fromVersion: 98_000, toVersion: 0 })
  },
  TEST_MS,
)

/** Waves open one after the other, by what came of the one before; a breach stops the rollout, and says it in numbers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { steerRollout } from '../../src/db/rollouts.ts'
import { releaseWave } from '../../src/db/waves.ts'
import { defaultGate } from '../../src/rollout/policy.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'

let office: Office
let fleet: Fleet

beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 6, tills: 18 })
  await office.startWorker()
})
afterAll(async () => {
  await fleet?.stop()
  await office?.close()
})

const gate = { ...defaultGate, minimumSample: 3 }
const waves = [
  { by: 'stores', stores: ['M1'], name: 'pilot' },
  { by: 'stores', stores: ['M2', 'M3'], name: 'second' },
  { by: 'rest' },
] as const

async function installed(rolloutId: string): Promise<{ wave: number; at: number }[]> {
  const { rows } = await office.db.pool.query<{ wave: number; at: number }>(
    `SELECT wave, (extract(epoch FROM install_at) * 1000)::float8 AS at FROM device_update
     WHERE rollout_id = $1 AND install_at IS NOT NULL`,
    [rolloutId],
  )
  return rows
}

const rollout = (id: string) => office.db.prisma.rollout.findUniqueOrThrow({ where: { id } })
const wavesOf = (id: string) =>
  office.db.prisma.wave.findMany({ where: { rolloutId: id }, orderBy: { number: 'asc' } })

test('each wave begins when the one before it has passed its gate', async () => {
  const { id } = await office.addPackage()
  const rolloutId = await office.rollOut(id, { waves, policy: { gate } })
  expect(await rolloutEnds(office, rolloutId)).toBe('finished')
  const rows = await wavesOf(rolloutId)
  expect(rows.map((wave) => [wave.name, wave.releasedBy])).toEqual([
    ['pilot', 'test'],
    ['second', 'conductor'],
    [rows[2]?.name, 'conductor'],
  ])
  const begun = await installed(rolloutId)
  expect(begun).toHaveLength(18)
  for (const { wave, at } of begun)
    expect(at, `wave ${wave}`).toBeGreaterThanOrEqual(rows[wave - 1]?.releasedAt?.getTime() ?? Infinity)
  const pilots = await office.db.prisma.deviceUpdate.findMany({ where: { rolloutId, wave: 1 } })
  for (const pilot of pilots)
    expect(pilot.finishedAt?.getTime() ?? Infinity).toBeLessThanOrEqual(rows[1]?.releasedAt?.getTime() ?? 0)
})

test('a package that fails on the pilot stops there; a person goes on with a reason, and a new sample begins', async () => {
  const { id } = await office.addPackage({ version: 97_000 })
  const pilots = fleet.store('M1').devices
  for (const till of pilots) await till.setFault({ kind: 'healthFails' })
  const rolloutId = await office.rollOut(id, { waves, policy: { gate } })
  await until(async () => (await rollout(rolloutId)).state === 'paused', {
    within: 60_000,
    label: 'the breach pauses',
  })
  expect(await rollout(rolloutId)).toMatchObject({
    reason: 'failures',
    reasonParams: { wave: 1, count: 3, of: 3, percent: 100, allowed: 5, minimumSample: 3 },
  })
  expect((await wavesOf(rolloutId)).map((wave) => wave.releasedAt !== null)).toEqual([true, false, false])
  expect(pilots.map((till) => till.version)).toEqual([96_000, 96_000, 96_000])
  // Everybody else holds the package, and waits.
  const states = Object.values(await updateStates(office, rolloutId))
  expect(states.filter((state) => state === 'ready').length).toBeGreaterThan(0)

  const go = { actor: 'manager' }
  expect(await steerRollout(office.db, rolloutId, 'resume', go)).toMatchObject({ why: 'reasonNeeded' })
  const answer = await steerRollout(office.db, rolloutId, 'resume', { ...go, reason: 'printers of M1' })
  expect(answer).toEqual({ ok: true })
  // The pilot has nobody left to be judged: its wave waits for a person, however long the conductor looks.
  expect((await rollout(rolloutId)).reason).toBeNull()
  expect((await wavesOf(rolloutId))[1]?.releasedAt).toBeNull()
  await releaseWave(office.db.pool, rolloutId, 2, { actor: 'manager' })
  office.db.poke()
  expect(await rolloutEnds(office, rolloutId)).toBe('finished')
  const ended = Object.values(await updateStates(office, rolloutId))
  expect(ended.filter((state) => state === 'succeeded')).toHaveLength(15)
  expect(ended.filter((state) => state.startsWith('rolledBack'))).toHaveLength(3)
  const { rows } = await office.db.pool.query<{ params: { why?: string } }>(
    `SELECT params FROM event WHERE rollout_id = $1 AND code = 'rolloutResumed'`,
    [rolloutId],
  )
  expect(rows.map((row) => row.params.why)).toEqual(['printers of M1'])
})

test('where the policy says so, a wave that failed goes back by itself', async () => {
  const { id } = await office.addPackage({ version: 98_000 })
  for (const store of fleet.stores) for (const till of store.devices) await till.setFault(null)
  const [, second, third] = fleet.store('M1').devices
  await second?.setFault({ kind: 'healthFails' })
  await third?.setFault({ kind: 'healthFails' })
  const before = fleet.store('M1').devices.map((till) => till.version)
  const rolloutId = await office.rollOut(id, {
    waves,
    policy: { gate, rollBackWave: { failedPercent: 50, failedCount: 2 } },
  })
  await until(async () => (await rollout(rolloutId)).state === 'paused', {
    within: 60_000,
    label: 'the breach pauses',
  })
  const back = await until(
    async () => (await office.db.prisma.rollout.findFirst({ where: { ofRolloutId: rolloutId } })) ?? false,
    { within: 60_000, label: 'the way back begins' },
  )
  expect(await rolloutEnds(office, back.id)).toBe('finished')
  expect(Object.values(await updateStates(office, back.id))).toEqual(['rolledBack'])
  expect(fleet.store('M1').devices.map((till) => till.version)).toEqual(before)
  expect((await rollout(rolloutId)).reasonParams).toMatchObject({ rollBack: back.id })
  await steerRollout(office.db, rolloutId, 'stop', { actor: 'test' })
  expect(await rolloutEnds(office, rolloutId)).toBe('cancelled')
})

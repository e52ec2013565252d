/**
 * A worker stands still past its lease while another one carries its device to the end. When it goes on, its late command
 * is refused by the device, and its late write by the row.
 */
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { jobId } from '../../src/jobs/job.ts'
import type { Step } from '../../src/rollout/due.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import type { RunningWorker } from '../../src/workers/main.ts'
import { isStopped, theUpdate } from '../support/faults.ts'
import { type Office, openFleet, openOffice, rolloutEnds } from '../support/office.ts'
import { startProcess, type TestProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

// Workers that start as processes, one after the other, and nights that wait for them.
vi.setConfig({ testTimeout: 480_000 })

let office: Office
let fleet: Fleet
let packageId: string
const processes: TestProcess[] = []
let heir: RunningWorker | undefined

beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 6, tills: 6 })
  packageId = (await office.addPackage()).id
})
afterEach(async () => {
  for (const one of processes.splice(0)) one.kill()
  await heir?.close()
})
afterAll(async () => {
  await fleet?.stop()
  await office?.close()
})

/** A worker that works until it stands still at `point`. */
async function stoppedAt(point: string): Promise<TestProcess> {
  const late = startProcess(['worker'], { ...office.env, NIGHTSHIFT_CRASH_AT: `${point}:SIGSTOP` })
  processes.push(late)
  const pid = late.child.pid ?? 0
  await until(() => isStopped(pid), { within: 60_000, label: `a worker stands still at ${point}` })
  return late
}

/** What it holds runs out; by its own time that might be before the test has read what it holds. */
async function loseLease({ id, generation }: { id: string; generation: number }): Promise<void> {
  const { rowCount } = await office.db.pool.query(
    "UPDATE device_update SET lease_until = now() - interval '1 second' WHERE id = $1 AND generation = $2",
    [id, generation],
  )
  expect(rowCount).toBe(1)
}

/** A worker stops at `point`, loses its lease, and another one updates the till. */
async function takenOver(code: string, point: string) {
  const rollout = await office.rollOut(packageId, { selection: { stores: [code] } })
  const late = await stoppedAt(point)
  const held = await theUpdate(office, rollout)
  await loseLease(held)
  heir = await office.startWorker()
  expect(await rolloutEnds(office, rollout)).toBe('finished')
  const till = fleet.store(code).devices[0]
  if (till === undefined) throw new Error(`no till in ${code}`)
  return { rollout, late, till, held, before: await theUpdate(office, rollout) }
}

/**
 * Holds the row while `work` runs: the late worker can neither renew nor write, so it does not learn from the database
 * that it was superseded.
 */
async function withRowLocked(updateId: string, work: () => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: office.database.url })
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT 1 FROM device_update WHERE id = $1 FOR UPDATE', [updateId])
    await work()
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}

/** What the late worker's job says in the end. */
const resultOf = (step: Step, claim: { id: string; generation: number }) =>
  until(async () => (await office.queues.queue(step).getJob(jobId(step, claim)))?.returnvalue, {
    within: 60_000,
    label: 'the late job ends',
  })

const facts = (row: Awaited<ReturnType<typeof theUpdate>>) => ({ ...row, runs: row.runs.length })

test.each([
  { point: 'restart.beforeAct', step: 'restart', verb: 'restart', code: 'M1' },
  { point: 'activate.beforeAct', step: 'activate', verb: 'arm', code: 'M2' },
  { point: 'download.beforeAct', step: 'download', verb: 'download start', code: 'M3' },
] as const)('the device refuses the late command of a worker that stood still at $point', async (it) => {
  const { rollout, late, till, held, before } = await takenOver(it.code, it.point)
  const state = till.state
  const refusal = `refused superseded ${it.verb} operation=${held.id}.g${held.generation} `
  await withRowLocked(before.id, async () => {
    late.kill('SIGCONT')
    await until(() => till.log.some((line) => line.startsWith(refusal)), {
      within: 60_000,
      label: `the till refuses: ${refusal}`,
    })
  })
  expect(await resultOf(it.step, held)).toMatch(/^superseded/)
  expect([till.version, till.activations]).toEqual([96_000, 1])
  // But for the refusal in its log, the device is as it was: not armed again, not restarted, no operation recorded.
  expect({ ...till.state, log: [] }).toEqual({ ...state, log: [] })
  expect(till.log.filter((line) => line.startsWith('armed'))).toHaveLength(1)
  const after = await theUpdate(office, rollout)
  expect(facts(after)).toEqual(facts(before))
  expect(after.runs.find((run) => run.generation === held.generation)).toMatchObject({
    outcome: 'leaseLost',
    reason: 'leaseExpired',
  })
})

test.each([
  { point: 'restart.beforeWrite', step: 'restart', code: 'M4' },
  { point: 'activate.beforeWrite', step: 'activate', code: 'M5' },
] as const)('the row refuses the late write of a worker that stood still at $point', async (it) => {
  const { rollout, late, till, held, before } = await takenOver(it.code, it.point)
  const events = () => office.db.prisma.event.count({ where: { updateId: before.id } })
  const said = await events()
  late.kill('SIGCONT')
  expect(await resultOf(it.step, held)).toMatch(/^superseded/)
  const after = await theUpdate(office, rollout)
  expect(facts(after)).toEqual(facts(before))
  expect(await events()).toBe(said)
  expect([till.version, till.activations, after.state]).toEqual([96_000, 1, 'succeeded'])
  expect(after.runs.find((run) => run.generation === held.generation)).toMatchObject({
    outcome: 'leaseLost',
    reason: 'leaseExpired',
  })
})

test('the row refuses a late write by its generation, though it stands in the very same state again', async () => {
  const rollout = await office.rollOut(packageId, { selection: { stores: ['M6'] } })
  const late = await stoppedAt('verify.beforeWrite')
  const first = await theUpdate(office, rollout)
  await loseLease(first)
  const other = await stoppedAt('verify.beforeWrite')
  const second = await theUpdate(office, rollout)
  expect([first.state, second.state]).toEqual(['verifying', 'verifying'])
  expect(second.generation).toBeGreaterThan(first.generation)
  // The other one stands still too, and is to keep its claim meanwhile.
  const kept = await office.db.pool.query(
    "UPDATE device_update SET lease_until = now() + interval '1 hour' WHERE id = $1",
    [second.id],
  )
  expect(kept.rowCount).toBe(1)
  late.kill('SIGCONT')
  expect(await resultOf('verify', first)).toMatch(/^superseded/)
  expect(await theUpdate(office, rollout)).toMatchObject({
    state: 'verifying',
    generation: second.generation,
  })
  other.kill('SIGCONT')
  expect(await rolloutEnds(office, rollout)).toBe('finished')
  const verified = (await theUpdate(office, rollout)).runs.filter((run) => run.outcome === 'verified')
  expect(verified.map((run) => run.generation)).toEqual([second.generation])
})

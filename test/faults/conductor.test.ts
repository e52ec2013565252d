/** The conductor dies, loses its queue in mid-tick, or everybody loses PostgreSQL: the rows carry the night on. */
import { afterEach, expect, test } from 'vitest'
import { type RunningConductor, startConductor } from '../../src/conductor/main.ts'
import type { ClaimQueue, QueueBackend } from '../../src/jobs/backend.ts'
import type { Step } from '../../src/rollout/due.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { cutConnections, failedJobs, untilSome } from '../support/faults.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { startProcess, type TestProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

const SIZE = 200_000
let office: Office
let fleet: Fleet
let packageId: string
let conductors: RunningConductor[] = []
let processes: TestProcess[] = []

/** Leases are short only where attempts are lost that nobody can write down. */
async function open(leaseSeconds?: number): Promise<void> {
  conductors = []
  processes = []
  office = await openOffice({
    ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
    settings: { NIGHTSHIFT_LOG: 'silent' },
  })
  fleet = await openFleet(office, {
    stores: 2,
    tills: 8,
    speed: { downloadBytesPerSecond: 150_000, restartMs: 300 },
  })
  packageId = (await office.addPackage({ size: SIZE })).id
}
afterEach(async () => {
  for (const one of processes) one.kill()
  await Promise.all(conductors.map((one) => one.close()))
  await office.close()
  await fleet.stop()
})

const limits = () => ({ total: office.config.totalLimit, leaseSeconds: office.config.leaseSeconds })

/** A conductor in this process; the office's own must have been closed. */
function conduct(queues: QueueBackend = office.queues): RunningConductor {
  const started = startConductor({ db: office.db, queues, log: office.log, limits: limits() })
  conductors.push(started)
  return started
}

/** Server processes that hold the leader's lock. */
async function leaders(): Promise<number[]> {
  const { rows } = await office.db.pool.query<{ pid: number }>(
    `SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'nightshift conductor'
       AND a.datname = current_database()`,
  )
  return rows.map((row) => row.pid)
}
const someoneLeads = () =>
  until(async () => (await leaders()).length === 1, { within: 60_000, label: 'somebody leads' })

async function expectGoodNight(rollout: string): Promise<void> {
  expect(await rolloutEnds(office, rollout)).toBe('finished')
  expect(new Set(Object.values(await updateStates(office, rollout)))).toEqual(new Set(['succeeded']))
  expect(fleet.devices.map((till) => [till.version, till.activations])).toEqual(
    fleet.devices.map(() => [96_000, 1]),
  )
  expect(fleet.stores.map((store) => store.sftpBytesReceived)).toEqual([SIZE, SIZE])
}

test('of two conductors one leads; when it is killed the other carries the rollout on', async () => {
  await open()
  await office.conductor.close()
  const first = startProcess(['conductor'], office.env)
  processes.push(first)
  await someoneLeads()
  const second = conduct()
  await office.startWorker()
  const rollout = await office.rollOut(packageId)
  await untilSome(office, rollout, 'restarting')
  expect([second.isLeader(), (await leaders()).length]).toEqual([false, 1])
  first.kill('SIGKILL')
  expect(await first.ended(60_000)).toBe('SIGKILL')
  await until(() => second.isLeader(), { within: 60_000, label: 'the second leads' })
  await expectGoodNight(rollout)
  expect(await failedJobs(office)).toEqual([])
}, 300_000)

/** The office's queues, but the first enqueueing of each step fails: as a conductor that dies after its commit. */
function failingOnce(real: QueueBackend, failed: Set<Step>): QueueBackend {
  const queue = (step: Step): ClaimQueue =>
    new Proxy(real.queue(step), {
      get: (target, name, receiver) => {
        if (name !== 'addBulk' || failed.has(step)) return Reflect.get(target, name, receiver) as unknown
        return () => {
          failed.add(step)
          return Promise.reject(new Error('the queue is away'))
        }
      },
    })
  return { ...real, queue }
}

test('claims that were committed and never enqueued are enqueued by a later tick, under the same generation', async () => {
  await open()
  await office.conductor.close()
  const failed = new Set<Step>()
  conduct(failingOnce(office.queues, failed))
  await office.startWorker()
  const rollout = await office.rollOut(packageId)
  await expectGoodNight(rollout)
  expect(failed).toEqual(new Set(['distribute', 'download', 'verify', 'activate', 'restart']))
  const runs = await office.db.prisma.stepRun.findMany()
  // Nothing was claimed anew: each step of each device and store has one run, taken late at first.
  expect(runs).toHaveLength(2 + 8 * 4)
  const slow = runs.filter((run) => Number(run.startedAt) - Number(run.claimedAt) >= 3000)
  expect(new Set(slow.map((run) => run.step))).toEqual(failed)
  expect(runs.filter((run) => run.reason !== null)).toEqual([])
})

test('PostgreSQL ends every connection again and again in the middle of a rollout', async () => {
  await open(6)
  await office.startWorker()
  // Each cut may cost an attempt.
  const rollout = await office.rollOut(packageId, { policy: { maxAttempts: 8 } })
  // 34 attempts are what an undisturbed night takes: the cuts are spread over it.
  for (const ended of [1, 6, 12, 18, 24, 30]) {
    await until(
      async () => (await office.db.prisma.stepRun.count({ where: { endedAt: { not: null } } })) >= ended,
      {
        within: 60_000,
        label: `${ended} attempts have ended`,
        every: 10,
      },
    )
    expect(await cutConnections(office)).toBeGreaterThan(0)
  }
  await expectGoodNight(rollout)
  expect(await failedJobs(office)).toEqual([])
}, 480_000)

/** A worker is killed at each named place around arming, restarting and writing: the night ends as if nothing had happened. */
import { expect, test } from 'vitest'
import type { Fleet } from '../../src/sim/fleet.ts'
import { bounded, lastLines } from '../support/bounded.ts'
import { failedJobs, theStorePackage, theUpdate, untilUpdate } from '../support/faults.ts'
import { type Office, openFleet, openOffice, rolloutEnds } from '../support/office.ts'
import { startProcess, type TestProcess } from '../support/process.ts'

const points = [
  'distribute.beforeAct',
  'distribute.beforeWrite',
  'download.afterAct',
  'verify.beforeWrite',
  'activate.beforeAct',
  'activate.afterAct',
  'activate.afterConfirm',
  'activate.beforeWrite',
  'activate.afterWrite',
  'restart.beforeObserve',
  'restart.beforeAct',
  'restart.afterAct',
  'restart.afterConfirm',
  'restart.beforeWrite',
  'restart.afterWrite',
]

/** What one test has open, and how far it is: what is told where something hangs. */
interface Scene {
  readonly name: string
  readonly office: Office
  readonly fleet: Fleet
  readonly workers: TestProcess[]
}

/** By the names of their tests, whoever holds a place or waits for one. */
const stages = new Map<string, string>()

async function rowsOf(office: Office): Promise<string> {
  const { rows } = await office.db.pool.query<{ row: string }>(
    `SELECT concat_ws(' ', 'store package', state, reason, 'generation', generation, 'lease', lease_until) AS row FROM store_package
     UNION ALL SELECT concat_ws(' ', 'update', state, reason, 'generation', generation, 'lease', lease_until) FROM device_update
     UNION ALL SELECT concat_ws(' ', 'attempt', step, generation, 'claimed', claimed_at, 'begun', started_at, 'ended', ended_at, outcome) FROM step_run
     UNION ALL SELECT concat_ws(' ', 'worker', id, 'seen', seen_at) FROM worker_node
     UNION ALL SELECT concat_ws(' ', 'now', now(), 'connections', (SELECT count(*) FROM pg_stat_activity))`,
  )
  return rows.map((one) => one.row).join('\n')
}

const evidenceOf = async ({ office, workers }: Scene): Promise<string> =>
  [
    await rowsOf(office).catch((error: unknown) => `no rows: ${String(error)}`),
    ...workers.map(({ child, output }) => `worker ${child.pid}:\n${lastLines(output())}`),
    `conductor leads: ${office.conductor.isLeader()}`,
    `tests: ${JSON.stringify([...stages])}`,
  ].join('\n')

/** A part of a test, by name and with a limit: what hangs fails, and says what it was. */
function stage<T>(scene: Scene, label: string, within: number, work: () => Promise<T>): Promise<T> {
  stages.set(scene.name, label)
  return bounded(work(), { within, label: `${scene.name}: ${label}`, evidence: () => evidenceOf(scene) })
}

function workerProcess({ office, workers }: Scene, env: Record<string, string> = {}): TestProcess {
  const started = startProcess(['worker'], { ...office.env, NIGHTSHIFT_LOG: 'debug', ...env })
  workers.push(started)
  return started
}

/** Each office holds some forty connections, of PostgreSQL's two hundred, and a process takes a core to start. */
let places = 2
const waiting: (() => void)[] = []
async function takePlace(name: string): Promise<() => void> {
  stages.set(name, 'waits for a place')
  if (places > 0) places -= 1
  else {
    await bounded(new Promise<void>((resolve) => waiting.push(resolve)), {
      ...{ within: 1_500_000, label: `${name}: a place` },
      evidence: () => JSON.stringify([...stages]),
    })
  }
  return () => {
    stages.delete(name)
    const next = waiting.shift()
    if (next === undefined) places += 1
    else next()
  }
}

const open = <T>(name: string, label: string, work: Promise<T>): Promise<T> => {
  stages.set(name, label)
  return bounded(work, {
    within: 120_000,
    label: `${name}: ${label}`,
    evidence: () => JSON.stringify([...stages]),
  })
}

/** Whatever fails, the next thing is closed; the first failure is told. */
async function close(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const ends: PromiseSettledResult<unknown>[] = []
  for (const step of steps) ends.push(...(await Promise.allSettled([step()])))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** A head office and a store with one till, for one test: so two of them can run side by side. */
async function inOffice(
  name: string,
  work: (scene: Scene) => Promise<void>,
  speed: { downloadBytesPerSecond?: number } = {},
): Promise<void> {
  const leave = await takePlace(name)
  try {
    const office = await open(name, 'the office opens', openOffice({ leaseSeconds: 15 }))
    const fleet = await open(name, 'the fleet starts', openFleet(office, { tills: 1, speed }))
    const scene: Scene = { name, office, fleet, workers: [] }
    try {
      await work(scene)
    } finally {
      for (const one of scene.workers) one.kill()
      await close([
        ...scene.workers.map((one) => () => one.ended(60_000)),
        () => stage(scene, 'the fleet stops', 60_000, fleet.stop),
        () => stage(scene, 'the office closes', 60_000, office.close),
      ])
    }
  } finally {
    leave()
  }
}

test.concurrent.each(points)(
  'a worker killed at %s loses nothing and doubles nothing',
  (point) =>
    inOffice(point, async (scene) => {
      const { office, fleet } = scene
      const { id, size } = await office.addPackage()
      // A slow machine may cost the victim a lease or two on its way: the night must not end by that.
      const rollout = await office.rollOut(id, { policy: { maxAttempts: 8 } })
      // Only its own leases are short: the next one need not wait long, and loses none.
      const victim = workerProcess(scene, { NIGHTSHIFT_CRASH_AT: point, NIGHTSHIFT_LEASE_SECONDS: '2' })
      const killed = await stage(scene, `the worker reaches ${point}`, 120_000, () => victim.ended(130_000))
      expect(killed, lastLines(victim.output())).toBe('SIGKILL')
      await stage(scene, 'another worker starts', 60_000, office.startWorker)
      const ended = await stage(scene, 'the rollout ends', 130_000, () =>
        rolloutEnds(office, rollout, 120_000),
      )
      expect(ended).toBe('finished')
      const [till] = fleet.devices
      expect((await theUpdate(office, rollout)).state).toBe('succeeded')
      expect([till?.version, till?.activations]).toEqual([96_000, 1])
      expect(fleet.store('M1').sftpBytesReceived).toBe(size)
      expect(await failedJobs(office)).toEqual([])
    }),
  // Most of it is waiting for a place.
  1_800_000,
)

test(
  'a worker that is asked to end gives back what it has begun, spends no attempt, and exits 0',
  () =>
    inOffice(
      'asked to end',
      async (scene) => {
        const { office, fleet } = scene
        const { id } = await office.addPackage({ size: 400_000 })
        const rollout = await office.rollOut(id)
        const worker = workerProcess(scene)
        const begun = await stage(scene, 'it downloads', 70_000, () =>
          untilUpdate(office, rollout, (row) => row.doneBytes > 0n, 'it downloads'),
        )
        worker.kill('SIGTERM')
        expect(await stage(scene, 'it ends', 70_000, () => worker.ended(60_000))).toBe('0')
        // A tick that counted this worker may have claimed once more, for nobody: that is given back.
        const given = await untilUpdate(office, rollout, (row) => row.state === 'waiting', 'it is given back')
        expect(given).toMatchObject({ attempts: 0, reason: null })
        const run = (await theUpdate(office, rollout)).runs.find((one) => one.generation === begun.generation)
        expect(run?.outcome).toBe('deferred')
        await stage(scene, 'another worker starts', 60_000, office.startWorker)
        const ended = await stage(scene, 'the rollout ends', 130_000, () => rolloutEnds(office, rollout))
        expect(ended).toBe('finished')
        expect(fleet.devices.map((till) => [till.version, till.activations])).toEqual([[96_000, 1]])
        expect((await theStorePackage(office, 'M1', id)).runs).toHaveLength(1)
      },
      { downloadBytesPerSecond: 150_000 },
    ),
  600_000,
)

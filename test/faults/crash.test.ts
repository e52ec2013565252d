/** A worker is killed at each named place around arming, restarting and writing: the night ends as if nothing had happened. */
import { afterAll, expect, test } from 'vitest'
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

const processes: TestProcess[] = []
afterAll(() => {
  for (const one of processes) one.kill()
})

function workerProcess(office: Office, env: Record<string, string> = {}): TestProcess {
  const started = startProcess(['worker'], { ...office.env, ...env })
  processes.push(started)
  return started
}

/** Each office holds some forty connections, of PostgreSQL's two hundred, and a process takes a core to start. */
let places = 2
const waiting: (() => void)[] = []
async function takePlace(): Promise<() => void> {
  if (places > 0) places -= 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
  return () => {
    const next = waiting.shift()
    if (next === undefined) places += 1
    else next()
  }
}

/** A head office and a store with one till, for one test: so two of them can run side by side. */
async function inOffice(
  work: (office: Office, fleet: Awaited<ReturnType<typeof openFleet>>) => Promise<void>,
  speed: { downloadBytesPerSecond?: number } = {},
): Promise<void> {
  const leave = await takePlace()
  const office = await openOffice({ leaseSeconds: 1 })
  try {
    const fleet = await openFleet(office, { tills: 1, speed })
    try {
      await work(office, fleet)
    } finally {
      await fleet.stop()
    }
  } finally {
    await office.close()
    leave()
  }
}

test.concurrent.each(points)(
  'a worker killed at %s loses nothing and doubles nothing',
  (point) =>
    inOffice(async (office, fleet) => {
      const { id, size } = await office.addPackage()
      const rollout = await office.rollOut(id)
      const victim = workerProcess(office, { NIGHTSHIFT_CRASH_AT: point })
      expect(await victim.ended(40_000)).toBe('SIGKILL')
      await office.startWorker()
      expect(await rolloutEnds(office, rollout)).toBe('finished')
      const [till] = fleet.devices
      expect((await theUpdate(office, rollout)).state).toBe('succeeded')
      expect([till?.version, till?.activations]).toEqual([96_000, 1])
      expect(fleet.store('M1').sftpBytesReceived).toBe(size)
      expect(await failedJobs(office)).toEqual([])
    }),
  // Most of it is waiting for a place.
  300_000,
)

test('a worker that is asked to end gives back what it has begun, spends no attempt, and exits 0', () =>
  inOffice(
    async (office, fleet) => {
      const { id } = await office.addPackage({ size: 400_000 })
      const rollout = await office.rollOut(id)
      const worker = workerProcess(office)
      const begun = await untilUpdate(office, rollout, (row) => row.doneBytes > 0n, 'it downloads')
      worker.kill('SIGTERM')
      expect(await worker.ended(20_000)).toBe('0')
      expect(await theUpdate(office, rollout)).toMatchObject({ state: 'waiting', attempts: 0, reason: null })
      const run = (await theUpdate(office, rollout)).runs.find((one) => one.generation === begun.generation)
      expect(run?.outcome).toBe('deferred')
      await office.startWorker()
      expect(await rolloutEnds(office, rollout)).toBe('finished')
      expect(fleet.devices.map((till) => [till.version, till.activations])).toEqual([[96_000, 1]])
      expect((await theStorePackage(office, 'M1', id)).runs).toHaveLength(1)
    },
    { downloadBytesPerSecond: 150_000 },
  ))

/** A worker is killed at each named place around arming, restarting and writing: the night ends as if nothing had happened. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
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

let office: Office
let fleet: Fleet
let packageId: string
const processes: TestProcess[] = []

beforeAll(async () => {
  office = await openOffice({ leaseSeconds: 2 })
  fleet = await openFleet(office, { stores: points.length, tills: points.length })
  packageId = (await office.addPackage()).id
})
afterAll(async () => {
  for (const one of processes) one.kill()
  await fleet?.stop()
  await office?.close()
})

const worker = (env: Record<string, string> = {}): TestProcess => {
  const started = startProcess(['worker'], { ...office.env, ...env })
  processes.push(started)
  return started
}

describe('a worker killed at', () => {
  test.each(points.map((point, i) => ({ point, code: `M${i + 1}` })))(
    '$point loses nothing and doubles nothing',
    async ({ point, code }) => {
      const rollout = await office.rollOut(packageId, { selection: { stores: [code] } })
      const victim = worker({ NIGHTSHIFT_CRASH_AT: point })
      expect(await victim.ended(20_000)).toBe('SIGKILL')
      const heir = worker()
      await rolloutEnds(office, rollout)
      const till = fleet.store(code).devices[0]
      expect(Object.values(await updateStates(office, rollout))).toEqual(['succeeded'])
      expect([till?.version, till?.activations]).toEqual([96_000, 1])
      heir.kill('SIGTERM')
      expect(await heir.ended(10_000)).toBe('0')
    },
  )
})

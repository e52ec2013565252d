/** A night of many faults: each case has a store of its own with one till, all in one head office. */
import { expect } from 'vitest'
import type { Policy } from '../../src/rollout/policy.ts'
import type { Fault } from '../../src/sim/faults.ts'
import type { SimDevice } from '../../src/sim/fleet.ts'
import { failedJobs, theStorePackage, theUpdate } from './faults.ts'
import { openFleet, openOffice, rolloutEnds } from './office.ts'
import { until } from './until.ts'

export const SIZE = 300_000
export const LARGE = 4_000_000

export interface Faulty {
  readonly onStore?: readonly Fault[]
  readonly onTill?: readonly Fault[]
  /** The package of LARGE bytes, version 96001. */
  readonly large?: boolean
  readonly policy?: Partial<Policy>
}

/** An office with a worker and so many stores, each good for one case. */
export async function openCases(stores: number) {
  const office = await openOffice({ settings: { NIGHTSHIFT_LOG: 'error' } })
  const fleet = await openFleet(office, { stores, tills: stores, speed: { restartMs: 200 } })
  const packageId = (await office.addPackage({ size: SIZE })).id
  const largeId = (await office.addPackage({ size: LARGE, version: 96_001 })).id
  await office.startWorker()
  let taken = 0

  function takeStore() {
    taken += 1
    const code = `M${taken}`
    const store = fleet.store(code)
    const till = store.devices[0]
    if (till === undefined) throw new Error(`no till in ${code}`)
    const start = ({ large = false, policy = {} }: Faulty = {}) =>
      office.rollOut(large ? largeId : packageId, { selection: { stores: [code] }, policy })
    return { code, store, till, start }
  }

  /** Sets the faults, rolls out, and waits for the end. */
  async function night(faulty: Faulty) {
    const one = takeStore()
    await one.store.setFault(...(faulty.onStore ?? []))
    await one.till.setFault(...(faulty.onTill ?? []))
    const rollout = await one.start(faulty)
    expect(await rolloutEnds(office, rollout, 100_000)).toBe('finished')
    const row = await theUpdate(office, rollout)
    return {
      ...one,
      rollout,
      row,
      end: row.reason === null ? row.state : `${row.state}: ${row.reason}`,
      steps: row.runs.map((run) => `${run.step}: ${run.reason ?? run.outcome}`),
      package: await theStorePackage(office, one.code, faulty.large ? largeId : packageId),
    }
  }

  const boardSays = async (id: string) => (await failedJobs(office)).filter((job) => job.id === id)
  return {
    office,
    takeStore,
    night,
    /** Failed jobs of this row. */
    boardSays,
    /** What the board lists of this row; its job ends a moment after the row. */
    boardLists: (id: string) =>
      until(async () => ((await boardSays(id)).length > 0 ? boardSays(id) : undefined), {
        within: 20_000,
        label: 'the board lists it',
      }),
    close: async () => {
      await office.close()
      await fleet.stop()
    },
  }
}
export type Cases = Awaited<ReturnType<typeof openCases>>

export const arms = (till: SimDevice): number => till.log.filter((line) => line.startsWith('armed')).length

/** The till runs the new version, installed once and armed once. */
export function expectUpdated({ end, till }: { end: string; till: SimDevice }, version = 96_000): void {
  expect([end, till.version, till.activations, arms(till)]).toEqual(['succeeded', version, 1, 1])
  expect(till.state).toMatchObject({ armed: null, autoUpdate: false })
}

/** Nothing was changed on the till: it sells with what it had. */
export function expectUntouched({ till }: { till: SimDevice }): void {
  expect([till.version, till.activations, arms(till)]).toEqual([95_000, 0, 0])
  expect(till.state).toMatchObject({ armed: null, autoUpdate: false })
}

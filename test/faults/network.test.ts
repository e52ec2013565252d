/** What lines and disks do wrong, one store for each case: what can be carried on is, what cannot ends with its reason. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestRetry } from '../../src/db/updates.ts'
import { type Cases, expectUntouched, expectUpdated, LARGE, openCases, SIZE } from '../support/cases.ts'
import { theUpdate } from '../support/faults.ts'
import { rolloutEnds } from '../support/office.ts'

/** What may be on the line unacknowledged: the channel's window. src/ssh/write-pump.ts */
const WINDOW = 2 * 1024 * 1024

let cases: Cases
beforeAll(async () => {
  cases = await openCases(24)
})
afterAll(() => cases?.close())

// --- the line -------------------------------------------------------------------------------------------------------

test.concurrent('an upload that is cut goes on where it was; the bytes on the line are counted once', async () => {
  const it = await cases.night({ onStore: [{ kind: 'dropAtByte', bytes: 2_500_000 }], large: true })
  expectUpdated(it, 96_001)
  expect(it.package.runs.map((run) => run.reason)).toEqual(['connectionLost', null])
  expect(it.store.sftpBytesReceived).toBe(LARGE)
  const excess = Number(it.package.wanBytes) - LARGE
  expect(excess).toBeGreaterThanOrEqual(0)
  expect(excess).toBeLessThanOrEqual(WINDOW)
})

test.concurrent('a download that is cut goes on where it was', async () => {
  const it = await cases.night({ onTill: [{ kind: 'dropAtByte', bytes: 100_000 }] })
  expectUpdated(it)
  expect(it.store.sftpBytesReceived).toBe(SIZE)
  // Less than a second whole transfer: it was resumed.
  expect(it.store.httpBytesServed).toBeLessThan(2 * SIZE)
})

test.concurrent('a store that refuses, throttles and hangs for a while costs time only', async () => {
  const it = await cases.night({
    onStore: [
      { kind: 'refuse', times: 1 },
      { kind: 'throttled', times: 1 },
      { kind: 'hang', times: 1 },
    ],
    policy: { maxAttempts: 6 },
  })
  expectUpdated(it)
  expect(it.package.runs.map((run) => run.reason)).toContain('throttled')
  expect(it.package.runs.map((run) => run.reason)).toContain('storeOffline')
  expect(it.store.sftpBytesReceived).toBe(SIZE)
})

test.concurrent('a till that hangs once is tried again', async () => {
  const it = await cases.night({ onTill: [{ kind: 'hang', times: 1 }] })
  expectUpdated(it)
  expect(it.steps).toContain('download: tillOffline')
})

test.concurrent('a command that never answers is given up after its deadline, and tried again', async () => {
  const it = await cases.night({ onTill: [{ kind: 'hangVerb', verb: 'status', times: 1 }] })
  expectUpdated(it)
  expect(it.steps[0]).toBe('download: timedOut')
})

test.concurrent('a store that stays away is skipped, not failed; back again, a retry carries it on', async () => {
  const it = await cases.night({ onStore: [{ kind: 'off' }] })
  expect(it.end).toBe('skipped: storeOffline')
  expect(it.package.runs).toHaveLength(3)
  expectUntouched(it)
  expect(await cases.boardSays(it.package.id)).toEqual([])
  await it.store.setFault(null)
  expect(await requestRetry(cases.office.db, it.row.id, { actor: 'test', via: 'test' })).toMatchObject({
    ok: true,
  })
  expect(await rolloutEnds(cases.office, it.rollout)).toBe('finished')
  expectUpdated({ end: (await theUpdate(cases.office, it.rollout)).state, till: it.till })
})

test.concurrent('a till that stays away is skipped, not failed', async () => {
  const it = await cases.night({ onTill: [{ kind: 'off' }] })
  expect(it.end).toBe('skipped: tillOffline')
  expect([it.steps.length, it.row.attempts]).toEqual([3, 3])
})

// --- damage and room ------------------------------------------------------------------------------------------------

test.concurrent('a package damaged on the store is brought again', async () => {
  const it = await cases.night({ onStore: [{ kind: 'corrupt', where: 'stored', times: 1 }] })
  expectUpdated(it)
  expect(it.package.runs.map((run) => run.reason)).toEqual(['packageDamaged', null])
  expect([it.store.sftpBytesReceived, Number(it.package.wanBytes)]).toEqual([2 * SIZE, 2 * SIZE])
})

test.concurrent('a package that every upload damages reaches no till', async () => {
  const it = await cases.night({ onStore: [{ kind: 'corrupt', where: 'stored' }] })
  expect(it.end).toBe('failed: packageDamaged')
  expect(await cases.boardLists(it.package.id)).toHaveLength(1)
  expect([it.package.state, it.package.runs.length, it.store.httpBytesServed]).toEqual(['absent', 3, 0])
  expectUntouched(it)
})

test.concurrent.each(['served', 'received'] as const)(
  'a package damaged when %s is fetched again',
  async (where) => {
    const fault = { kind: 'corrupt', where, times: 1 } as const
    const it = await cases.night(where === 'served' ? { onStore: [fault] } : { onTill: [fault] })
    expectUpdated(it)
    expect(it.steps.slice(0, 2)).toEqual(['download: packageDamaged', 'download: downloaded'])
    expect(it.store.httpBytesServed).toBe(2 * SIZE)
  },
)

test.concurrent.each(['served', 'received'] as const)(
  'a package always damaged when %s is never armed',
  async (where) => {
    const fault = { kind: 'corrupt', where } as const
    const it = await cases.night(where === 'served' ? { onStore: [fault] } : { onTill: [fault] })
    expect([it.end, it.steps]).toEqual(['failed: packageDamaged', Array(3).fill('download: packageDamaged')])
    expectUntouched(it)
    expect(await cases.boardLists(it.row.id)).toHaveLength(1)
  },
)

test.concurrent('a package that rots on the till after its check is found by verify, and fetched again', async () => {
  const it = await cases.night({ onTill: [{ kind: 'corrupt', where: 'staged', times: 1 }] })
  expectUpdated(it)
  expect(it.steps.slice(0, 4)).toEqual([
    'download: downloaded',
    'verify: packageDamaged',
    'download: downloaded',
    'verify: verified',
  ])
})

test.concurrent('a package that rots on the till every time ends failed, never armed', async () => {
  const it = await cases.night({ onTill: [{ kind: 'corrupt', where: 'staged' }] })
  expect(it.end).toBe('failed: packageDamaged')
  expectUntouched(it)
})

test.concurrent('a store with a full disk ends with that reason, and is on the board', async () => {
  const it = await cases.night({ onStore: [{ kind: 'diskFull' }] })
  expect([it.end, it.store.sftpBytesReceived]).toEqual(['failed: diskFull', 0])
  expect(it.package.runs.map((run) => run.reason)).toEqual(Array(3).fill('diskFull'))
  expectUntouched(it)
})

test.concurrent('a till with a full disk fails with that reason; room in time lets it go on', async () => {
  const full = await cases.night({ onTill: [{ kind: 'diskFull' }] })
  expect([full.end, full.steps]).toEqual(['failed: diskFull', Array(3).fill('download: diskFull')])
  expectUntouched(full)
  const freed = await cases.night({ onTill: [{ kind: 'diskFull', times: 1 }] })
  expectUpdated(freed)
  expect(freed.steps[0]).toBe('download: diskFull')
})

/** What devices do wrong, one store for each case: in doubt it is looked at, nobody is installed twice, no stranger is touched. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../src/sim/faults.ts'
import { arms, type Cases, expectUntouched, expectUpdated, openCases } from '../support/cases.ts'
import { theUpdate, untilUpdate } from '../support/faults.ts'
import { rolloutEnds } from '../support/office.ts'

let cases: Cases
beforeAll(async () => {
  cases = await openCases(20)
})
afterAll(() => cases?.close())

// --- in doubt -------------------------------------------------------------------------------------------------------

test.concurrent.each(['arm', 'restart'] as const)(
  'a lost answer to %s leaves it in doubt until it was looked at; one activation',
  async (verb) => {
    const it = await cases.night({ onTill: [{ kind: 'loseAnswer', verb }] })
    expectUpdated(it)
    const step = verb === 'arm' ? 'activate' : 'restart'
    const lost = it.row.runs.find((run) => run.step === step)
    expect([lost?.outcome, lost?.reason]).toEqual(['contactLost', 'connectionLost'])
    const observed = it.row.runs.filter((run) => run.step === 'observe').at(-1)
    expect(observed?.outcome).toBe(verb === 'arm' ? 'seenArmed' : 'seenNew')
  },
)

test.concurrent.each([
  { kind: 'dieAfterArm', backAfterMs: 300 },
  { kind: 'dieDuringRestart', at: 'beforeSwitch', backAfterMs: 300 },
  { kind: 'dieDuringRestart', at: 'afterSwitch', backAfterMs: 300 },
] as const satisfies Fault[])(
  'a power cut ($kind $at) ends on the new version, activated once',
  async (fault) => {
    const it = await cases.night({ onTill: [fault] })
    expect([it.end, it.till.version, it.till.activations]).toEqual(['succeeded', 96_000, 1])
    expect(it.till.state).toMatchObject({ armed: null, install: null, health: 'healthy', autoUpdate: false })
    expect(it.till.state.boots).toBeGreaterThan(2)
  },
)

// --- health ---------------------------------------------------------------------------------------------------------

test.concurrent('a new version that is not healthy: the till has gone back by itself', async () => {
  const it = await cases.night({ onTill: [{ kind: 'healthFails' }] })
  expect([it.end, it.till.version]).toEqual(['rolledBack: healthFailed', 95_000])
  expect(it.till.state).toMatchObject({ health: 'healthy', armed: null, autoUpdate: false })
  expect(await cases.boardLists(it.row.id)).toHaveLength(1)
})

test.concurrent('one that cannot go back by itself is rolled back', async () => {
  const it = await cases.night({ onTill: [{ kind: 'healthFails', stay: true, times: 1 }] })
  expect([it.end, it.till.version]).toEqual(['rolledBack: healthFailed', 95_000])
  expect(it.steps.at(-1)).toMatch(/^rollback: /)
  expect(it.till.log.filter((line) => line.includes('reason=rollback'))).toHaveLength(1)
})

test.concurrent('one that cannot go back at all is broken: a person is needed', async () => {
  const it = await cases.night({ onTill: [{ kind: 'healthFails', stay: true }, { kind: 'rollbackFails' }] })
  expect([it.end, it.till.version]).toEqual(['broken: rollbackFailed', 96_000])
  expect(await cases.boardLists(it.row.id)).toMatchObject([{ step: 'rollback' }])
})

// --- what must not be trusted ---------------------------------------------------------------------------------------

test.concurrent('another host key of the store: nothing is sent, a person is needed', async () => {
  const it = await cases.night({ onStore: [{ kind: 'hostKeyChanged' }] })
  expect([it.end, it.store.sftpBytesReceived]).toEqual(['failed: hostKeyChanged', 0])
  expect(it.package.runs.map((run) => run.reason)).toEqual(['hostKeyChanged'])
  expect(await cases.boardLists(it.package.id)).toEqual([
    { step: 'distribute', id: it.package.id, why: `${it.code}: hostKeyChanged` },
  ])
  expectUntouched(it)
})

test.concurrent('another host key of the till: nothing is sent, a person is needed', async () => {
  const it = await cases.night({ onTill: [{ kind: 'hostKeyChanged' }] })
  expect([it.end, it.steps]).toEqual(['failed: hostKeyChanged', ['download: hostKeyChanged']])
  expect(await cases.boardLists(it.row.id)).toMatchObject([{ step: 'download' }])
  expect(it.till.state).toMatchObject({ generation: 0, operations: [], transfer: null, staged: [] })
})

test.concurrent('another cash id: no mutating verb reaches the till', async () => {
  const it = await cases.night({ onTill: [{ kind: 'wrongCashId', cashId: '99999999' }] })
  expect([it.end, it.steps]).toEqual(['failed: wrongDevice', ['download: wrongDevice']])
  expect(await cases.boardLists(it.row.id)).toHaveLength(1)
  // Not even a refusal: it was asked who it is, and nothing more.
  expect(it.till.state).toMatchObject({ generation: 0, operations: [], transfer: null, log: [] })
})

test.concurrent.each(['doubleAnswer', 'garbageAnswer', 'wrongExit'] as const)(
  '%s breaks the contract: the work on this till stops',
  async (kind) => {
    const it = await cases.night({ onTill: [{ kind }] })
    expect([it.end, it.steps]).toEqual(['failed: contractViolation', ['download: contractViolation']])
    expect(await cases.boardLists(it.row.id)).toHaveLength(1)
    expectUntouched(it)
  },
)

test.concurrent('a till without nightctl fails with that reason', async () => {
  const it = await cases.night({ onTill: [{ kind: 'agentMissing' }] })
  expect(it.end).toBe('failed: agentMissing')
})

// --- in use ---------------------------------------------------------------------------------------------------------

test.concurrent('an open receipt is waited for, however long: no attempt is spent', async () => {
  const it = cases.takeStore()
  await it.till.setFault({ kind: 'receiptOpen' })
  const rollout = await it.start({ policy: { maxAttempts: 2 } })
  const waiting = await untilUpdate(
    cases.office,
    rollout,
    (row) => row.runs.filter((run) => run.reason === 'receiptOpen').length >= 4,
    'the till was found selling more often than there are attempts',
  )
  expect([waiting.attempts, waiting.reason, it.till.activations]).toEqual([0, 'receiptOpen', 0])
  expect(arms(it.till)).toBe(0)
  await it.till.setFault(null)
  expect(await rolloutEnds(cases.office, rollout)).toBe('finished')
  expectUpdated({ end: (await theUpdate(cases.office, rollout)).state, till: it.till })
})

/** Steps with their rows: what a claim of the conductor becomes. The test claims in its place. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expireLeases } from '../../src/db/leases.ts'
import { readTries } from '../../src/db/tries.ts'
import * as scene from '../../src/sim/scene.ts'
import { until } from '../support/until.ts'
import { type Bench, openBench } from './bench.ts'

let bench: Bench
const TILL = '50001002'
const SERVER = 'M1'
const till = () => bench.fleet.device(TILL)
beforeAll(async () => {
  bench = await openBench({ storeServers: true })
})
afterAll(() => bench.close())
afterEach(async () => {
  for (const device of bench.fleet.devices) {
    await device.setFault(null)
    device.machine.state.facts = {}
  }
  await bench.db.pool.query('DELETE FROM step_run')
  await bench.db.pool.query('DELETE FROM device_update')
})

/** It lies there, as if it had been fetched. */
async function stage() {
  const { sha256 } = await bench.db.prisma.package.findFirstOrThrow({ where: { kind: 'till' } })
  till().machine.state.staged = [{ version: 96_000, sha256, size: 1000 }]
}
/** It runs the new version, and knows the one before. */
function runNew() {
  const { state } = till().machine
  state.version = 96_000
  state.previousVersion = 95_000
  state.health = 'healthy'
}
const lastMove = async (updateId: string) =>
  (await bench.db.prisma.event.findFirstOrThrow({ where: { updateId }, orderBy: { id: 'desc' } })).params
const failedJobs = async () =>
  (
    await Promise.all((['activate', 'rollback'] as const).map((step) => bench.queues.queue(step).getFailed()))
  ).flat()

describe('activate', () => {
  test('a cashier is signed in and cash lies in the drawer: ready again, with the reason and all that was found', async () => {
    const row = await bench.addRow(TILL, { state: 'ready' })
    await stage()
    await scene.signIn(till(), 'Петров')
    await scene.leaveCash(till(), 100)
    const ended = await bench.step(row, 'activate')
    expect(ended).toMatchObject({ state: 'ready', reason: 'cashierSignedIn', attempts: 0 })
    const findings = [
      { code: 'cashierSignedIn', level: 'block', params: { name: 'Петров' } },
      { code: 'cashInDrawer', level: 'warn', params: { sum: 100 } },
    ]
    expect(ended.params).toMatchObject({ findings: expect.arrayContaining(findings) })
    expect(await lastMove(row)).toMatchObject({
      event: 'deferred',
      reason: 'cashierSignedIn',
      findings: expect.anything(),
    })
    const kept = await bench.db.prisma.deviceUpdate.findUniqueOrThrow({ where: { id: row } })
    expect(kept.reasonParams).toMatchObject({ findings: expect.arrayContaining(findings) })
    expect(kept.notBefore?.getTime()).toBeGreaterThan(Date.now())
  })

  test('the latest start of its claim has passed: windowTooShort, nothing spent', async () => {
    const row = await bench.addRow(TILL, { state: 'ready', latestStart: new Date(Date.now() - 1000) })
    await stage()
    expect(await bench.step(row, 'activate')).toMatchObject({
      state: 'ready',
      reason: 'windowTooShort',
      attempts: 0,
    })
    expect(till().state.armed).toBeNull()
  })

  test('reaches a store server on its own connection', async () => {
    const row = await bench.addRow(SERVER, { state: 'ready' })
    // Nothing lies there: it is seen, and sent back to be fetched.
    expect(await bench.step(row, 'activate')).toMatchObject({ state: 'waiting', reason: 'packageMissing' })
    expect(
      await bench.db.prisma.deviceStatus.findFirstOrThrow({ where: { device: { cashId: SERVER } } }),
    ).toMatchObject({
      reason: null,
      version: 95_000,
    })
  })
})

describe('a till that is carried', () => {
  test('is waited for as long as a restart may take, from the first look on; then it has failed', async () => {
    const row = await bench.addRow(TILL, { state: 'ready', carried: true, policy: { restartSeconds: 3600 } })
    for (const _ of [1, 2]) {
      expect(await bench.step(row, 'activate')).toMatchObject({
        state: 'ready',
        reason: 'deviceBusy',
        attempts: 0,
      })
    }
    await bench.db.pool.query(
      `UPDATE step_run SET claimed_at = claimed_at - interval '2 hours'
       WHERE update_id = $1 AND generation = (SELECT min(generation) FROM step_run WHERE update_id = $1)`,
      [row],
    )
    expect(await bench.step(row, 'activate')).toMatchObject({ state: 'failed', reason: 'installFailed' })
    expect(till().state).toMatchObject({ armed: null, operations: [] })
  })

  test('runs the new version: succeeded', async () => {
    runNew()
    const row = await bench.addRow(TILL, { state: 'ready', carried: true })
    expect(await bench.step(row, 'activate')).toMatchObject({ state: 'succeeded', reason: null })
    till().machine.state.version = 95_000
  })
})

describe('a rollout of kind rollback', () => {
  const back = { kind: 'rollback', state: 'ready' } as const

  test('takes a till that sells back; on the board nobody is called', async () => {
    const before = (await failedJobs()).length
    runNew()
    const row = await bench.addRow(TILL, back)
    expect(await bench.step(row, 'rollback')).toMatchObject({ state: 'rolledBack', reason: null })
    expect([till().version, (await failedJobs()).length]).toEqual([95_000, before])
  })

  test('a receipt is open: ready again, no attempt spent', async () => {
    runNew()
    const row = await bench.addRow(TILL, back)
    await till().setActivity('receipt')
    expect(await bench.step(row, 'rollback')).toMatchObject({
      state: 'ready',
      reason: 'receiptOpen',
      attempts: 0,
    })
    expect(await lastMove(row)).toMatchObject({
      event: 'putOff',
      from: 'rollingBack',
      findings: expect.anything(),
    })
  })

  test('nobody answers: ready again, and not a device in danger', async () => {
    runNew()
    const row = await bench.addRow(TILL, back)
    await till().machine.save()
    await till().setOff(true)
    expect(await bench.step(row, 'rollback')).toMatchObject({
      state: 'ready',
      reason: 'tillOffline',
      attempts: 1,
    })
    await till().setOff(false)
  })

  test('one that was in danger already and is away stays so', async () => {
    const row = await bench.addRow(TILL, { ...back, state: 'unhealthy' })
    await till().setOff(true)
    expect(await bench.step(row, 'rollback')).toMatchObject({ state: 'unhealthy' })
    await till().setOff(false)
  })

  test('a claim that nobody began leaves it where it was', async () => {
    const [ready, ill] = [
      await bench.addRow(TILL, back),
      await bench.addRow('50001003', { ...back, state: 'unhealthy' }),
    ]
    for (const row of [ready, ill]) {
      const generation = await bench.claim(row, 'rollback', -1)
      expect(await readTries(bench.db.pool, row, generation)).toMatchObject({ step: 'rollback' })
    }
    expect(await expireLeases(bench.leader)).toBe(2)
    const states = await bench.db.prisma.deviceUpdate.findMany({ where: { id: { in: [ready, ill] } } })
    expect(Object.fromEntries(states.map((row) => [row.id, row.state]))).toEqual({
      [ready]: 'ready',
      [ill]: 'unhealthy',
    })
  })

  test('contact is lost in it, and it is found back', async () => {
    runNew()
    const row = await bench.addRow(TILL, back)
    await till().setFault({ kind: 'loseAnswer', verb: 'rollback' })
    expect(await bench.step(row, 'rollback')).toMatchObject({ state: 'inDoubt', reason: 'connectionLost' })
    await until(() => till().state.install === null, { within: 30_000, label: 'it has gone back' })
    expect(await bench.step(row, 'observe')).toMatchObject({ state: 'rolledBack' })
  })

  test('contact is lost before it arrived: the till sells as before, and waits again', async () => {
    runNew()
    const row = await bench.addRow(TILL, back)
    await bench.db.pool.query(`UPDATE device_update SET state = 'inDoubt' WHERE id = $1`, [row])
    expect(await bench.step(row, 'observe')).toMatchObject({ state: 'ready' })
    till().machine.state.version = 95_000
  })
})

describe('how often a device answers', () => {
  test('is counted once an attempt, however often it is looked at in it', async () => {
    // Nobody has looked at this one before: what another test's attempt saw may be written down a moment after its end.
    const fresh = '50001004'
    const row = await bench.addRow(fresh, { state: 'ready', carried: true })
    await bench.step(row, 'activate')
    const asks = async () =>
      (await bench.db.prisma.deviceStatus.findFirst({ where: { device: { cashId: fresh } } }))?.asks
    await until(async () => (await asks()) === 1, { within: 30_000, label: 'counted' })
    const other = await bench.addRow('50001003', { state: 'ready' })
    await bench.fleet.device('50001003').setOff(true)
    expect(await bench.step(other, 'activate')).toMatchObject({ reason: 'tillOffline' })
    const missed = await bench.db.prisma.deviceStatus.findFirstOrThrow({
      where: { device: { cashId: '50001003' } },
    })
    expect(missed.misses).toBe(1)
    await bench.fleet.device('50001003').setOff(false)
  })
})

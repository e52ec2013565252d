import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimCommands, expireCommands } from '../../src/db/command-claims.ts'
import { addCommands, type CommandKind, readRequest } from '../../src/db/commands.ts'
import { takeErrand } from '../../src/db/errands.ts'
import { renewLeases } from '../../src/db/leases.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import * as scene from '../../src/sim/scene.ts'
import { type Bench, openBench } from '../device/bench.ts'
import { until } from '../support/until.ts'

let bench: Bench
const TILL = '50001002'
const OTHER = '50001003'
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())
afterEach(async () => {
  await bench.db.pool.query('DELETE FROM command')
  await bench.db.pool.query('DELETE FROM step_run')
  await bench.db.pool.query('DELETE FROM device_update')
})
beforeEach(async () => {
  for (const till of bench.fleet.devices) {
    await till.setFault(null)
    till.machine.state.facts = {}
    till.machine.state.messages = []
  }
})

const ask = async (
  kind: CommandKind,
  cashIds: readonly string[],
  more: { body?: string; seconds?: number } = {},
) =>
  addCommands(bench.db, {
    kind,
    deviceIds: await Promise.all(cashIds.map((cashId) => bench.deviceId(cashId))),
    requestedBy: 'Анна',
    notAfterSeconds: more.seconds ?? 600,
    ...(more.body === undefined ? {} : { body: more.body }),
  })
const claim = (limit = 100) => claimCommands(bench.leader, limit, 20)
const request = async (id: string) => {
  const found = await readRequest(bench.db, id)
  if (found === undefined) throw new Error('no such request')
  return found
}
/** Claims what may begin, and waits until nothing of the request runs. */
async function carryOut(id: string) {
  await enqueue(bench.queues, await claim())
  return until(
    async () => {
      const now = await request(id)
      return now.counts.running === 0 && now
    },
    { within: 60_000, label: 'carried out' },
  )
}
const statusOf = async (cashId: string) =>
  bench.db.prisma.deviceStatus.findUnique({ where: { deviceId: await bench.deviceId(cashId) } })
const generationOf = async (cashId: string) =>
  (await bench.db.prisma.device.findUniqueOrThrow({ where: { cashId } })).generation
const eventsOf = async (code: string) =>
  (await bench.db.prisma.event.findMany({ where: { code }, orderBy: { id: 'desc' } })).map((event) => ({
    actor: event.actor,
    params: event.params,
  }))

describe('a request', () => {
  test('is one command for each device; ids of nobody are passed over', async () => {
    const id = await addCommands(bench.db, {
      ...{ kind: 'look', requestedBy: 'Анна', notAfterSeconds: 60 },
      deviceIds: [await bench.deviceId(TILL), await bench.deviceId(OTHER), randomUUID()],
    })
    const found = await request(id)
    expect(found).toMatchObject({ kind: 'look', requestedBy: 'Анна', isOver: false, counts: { waiting: 2 } })
    expect(found.outcomes.map((one) => [one.cashId, one.storeCode, one.state])).toEqual([
      [TILL, 'M1', 'waiting'],
      [OTHER, 'M1', 'waiting'],
    ])
    expect((await eventsOf('commandsRequested'))[0]).toMatchObject({
      actor: 'Анна',
      params: { kind: 'look', devices: 2 },
    })
    expect(await readRequest(bench.db, randomUUID())).toBeUndefined()
  })

  test.each([
    ['message', undefined],
    ['message', ''],
    ['look', 'a text'],
  ] as const)('%s with the text %j is refused', async (kind, body) => {
    await expect(ask(kind, [TILL], body === undefined ? {} : { body })).rejects.toThrow(RangeError)
  })
})

describe('claiming', () => {
  test('a look raises no generation, and goes beside a running step', async () => {
    const update = await bench.addRow(TILL, { state: 'ready' })
    await bench.claim(update, 'activate')
    const before = await generationOf(TILL)
    await ask('look', [TILL])
    expect(await claim()).toMatchObject([{ step: 'command', generation: 1 }])
    expect(await generationOf(TILL)).toBe(before)
  })

  test('what changes a device raises its generation', async () => {
    const before = await generationOf(TILL)
    await ask('message', [TILL], { body: 'x' })
    expect(await claim()).toMatchObject([{ generation: before + 1 }])
    expect(await generationOf(TILL)).toBe(before + 1)
  })

  test.each(['armed', 'unhealthy', 'inDoubt', 'downloading', 'verifying'])(
    'what changes a device waits while an update of it is %s',
    async (state) => {
      const isActive = state.endsWith('ing')
      const update = await bench.addRow(TILL, { state: isActive ? 'waiting' : state })
      if (isActive) {
        await bench.db.pool.query(
          `UPDATE device_update SET state = $2, lease_until = now() + interval '1 minute' WHERE id = $1`,
          [update, state],
        )
      }
      await ask('closeShift', [TILL])
      expect(await claim()).toEqual([])
      await bench.db.pool.query(
        `UPDATE device_update SET state = 'ready', lease_until = NULL WHERE id = $1`,
        [update],
      )
      expect(await claim()).toHaveLength(1)
    },
  )

  test('changes of one device come one after another, of several side by side', async () => {
    await ask('message', [TILL, OTHER], { body: 'first' })
    await ask('message', [TILL], { body: 'second' })
    expect(await claim()).toHaveLength(2)
    expect(await claim()).toEqual([])
  })

  test('no more than the limit, and changes before looks', async () => {
    await ask('look', [TILL, OTHER])
    await ask('message', [TILL], { body: 'x' })
    const first = await claim(1)
    expect(first).toHaveLength(1)
    const kinds = await bench.db.prisma.command.findMany({ where: { state: 'running' } })
    expect(kinds.map((one) => one.kind)).toEqual(['message'])
    expect(await claim(0)).toEqual([])
  })

  test('is taken once, by its generation alone, and renewed by who took it', async () => {
    await ask('look', [TILL])
    const [made] = await claim()
    if (made === undefined) throw new Error('not claimed')
    const taken = await Promise.all(
      ['a', 'b', 'c'].map((worker) => takeErrand(bench.db.pool, 'command', made, worker, 20)),
    )
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(await takeErrand(bench.db.pool, 'command', { ...made, generation: 7 }, 'd', 20)).toBe(false)
    const owner = ['a', 'b', 'c'][taken.indexOf(true)] ?? ''
    expect((await renewLeases(bench.db.pool, 'command', [made], owner, 20)).size).toBe(1)
    expect((await renewLeases(bench.db.pool, 'command', [made], 'd', 20)).size).toBe(0)
  })
})

describe('running out', () => {
  const overdue = (column: 'lease_until' | 'not_after') =>
    bench.db.pool.query(`UPDATE command SET ${column} = now() - interval '1 second'`)
  const row = () => bench.db.prisma.command.findFirstOrThrow()

  test('a claim that nobody began waits again, and spent nothing', async () => {
    await ask('look', [TILL])
    await claim()
    await overdue('lease_until')
    expect(await expireCommands(bench.leader)).toBe(1)
    expect(await row()).toMatchObject({ state: 'waiting', attempts: 0, leaseUntil: null })
    expect(await claim()).toMatchObject([{ generation: 2 }])
  })

  test('a claim whose worker died waits again, and counts', async () => {
    await ask('look', [TILL])
    const [made] = await claim()
    if (made !== undefined) await takeErrand(bench.db.pool, 'command', made, 'gone', 20)
    await overdue('lease_until')
    expect(await expireCommands(bench.leader)).toBe(1)
    expect(await row()).toMatchObject({ state: 'waiting', attempts: 1, reason: 'leaseExpired' })
  })

  test('nobody wants it any more: it expires, and is not claimed', async () => {
    const id = await ask('message', [TILL], { body: 'x' })
    await overdue('not_after')
    expect(await claim()).toEqual([])
    expect(await expireCommands(bench.leader)).toBe(1)
    expect(await request(id)).toMatchObject({ isOver: true, counts: { expired: 1 } })
    expect((await eventsOf('commandEnded'))[0]).toMatchObject({
      params: { kind: 'message', state: 'expired' },
    })
    expect(await expireCommands(bench.leader)).toBe(0)
  })
})

describe('a look', () => {
  test('keeps what the device says now', async () => {
    await scene.openShift(bench.fleet.device(TILL))
    await scene.sell(bench.fleet.device(TILL))
    const asks = (await statusOf(TILL))?.asks ?? 0
    const done = await carryOut(await ask('look', [TILL]))
    expect(done).toMatchObject({ isOver: true, counts: { done: 1 } })
    const kept = await statusOf(TILL)
    expect(kept).toMatchObject({ source: 'look', reason: null, version: 95_000, asks: asks + 1 })
    expect(kept?.status).toMatchObject({ shift: { open: true } })
    expect(Date.now() - (kept?.lastReceiptAt?.getTime() ?? 0)).toBeLessThan(60_000)
  })

  test('at nobody: one attempt, its reason, a miss; the former reading stays', async () => {
    await carryOut(await ask('look', [TILL]))
    const before = await statusOf(TILL)
    await bench.fleet.device(TILL).setOff(true)
    const done = await carryOut(await ask('look', [TILL]))
    expect(done.outcomes[0]).toMatchObject({ state: 'failed', reason: 'tillOffline' })
    const after = await statusOf(TILL)
    expect(after).toMatchObject({ reason: 'tillOffline', version: 95_000, readAt: before?.readAt })
    expect([after?.asks, after?.misses]).toEqual([(before?.asks ?? 0) + 1, (before?.misses ?? 0) + 1])
    expect(await bench.queues.queue('command').getFailed()).toEqual([])
    await bench.fleet.device(TILL).setOff(false)
  })

  test('at another device: wrongDevice, and its words are not kept', async () => {
    await carryOut(await ask('look', [OTHER]))
    const before = await statusOf(OTHER)
    await bench.fleet.device(OTHER).setFault({ kind: 'wrongCashId', cashId: '50009999' })
    const done = await carryOut(await ask('look', [OTHER]))
    expect(done.outcomes[0]).toMatchObject({ state: 'failed', reason: 'wrongDevice' })
    expect((await statusOf(OTHER))?.readAt).toEqual(before?.readAt)
  })
})

describe('a message', () => {
  test('is shown as it was written, once, and told in the journal', async () => {
    const body = 'Ночью обновление. Закройте смену, кассу и ККТ не выключайте'
    const done = await carryOut(await ask('message', [TILL, OTHER], { body }))
    expect(done).toMatchObject({ isOver: true, counts: { done: 2 } })
    for (const cashId of [TILL, OTHER]) expect(bench.fleet.device(cashId).state.messages).toEqual([body])
    expect((await eventsOf('messageSent'))[0]).toMatchObject({
      actor: 'Анна',
      params: { devices: 2, text: body },
    })
  })

  test('whose answer was lost is not shown twice', async () => {
    await bench.fleet.device(TILL).setFault({ kind: 'loseAnswer', verb: 'message' })
    const id = await ask('message', [TILL], { body: 'once' })
    expect((await carryOut(id)).counts.waiting).toBe(1)
    await bench.db.pool.query('UPDATE command SET not_before = NULL')
    expect((await carryOut(id)).counts.done).toBe(1)
    expect(bench.fleet.device(TILL).state.messages).toEqual(['once'])
  })

  test('to nobody waits, with the reason, and is tried again', async () => {
    await bench.fleet.device(TILL).setOff(true)
    const id = await ask('message', [TILL], { body: 'later' })
    expect((await carryOut(id)).outcomes[0]).toMatchObject({ state: 'waiting', reason: 'tillOffline' })
    await bench.fleet.device(TILL).setOff(false)
    await bench.db.pool.query('UPDATE command SET not_before = NULL')
    expect((await carryOut(id)).outcomes[0]).toMatchObject({ state: 'done', reason: null })
  })
})

describe('closing a shift', () => {
  const till = () => bench.fleet.device(TILL)

  test('closes it and says which; a closed one is done', async () => {
    await scene.openShift(till())
    const { number } = till().machine.view().shift ?? {}
    const done = await carryOut(await ask('closeShift', [TILL]))
    expect(done.outcomes[0]).toMatchObject({ state: 'done', params: { shift: number } })
    expect(till().state.facts.shift?.open).toBe(false)
    expect((await statusOf(TILL))?.status).toMatchObject({ shift: { open: false } })
    const again = await carryOut(await ask('closeShift', [TILL]))
    expect(again.outcomes[0]).toMatchObject({ state: 'done', params: { wasClosed: true } })
  })

  test('waits for a receipt to end', async () => {
    await scene.openShift(till())
    await till().setActivity('receipt')
    const id = await ask('closeShift', [TILL])
    expect((await carryOut(id)).outcomes[0]).toMatchObject({ state: 'waiting', reason: 'receiptOpen' })
    await till().setActivity('idle')
    await bench.db.pool.query('UPDATE command SET not_before = NULL')
    expect((await carryOut(id)).outcomes[0]).toMatchObject({ state: 'done' })
  })

  test('is refused at the device when a step was claimed meanwhile', async () => {
    await scene.openShift(till())
    const id = await ask('closeShift', [TILL])
    const made = await claim()
    await bench.fleet.device(TILL).setStatus({})
    till().machine.state.generation = 1000
    await enqueue(bench.queues, made)
    const after = await until(
      async () => {
        const now = await request(id)
        return now.counts.running === 0 && now
      },
      { within: 60_000, label: 'put off' },
    )
    expect(after.outcomes[0]).toMatchObject({ state: 'waiting', reason: 'superseded' })
    expect(till().state.facts.shift?.open).toBe(true)
  })
})

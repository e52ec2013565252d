/** Switches and downloads beside any rollout, over SSH to simulated tills; the test claims in the conductor's place. */
import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimCommands, expireCommands } from '../../src/db/command-claims.ts'
import { addCommands, type NewCommands, readRequest } from '../../src/db/commands.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { type Bench, openBench } from '../device/bench.ts'
import { until } from '../support/until.ts'

const SIZE = 400_000
const TILL = '50001002'
const OTHER = '50001003'
let bench: Bench
const till = (cashId = TILL) => bench.fleet.device(cashId)

beforeAll(async () => {
  bench = await openBench({ speed: { restartMs: 60, downloadBytesPerSecond: 400_000 } })
})
afterAll(() => bench.close())
afterEach(async () => {
  await bench.db.pool.query('DELETE FROM command')
  await bench.db.pool.query('DELETE FROM step_run')
  await bench.db.pool.query('DELETE FROM device_update')
})
beforeEach(async () => {
  for (const one of bench.fleet.devices) await one.setFault(null)
})

async function ask(
  kind: NewCommands['kind'],
  cashIds: readonly string[],
  more: Partial<NewCommands> & { packageId?: string } = {},
) {
  const { packageId, ...rest } = more
  const deviceIds = await Promise.all(cashIds.map((cashId) => bench.deviceId(cashId)))
  const packageIds = packageId === undefined ? {} : { packageIds: deviceIds.map(() => packageId) }
  const usual = { requestedBy: 'Анна', notAfterSeconds: 600 }
  return addCommands(bench.db, { kind, deviceIds, ...usual, ...packageIds, ...rest })
}
const claim = () => claimCommands(bench.leader, 100, 20)
async function request(id: string) {
  const found = await readRequest(bench.db, id)
  if (found === undefined) throw new Error('no such request')
  return found
}
const outcome = async (id: string) => (await request(id)).outcomes[0]
const settled = (id: string) =>
  until(
    async () => {
      const now = await request(id)
      return now.counts.running === 0 && now
    },
    { within: 60_000, label: 'carried out' },
  )
async function carryOut(id: string) {
  await enqueue(bench.queues, await claim())
  return settled(id)
}
const again = () => bench.db.pool.query('UPDATE command SET not_before = NULL')
const eventsOf = async (code: string) =>
  (await bench.db.prisma.event.findMany({ where: { code }, orderBy: { id: 'desc' } })).map(
    (one) => one.params,
  )

/** So slow that it is under way for as long as a test looks at it. */
const crawl = () => till().setFault({ kind: 'slow', bytesPerSecond: 25_000 })

let versions = 96_000
/** Lies on the store server already. */
async function addPackage(): Promise<string> {
  versions += 1
  const bytes = randomBytes(SIZE)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const [store] = bench.fleet.stores
  await writeFile(path.join(store?.packageFolder ?? '', `nightshift-${sha256}.pkg`), bytes)
  const row = await bench.db.prisma.package.create({
    data: { kind: 'till', version: versions, fileName: 'p', size: BigInt(SIZE), sha256 },
  })
  return row.id
}
const shaOf = async (id: string) =>
  (await bench.db.prisma.package.findUniqueOrThrow({ where: { id } })).sha256

describe('the standing switch', () => {
  test('is set and put back, and seen in the status', async () => {
    for (const body of ['on', 'off'] as const) {
      const done = await carryOut(await ask('autoUpdate', [TILL], { body }))
      expect(done.outcomes[0]).toMatchObject({ state: 'done', params: { autoUpdate: body === 'on' } })
      expect(till().state.autoUpdate).toBe(body === 'on')
      const kept = await bench.db.prisma.deviceStatus.findUniqueOrThrow({
        where: { deviceId: await bench.deviceId(TILL) },
      })
      expect(kept.status).toMatchObject({ autoUpdate: body === 'on' })
    }
    expect((await eventsOf('commandEnded'))[0]).toMatchObject({
      kind: 'autoUpdate',
      body: 'off',
      state: 'done',
    })
  })

  test('of an agent that has none: notSupported, at once and for good', async () => {
    await till().setFault({ kind: 'oldAgent' })
    const done = await carryOut(await ask('autoUpdate', [TILL, OTHER], { body: 'on' }))
    expect(done.outcomes.map((one) => [one.state, one.reason])).toEqual([
      ['failed', 'notSupported'],
      ['done', null],
    ])
    expect(till().state.autoUpdate).toBe(false)
  })

  test('on while a rollout has the device is refused by the claim; off is not', async () => {
    await bench.addRow(TILL, { state: 'ready' })
    const on = await ask('autoUpdate', [TILL], { body: 'on' })
    const off = await ask('autoUpdate', [TILL], { body: 'off' })
    const claimed = await claim()
    expect(claimed).toHaveLength(1)
    expect(await outcome(on)).toMatchObject({ state: 'failed', reason: 'ownedByRollout' })
    await enqueue(bench.queues, claimed)
    expect((await settled(off)).outcomes[0]).toMatchObject({ state: 'done' })
  })
})

describe('a block', () => {
  test('reaches the till, and is taken back', async () => {
    for (const body of ['on', 'off'] as const) {
      expect((await carryOut(await ask('block', [TILL], { body }))).counts.done).toBe(1)
      expect(till().machine.state.facts.blocked).toBe(body === 'on')
    }
  })

  test('waits for a till that is off, with the reason, and expires', async () => {
    await till().setOff(true)
    const id = await ask('block', [TILL], { body: 'on' })
    expect((await carryOut(id)).outcomes[0]).toMatchObject({ state: 'waiting', reason: 'tillOffline' })
    await bench.db.pool.query(`UPDATE command SET not_after = now() - interval '1 second'`)
    await expireCommands(bench.leader)
    expect(await outcome(id)).toMatchObject({ state: 'expired', reason: 'tillOffline' })
    await till().setOff(false)
  })
})

describe('a message', () => {
  test.each([
    ['quotes and a shell', `"It's" \`id\` $(id) \\ %s --operation x; rm -rf /`],
    ['lines', 'первая\n\nтретья\n'],
    ['4000 bytes', '😀'.repeat(1000)],
    ['the mark of an answer', 'NIGHTCTL/1 {"class":"refused"}'],
  ])('with %s arrives as it is', async (_, body) => {
    till().machine.state.messages = []
    expect((await carryOut(await ask('message', [TILL], { body }))).counts.done).toBe(1)
    expect(till().state.messages).toEqual([body])
  })

  test('that the till refuses says why', async () => {
    await till().setFault({ kind: 'refuseVerb', verb: 'message', reason: 'wrongDevice' })
    const done = await carryOut(await ask('message', [TILL], { body: 'x' }))
    expect(done.outcomes[0]).toMatchObject({ state: 'failed', reason: 'wrongDevice' })
  })

  test('goes beside a download that runs', async () => {
    const packageId = await addPackage()
    await crawl()
    const download = await ask('downloadStart', [TILL], { packageId })
    await enqueue(bench.queues, await claim())
    await until(async () => Number((await outcome(download))?.params?.received ?? 0) > 0, {
      within: 60_000,
      label: 'it runs',
    })
    expect((await carryOut(await ask('message', [TILL], { body: 'beside' }))).counts.done).toBe(1)
    expect((await outcome(download))?.state).toBe('running')
    await till().setFault(null)
    expect((await settled(download)).counts.done).toBe(1)
  })
})

describe('a download', () => {
  test('shows how far it is, ends with what operators read, and lies there', async () => {
    const packageId = await addPackage()
    await crawl()
    const id = await ask('downloadStart', [TILL], { packageId })
    await enqueue(bench.queues, await claim())
    const seen = await until(
      async () => {
        const params = (await outcome(id))?.params
        const received = Number(params?.received ?? 0)
        return received > 0 && received < SIZE ? params : undefined
      },
      { within: 60_000, label: 'progress' },
    )
    expect(seen).toMatchObject({ size: SIZE, version: String(versions).padStart(8, '0'), packageId })
    await till().setFault(null)
    const done = await settled(id)
    expect(done.outcomes[0]).toMatchObject({
      state: 'done',
      params: { received: SIZE, size: SIZE, version: String(versions).padStart(8, '0') },
    })
    expect(Date.parse(String(done.outcomes[0]?.params?.at))).toBeGreaterThan(Date.now() - 120_000)
    expect(till().state.staged.map((one) => one.sha256)).toContain(await shaOf(packageId))
    expect((await eventsOf('downloadFinished'))[0]).toEqual({
      version: String(versions).padStart(8, '0'),
      cashId: TILL,
    })
  })

  test('is stopped by another errand, goes on where it stopped', async () => {
    const packageId = await addPackage()
    await crawl()
    const start = await ask('downloadStart', [TILL], { packageId })
    await enqueue(bench.queues, await claim())
    await until(async () => Number((await outcome(start))?.params?.received ?? 0) > 0, {
      within: 60_000,
      label: 'it runs',
    })
    const stop = await carryOut(await ask('downloadStop', [TILL]))
    expect(stop.counts.done).toBe(1)
    const stopped = await settled(start)
    expect(stopped.outcomes[0]).toMatchObject({ state: 'cancelled', reason: 'stoppedByPerson' })
    expect(Number(stopped.outcomes[0]?.params?.received)).toBeGreaterThan(0)
    await till().setFault(null)
    expect((await carryOut(await ask('downloadStart', [TILL], { packageId }))).counts.done).toBe(1)
  })

  test('that waits for its till is taken back by a stop, and not begun later', async () => {
    await till().setOff(true)
    const packageId = await addPackage()
    const start = await ask('downloadStart', [TILL], { packageId })
    await carryOut(start)
    await ask('downloadStop', [TILL])
    await till().setOff(false)
    await again()
    const claimed = await claim()
    expect(claimed).toHaveLength(1)
    expect(await outcome(start)).toMatchObject({ state: 'cancelled', reason: 'stoppedByPerson' })
    await enqueue(bench.queues, claimed)
  })

  test.each(['downloadStart', 'downloadStop'] as const)('%s beside a rollout is refused', async (kind) => {
    const packageId = kind === 'downloadStart' ? { packageId: await addPackage() } : {}
    await bench.addRow(TILL, { state: 'waiting' })
    const id = await ask(kind, [TILL], packageId)
    expect(await claim()).toEqual([])
    expect(await outcome(id)).toMatchObject({ state: 'failed', reason: 'ownedByRollout' })
  })

  test('of a file that is not there is tried again, with the reason', async () => {
    const packageId = await addPackage()
    await bench.fleet.stores[0]?.wipePackages()
    const id = await ask('downloadStart', [TILL], { packageId })
    expect((await carryOut(id)).outcomes[0]).toMatchObject({ state: 'waiting', reason: 'transferFailed' })
  })

  test('no more at once than the store allows', async () => {
    await bench.db.pool.query('UPDATE store SET max_downloads = 2')
    const packageId = await addPackage()
    const cashIds = bench.fleet.devices.map((one) => one.cashId)
    const id = await ask('downloadStart', cashIds, { packageId })
    expect(await claim()).toHaveLength(2)
    expect(await claim()).toEqual([])
    expect((await request(id)).counts).toMatchObject({ running: 2, waiting: cashIds.length - 2 })
  })
})

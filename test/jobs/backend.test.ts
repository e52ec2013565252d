/** One contract for both queue backends: what jobs, workers and the board rely on, and one night on each. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { jobKinds } from '../../src/jobs/all.ts'
import { type ClaimProcessor, createQueueBackend, type QueueBackend } from '../../src/jobs/backend.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { jobId } from '../../src/jobs/job.ts'
import { createLog } from '../../src/log.ts'
import type { Step } from '../../src/rollout/due.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { failedJobs } from '../support/faults.ts'
import { describeWith } from '../support/needs.ts'
import { openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

interface Server {
  readonly databaseUrl: string
  readonly redisUrl?: string
  /** Ends every connection of every client. */
  cut(): Promise<void>
  stop(): Promise<void>
}

const claimOf = (step: Step) => ({ step, id: randomUUID(), generation: 1 })

/** Something that happens once, and can be waited for. */
function gate() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

function contract(kind: QueueBackend['kind'], start: () => Promise<Server>): void {
  let server: Server
  let backends: QueueBackend[] = []

  beforeAll(async () => {
    server = await start()
  })
  afterEach(async () => {
    await Promise.all(backends.map((one) => one.close()))
    backends = []
  })
  afterAll(() => server?.stop())

  const open = (): QueueBackend => {
    const { databaseUrl, redisUrl } = server
    const backend = createQueueBackend({ databaseUrl, redisUrl, log: createLog('silent') })
    backends.push(backend)
    return backend
  }
  const work = (backend: QueueBackend, step: Step, process: ClaimProcessor, concurrency = 4) => {
    const worker = backend.worker(step, process, concurrency)
    worker.run().catch(() => {})
    return worker
  }
  const stateOf = async (backend: QueueBackend, claim: ReturnType<typeof claimOf>) =>
    (await backend.queue(claim.step).getJob(jobId(claim.step, claim)))?.getState()
  const untilState = (backend: QueueBackend, claim: ReturnType<typeof claimOf>, state: string) =>
    until(async () => (await stateOf(backend, claim)) === state, {
      within: 60_000,
      label: `${claim.step} is ${state}`,
    })

  test('says which one it is', () => {
    expect(open().kind).toBe(kind)
  })

  test('has one queue for each step, under its name', () => {
    const backend = open()
    const steps = Object.keys(jobKinds) as Step[]
    expect(steps.map((step) => backend.queue(step).name)).toEqual(steps)
    expect(backend.queue('verify')).toBe(backend.queue('verify'))
  })

  test('a claim that is enqueued twice is one job; another generation is another', async () => {
    const backend = open()
    const claim = claimOf('verify')
    await enqueue(backend, [claim, claim])
    await enqueue(backend, [claim])
    await enqueue(backend, [{ ...claim, generation: 2 }])
    const waiting = await backend.queue('verify').getWaiting()
    expect(waiting.map((job) => job.data).sort((a, b) => a.generation - b.generation)).toEqual([
      { id: claim.id, generation: 1 },
      { id: claim.id, generation: 2 },
    ])
    await backend.queue('verify').drain()
  })

  test('a job runs once, with several workers and one enqueueing more after its end', async () => {
    const claims = Array.from({ length: 30 }, () => claimOf('download'))
    const ran: string[] = []
    const process: ClaimProcessor = async (job) => {
      ran.push(job.data.id)
      return 'done'
    }
    const [first, second] = [open(), open()]
    work(first, 'download', process)
    work(second, 'download', process)
    await enqueue(first, claims)
    await until(async () => (await first.queue('download').getCompletedCount()) === claims.length, {
      within: 60_000,
      label: 'all have run',
    })
    await enqueue(second, claims)
    expect(await first.queue('download').getWaitingCount()).toBe(0)
    expect(ran.sort()).toEqual(claims.map((claim) => claim.id).sort())
  })

  test('what a job says, and why it failed, is kept; a failed one is listed and runs again by a retry', async () => {
    const backend = open()
    const [good, bad] = [claimOf('activate'), claimOf('activate')]
    let isMended = false
    work(backend, 'activate', async (job) => {
      if (job.data.id === bad.id && !isMended) throw new Error('10000001: hostKeyChanged')
      return `armed ${job.data.generation}`
    })
    await enqueue(backend, [good, bad])
    await untilState(backend, good, 'completed')
    await untilState(backend, bad, 'failed')
    const failed = await backend.queue('activate').getFailed()
    expect(failed.map((job) => [job.data.id, job.failedReason])).toEqual([
      [bad.id, '10000001: hostKeyChanged'],
    ])
    expect((await backend.queue('activate').getJob(jobId('activate', good)))?.returnvalue).toBe('armed 1')
    isMended = true
    await failed[0]?.retry()
    await untilState(backend, bad, 'completed')
    expect(await backend.queue('activate').getFailedCount()).toBe(0)
    expect((await backend.queue('activate').getJob(jobId('activate', bad)))?.returnvalue).toBe('armed 1')
  })

  test('closing workers waits for what runs, records it, and begins nothing more', async () => {
    const [backend, looker] = [open(), open()]
    const [running, waiting] = [claimOf('restart'), claimOf('restart')]
    const [begun, finish] = [gate(), gate()]
    const ran: string[] = []
    work(
      backend,
      'restart',
      async (job) => {
        ran.push(job.data.id)
        begun.open()
        await finish.opened
        return 'healthy'
      },
      1,
    )
    await enqueue(looker, [running])
    await begun.opened
    await enqueue(looker, [waiting])
    let isClosed = false
    const closed = backend.closeWorkers().then(() => {
      isClosed = true
    })
    expect(await stateOf(looker, running)).toBe('active')
    expect(isClosed).toBe(false)
    finish.open()
    await closed
    expect(await stateOf(looker, running)).toBe('completed')
    expect([ran, await stateOf(looker, waiting)]).toEqual([[running.id], 'waiting'])
    await looker.queue('restart').drain()
  })

  test('idle workers close at once, not after their poll', async () => {
    const backend = open()
    for (const step of Object.keys(jobKinds) as Step[]) work(backend, step, async () => 'nothing')
    await Promise.all(Object.keys(jobKinds).map((step) => backend.queue(step as Step).getWaitingCount()))
    const before = performance.now()
    await backend.closeWorkers()
    // The poll lasts five seconds.
    expect(performance.now() - before).toBeLessThan(4000)
  })

  test('lost connections, in the middle of a job and while idle, lose no job and double none', async () => {
    const backend = open()
    const ran: string[] = []
    const [begun, finish] = [gate(), gate()]
    const first = claimOf('rollback')
    work(backend, 'rollback', async (job) => {
      ran.push(job.data.id)
      if (job.data.id === first.id) {
        begun.open()
        await finish.opened
      }
      return 'reverted'
    })
    await enqueue(backend, [first])
    await begun.opened
    await server.cut()
    finish.open()
    await untilState(backend, first, 'completed')
    await server.cut()
    const later = Array.from({ length: 5 }, () => claimOf('rollback'))
    // A producer may fail, and the conductor enqueues again: the same here.
    await until(() => enqueue(backend, later).then(() => true), {
      within: 60_000,
      label: 'it can be enqueued',
    })
    for (const claim of later) await untilState(backend, claim, 'completed')
    expect(ran.sort()).toEqual([first, ...later].map((claim) => claim.id).sort())
  })

  test('connections lost again and again under load lose no job, and fail none', async () => {
    const backend = open()
    const claims = Array.from({ length: 300 }, () => claimOf('observe'))
    const ran = new Set<string>()
    work(
      backend,
      'observe',
      async (job) => {
        ran.add(job.data.id)
        return 'seenNew'
      },
      16,
    )
    await enqueue(backend, claims)
    for (let cuts = 1; cuts <= 8; cuts += 1) {
      await until(() => ran.size >= cuts * 30, { within: 60_000, label: `${cuts * 30} have run`, every: 1 })
      await server.cut()
    }
    // Where the answer to a fetch was lost with its connection, the job stands active until its lock runs out: with Redis
    // that takes a minute, and the row's lease is over before. It must not be lost or failed.
    const queue = backend.queue('observe')
    const ends = () => queue.getJobCounts('completed', 'active', 'failed', 'waiting')
    // A job that was fetched just now and has not begun is active too: with PostgreSQL it ends, and is waited for.
    const isOver = async () => {
      const { completed, waiting } = await ends()
      return kind === 'postgres' ? completed === claims.length : completed === ran.size && waiting === 0
    }
    await until(isOver, { within: 60_000, label: 'all that ran are recorded as done' })
    const { completed = 0, active = 0, failed } = await ends()
    expect([completed + active, failed]).toEqual([claims.length, 0])
    expect(active).toBeLessThanOrEqual(kind === 'postgres' ? 0 : 8 * 16)
  })

  test('carries a whole night', async () => {
    const office = await openOffice({
      ...(server.redisUrl === undefined ? {} : { redisUrl: server.redisUrl }),
    })
    try {
      const fleet = await openFleet(office, { stores: 2, tills: 8 })
      try {
        await office.startWorker()
        const { id, size } = await office.addPackage()
        const rollout = await office.rollOut(id)
        expect(await rolloutEnds(office, rollout)).toBe('finished')
        expect(new Set(Object.values(await updateStates(office, rollout)))).toEqual(new Set(['succeeded']))
        expect(fleet.devices.map((till) => [till.version, till.activations])).toEqual(
          fleet.devices.map(() => [96_000, 1]),
        )
        expect(fleet.stores.map((store) => store.sftpBytesReceived)).toEqual([size, size])
        expect([office.queues.kind, await failedJobs(office)]).toEqual([kind, []])
      } finally {
        await fleet.stop()
      }
    } finally {
      await office.close()
    }
  })
}

async function postgres(): Promise<Server> {
  const database: TestDatabase = await createDatabase()
  const cut = async () => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    await client.end()
  }
  return { databaseUrl: database.url, cut, stop: () => database.drop() }
}

async function redis(): Promise<Server> {
  const running: TestRedis = await startRedis()
  return {
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    redisUrl: running.url,
    cut: () => running.cut(),
    stop: () => running.stop(),
  }
}

describe('queues in PostgreSQL', () => contract('postgres', postgres))
describeWith(['redis-server'], 'queues in Redis', () => contract('redis', redis))

/** Queues and workers on either backend: Redis when there is a URL for it, else PostgreSQL. The only place that knows which. */
import {
  createPostgresBackend,
  type PgPool,
  type Processor,
  Queue,
  Worker,
  type WorkerOptions,
  withBackend,
} from 'bullmq'
import { Redis } from 'ioredis'
import type { Log } from '../log.ts'
import { jobKinds } from './all.ts'
import { closeWorker, trackActive } from './close-worker.ts'
import type { ClaimPayload, JobName } from './job.ts'
import { createQueuePool } from './pool.ts'

export type ClaimQueue = Queue<ClaimPayload, string>
export type ClaimWorker = Worker<ClaimPayload, string>
export type ClaimProcessor = Processor<ClaimPayload, string>

export interface QueueBackend {
  readonly kind: 'postgres' | 'redis'
  /** The queue of a step, opened at the first call. */
  queue(step: JobName): ClaimQueue
  worker(step: JobName, process: ClaimProcessor, concurrency: number): ClaimWorker
  /** Ends the workers after their jobs, then the queues and connections. */
  closeWorkers(): Promise<void>
  close(): Promise<void>
}

/** Locks outlive a slow moment of the event loop; a job that lost its lock is refused by begin(), so it may stall often. */
const workerOptions = {
  autorun: false,
  lockDuration: 60_000,
  stalledInterval: 10_000,
  maxStalledCount: 10,
  drainDelay: 5,
} as const satisfies Partial<WorkerOptions>

const stepCount = Object.keys(jobKinds).length

/** Connections are given back at once; what takes longer was lost. */
const CLOSE_MS = 2000

const onPostgres = withBackend(createPostgresBackend)

function postgresMaker(url: string, log: Log) {
  // Every queue and worker keeps one connection to listen on; the rest is for statements.
  const pool = createQueuePool(url, stepCount * 2 + 12)
  // BullMQ's structural type and pg's overloads do not meet, though a pg.Pool is what it asks for.
  const connection = pool as unknown as PgPool
  pool.on('error', (error) => log.warn({ err: error }, 'queue connection'))
  return {
    kind: 'postgres' as const,
    queue: (name: JobName): ClaimQueue =>
      new onPostgres.Queue<ClaimPayload, string>(name, { connection }) as unknown as ClaimQueue,
    worker: (name: JobName, process: ClaimProcessor, concurrency: number): ClaimWorker =>
      new onPostgres.Worker<ClaimPayload, string>(name, process as never, {
        ...workerOptions,
        connection,
        concurrency,
      }) as unknown as ClaimWorker,
    close: () => pool.endWithin(CLOSE_MS),
  }
}

function redisMaker(url: string, log: Log) {
  // A producer fails fast (the row stays claimed and is enqueued again); a worker waits for Redis for ever.
  const producer = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: true, lazyConnect: false })
  const consumers: Redis[] = []
  producer.on('error', (error) => log.warn({ err: error }, 'redis'))
  return {
    kind: 'redis' as const,
    queue: (name: JobName): ClaimQueue => new Queue<ClaimPayload, string>(name, { connection: producer }),
    worker: (name: JobName, process: ClaimProcessor, concurrency: number): ClaimWorker => {
      const consumer = new Redis(url, { maxRetriesPerRequest: null })
      consumer.on('error', (error) => log.warn({ err: error }, 'redis'))
      consumers.push(consumer)
      return new Worker<ClaimPayload, string>(name, process, {
        ...workerOptions,
        connection: consumer,
        concurrency,
      })
    },
    close: async () => {
      for (const connection of [producer, ...consumers]) connection.disconnect()
    },
  }
}

export function createQueueBackend(options: {
  databaseUrl: string
  redisUrl?: string | undefined
  log: Log
}): QueueBackend {
  const maker =
    options.redisUrl === undefined
      ? postgresMaker(options.databaseUrl, options.log)
      : redisMaker(options.redisUrl, options.log)
  const queues = new Map<JobName, ClaimQueue>()
  const closers: (() => Promise<void>)[] = []
  const warn = (error: Error) => options.log.warn({ err: error }, 'queue')
  return {
    kind: maker.kind,
    queue: (step) => {
      const known = queues.get(step)
      if (known !== undefined) return known
      const made = maker.queue(step)
      made.on('error', warn)
      queues.set(step, made)
      // BullMQ 6.7 keeps a first connection that failed, for as long as the queue lives: the next call opens another.
      if (maker.kind === 'postgres')
        made.waitUntilReady().catch(() => {
          if (queues.get(step) === made) queues.delete(step)
          made.close().catch(warn)
        })
      return made
    },
    worker: (step, process, concurrency) => {
      const active = trackActive()
      const made = maker.worker(step, active.track(process), concurrency)
      made.on('error', warn)
      active.watch(made)
      closers.push(() => closeWorker(made, active))
      return made
    },
    closeWorkers: async () => {
      await Promise.all(closers.splice(0).map((close) => close()))
    },
    close: async () => {
      await Promise.all(closers.map((close) => close()))
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await maker.close()
    },
  }
}

/** A worker: one BullMQ worker per queue, one SSH pool, one keeper of leases. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createAlive } from '../alive.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { forgetDeadWorkers, removeWorker, reportWorker } from '../db/leases.ts'
import { jobKinds } from '../jobs/all.ts'
import type { ClaimProcessor, QueueBackend } from '../jobs/backend.ts'
import type { JobName } from '../jobs/job.ts'
import type { Log } from '../log.ts'
import { trustOf } from '../signing/trust.ts'
import { createCredentialReader } from '../ssh/credentials.ts'
import { createSshPool } from '../ssh/pool.ts'
import { activateJob } from './activate.ts'
import { alarmingPool } from './alarming-pool.ts'
import { commandJob } from './command.ts'
import { contactPool } from './contact-pool.ts'
import { createCrashPoint } from './crash-points.ts'
import type { WorkerDeps } from './deps.ts'
import { disarmJob } from './disarm.ts'
import { distributeJob } from './distribute.ts'
import { downloadJob } from './download.ts'
import { enrolJob } from './enrol.ts'
import { keepLeases } from './held.ts'
import { observeJob } from './observe.ts'
import { removeJob } from './remove.ts'
import { restartJob } from './restart.ts'
import { rollbackJob } from './rollback.ts'
import { verifyJob } from './verify.ts'

const processors: Readonly<Record<JobName, (deps: WorkerDeps) => ClaimProcessor>> = {
  distribute: distributeJob,
  download: downloadJob,
  verify: verifyJob,
  activate: activateJob,
  restart: restartJob,
  disarm: disarmJob,
  rollback: rollbackJob,
  observe: observeJob,
  remove: removeJob,
  command: commandJob,
  enrol: enrolJob,
}

export interface RunningWorker {
  readonly name: string
  /** Ends in order: what runs is put back to its rest state, nothing is lost. */
  close(): Promise<void>
}

export async function startWorker(options: {
  db: Database
  queues: QueueBackend
  config: Config
  log: Log
}): Promise<RunningWorker> {
  const { db, queues, config, log } = options
  const worker = `worker-${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
  const readKey = createCredentialReader(config, log)
  const watch = { db, log, worker }
  const ssh = contactPool(alarmingPool(createSshPool({ readKey, log }), watch), watch)
  const capacity = config.workerCapacity
  const held = keepLeases({
    ...{ db, worker, leaseSeconds: config.leaseSeconds, capacity, log },
    alive: createAlive(config.aliveFile),
  })
  const deps: WorkerDeps = {
    db,
    ssh,
    held,
    config,
    log,
    trust: trustOf(config),
    worker,
    crash: createCrashPoint(config.crashAt),
    pollMs: config.pollMs,
  }
  const workers = Object.values(jobKinds).map((kind) =>
    queues.worker(kind.name, processors[kind.name](deps), Math.max(1, Math.ceil(capacity * kind.share))),
  )
  for (const one of workers)
    one.run().catch((error: unknown) => log.error({ err: error }, 'a queue worker ended'))
  try {
    // A BullMQ worker whose first connection failed never tries again: better no worker than one that takes nothing.
    if (queues.kind === 'postgres') await Promise.all(workers.map((one) => one.waitUntilReady()))
    await forgetDeadWorkers(db)
    await reportWorker(db, worker, capacity)
  } catch (error) {
    await queues.closeWorkers().catch(() => {})
    await Promise.all([held.close(), ssh.close()])
    throw error
  }
  log.info({ worker, capacity, backend: queues.kind }, 'worker ready')
  return {
    name: worker,
    close: async () => {
      await removeWorker(db, worker).catch(() => {})
      held.abortAll()
      await queues.closeWorkers()
      await held.close()
      // Its last report may have come after the first removal.
      await removeWorker(db, worker).catch(() => {})
      await ssh.close()
    },
  }
}

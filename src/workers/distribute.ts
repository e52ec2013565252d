/** Brings a package to one store server, once however many devices wait for it. */
import { UnrecoverableError } from 'bullmq'
import { addWanBytes } from '../db/leases.ts'
import { moveStorePackage } from '../db/transition.ts'
import { readStorePackageWork, type StorePackageWork } from '../db/work.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import { distribute } from '../jobs/distribute.ts'
import { retryLaterSeconds } from '../rollout/attempt.ts'
import { defaultPolicy } from '../rollout/policy.ts'
import { type ReasonCode, reasonRule } from '../rollout/reasons.ts'
import { detailOf, reasonOf } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import { type Held, LeaseTaken, ShuttingDown } from './held.ts'
import { localPackageFile, storePackageFile } from './package-files.ts'

/** 4 GiB over a line of 2 Mbit/s. */
const DEADLINE_MS = 5 * 3600_000

/** Bytes that crossed the line are counted whatever becomes of the upload. */
async function upload(deps: WorkerDeps, work: StorePackageWork, held: Held): Promise<void> {
  const { store } = work
  const file = {
    localFile: localPackageFile(deps.config.packagesFolder, work.package.sha256),
    size: Number(work.package.size),
    sha256: work.package.sha256,
    remoteFile: storePackageFile(store.packageFolder, work.package.sha256),
  }
  let sent = 0
  try {
    await deps.ssh.upload(store, file, {
      deadlineMs: DEADLINE_MS,
      signal: held.abort.signal,
      onProgress: ({ doneBytes, sentBytes }) => {
        held.doneBytes = doneBytes
        sent = sentBytes
      },
    })
  } finally {
    if (sent > 0) await addWanBytes(deps.db.pool, held.id, sent)
  }
}

interface Deferral {
  readonly reason: ReasonCode
  readonly seconds: number
  readonly detail: string
}

function deferralOf(error: unknown, attempts: number, scale: number): Deferral {
  const reason = reasonOf(error)
  const policy = { ...defaultPolicy, backoffScale: scale }
  return {
    reason,
    seconds: retryLaterSeconds(reason, attempts, policy, Math.random()),
    detail: detailOf(error),
  }
}

async function defer(deps: WorkerDeps, work: StorePackageWork, held: Held, error: unknown): Promise<string> {
  const to = { actor: deps.worker, generation: held.generation }
  if (error instanceof ShuttingDown) {
    await moveStorePackage(deps.db.pool, held.id, 'deferred', { ...to, attempts: 'keep' })
    return 'deferred: the worker is stopping'
  }
  const { reason, seconds, detail } = deferralOf(error, work.attempts, work.backoffScale)
  deps.log.info({ store: work.store.code, step: 'distribute', reason, detail }, 'attempt ended')
  await moveStorePackage(deps.db.pool, held.id, 'deferred', {
    ...to,
    reason,
    params: { detail },
    attempts: 'spend',
    retryInSeconds: seconds,
  })
  if (reasonRule(reason).backoff === 'never') throw new UnrecoverableError(`${work.store.code}: ${reason}`)
  return `deferred: ${reason}, again in ${Math.round(seconds)} s`
}

export function distributeJob(deps: WorkerDeps): ClaimProcessor {
  return claimJob(deps, distribute, async (held) => {
    const work = await readStorePackageWork(deps.db, held.id)
    if (work === undefined) return 'stale: the row is gone'
    deps.crash('distribute.beforeAct')
    try {
      await upload(deps, work, held)
    } catch (error) {
      if (error instanceof LeaseTaken) throw error
      return defer(deps, work, held, error)
    }
    deps.crash('distribute.beforeWrite')
    const moved = await moveStorePackage(deps.db.pool, held.id, 'uploaded', {
      actor: deps.worker,
      generation: held.generation,
      reason: null,
      attempts: 'reset',
    })
    const facts = { store: work.store.code, step: 'distribute', generation: held.generation }
    deps.log.info({ ...facts, event: 'uploaded', written: moved !== undefined }, 'attempt ended')
    return moved === undefined ? 'superseded: the row had moved on' : 'uploaded'
  })
}

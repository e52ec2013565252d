/** Brings a package to one store server, once however many devices wait for it. */
import { UnrecoverableError } from 'bullmq'
import { addWanBytes } from '../db/leases.ts'
import { keepLineSpeed } from '../db/store-packages.ts'
import { moveStorePackage } from '../db/transition.ts'
import { readStorePackageWork, type StorePackageWork } from '../db/work.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import { distribute } from '../jobs/distribute.ts'
import { retryLaterSeconds } from '../rollout/attempt.ts'
import { reasonRule } from '../rollout/reasons.ts'
import { SshFailure } from '../ssh/failure.ts'
import { detailOf, reasonOf } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import { type Held, LeaseTaken, ShuttingDown } from './held.ts'
import { localPackageFile, storePackageFile, unfinishedPackage } from './package-files.ts'
import { refuseDistrusted } from './trusted.ts'

/** 4 GiB over a line of 2 Mbit/s. */
const DEADLINE_MS = 5 * 3600_000

/** Hashing 4 GiB on a slow store server takes minutes without a sign; what is silent for longer hangs. */
const STALL_MS = 10 * 60_000

/** Who goes on with an upload does so within days; the packages of a month ago are others. */
const LEFT_OVER = { pattern: unfinishedPackage, olderThanMs: 7 * 24 * 3600_000 }

/** Aborts with `timedOut` when it is not fed for so long. */
function watchdog(ms: number) {
  const controller = new AbortController()
  const bite = () => controller.abort(new SshFailure('timedOut', { params: { problem: 'stalled' } }))
  let timer = setTimeout(bite, ms)
  return {
    signal: controller.signal,
    feed: () => {
      clearTimeout(timer)
      timer = setTimeout(bite, ms)
    },
    stop: () => clearTimeout(timer),
  }
}

/** Bytes that crossed the line are counted whatever becomes of the upload. */
async function upload(deps: WorkerDeps, work: StorePackageWork, held: Held): Promise<void> {
  const { store } = work
  const file = {
    localFile: localPackageFile(deps.config.packagesFolder, work.package.sha256),
    size: Number(work.package.size),
    sha256: work.package.sha256,
    remoteFile: storePackageFile(store.packageFolder, work.package.sha256),
    // Two rows may be one file: two packages of one digest, or two stores behind one server.
    owner: work.id,
  }
  let sent = 0
  let begun: number | undefined
  let last = 0
  const stall = watchdog(STALL_MS)
  try {
    const { swept } = await deps.ssh.upload(store, file, {
      leftOver: LEFT_OVER,
      deadlineMs: DEADLINE_MS,
      signal: AbortSignal.any([held.abort.signal, stall.signal]),
      onProgress: ({ doneBytes, sentBytes }) => {
        stall.feed()
        held.doneBytes = doneBytes
        sent = sentBytes
        last = performance.now()
        begun ??= last
      },
    })
    if (swept !== undefined)
      deps.log.info({ store: store.code, files: swept }, 'old unfinished uploads were removed')
  } finally {
    stall.stop()
    if (sent > 0) await addWanBytes(deps.db.pool, held.id, sent)
    if (begun !== undefined) await keepLineSpeed(deps.db.pool, store.id, sent, (last - begun) / 1000)
  }
}

async function defer(deps: WorkerDeps, work: StorePackageWork, held: Held, error: unknown): Promise<string> {
  const to = { actor: deps.worker, generation: held.generation }
  if (error instanceof ShuttingDown) {
    await moveStorePackage(deps.db.pool, held.id, 'deferred', { ...to, attempts: 'keep' })
    return 'deferred: the worker is stopping'
  }
  const reason = reasonOf(error)
  const detail = detailOf(error)
  const retryInSeconds = retryLaterSeconds(reason, work.attempts, work.policy, Math.random())
  deps.log.info({ store: work.store.code, step: 'distribute', reason, detail }, 'attempt ended')
  const attempts = 'spend'
  const options = { ...to, reason, params: { detail }, attempts, retryInSeconds } as const
  await moveStorePackage(deps.db.pool, held.id, 'deferred', options)
  const isLast = work.attempts + 1 >= work.policy.maxAttempts
  const needsPerson =
    reasonRule(reason).backoff === 'never' || (isLast && reasonRule(reason).end === 'failed')
  if (needsPerson) throw new UnrecoverableError(`${work.store.code}: ${reason}`)
  return isLast ? `given up: ${reason}` : `deferred: ${reason}, again in ${Math.round(retryInSeconds)} s`
}

export function distributeJob(deps: WorkerDeps): ClaimProcessor {
  return claimJob(deps, distribute, async (held) => {
    const work = await readStorePackageWork(deps.db, held.id)
    if (work === undefined) return 'stale: the row is gone'
    deps.crash('distribute.beforeAct')
    try {
      await refuseDistrusted(deps, work.package)
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

/** Takes a withdrawn package off one store server: our own file of it and what an upload left of it, by name. */
import { UnrecoverableError } from 'bullmq'
import { mayRemove } from '../db/removals.ts'
import { moveStorePackage } from '../db/transition.ts'
import { readStorePackageWork, type StorePackageWork } from '../db/work.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import { remove as kind } from '../jobs/remove.ts'
import { retryLaterSeconds } from '../rollout/attempt.ts'
import { reasonRule } from '../rollout/reasons.ts'
import { partFile } from '../ssh/transfer.ts'
import { detailOf, reasonOf } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import { type Held, LeaseTaken, ShuttingDown } from './held.ts'
import { storePackageFile } from './package-files.ts'

/** Well below a lease: who lost its claim must not delete what another one brought since. */
const DEADLINE_MS = 20_000

/**
 * Another one went on without us, and may have brought the file anew before it was deleted: it is looked for again, which
 * sends nothing where it lies there.
 */
async function doubt(deps: WorkerDeps, held: Held): Promise<string> {
  await moveStorePackage(deps.db.pool, held.id, 'lost', { actor: deps.worker })
  return 'superseded: the row had moved on'
}

async function defer(deps: WorkerDeps, work: StorePackageWork, held: Held, error: unknown): Promise<string> {
  const to = { actor: deps.worker, generation: held.generation }
  if (error instanceof ShuttingDown) {
    await moveStorePackage(deps.db.pool, held.id, 'deferred', { ...to, attempts: 'keep' })
    return 'deferred: the worker is stopping'
  }
  const [reason, detail] = [reasonOf(error), detailOf(error)]
  const retryInSeconds = retryLaterSeconds(reason, work.attempts, work.policy, Math.random())
  deps.log.info({ store: work.store.code, step: 'remove', reason, detail }, 'attempt ended')
  const options = { ...to, reason, params: { detail }, attempts: 'spend', retryInSeconds } as const
  if ((await moveStorePackage(deps.db.pool, held.id, 'deferred', options)) === undefined)
    return doubt(deps, held)
  if (reasonRule(reason).backoff === 'never') throw new UnrecoverableError(`${work.store.code}: ${reason}`)
  return `deferred: ${reason}, again in ${Math.round(retryInSeconds)} s`
}

/** How it ends when nothing went wrong. */
const unspoilt = (deps: WorkerDeps, { generation }: Held) =>
  ({ actor: deps.worker, generation, reason: null, attempts: 'reset' }) as const

/** Needed again by now: the file stays, and the next upload finds it there. */
async function leave(deps: WorkerDeps, held: Held): Promise<string> {
  await moveStorePackage(deps.db.pool, held.id, 'deferred', unspoilt(deps, held))
  return 'deferred: it is needed again'
}

export function removeJob(deps: WorkerDeps): ClaimProcessor {
  return claimJob(deps, kind, async (held) => {
    const work = await readStorePackageWork(deps.db, held.id)
    if (work === undefined) return 'stale: the row is gone'
    const file = storePackageFile(work.store.packageFolder, work.package.sha256)
    const part = partFile({ remoteFile: file, owner: work.id })
    deps.crash('remove.beforeAct')
    try {
      const what = await mayRemove(deps.db.pool, held.id, held.generation)
      if (what === undefined) return await leave(deps, held)
      const call = { deadlineMs: DEADLINE_MS, signal: held.abort.signal }
      await deps.ssh.remove(work.store, what === 'file' ? [part, file] : [part], call)
    } catch (error) {
      if (error instanceof LeaseTaken) return doubt(deps, held)
      return defer(deps, work, held, error)
    }
    deps.crash('remove.beforeWrite')
    const moved = await moveStorePackage(deps.db.pool, held.id, 'removed', unspoilt(deps, held))
    const facts = { store: work.store.code, step: 'remove', generation: held.generation }
    deps.log.info({ ...facts, event: 'removed', written: moved !== undefined }, 'attempt ended')
    return moved === undefined ? doubt(deps, held) : 'removed'
  })
}

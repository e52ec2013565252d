/** What every processor does around its work: take the claim, do it, give it back, and fail only for a person. */
import { UnrecoverableError } from 'bullmq'
import type { ClaimProcessor } from '../jobs/backend.ts'
import type { JobKind } from '../jobs/job.ts'
import { detailOf } from './attempt-end.ts'
import { begin } from './begin.ts'
import type { WorkerDeps } from './deps.ts'
import { type Held, LeaseTaken } from './held.ts'

/**
 * The board's failed list is exactly what needs somebody: only an UnrecoverableError gets a job there. Anything
 * unforeseen (a database that is away) ends the job with a note; its claim runs out with its lease and is made again.
 */
export function claimJob(
  deps: WorkerDeps,
  kind: JobKind,
  work: (held: Held) => Promise<string>,
): ClaimProcessor {
  return async (job) => {
    let held: Held | undefined
    try {
      const begun = await begin(deps, kind, job.data, job.attemptsMade > 0)
      if ('answer' in begun) return begun.answer
      if ('refused' in begun) throw new UnrecoverableError(begun.refused)
      held = begun.held
      return await work(held)
    } catch (error) {
      if (error instanceof UnrecoverableError) throw error
      if (error instanceof LeaseTaken) return 'superseded: the lease was taken away'
      deps.log.error({ err: error, step: kind.name, id: job.data.id }, 'a job broke off')
      return `broke off: ${detailOf(error)}; claimed again when its lease has run out`
    } finally {
      if (held !== undefined) deps.held.remove(held)
      deps.db.poke()
    }
  }
}

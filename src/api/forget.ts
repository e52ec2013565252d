/** A retry by the API answers what the board's failed list was asking for, so the job leaves that list. */
import type { PastClaim } from '../db/board.ts'
import type { QueueBackend } from '../jobs/backend.ts'
import { jobId } from '../jobs/job.ts'
import type { Log } from '../log.ts'

async function forget(queues: QueueBackend, claim: PastClaim): Promise<void> {
  const job = await queues.queue(claim.step).getJob(jobId(claim.step, claim))
  if (job !== undefined && (await job.isFailed())) await job.remove()
}

/** Best effort: the rows have moved on already, and a job that stays is refused by its generation. */
export async function forgetFailedJobs(
  queues: QueueBackend,
  claims: readonly PastClaim[],
  log: Log,
): Promise<void> {
  for (const claim of claims) {
    try {
      await forget(queues, claim)
    } catch (error) {
      log.warn({ err: error, step: claim.step, id: claim.id }, 'a retried job stays in the failed list')
    }
  }
}

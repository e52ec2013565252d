/** Puts claims into their queues. Only the conductor does; doing it twice adds nothing. */
import type { QueueBackend } from './backend.ts'
import { type ClaimPayload, type JobName, jobId, jobOptions } from './job.ts'

const CHUNK = 500

export async function enqueue(
  backend: QueueBackend,
  claims: readonly (ClaimPayload & { readonly step: JobName })[],
): Promise<void> {
  for (const step of new Set(claims.map((claim) => claim.step))) {
    const group = claims.filter((claim) => claim.step === step)
    const jobs = group.map(({ id, generation }) => ({
      name: step,
      data: { id, generation },
      opts: { ...jobOptions, jobId: jobId(step, { id, generation }) },
    }))
    for (let from = 0; from < jobs.length; from += CHUNK) {
      await backend.queue(step).addBulk(jobs.slice(from, from + CHUNK))
    }
  }
}

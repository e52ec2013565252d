/** What every queued job has in common. Payloads hold ids only: the row is the truth. */
import { z } from 'zod'
import type { Step } from '../rollout/due.ts'

/** One claim of one row: which, and under which generation. */
export const claimPayload = z.object({ id: z.uuid(), generation: z.int().positive() })
export type ClaimPayload = z.infer<typeof claimPayload>

/** What a queue is called: the steps of a rollout, and errands beside it. */
export type JobName = Step | 'remove' | 'command' | 'enrol'

export interface JobKind<Name extends JobName = JobName> {
  /** Queue and job name: the verb. */
  readonly name: Name
  /** The row that the id in the payload names. */
  readonly table: 'device_update' | 'store_package' | 'command' | 'enrolment'
  /** Share of a worker's capacity that this step may fill. */
  readonly share: number
}

/** Adding an id that exists is ignored, so a claim is one job however often it is enqueued. No `:` in it. */
export const jobId = (step: JobName, claim: ClaimPayload): string =>
  `${step}-${claim.id}-g${claim.generation}`

const FAILED_DAYS = 14
/** The row owns attempts; the board keeps what needs a person for a fortnight, and the rest for a night. */
export const jobOptions = {
  attempts: 1,
  removeOnComplete: { age: 24 * 3600, count: 20_000 },
  removeOnFail: { age: FAILED_DAYS * 24 * 3600 },
} as const

import { z } from 'zod'
import { readLastClaims } from '../../db/board.ts'
import { listRetryable, requestRetry } from '../../db/updates.ts'
import type { Call, Handled } from '../call.ts'
import { forgetFailedJobs } from '../forget.ts'
import { allowedVerbs, readCounts } from '../rollout-view.ts'
import { readState, refuse } from './steer-rollout.ts'

const retryable = z.enum(['failed', 'broken', 'rolledBack', 'skipped'])
export const retryBody = z.strictObject({
  /** `skipped` only when asked for: most of those were left out on purpose. */
  states: z.array(retryable).min(1).max(4).default(['failed', 'broken', 'rolledBack']),
})
type Body = z.output<typeof retryBody>

/** Connections of the pool that one mass retry may take. */
const AT_ONCE = 4

/** Asks for a retry of every device that ended so; each is judged for itself. */
export async function retryRolloutHandler(call: Call<{ id: string }, unknown, Body>): Handled {
  const { db, queues, log, params, body, actor } = call
  const before = await readState(db, params.id)
  if (!allowedVerbs(before).includes('retry')) refuse(before)
  const ids = await listRetryable(db, params.id, body.states)
  const retried: string[] = []
  const refused: { id: string; why: string }[] = []
  const retry = async (id: string): Promise<void> => {
    // Read before: the conductor may claim it anew at once.
    const claims = await readLastClaims(db.pool, [id])
    const answer = await requestRetry(db, id, { actor, via: 'api' })
    if (!answer.ok) return void refused.push({ id, why: answer.why })
    retried.push(id)
    await forgetFailedJobs(queues, claims, log)
  }
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    await Promise.all(ids.slice(from, from + AT_ONCE).map(retry))
  }
  const state = await readState(db, params.id)
  return { body: { id: params.id, state, retried, refused, counts: await readCounts(db, params.id) } }
}

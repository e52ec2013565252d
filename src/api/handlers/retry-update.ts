import { readLastClaims } from '../../db/board.ts'
import { requestRetry } from '../../db/updates.ts'
import type { Call, Handled } from '../call.ts'
import { forgetFailedJobs } from '../forget.ts'
import { Problem } from '../problem.ts'

/** A person's retry of one device. 409 with the reason as code when it is refused. */
export async function retryUpdateHandler({ db, queues, log, params, actor }: Call<{ id: string }>): Handled {
  const claims = await readLastClaims(db.pool, [params.id])
  const answer = await requestRetry(db, params.id, { actor, via: 'api' })
  if (!answer.ok) {
    throw new Problem(answer.why, answer.state === undefined ? {} : { more: { state: answer.state } })
  }
  await forgetFailedJobs(queues, claims, log)
  return { body: { id: params.id, state: answer.state, generation: answer.generation } }
}

import type { Database } from '../../db/database.ts'
import { findRollout, startRollout, steerRollout } from '../../db/rollouts.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { allowedVerbs, readCounts } from '../rollout-view.ts'

export type Steering = 'start' | 'pause' | 'resume' | 'stop'

/** The state, or a problem: none of that id. @throws Problem notFound */
export async function readState(db: Database, id: string): Promise<string> {
  const row = await findRollout(db, id)
  if (row === null) throw new Problem('notFound')
  return row.state
}

/** @throws Problem notAllowed, with the present state and what it allows */
export function refuse(state: string): never {
  throw new Problem('notAllowed', { more: { state, allowed: allowedVerbs(state) } })
}

/** Start, pause, resume or stop; answers what came of it. */
export const steerRolloutHandler =
  (verb: Steering) =>
  async ({ db, params, actor }: Call<{ id: string }>): Handled => {
    const { id } = params
    const isDone =
      verb === 'start' ? await startRollout(db, id, actor) : await steerRollout(db, id, verb, actor)
    const state = await readState(db, id)
    if (!isDone) refuse(state)
    return { body: { id, state, allowed: allowedVerbs(state), counts: await readCounts(db, id) } }
  }

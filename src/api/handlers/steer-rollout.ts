import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { findRolloutHead, steerRollout } from '../../db/rollouts.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { allowedVerbs, type RolloutHead, readCounts, refuse } from '../rollout-view.ts'
import { text } from '../schemas.ts'

export type Steering = 'pause' | 'resume' | 'stop'

export const whyBody = z.strictObject({ reason: text(500).optional() })
type Body = z.output<typeof whyBody>

/** @throws Problem notFound */
export async function readHead(db: Database, id: string): Promise<RolloutHead> {
  const row = await findRolloutHead(db, id)
  if (row === null) throw new Problem('notFound')
  return row
}

/** How it stands, after whatever was done. */
export async function standing(db: Database, id: string) {
  const row = await readHead(db, id)
  return { id, state: row.state, allowed: allowedVerbs(row), counts: await readCounts(db, id) }
}

/** Pause, resume or stop; answers what came of it. Going on after a breach needs a reason. */
export const steerRolloutHandler =
  (verb: Steering) =>
  async ({ db, params, body, actor }: Call<{ id: string }, unknown, Body>): Handled => {
    const { id } = params
    const { reason } = body
    const answer = await steerRollout(db, id, verb, {
      actor,
      ...(reason === undefined ? {} : { reason }),
    })
    if (!answer.ok) {
      if (answer.why === 'reasonNeeded')
        throw new Problem('reasonNeeded', { path: 'reason', detail: 'a gate stopped this rollout' })
      refuse(await readHead(db, id))
    }
    return { body: await standing(db, id) }
  }

import { z } from 'zod'
import { skipDevices } from '../../db/skip.ts'
import { MOST_NAMED } from '../../rollout/named.ts'
import type { Call, Handled } from '../call.ts'
import { refuse } from '../rollout-view.ts'
import { identifier, text } from '../schemas.ts'
import { readHead, standing } from './steer-rollout.ts'

export const skipBody = z.strictObject({
  cashIds: z.array(identifier(64)).min(1).max(MOST_NAMED),
  reason: text(500),
})
type Body = z.output<typeof skipBody>

/** Takes devices out of a rollout that runs; those that are under way are refused, each with why. */
export async function skipDevicesHandler({
  db,
  params,
  body,
  actor,
}: Call<{ id: string }, unknown, Body>): Handled {
  const answer = await skipDevices(db, { rolloutId: params.id, ...body, actor })
  if (!answer.ok) return refuse(await readHead(db, params.id))
  const { skipped, refused } = answer
  return { body: { ...(await standing(db, params.id)), skipped, refused } }
}

import { z } from 'zod'
import { readLastClaims } from '../../db/board.ts'
import { changedSince, findPreview, keepPreview, previewRetry, type RetryPreview } from '../../db/retry.ts'
import { requestRetry } from '../../db/updates.ts'
import { MOST_NAMED } from '../../rollout/named.ts'
import type { Call, Handled } from '../call.ts'
import { forgetFailedJobs } from '../forget.ts'
import { Problem } from '../problem.ts'
import { allowedVerbs, refuse } from '../rollout-view.ts'
import { identifier, sha256 } from '../schemas.ts'
import { readHead, standing } from './steer-rollout.ts'

const retryable = z.enum(['failed', 'broken', 'rolledBack', 'skipped'])
/** `skipped` only when asked for: most of those were left out on purpose. */
export const usualRetries: readonly z.output<typeof retryable>[] = ['failed', 'broken', 'rolledBack']

export const retryBody = z.strictObject({
  states: z.array(retryable).min(1).max(4).optional(),
  /** Only what stands so for one of these. */
  reasons: z.array(identifier(64)).min(1).max(50).optional(),
  /** Only these devices. */
  cashIds: z.array(identifier(64)).min(1).max(MOST_NAMED).optional(),
  /** Nothing is retried: who would be, and who not and why, is kept under an id. */
  preview: z.boolean().default(false),
  /** Just those of this preview, as far as they are still as it showed them. */
  previewId: z.uuid().optional(),
  /** Of the preview that is meant. */
  hash: sha256.optional(),
})
type RetryCall = Call<{ id: string }, unknown, z.output<typeof retryBody>>

/** Connections of the pool that one mass retry may take. */
const AT_ONCE = 4

type Refused = { id: string; why: string }

/** Each is judged for itself, once more. */
async function retryAll({ db, queues, log, actor }: RetryCall, ids: readonly string[]) {
  const retried: string[] = []
  const refused: Refused[] = []
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
  return { retried, refused }
}

const statesOf = ({ body }: RetryCall) => [...new Set(body.states ?? usualRetries)]

const reasonsOf = ({ body }: Pick<RetryCall, 'body'>) => body.reasons && [...new Set(body.reasons)]

const previewNow = (call: RetryCall) => {
  const { cashIds } = call.body
  const only = cashIds && [...new Set(cashIds)]
  return previewRetry(call.db.pool, call.params.id, statesOf(call), reasonsOf(call), only)
}

async function showPreview(call: RetryCall): Handled {
  const { db, params, actor } = call
  const preview = await previewNow(call)
  const previewId = await keepPreview(db, preview, actor)
  const { states, retries, refused, hash } = preview
  return { body: { id: params.id, preview: true, previewId, hash, states, retries, refused } }
}

/** @throws Problem previewDiffers: of another rollout, or not the one that the hash names */
async function namedPreview({ db, params, body }: RetryCall): Promise<RetryPreview | undefined> {
  if (body.previewId === undefined) return undefined
  const preview = await findPreview(db, params.id, body.previewId)
  if (preview === undefined) throw new Problem('previewDiffers', { path: 'previewId' })
  if (body.hash !== undefined && body.hash !== preview.hash)
    throw new Problem('previewDiffers', { path: 'hash', more: { hash: preview.hash } })
  if (body.states !== undefined && statesOf({ body } as RetryCall).join() !== preview.states.join())
    throw new Problem('previewDiffers', { path: 'states', more: { states: preview.states } })
  if (body.reasons !== undefined && reasonsOf({ body })?.join() !== preview.reasons?.join())
    throw new Problem('previewDiffers', { path: 'reasons', more: { reasons: preview.reasons ?? null } })
  if (body.cashIds !== undefined && [...new Set(body.cashIds)].join() !== preview.cashIds?.join())
    throw new Problem('previewDiffers', { path: 'cashIds', more: { cashIds: preview.cashIds ?? null } })
  return preview
}

/** What to retry, and what of a preview is not as it was shown any more. */
async function whom(call: RetryCall): Promise<{ ids: string[]; changed: Refused[] }> {
  const { db } = call
  const preview = await namedPreview(call)
  if (preview === undefined) {
    const now = await previewNow(call)
    return { ids: [...now.retries, ...now.refused].map((one) => one.id), changed: [] }
  }
  const changed = await changedSince(db.pool, preview)
  return {
    ids: preview.retries.flatMap(({ id }) => (changed.has(id) ? [] : [id])),
    changed: [...changed].map((id) => ({ id, why: 'changedSincePreview' })),
  }
}

/** Asks for a retry of every device that ended so, or shows whom that would be. */
export async function retryRolloutHandler(call: RetryCall): Handled {
  const { db, params, body } = call
  const before = await readHead(db, params.id)
  if (!allowedVerbs(before).includes('retry')) refuse(before)
  if (body.preview) return showPreview(call)
  const { ids, changed } = await whom(call)
  const { retried, refused } = await retryAll(call, ids)
  return { body: { ...(await standing(db, params.id)), retried, refused: [...refused, ...changed] } }
}

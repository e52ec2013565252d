import { listRollouts } from '../../db/rollouts.ts'
import type { Call, Handled } from '../call.ts'
import { rolloutView } from '../rollout-view.ts'

/** The newest first. */
export async function listRolloutsHandler({ db, query }: Call<unknown, { limit: number }>): Handled {
  const rows = await listRollouts(db, query.limit + 1)
  return { body: { items: rows.slice(0, query.limit).map(rolloutView), more: rows.length > query.limit } }
}

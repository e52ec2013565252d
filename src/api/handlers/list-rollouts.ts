import type { z } from 'zod'
import { readRollouts } from '../../db/rollouts.ts'
import type { Call, Handled } from '../call.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { rolloutList } from '../lists/rollouts.ts'
import { rolloutView } from '../rollout-view.ts'

export const rolloutsQuery = listQuery(100, 1000, {})

/** The newest first, unless another order is asked for. */
export async function listRolloutsHandler(call: Call<unknown, z.output<typeof rolloutsQuery>>): Handled {
  const { db, query, principal } = call
  const page = await readList(db, rolloutList, { query, groups: principal.storeGroups })
  const rows = await readRollouts(
    db,
    page.rows.map((row) => row.id),
  )
  return { body: pageAnswer(page, rows.map(rolloutView)) }
}

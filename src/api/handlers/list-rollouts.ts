import type { z } from 'zod'
import { countListed, readRollouts } from '../../db/rollouts.ts'
import type { Call, Handled } from '../call.ts'
import { bounded, listQuery, pageAnswer, readList } from '../list.ts'
import { rolloutList } from '../lists/rollouts.ts'
import { rolloutView } from '../rollout-view.ts'

export const rolloutsQuery = listQuery(100, 1000, {})

/** The newest first, unless another order is asked for. */
export async function listRolloutsHandler(call: Call<unknown, z.output<typeof rolloutsQuery>>): Handled {
  const { db, query, principal } = call
  const page = await readList(db, rolloutList, { query, groups: principal.storeGroups })
  const ids = page.rows.map((row) => row.id)
  const [rows, counted] = await Promise.all([
    readRollouts(db, ids),
    // A page has up to a thousand rollouts, and each as many rows as the chain has devices.
    bounded(db, (on) => countListed(on, ids), query),
  ])
  const items = rows.map((row) => ({ ...rolloutView(row), ...counted.get(row.id) }))
  return { body: pageAnswer(page, items) }
}

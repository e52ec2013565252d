import { listUpdates } from '../../db/updates.ts'
import type { Call, Handled } from '../call.ts'
import { updateView } from '../views.ts'
import { readHead } from './steer-rollout.ts'

type Query = { state?: string | undefined; limit: number }

export async function listUpdatesHandler({ db, params, query }: Call<{ id: string }, Query>): Handled {
  await readHead(db, params.id)
  const where = query.state === undefined ? {} : { state: query.state }
  const rows = await listUpdates(db, params.id, where, query.limit + 1)
  return { body: { items: rows.slice(0, query.limit).map(updateView), more: rows.length > query.limit } }
}

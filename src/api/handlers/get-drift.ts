import { compareNow, readRollout } from '../../db/approval.ts'
import type { Call, Handled } from '../call.ts'
import { driftView } from '../drift-view.ts'
import { Problem } from '../problem.ts'

/** The plan against the fleet as it is now: what would refuse its approval, and what only aged. */
export async function getDrift({ db, params }: Call<{ id: string }>): Handled {
  const row = await readRollout(db.pool, params.id)
  if (row === undefined) throw new Problem('notFound')
  const { refuse, drift } = await compareNow(db.pool, row)
  const { id, state, planHash } = row
  return { body: { id, state, planHash, changes: refuse, drift: await driftView(db, drift) } }
}

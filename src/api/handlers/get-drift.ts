import { compareNow, readRollout } from '../../db/approval.ts'
import type { Executor } from '../../db/database.ts'
import type { Call, Handled } from '../call.ts'
import { driftView } from '../drift-view.ts'
import { bounded } from '../list.ts'
import { Problem } from '../problem.ts'

async function compare(on: Executor, id: string) {
  const row = await readRollout(on, id)
  return row === undefined ? undefined : { row, ...(await compareNow(on, row)) }
}

/**
 * The plan against the fleet as it is now: what would refuse its approval, and what only aged.
 * Read once for all who ask at the same time.
 * @throws Problem notFound, unavailable
 */
export async function getDrift({ db, params, shared }: Call<{ id: string }>): Handled {
  const question = ['drift', params.id]
  const found = await shared.read(question, () => bounded(db, (on) => compare(on, params.id), {}))
  if (found === undefined) throw new Problem('notFound')
  const { row, refuse, drift } = found
  const { id, state, planHash } = row
  return { body: { id, state, planHash, changes: refuse, drift: await driftView(db, drift) } }
}

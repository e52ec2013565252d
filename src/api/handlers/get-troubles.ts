import { readTroubles } from '../../db/troubles.ts'
import { isReason, reasonRule } from '../../rollout/reasons.ts'
import type { Call, Handled } from '../call.ts'
import { bounded } from '../list.ts'
import { readHead } from './steer-rollout.ts'

const ownerOf = (reason: string | null) =>
  reason !== null && isReason(reason) ? reasonRule(reason).owner : null

/**
 * What keeps devices from their end, by what became of them and why; the largest group first. Read once for all who ask
 * at the same time.
 */
export async function getTroubles({ db, params, principal, shared }: Call<{ id: string }>): Handled {
  const { id } = await readHead(db, params.id)
  const groups = principal.storeGroups
  const question = ['troubles', id, groups]
  const rows = await shared.read(question, () => bounded(db, (on) => readTroubles(on, id, groups), {}))
  return { body: { id, items: rows.map((row) => ({ ...row, owner: ownerOf(row.reason) })) } }
}

import { readTroubles } from '../../db/troubles.ts'
import { isReason, reasonRule } from '../../rollout/reasons.ts'
import type { Call, Handled } from '../call.ts'
import { bounded } from '../list.ts'
import { readHead } from './steer-rollout.ts'

const ownerOf = (reason: string | null) =>
  reason !== null && isReason(reason) ? reasonRule(reason).owner : null

/** What keeps devices from their end, by what became of them and why; the largest group first. */
export async function getTroubles({ db, params, principal }: Call<{ id: string }>): Handled {
  const { id } = await readHead(db, params.id)
  const rows = await bounded(db, (on) => readTroubles(on, id, principal.storeGroups), {})
  return { body: { id, items: rows.map((row) => ({ ...row, owner: ownerOf(row.reason) })) } }
}

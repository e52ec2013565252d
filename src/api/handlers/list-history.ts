import { z } from 'zod'
import type { SqlCondition } from '../../db/condition.ts'
import { statusParts } from '../../rollout/status-parts.ts'
import { formatVersion } from '../../rollout/versions.ts'
import type { Call, Handled } from '../call.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { historyList } from '../lists/history.ts'

export const historyQuery = listQuery(100, 1000, {
  part: z
    .enum(statusParts)
    .optional()
    .meta({ description: 'Only where this was something else than before.' }),
})
type HistoryCall = Call<{ cashId: string }, z.output<typeof historyQuery>>

interface ChangeRow {
  readonly id: string
  readonly at: Date
  readonly source: string
  readonly reason: string | null
  readonly version: number | null
  readonly status: object | null
  readonly changed: readonly string[]
}

/** Kept for 400 days, only what is in rollout/status-parts.ts. */
export async function listHistoryHandler({ db, params, query, principal }: HistoryCall): Handled {
  const { cashId } = params
  const { part } = query
  const where: SqlCondition[] = [
    (push) => `h.device_id = (SELECT id FROM device WHERE cash_id = ${push(cashId)})`,
  ]
  if (part !== undefined) where.push((push) => `${push(part)}::text = ANY(h.changed)`)
  const asked = { query, groups: principal.storeGroups, where, of: JSON.stringify([cashId, part]) }
  const page = await readList<ChangeRow>(db, historyList, asked)
  const items = page.rows.map(({ id: _, version, ...row }) => ({
    ...row,
    version: version === null ? null : formatVersion(version),
  }))
  return { body: pageAnswer(page, items) }
}

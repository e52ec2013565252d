import { z } from 'zod'
import type { SqlCondition } from '../../db/condition.ts'
import { reportKinds } from '../../db/report-rollouts.ts'
import { findReport } from '../../db/reports.ts'
import type { Call, Handled } from '../call.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { reportList } from '../lists/rollouts.ts'
import { Problem } from '../problem.ts'
import { answerReport, type ReportForm } from '../report-answer.ts'

export const reportsQuery = listQuery(100, 1000, {
  kind: z.enum(reportKinds).optional().meta({ description: 'As `filter=kind:…`.' }),
  rollout: z.uuid().optional().meta({ description: 'As `filter=rollout:…`.' }),
})

/** Kept ones, the newest first, without what they say. */
export async function listReportsHandler(call: Call<unknown, z.output<typeof reportsQuery>>): Handled {
  const { db, query, principal } = call
  const { kind, rollout } = query
  // A dry run with looks is kept beside them.
  const where: SqlCondition[] = [() => "k.kind <> 'dryRun'"]
  if (kind !== undefined) where.push((push) => `k.kind = ${push(kind)}`)
  if (rollout !== undefined) where.push((push) => `k.rollout_id = ${push(rollout)}::uuid`)
  const asked = { query, groups: principal.storeGroups, where, of: JSON.stringify([kind, rollout]) }
  const page = await readList(db, reportList, asked)
  return { body: pageAnswer(page, page.rows) }
}

/** A kept one, as it was made, in any form. */
export async function getReportHandler(call: Call<{ id: string }, ReportForm>): Handled {
  const row = await findReport(call.db, call.params.id)
  if (row === undefined) throw new Problem('notFound')
  answerReport(call, row.report, call.query, call.config.language)
  return undefined
}

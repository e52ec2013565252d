import { z } from 'zod'
import { reportKinds } from '../../db/report-rollouts.ts'
import { findReport, listReports } from '../../db/reports.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { answerReport, type ReportForm } from '../report-answer.ts'
import { limit } from '../schemas.ts'

export const reportsQuery = z.strictObject({
  kind: z.enum(reportKinds).optional(),
  rollout: z.uuid().optional(),
  limit: limit(100, 1000),
})

/** Kept ones, the newest first, without what they say. */
export async function listReportsHandler(call: Call<unknown, z.output<typeof reportsQuery>>): Handled {
  const { kind, rollout, limit: most } = call.query
  const where = { ...(kind && { kind }), ...(rollout && { rolloutId: rollout }) }
  const rows = await listReports(call.db, where, most + 1)
  return { body: { items: rows.slice(0, most), more: rows.length > most } }
}

/** A kept one, as it was made, in any form. */
export async function getReportHandler(call: Call<{ id: string }, ReportForm>): Handled {
  const row = await findReport(call.db, call.params.id)
  if (row === undefined) throw new Problem('notFound')
  answerReport(call, row.report, call.query, call.config.language)
  return undefined
}

/** Reports as the rows stand now: shown, or kept. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type AskedReport, askReport } from '../../db/report-request.ts'
import { type ReportKind, reportKinds } from '../../db/report-rollouts.ts'
import { type AnyReport, keepReport } from '../../db/reports.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { answerReport, reportForm } from '../report-answer.ts'
import { identifier } from '../schemas.ts'

const of = { rollout: z.uuid().optional(), zone: identifier(64).optional() }
export const reportQuery = z.strictObject({ ...of, ...reportForm })
export const reportBody = z.strictObject({ kind: z.enum(reportKinds), ...of })

/** @throws Problem for what cannot be reported of */
async function reportOf({ db }: Pick<Call, 'db'>, asked: AskedReport): Promise<AnyReport> {
  const answer = await askReport(db, asked)
  if (answer.ok) return answer.report
  switch (answer.why) {
    case 'rolloutUnknown':
      throw new Problem('notFound', { path: 'rollout' })
    case 'timeZoneUnknown':
      throw new Problem('timeZoneUnknown', { path: 'zone', detail: 'no store is in this zone' })
    case 'nothingToReport':
      throw new Problem('nothingToReport')
    case 'rolloutNeeded':
      throw new Problem('rolloutNeeded', { path: 'rollout', more: { rollouts: answer.rollouts } })
  }
}

export const showReportHandler =
  (kind: ReportKind) =>
  async (call: Call<unknown, z.output<typeof reportQuery>>): Handled => {
    const { rollout: rolloutId, zone: timeZone, ...form } = call.query
    const report = await reportOf(call, { kind, rolloutId, timeZone, now: Date.now() })
    answerReport(call, report, form, call.config.language)
    return undefined
  }

/** Keeps one as it is now; no message goes with it. */
export async function keepReportHandler(call: Call<unknown, unknown, z.output<typeof reportBody>>): Handled {
  const { db, body, actor: madeBy } = call
  const { kind, rollout: rolloutId, zone: timeZone } = body
  const report = await reportOf(call, { kind, rolloutId, timeZone, now: Date.now() })
  const id = randomUUID()
  await keepReport(db, { id, report, madeBy })
  const { rollout, madeAt, totals } = report
  return {
    status: 201,
    headers: { Location: `/api/v1/reports/${id}` },
    body: {
      id,
      kind,
      rolloutId: rollout.id,
      timeZone: report.timeZone,
      madeAt: new Date(madeAt),
      madeBy,
      totals,
    },
  }
}

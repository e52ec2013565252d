import { readDryRun, startDryRun } from '../../db/dry-runs.ts'
import { eveningJson } from '../../report/json.ts'
import type { EveningReport } from '../../rollout/report/evening.ts'
import type { Call, Handled } from '../call.ts'
import { planOfBody } from '../plan-request.ts'
import { namesOf, planAnswer } from '../plan-view.ts'
import { Problem } from '../problem.ts'
import type { DryRunBody } from '../rollout-schema.ts'

type Query = { full: boolean }

/** The same answer as POST /rollouts, and nothing kept. `live`: every planned device is looked at, too. */
export async function dryRunHandler(call: Call<unknown, Query, DryRunBody>): Handled {
  const { db, body, query, actor } = call
  const { live, ...wanted } = body
  const { request, planned, input, wavesBy, narrowedTo } = await planOfBody(call, wanted)
  const shown = { ...planned, waves: request.waves, wavesBy }
  const answer = { dryRun: true, ...planAnswer(shown, namesOf(input), query.full), narrowedTo }
  if (!live) return { body: answer }
  const { plan } = planned
  const id = await startDryRun(db, { name: body.name, plan, planHash: answer.planHash, answer, actor })
  return {
    status: 202,
    headers: { Location: `/api/v1/dry-runs/${id}` },
    body: { id, ...answer, looks: { total: plan.devices.length } },
  }
}

/** Who is to be rung; also tills that never said anything: they are in no percentage, and nobody should find out at night. */
const isShown = ({
  needsSomebody,
  causes: [main],
}: EveningReport['stores'][number]['devices'][number]): boolean =>
  needsSomebody || main?.code === 'neverAnswered'

/** Stores with somebody to ring, or without time tonight; in the order of their windows. */
function concerning(report: EveningReport): EveningReport {
  const stores = report.stores.map((store) => ({ ...store, devices: store.devices.filter(isShown) }))
  return { ...report, stores: stores.filter((store) => store.devices.length > 0 || store.fits === false) }
}

/** How far the looks are; then who would be blocked tonight, why, whom to ring, and whether it fits. */
export async function getDryRun({ db, params }: Call<{ id: string }>): Handled {
  const run = await readDryRun(db, params.id)
  if (run === undefined) throw new Problem('notFound')
  const { id, counts, isOver, createdAt, notAfter, requestedBy } = run.request
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const looks = { total, done: total - counts.waiting - counts.running, isOver, ...{ byState: counts } }
  return {
    body: {
      ...run.answer,
      ...{ id, requestedBy, createdAt, notAfter, looks },
      tonight: eveningJson(concerning(run.evening)),
    },
  }
}

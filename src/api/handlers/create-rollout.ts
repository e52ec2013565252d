import { beginDraft } from '../../db/approval.ts'
import { type DraftWork, keepRollout } from '../../db/rollouts.ts'
import { requirePermission } from '../auth.ts'
import type { Call, Handled } from '../call.ts'
import { etagOf } from '../etag.ts'
import { planProblem } from '../plan-problems.ts'
import { planOfBody } from '../plan-request.ts'
import { namesOf, planAnswer } from '../plan-view.ts'
import { Problem } from '../problem.ts'
import type { RolloutBody } from '../rollout-schema.ts'
import { rolloutView } from '../rollout-view.ts'

type Query = { full: boolean }

/** Started (or waiting for its time), or waiting for a second person. @throws Problem planChanged: nothing is kept */
function begunView(answer: Awaited<ReturnType<typeof beginDraft>>) {
  if (answer === 'submitted') return { started: false, why: 'approvalNeeded' }
  if (answer.ok) return { started: true }
  throw new Problem('planChanged', { more: { ...answer } })
}

/** Plans and keeps a draft; nothing happens to any device until it is approved or started. */
export async function createRolloutHandler(call: Call<unknown, Query, RolloutBody>): Handled {
  const { db, body, query, actor } = call
  if (body.start) requirePermission(call.principal, 'rollouts.control')
  const { request, planned, input, wavesBy, narrowedTo } = await planOfBody(call, body)
  let begun = {}
  const then: DraftWork = async (client, id) => {
    begun = begunView(await beginDraft(client, id, actor))
  }
  const draft = { ...request, name: body.name, actor }
  const made = await keepRollout(db, draft, planned, body.start ? then : undefined)
  if (!made.ok) throw planProblem(made.problems)
  db.poke()
  const { row } = made
  const shown = { ...planned, waves: request.waves, wavesBy }
  return {
    status: 201,
    headers: { Location: `/api/v1/rollouts/${row.id}`, ETag: etagOf(row) },
    body: {
      ...rolloutView({ ...row, package: request.target }),
      ...planAnswer(shown, namesOf(input), query.full),
      narrowedTo,
      ...begun,
    },
  }
}

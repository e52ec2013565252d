import { keepRollout } from '../../db/rollouts.ts'
import type { Call, Handled } from '../call.ts'
import { planProblem } from '../plan-problems.ts'
import { planOfBody } from '../plan-request.ts'
import { namesOf, planAnswer } from '../plan-view.ts'
import type { RolloutBody } from '../rollout-schema.ts'
import { rolloutView } from '../rollout-view.ts'

type Query = { full: boolean }

/** Plans and keeps a draft; nothing happens to any device until it is approved or started. */
export async function createRolloutHandler(call: Call<unknown, Query, RolloutBody>): Handled {
  const { db, body, query, actor } = call
  const { request, planned, input, wavesBy } = await planOfBody(db, body)
  const made = await keepRollout(db, { ...request, name: body.name, actor }, planned)
  if (!made.ok) throw planProblem(made.problems)
  const { row } = made
  const shown = { ...planned, waves: request.waves, wavesBy }
  return {
    status: 201,
    headers: { Location: `/api/v1/rollouts/${row.id}` },
    body: {
      ...rolloutView({ ...row, package: request.target }),
      ...planAnswer(shown, namesOf(input), query.full),
    },
  }
}

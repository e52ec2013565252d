import { planAgain, readRollout } from '../../db/approval.ts'
import type { Executor } from '../../db/database.ts'
import type { Call, Handled } from '../call.ts'
import { bounded } from '../list.ts'
import { planProblem } from '../plan-problems.ts'
import { namesOf, planAnswer } from '../plan-view.ts'
import { Problem } from '../problem.ts'

async function readAgain(on: Executor, id: string) {
  const row = await readRollout(on, id)
  return row === undefined ? undefined : { row, ...(await planAgain(on, row)) }
}

/**
 * What to expect of a rollout that was not started yet, as of now: its request is planned anew. The hash is that of the
 * kept plan as long as nothing that the plan says has changed. Read once for all who ask at the same time.
 * @throws Problem notFound, unavailable, or everything that makes the plan impossible by now
 */
export async function planAgainHandler({ db, params, shared }: Call<{ id: string }>): Handled {
  const question = ['replan', params.id]
  const found = await shared.read(question, () => bounded(db, (on) => readAgain(on, params.id), {}))
  if (found === undefined) throw new Problem('notFound')
  const { row, planned, input } = found
  if (!planned.ok) throw planProblem(planned.problems)
  const shown = { ...planned, waves: row.cut, wavesBy: 'asked' as const }
  return { body: { id: row.id, at: new Date(input.now), ...planAnswer(shown, namesOf(input), false) } }
}

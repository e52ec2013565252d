import { approveSchedule, endSchedule, findSchedule } from '../../db/schedules.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { scheduleAllows, scheduleView } from '../schedule-view.ts'

const verbs = { approve: approveSchedule, end: endSchedule } as const

/** Approves its rollouts once for all, or ends it. */
export const steerScheduleHandler =
  (verb: keyof typeof verbs) =>
  async ({ db, params, actor }: Call<{ id: string }>): Handled => {
    const answer = await verbs[verb](db, params.id, actor)
    const row = await findSchedule(db, params.id)
    if (row === undefined) throw new Problem('notFound')
    if (answer.ok) return { body: scheduleView(row) }
    if (answer.why === 'samePerson')
      throw new Problem('samePerson', { more: { createdBy: answer.createdBy } })
    throw new Problem('notAllowed', { more: { allowed: scheduleAllows(row), endedAt: row.endedAt } })
  }

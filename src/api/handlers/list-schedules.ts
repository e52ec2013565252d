import { findSchedule, listRunRollouts, listSchedules } from '../../db/schedules.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { scheduleView } from '../schedule-view.ts'

/** Of one schedule. */
const RUNS = 30

/** Those that go on first. */
export async function listSchedulesHandler({ db, query }: Call<unknown, { limit: number }>): Handled {
  const rows = await listSchedules(db, query.limit + 1)
  return { body: { items: rows.slice(0, query.limit).map(scheduleView), more: rows.length > query.limit } }
}

/** With its last rollouts. */
export async function getScheduleHandler({ db, params }: Call<{ id: string }>): Handled {
  const row = await findSchedule(db, params.id)
  if (row === undefined) throw new Problem('notFound')
  return { body: { ...scheduleView(row), rollouts: await listRunRollouts(db, row.id, RUNS) } }
}

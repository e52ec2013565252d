import type { z } from 'zod'
import { findSchedule, listRunRollouts, readSchedules } from '../../db/schedules.ts'
import type { Call, Handled } from '../call.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { scheduleList } from '../lists/rollouts.ts'
import { Problem } from '../problem.ts'
import { scheduleView } from '../schedule-view.ts'

/** Of one schedule. */
const RUNS = 30

export const schedulesQuery = listQuery(100, 1000, {})

/** Those that go on first, unless another order is asked for. */
export async function listSchedulesHandler(call: Call<unknown, z.output<typeof schedulesQuery>>): Handled {
  const { db, query, principal } = call
  const page = await readList(db, scheduleList, { query, groups: principal.storeGroups })
  const rows = await readSchedules(
    db,
    page.rows.map((row) => row.id),
  )
  return { body: pageAnswer(page, rows.map(scheduleView)) }
}

/** With its last rollouts. */
export async function getScheduleHandler({ db, params }: Call<{ id: string }>): Handled {
  const row = await findSchedule(db, params.id)
  if (row === undefined) throw new Problem('notFound')
  return { body: { ...scheduleView(row), rollouts: await listRunRollouts(db, row.id, RUNS) } }
}

import { type DueNow, readDue } from '../../db/due-now.ts'
import { readEvents } from '../../db/events.ts'
import { findUpdate } from '../../db/updates.ts'
import { viewEvents } from '../../events/view.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { attemptView, packageView, updateView } from '../views.ts'

const MAX_EVENTS = 500

/** `waitsFor`: why nothing is done now, and until when where that is known; `due`: the step that is next, when nothing stands in its way. */
export function dueView(now: DueNow | undefined) {
  const due = now?.due
  return {
    waitsFor: due?.do === 'wait' ? due.for : (now?.bounded ?? null),
    waitsUntil: now?.until ? new Date(now.until) : null,
    due: due?.do === 'claim' ? due.step : null,
    endsAs: due?.do === 'end' ? { event: due.event, reason: due.reason } : null,
  }
}

export async function getUpdate({ db, params }: Call<{ id: string }>): Handled {
  const row = await findUpdate(db, params.id)
  if (row === null) throw new Problem('notFound')
  const [due, events] = await Promise.all([
    readDue(db, row.id),
    readEvents(db.pool, '0-0', MAX_EVENTS, { updateId: row.id }),
  ])
  const { runs, package: target, ...own } = row
  const spent = updateView(own)
  return {
    body: {
      ...spent,
      attemptsSpent: spent.attempts,
      attempts: runs.map(attemptView),
      package: packageView(target),
      ...dueView(due),
      events: await viewEvents(db, events),
    },
  }
}

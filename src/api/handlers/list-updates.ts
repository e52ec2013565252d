import type { z } from 'zod'
import type { SqlCondition } from '../../db/condition.ts'
import { readAllDue } from '../../db/due-now.ts'
import { readUpdates } from '../../db/updates.ts'
import { isTerminalUpdate } from '../../rollout/states.ts'
import type { Call, Handled } from '../call.ts'
import { type countsQuery, listQuery, pageAnswer, readList } from '../list.ts'
import type { ListSpec } from '../list-spec.ts'
import { attemptList, rolloutUpdateList, updateList } from '../lists/rollouts.ts'
import { flag, updateState } from '../schemas.ts'
import { updateView } from '../views.ts'
import { dueView } from './get-update.ts'
import { readCounts } from './list-devices.ts'
import { readHead } from './steer-rollout.ts'

export const updatesQuery = listQuery(1000, 20_000, {
  state: updateState.optional().meta({ description: 'As `filter=state:…`.' }),
  waits: flag.default(false).meta({ description: '`true`: with what each waits for now.' }),
})
type Query = z.output<typeof updatesQuery>

async function answerUpdates(
  { db, query, principal }: Call<unknown, Query>,
  spec: ListSpec,
  place: readonly SqlCondition[],
  of: string,
) {
  const { state } = query
  const where: SqlCondition[] = [...place]
  if (state !== undefined) where.push((push) => `u.state = ${push(state)}`)
  const asked = { query, groups: principal.storeGroups, where, of: JSON.stringify([of, state]) }
  const page = await readList(db, spec, asked)
  const rows = await readUpdates(
    db,
    page.rows.map((row) => row.id),
  )
  if (!query.waits) return { body: pageAnswer(page, rows.map(updateView)) }
  const due = await readAllDue(
    db,
    rows.flatMap((row) => (isTerminalUpdate(row.state) ? [] : [row.id])),
  )
  const items = rows.map((row) => {
    const { waitsFor, waitsUntil, due: step } = dueView(due.get(row.id))
    return { ...updateView(row), waitsFor, waitsUntil, due: step }
  })
  return { body: pageAnswer(page, items) }
}

const ofRollout =
  (id: string): SqlCondition =>
  (push) =>
    `u.rollout_id = ${push(id)}::uuid`

/** Of every rollout, the newest first. */
export const listAllUpdatesHandler = async (call: Call<unknown, Query>): Handled =>
  answerUpdates(call, updateList, [], '')

export async function listUpdatesHandler(call: Call<{ id: string }, Query>): Handled {
  const { id } = await readHead(call.db, call.params.id)
  return answerUpdates(call, rolloutUpdateList, [ofRollout(id)], id)
}

/** What one device went through, the latest first. */
export const listDeviceUpdatesHandler = async (call: Call<{ cashId: string }, Query>): Handled =>
  answerUpdates(
    call,
    updateList,
    [(push) => `u.device_id = (SELECT id FROM device WHERE cash_id = ${push(call.params.cashId)})`],
    call.params.cashId,
  )

type CountsCall = Call<{ id: string }, z.output<ReturnType<typeof countsQuery>>>

export async function countUpdatesHandler({ db, params, query, principal }: CountsCall): Handled {
  const { id } = await readHead(db, params.id)
  const { by, ...rest } = query
  const asked = { query: { limit: 1, ...rest }, groups: principal.storeGroups, where: [ofRollout(id)] }
  return { body: await readCounts(db, updateList, by, asked) }
}

export const attemptsQuery = listQuery(1000, 1000, {})

/** Every attempt of one device update, the first first. */
export async function listAttemptsHandler(
  call: Call<{ id: string }, z.output<typeof attemptsQuery>>,
): Handled {
  const { db, params, query, principal } = call
  const where: SqlCondition[] = [(push) => `t.update_id = ${push(params.id)}::uuid`]
  const page = await readList(db, attemptList, {
    query,
    groups: principal.storeGroups,
    where,
    of: params.id,
  })
  const items = page.rows.map(({ id: _, ...run }) => run)
  return { body: pageAnswer(page, items) }
}

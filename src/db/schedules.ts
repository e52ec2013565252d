/** Schedules: rollouts that come by themselves, each run once. */

import { randomUUID } from 'node:crypto'
import type { Selection } from '../rollout/plan/selection.ts'
import type { WavePlan } from '../rollout/plan/wave-types.ts'
import type { Policy } from '../rollout/policy.ts'
import { nextRun } from '../rollout/time/schedule.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import type { Schedule } from './generated/client.ts'
import { inOrder } from './in-order.ts'
import { asJson, insertRow } from './insert.ts'

/** What each rollout of a schedule is made of. */
export interface ScheduleTemplate {
  /** Each rollout's name is this, and its date. */
  readonly name: string
  /** One package, or whatever is the newest of this kind by then. */
  readonly package: { readonly id: string } | { readonly newest: string }
  readonly serverPackageId: string | null
  readonly selection: Selection
  readonly waves: WavePlan
  /** `endsAt` is computed for each run. */
  readonly policy: Policy
}

export type ScheduleRow = Omit<Schedule, 'template'> & { readonly template: ScheduleTemplate }

const read = (row: Schedule): ScheduleRow => ({
  ...row,
  template: row.template as unknown as ScheduleTemplate,
})

export interface NewSchedule {
  readonly name: string
  readonly cron: string
  readonly timeZone: string
  readonly template: ScheduleTemplate
  readonly actor: string
}

/** @param now milliseconds since 1970. @throws RangeError for what checkCron refuses */
export async function addSchedule(db: Database, wanted: NewSchedule, now: number): Promise<ScheduleRow> {
  const { name, cron, timeZone, template, actor } = wanted
  const next = nextRun(cron, timeZone, now)
  if (next === null) throw new RangeError(`never runs: ${cron}`)
  const id = randomUUID()
  await inTransaction(db, async (client) => {
    await insertRow(client, 'schedule', {
      ...{ id, name, cron, time_zone: timeZone, created_by: actor },
      ...{ template: asJson(template), next_at: new Date(next) },
    })
    await addEvent(client, { code: 'scheduleCreated', actor, params: { id, name, cron, timeZone } })
  })
  return read(await db.prisma.schedule.findUniqueOrThrow({ where: { id } }))
}

/** In the order of the ids. */
export async function readSchedules(db: Database, ids: readonly string[]): Promise<ScheduleRow[]> {
  return inOrder(ids, await db.prisma.schedule.findMany({ where: { id: { in: [...ids] } } })).map(read)
}

export async function findSchedule(db: Database, id: string): Promise<ScheduleRow | undefined> {
  const row = await db.prisma.schedule.findUnique({ where: { id } })
  return row === null ? undefined : read(row)
}

export type ScheduleAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'notFound' | 'notAllowed' }
  /** Its policy asks for two persons, and this is the one who made it. */
  | { readonly ok: false; readonly why: 'samePerson'; readonly createdBy: string }

async function change(
  db: Database,
  id: string,
  work: (
    on: Executor,
    row: Pick<Schedule, 'name' | 'createdBy'> & { twoPersons: boolean },
  ) => Promise<ScheduleAnswer>,
): Promise<ScheduleAnswer> {
  return inTransaction(db, async (client) => {
    const { rows } = await client.query<{ name: string; createdBy: string; twoPersons: boolean }>(
      `SELECT name, created_by AS "createdBy", coalesce((template->'policy'->>'twoPersons')::boolean, false) AS "twoPersons"
       FROM schedule WHERE id = $1 FOR UPDATE`,
      [id],
    )
    const [row] = rows
    return row === undefined ? { ok: false, why: 'notFound' } : work(client, row)
  })
}

/** The standing approval: its rollouts start by themselves from now on. */
export const approveSchedule = (db: Database, id: string, actor: string): Promise<ScheduleAnswer> =>
  change(db, id, async (on, { name, createdBy, twoPersons }) => {
    if (twoPersons && createdBy === actor) return { ok: false, why: 'samePerson', createdBy }
    const { rowCount } = await on.query(
      'UPDATE schedule SET approved_by = $2, approved_at = now() WHERE id = $1 AND approved_by IS NULL AND ended_at IS NULL',
      [id, actor],
    )
    if (rowCount !== 1) return { ok: false, why: 'notAllowed' }
    await addEvent(on, { code: 'scheduleApproved', actor, params: { id, name } })
    return { ok: true }
  })

/** No more rollouts come of it; those that came go on. */
export const endSchedule = (db: Database, id: string, actor: string): Promise<ScheduleAnswer> =>
  change(db, id, async (on, { name }) => {
    const { rowCount } = await on.query(
      'UPDATE schedule SET ended_at = now(), next_at = NULL WHERE id = $1 AND ended_at IS NULL',
      [id],
    )
    if (rowCount !== 1) return { ok: false, why: 'notAllowed' }
    await addEvent(on, { code: 'scheduleEnded', actor, params: { id, name } })
    return { ok: true }
  })

export type DueSchedule = ScheduleRow & { readonly nextAt: Date }

/** Those whose time has come, the longest overdue first. */
export async function readDueSchedules(db: Database, now: number, limit: number): Promise<DueSchedule[]> {
  const rows = await db.prisma.schedule.findMany({
    where: { endedAt: null, nextAt: { lte: new Date(now) } },
    orderBy: [{ nextAt: 'asc' }, { id: 'asc' }],
    take: limit,
  })
  return rows.flatMap((row) => (row.nextAt === null ? [] : [{ ...read(row), nextAt: row.nextAt }]))
}

export interface ScheduleRun {
  /** What came of the run; null: nothing was made. */
  readonly rolloutId: string | null
  /** Why nothing was made, or why it waits for a person. */
  readonly reason: string | null
  /** null: it never runs again. */
  readonly next: number | null
}

/** Closes a run and sets the next, with its event. False: somebody else has closed it. */
export async function closeRun(db: Database, due: DueSchedule, run: ScheduleRun): Promise<boolean> {
  const { rolloutId, reason, next } = run
  return inTransaction(db, async (client) => {
    const { rowCount } = await client.query(
      'UPDATE schedule SET last_at = next_at, next_at = $3, last_reason = $4 WHERE id = $1 AND next_at = $2 AND ended_at IS NULL',
      [due.id, due.nextAt, next === null ? null : new Date(next), reason],
    )
    if (rowCount !== 1) return false
    await addEvent(client, {
      code: rolloutId === null ? 'scheduleSkipped' : 'scheduleRan',
      actor: 'conductor',
      ...(rolloutId === null ? {} : { rolloutId }),
      params: { id: due.id, name: due.name, at: due.nextAt, reason },
    })
    return true
  })
}

/** The package of this run; null: there is none, or none that is not retired. */
export const findRunPackage = (db: Database, wanted: ScheduleTemplate['package']) =>
  'id' in wanted
    ? db.prisma.package.findFirst({ where: { id: wanted.id, retiredAt: null } })
    : db.prisma.package.findFirst({
        where: { kind: wanted.newest, retiredAt: null },
        orderBy: { version: 'desc' },
      })

/** What became of a rollout that a former try at this run may have made. */
export const findRunRollout = (db: Database, id: string) =>
  db.prisma.rollout.findUnique({ where: { id }, select: { id: true, state: true, planHash: true } })

/** The last rollouts of a schedule. */
export const listRunRollouts = (db: Database, scheduleId: string, limit: number) =>
  db.prisma.rollout.findMany({
    where: { scheduleId },
    select: { id: true, name: true, state: true, createdAt: true, approvedBy: true },
    orderBy: { createdAt: 'desc' },
    take: limit,
  })

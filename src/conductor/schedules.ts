/** Makes the rollouts of schedules whose time has come: one for each run, whoever leads and whenever it died. */
import { approveRollout, submitRollout } from '../db/approval.ts'
import type { Database } from '../db/database.ts'
import { namedId } from '../db/named-id.ts'
import { createRollout } from '../db/rollouts.ts'
import {
  closeRun,
  type DueSchedule,
  findRunPackage,
  findRunRollout,
  findSchedule,
  readDueSchedules,
  type ScheduleRun,
  type ScheduleTemplate,
} from '../db/schedules.ts'
import type { Log } from '../log.ts'
import type { Policy } from '../rollout/policy.ts'
import { zoneOf } from '../rollout/time/local-time.ts'
import { nextRun } from '../rollout/time/schedule.ts'

/** The others come a minute later. */
const AT_ONCE = 20
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const FORTNIGHT_MS = 14 * 24 * HOUR_MS

/** A night's rollout ends before the next one is planned, so that its devices are free for that; after a fortnight at most. */
function policyOf({ policy }: ScheduleTemplate, now: number, next: number | null): Policy {
  const latest = now + FORTNIGHT_MS
  const isSoon = next === null || next - now < HOUR_MS
  const endsAt = isSoon ? latest : Math.min(latest, next - MINUTE_MS)
  return { ...policy, endsAt: new Date(endsAt).toISOString() }
}

/** The date of a run by the schedule's own clock. */
function dateOf({ nextAt, timeZone }: DueSchedule): string {
  const at = nextAt.getTime()
  return new Date(at + zoneOf(timeZone).offsetAt(at)).toISOString().slice(0, 10)
}

type Found = { readonly id: string; readonly state: string; readonly planHash: string }
type Made = { readonly ok: true; readonly rollout: Found } | { readonly ok: false; readonly reason: string }

/** The run's rollout: made now, or by who died or lost the lead in the middle of this run. */
async function rolloutOf(db: Database, due: DueSchedule, now: number, next: number | null): Promise<Made> {
  const id = namedId('schedule', due.id, due.nextAt.toISOString())
  const before = await findRunRollout(db, id)
  if (before !== null) return { ok: true, rollout: before }
  const { template, createdBy: actor } = due
  const target = await findRunPackage(db, template.package)
  if (target === null) return { ok: false, reason: 'packageUnknown' }
  const { serverPackageId } = template
  const serverTarget = serverPackageId === null ? null : await findRunPackage(db, { id: serverPackageId })
  if (serverTarget === null && serverPackageId !== null) return { ok: false, reason: 'packageUnknown' }
  const { selection, waves } = template
  const name = `${template.name} ${dateOf(due)}`
  const plan = { target, serverTarget, selection, waves, policy: policyOf(template, now, next) }
  const made = await createRollout(db, {
    id,
    name,
    kind: 'update',
    actor,
    scheduleId: due.id,
    ...plan,
  })
  if (!made.ok) return { ok: false, reason: made.problems[0]?.code ?? 'nothingToDo' }
  return { ok: true, rollout: made.row }
}

/** Starts it under the standing approval; without one it waits for somebody. @returns why it waits, or null */
async function begin(
  db: Database,
  scheduleId: string,
  { id, state, planHash }: Found,
): Promise<string | null> {
  // A person, or a former try, was here already.
  if (state !== 'draft') return null
  const schedule = await findSchedule(db, scheduleId)
  const approver = schedule?.endedAt === null ? schedule.approvedBy : null
  if (approver === null || approver === undefined) {
    await submitRollout(db, id, 'conductor')
    return 'approvalNeeded'
  }
  const answer = await approveRollout(db, id, planHash, approver)
  if (answer.ok || answer.why === 'notAllowed') return null
  await submitRollout(db, id, 'conductor')
  return answer.why
}

async function runSchedule(db: Database, due: DueSchedule, now: number): Promise<ScheduleRun | undefined> {
  // Runs that were missed are not made up for: this one stands for all of them.
  const next = nextRun(due.cron, due.timeZone, Math.max(now, due.nextAt.getTime()))
  const made = await rolloutOf(db, due, now, next)
  const run: ScheduleRun = made.ok
    ? { rolloutId: made.rollout.id, reason: await begin(db, due.id, made.rollout), next }
    : { rolloutId: null, reason: made.reason, next }
  return (await closeRun(db, due, run)) ? run : undefined
}

/**
 * Runs what is due.
 * @param now milliseconds since 1970
 * @returns the runs that were closed here; one that failed stays due, and is tried a minute later
 */
export async function runSchedules(db: Database, now: number, log: Log): Promise<ScheduleRun[]> {
  const runs: ScheduleRun[] = []
  for (const due of await readDueSchedules(db, now, AT_ONCE)) {
    const run = await runSchedule(db, due, now).catch((error: unknown) => {
      log.error({ err: error, schedule: due.id }, 'a schedule could not run')
      return undefined
    })
    if (run === undefined) continue
    log.info({ schedule: due.id, ...run }, 'a schedule ran')
    runs.push(run)
  }
  return runs
}

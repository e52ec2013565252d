import type { ScheduleRow } from '../db/schedules.ts'

/** What may be done with it now. */
export function scheduleAllows({ endedAt, approvedBy }: ScheduleRow): string[] {
  if (endedAt !== null) return []
  return approvedBy === null ? ['approve', 'end'] : ['end']
}

export function scheduleView(row: ScheduleRow) {
  const { id, name, cron, timeZone, template, createdBy, createdAt, approvedBy, approvedAt } = row
  const { nextAt, lastAt, lastReason, endedAt } = row
  const { package: target, ...rest } = template
  const shown = { ...rest, ...('id' in target ? { packageId: target.id } : { newest: target.newest }) }
  const people = { createdBy, createdAt, approvedBy, approvedAt }
  const runs = { nextAt, lastAt, lastReason, endedAt }
  return { id, name, cron, timeZone, allowed: scheduleAllows(row), template: shown, ...people, ...runs }
}

/** Reports at fixed hours of every zone: first the devices are looked at, then the list is made and kept, once. */
import { addCommands } from '../db/commands.ts'
import type { Database } from '../db/database.ts'
import { namedId } from '../db/named-id.ts'
import { readNotAsked } from '../db/report-looks.ts'
import { type ReportHead, readConcerned } from '../db/report-rollouts.ts'
import { isKept, keepReport, makeReport, readTimeZones } from '../db/reports.ts'
import type { Log } from '../log.ts'
import { type DueReport, dueReports, type ReportHours } from '../rollout/report/times.ts'
import type { Language } from '../words/catalogue.ts'
import { eveningMessages } from '../words/messages.ts'

export interface ReportSettings {
  readonly hours: ReportHours
  /** Of what is shown on tills. */
  readonly language: Language
}

const MINUTE_MS = 60_000
/** Ten thousand devices are asked in less. */
const LOOK_BEFORE_MS = 15 * MINUTE_MS
/** A head office that was off for longer owes nobody that list any more. */
const LATE_MS = 3 * 60 * MINUTE_MS
/** From the evening until the first windows: later nobody is there to read it. */
const MESSAGE_SECONDS = 5 * 3600

/** What is approved after the hour has its own list, as soon as its devices were looked at. */
function dueAt(due: DueReport, { approvedAt, startedAt }: ReportHead): number {
  if (due.kind === 'morning') return due.at
  return Math.max(due.at, (approvedAt ?? startedAt ?? 0) + LOOK_BEFORE_MS)
}

async function look(db: Database, due: DueReport, head: ReportHead, since: number): Promise<void> {
  const { kind, timeZone } = due
  const deviceIds = await readNotAsked(db.pool, kind, head, { timeZone, since })
  if (deviceIds.length === 0) return
  const notAfterSeconds = LOOK_BEFORE_MS / 1000
  await addCommands(db, { deviceIds, kind: 'look', requestedBy: 'conductor', notAfterSeconds })
}

/** False: somebody else has kept it. */
async function make(
  db: Database,
  due: DueReport,
  head: ReportHead,
  id: string,
  now: number,
  language: Language,
): Promise<boolean> {
  const { kind, timeZone } = due
  const { report, askToClose: cashIds } = await makeReport(db.pool, kind, head, { now, timeZone })
  const text = eveningMessages[language]
  const message = { cashIds, text, notAfterSeconds: MESSAGE_SECONDS }
  return keepReport(db, { id, report, madeBy: 'conductor', message })
}

/**
 * Asks and makes what is due in every zone that has stores.
 * @param now milliseconds since 1970
 * @returns ids of the reports that were made here
 */
export async function makeReports(
  db: Database,
  now: number,
  { hours, language }: ReportSettings,
  log: Log,
): Promise<string[]> {
  const made: string[] = []
  const zones = await readTimeZones(db.pool)
  for (const due of dueReports(zones, now - LATE_MS, now + LOOK_BEFORE_MS, hours)) {
    const { kind, timeZone, date } = due
    for (const head of await readConcerned(db.pool, kind, { now, timeZone })) {
      const id = namedId('report', kind, timeZone, date, head.id)
      const at = dueAt(due, head)
      if (now < at - LOOK_BEFORE_MS || (await isKept(db, id))) continue
      if (now < at) await look(db, due, head, at - LOOK_BEFORE_MS)
      else if (await make(db, due, head, id, now, language)) {
        log.info({ report: id, kind, timeZone, date, rollout: head.id }, 'a report was made')
        made.push(id)
      }
    }
  }
  return made
}

/** The office's day beside the nights: schedules, first receipts, reports. Looked at once a minute by whoever leads. */

import { forgetCommands } from '../db/commands.ts'
import type { Database } from '../db/database.ts'
import { forgetEnrolments } from '../db/enrolments.ts'
import { forgetKeys } from '../db/idempotency.ts'
import { confirmReceipts } from '../db/receipts.ts'
import { forgetStatusChanges } from '../db/status.ts'
import type { Log } from '../log.ts'
import { lookForReceipts } from './receipts.ts'
import { makeReports, type ReportSettings } from './reports.ts'
import { runSchedules } from './schedules.ts'

export type DaySettings = ReportSettings

/**
 * One look. Everything in it is done once whoever does it, and again where somebody died over it; one part that fails
 * does not hold up the others.
 * @param now milliseconds since 1970
 */
export async function runDay(db: Database, now: number, settings: DaySettings, log: Log): Promise<void> {
  const parts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['schedules', () => runSchedules(db, now, log)],
    ['first receipts', () => confirmReceipts(db, now)],
    ['looks for receipts', () => lookForReceipts(db, now)],
    ['old commands', () => forgetCommands(db)],
    ['old status changes', () => forgetStatusChanges(db.pool)],
    ['old idempotency keys', () => forgetKeys(db)],
    ['old enrolments', () => forgetEnrolments(db)],
    ['reports', () => makeReports(db, now, settings, log)],
  ]
  for (const [name, run] of parts)
    await run().catch((error: unknown) => log.error({ err: error }, `the day: ${name} failed`))
}

export interface Day {
  /** Begins a look when a minute has passed since the last one, and none is under way; returns at once. */
  look(): void
  /** Waits for the look that is under way. */
  settled(): Promise<void>
}

const EVERY_MS = 60_000

/** @param readNow the database's clock */
export function createDay(
  run: (now: number) => Promise<void>,
  readNow: () => Promise<number>,
  log: Log,
): Day {
  let running: Promise<void> | undefined
  let lastAt = Number.NEGATIVE_INFINITY
  return {
    look: () => {
      const now = performance.now()
      if (running !== undefined || now - lastAt < EVERY_MS) return
      lastAt = now
      running = readNow()
        .then(run)
        .catch((error: unknown) => log.error({ err: error }, 'the day could not be looked at'))
        .finally(() => {
          running = undefined
        })
    },
    settled: async () => running,
  }
}

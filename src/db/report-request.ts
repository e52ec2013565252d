/** A report that somebody asks for: of the rollout that is named, or of the only one there is. */
import type { Database } from './database.ts'
import { type ReportHead, type ReportKind, readConcerned, readReportHead } from './report-rollouts.ts'
import { type AnyReport, makeReport, readTimeZones } from './reports.ts'

export interface AskedReport {
  readonly kind: ReportKind
  readonly rolloutId?: string | undefined
  readonly timeZone?: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

export type AskedAnswer =
  | { readonly ok: true; readonly report: AnyReport }
  /** No rollout of this id that was approved; no store in this zone. */
  | { readonly ok: false; readonly why: 'rolloutUnknown' | 'timeZoneUnknown' }
  /** No rollout is under way, or was last night. */
  | { readonly ok: false; readonly why: 'nothingToReport' }
  /** There are several: one has to be named. */
  | {
      readonly ok: false
      readonly why: 'rolloutNeeded'
      readonly rollouts: readonly { id: string; name: string }[]
    }

type Chosen = { readonly ok: true; readonly head: ReportHead } | Exclude<AskedAnswer, { ok: true }>

async function choose(db: Database, { kind, rolloutId, timeZone, now }: AskedReport): Promise<Chosen> {
  if (rolloutId !== undefined) {
    const head = await readReportHead(db.pool, rolloutId)
    return head === undefined ? { ok: false, why: 'rolloutUnknown' } : { ok: true, head }
  }
  const heads = await readConcerned(db.pool, kind, { now, timeZone: timeZone ?? null })
  const [head] = heads
  if (head === undefined) return { ok: false, why: 'nothingToReport' }
  if (heads.length === 1) return { ok: true, head }
  return { ok: false, why: 'rolloutNeeded', rollouts: heads.map(({ id, name }) => ({ id, name })) }
}

/** Makes it from the rows as they stand; nothing is kept. */
export async function askReport(db: Database, asked: AskedReport): Promise<AskedAnswer> {
  const { kind, timeZone = null, now } = asked
  if (timeZone !== null && !(await readTimeZones(db.pool)).includes(timeZone))
    return { ok: false, why: 'timeZoneUnknown' }
  const chosen = await choose(db, asked)
  if (!chosen.ok) return chosen
  const { report } = await makeReport(db.pool, kind, chosen.head, { now, timeZone })
  return { ok: true, report }
}

/** Reports: made from the rows as they stand, and kept as they were made. */
import { type EveningReport, evening } from '../rollout/report/evening.ts'
import { type MorningReport, morning } from '../rollout/report/morning.ts'
import { insertCommands } from './commands.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { type ReportOf, readEvening, readMorning } from './report-facts.ts'
import type { ReportHead, ReportKind } from './report-rollouts.ts'

export type AnyReport = EveningReport | MorningReport

export interface MadeReport {
  readonly report: AnyReport
  /** Of the evening, where the policy asks for open shifts to be closed: who is asked, by cash id. */
  readonly askToClose: readonly string[]
}

/** Groups of the evening in which nothing is installed tonight anyway. */
const NOT_TONIGHT: ReadonlySet<string> = new Set(['updated', 'ended', 'apart', 'noTime'])

export async function makeReport(
  on: Executor,
  kind: ReportKind,
  head: ReportHead,
  of: ReportOf,
): Promise<MadeReport> {
  if (kind === 'morning') return { report: morning(await readMorning(on, head, of)), askToClose: [] }
  const { facts, openShifts } = await readEvening(on, head, of)
  const report = evening(facts)
  if (head.policy.closeShift !== 'ask') return { report, askToClose: [] }
  const devices = report.stores.flatMap((store) => store.devices)
  const asked = devices.filter(({ group, cashId, hasAddress }) => {
    return hasAddress && openShifts.has(cashId) && !NOT_TONIGHT.has(group)
  })
  return { report, askToClose: asked.map((device) => device.cashId) }
}

export interface ReportToKeep {
  /** Made of what it is a report of, where it must be kept once. */
  readonly id: string
  readonly report: AnyReport
  readonly madeBy: string
  /** The message that goes with it: to whom, and what it says. */
  readonly message?: {
    readonly cashIds: readonly string[]
    readonly text: string
    readonly notAfterSeconds: number
  }
}

/** Nobody is asked twice in one evening, though two rollouts or two reports have the same till. */
const EVENING_HOURS = 12

const NOT_ASKED = `
SELECT d.id FROM device d WHERE d.cash_id = ANY($1::text[]) AND d.removed_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM command c WHERE c.device_id = d.id AND c.kind = 'message' AND c.requested_by = $2
    AND c.created_at > now() - make_interval(hours => ${EVENING_HOURS}))`

async function sendMessage(on: Executor, { message, madeBy }: ReportToKeep): Promise<number> {
  if (message === undefined || message.cashIds.length === 0) return 0
  const { rows } = await on.query<{ id: string }>(NOT_ASKED, [message.cashIds, madeBy])
  if (rows.length === 0) return 0
  const { text: body, notAfterSeconds } = message
  const deviceIds = rows.map((row) => row.id)
  await insertCommands(on, { deviceIds, kind: 'message', body, requestedBy: madeBy, notAfterSeconds })
  return rows.length
}

/**
 * Keeps a report, tells it in the journal, and sends what goes with it: all of it or nothing.
 * False: there is one of this id already, and nothing was done.
 */
export async function keepReport(db: Database, wanted: ReportToKeep): Promise<boolean> {
  const { id, report, madeBy } = wanted
  const { kind, timeZone, rollout, madeAt } = report
  const isKept = await inTransaction(db, async (client) => {
    const { rowCount } = await client.query(
      `INSERT INTO report (id, kind, rollout_id, time_zone, body, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (id) DO NOTHING`,
      [id, kind, rollout.id, timeZone, JSON.stringify(report), new Date(madeAt), madeBy],
    )
    if (rowCount !== 1) return false
    const asked = await sendMessage(client, wanted)
    const params = { id, kind, timeZone, devices: report.totals.devices, asked }
    await addEvent(client, { code: 'reportMade', actor: madeBy, rolloutId: rollout.id, params })
    return true
  })
  if (isKept) db.poke()
  return isKept
}

export const isKept = async (db: Database, id: string): Promise<boolean> =>
  (await db.prisma.report.count({ where: { id } })) > 0

/** Without their bodies, the newest first. */
export const listReports = (db: Database, where: { kind?: ReportKind; rolloutId?: string }, limit: number) =>
  db.prisma.report.findMany({
    where,
    omit: { body: true },
    orderBy: [{ madeAt: 'desc' }, { id: 'asc' }],
    take: limit,
  })

/** A kept report as it was made; undefined: none of that id. */
export async function findReport(db: Database, id: string) {
  const row = await db.prisma.report.findUnique({ where: { id } })
  return row === null || row.kind === 'dryRun'
    ? undefined
    : { ...row, report: row.body as unknown as AnyReport }
}

/** Zones that have stores. */
export async function readTimeZones(on: Executor): Promise<string[]> {
  const { rows } = await on.query<{ zone: string }>(
    'SELECT DISTINCT time_zone AS zone FROM store WHERE removed_at IS NULL ORDER BY 1',
  )
  return rows.map((row) => row.zone)
}

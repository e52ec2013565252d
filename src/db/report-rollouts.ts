/** Which rollouts a report is of. */

import type { Policy } from '../rollout/policy.ts'
import type { ReportRollout } from '../rollout/report/facts.ts'
import type { InstallNeed } from '../rollout/time/calendar.ts'
import type { Executor } from './database.ts'
import { LANE_CLOSED, LIVE } from './state-lists.ts'

export const reportKinds = ['evening', 'morning'] as const
export type ReportKind = (typeof reportKinds)[number]

export interface ReportHead extends ReportRollout {
  readonly policy: Policy
  readonly need: InstallNeed
  /** Milliseconds since 1970; null: it was started without an approval of its own. */
  readonly approvedAt: number | null
  /** It has begun: before, only its plan says who belongs to it. */
  readonly hasRows: boolean
}

/** What happened within so long was last night. */
const LAST_NIGHT_MS = 24 * 3_600_000
const MANY = 50

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`

/** Where a rollback leads is different from till to till: what most of them go to. */
const HEAD = `
SELECT r.id, r.name, r.kind, r.state, r.policy, r.need, ${ms('r.approved_at')} AS "approvedAt",
  ${ms('r.started_at')} AS "startedAt", ${ms('r.finished_at')} AS "finishedAt", (r.started_at IS NOT NULL) AS "hasRows",
  CASE r.kind WHEN 'rollback' THEN coalesce((SELECT mode() WITHIN GROUP (ORDER BY u.to_version) FROM device_update u WHERE u.rollout_id = r.id), 0)
    ELSE k.version END AS "toVersion"
FROM rollout r JOIN package k ON k.id = r.package_id`

/** A device of it in this zone, for which `condition` holds. */
const some = (condition: string): string => `EXISTS (
  SELECT 1 FROM device_update u JOIN store s ON s.id = u.store_id
  WHERE u.rollout_id = r.id AND ($1::text IS NULL OR s.time_zone = $1) AND ${condition})`

const planned = `r.state = 'scheduled' AND ($1::text IS NULL OR EXISTS (
  SELECT 1 FROM jsonb_array_elements(r.plan->'stores') AS p JOIN store s ON s.id = (p->>'id')::uuid WHERE s.time_zone = $1))`

/** Evening: approved or under way, with devices to be installed. Morning: something was installed since yesterday. */
const CONCERNED: Readonly<Record<ReportKind, string>> = {
  evening: `((${planned}) OR (r.state IN ('running', 'paused') AND ${some(`u.state ${LIVE}`)}))`,
  morning: `r.started_at IS NOT NULL AND (r.finished_at IS NULL OR r.finished_at > $2::timestamptz) AND ${some(
    `(u.install_at > $2 OR u.state ${LANE_CLOSED} OR (u.finished_at > $2 AND u.state IN ('succeeded', 'rolledBack', 'failed')))`,
  )}`,
}

/** Rollouts that a report of this kind is owed of, the newest first. */
export async function readConcerned(
  on: Executor,
  kind: ReportKind,
  { now, timeZone }: { readonly now: number; readonly timeZone: string | null },
): Promise<ReportHead[]> {
  const { rows } = await on.query<ReportHead>(
    `${HEAD} WHERE ${CONCERNED[kind]} ORDER BY r.created_at DESC, r.id LIMIT ${MANY}`,
    kind === 'evening' ? [timeZone] : [timeZone, new Date(now - LAST_NIGHT_MS)],
  )
  return rows
}

/** Any rollout with a plan that was approved; undefined: none of that id, or nobody has approved it. */
export async function readReportHead(on: Executor, id: string): Promise<ReportHead | undefined> {
  const { rows } = await on.query<ReportHead>(
    `${HEAD} WHERE r.id = $1 AND (r.started_at IS NOT NULL OR r.state = 'scheduled')`,
    [id],
  )
  return rows[0]
}

export const reportRollout = (head: ReportHead): ReportRollout => {
  const { id, name, kind, state, toVersion, startedAt, finishedAt } = head
  return { id, name, kind, state, toVersion, startedAt, finishedAt }
}

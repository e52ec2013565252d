/** What reports are made from, as the rows stand now: every device of one rollout, and its stores. */
import { type Status, statusData } from '../device/contract.ts'
import { timeOf } from '../rollout/checks/precondition-facts.ts'
import { checkPreconditions, type Finding } from '../rollout/checks/preconditions.ts'
import type { Policy } from '../rollout/policy.ts'
import type { OutcomeRow, RolloutOutcome } from '../rollout/report/compare.ts'
import type { EveningDeviceFacts, EveningFacts } from '../rollout/report/evening.ts'
import type { ReportDevice, ReportScope, ReportStore } from '../rollout/report/facts.ts'
import type { MorningFacts } from '../rollout/report/morning.ts'
import type { MorningDeviceFacts } from '../rollout/report/morning-judge.ts'
import { opensToday, tonight } from '../rollout/time/tonight.ts'
import { readStoreTimes } from './calendars.ts'
import type { Executor } from './database.ts'
import { readFreezes } from './freezes.ts'
import { type ReportHead, reportRollout } from './report-rollouts.ts'

/** A look goes before every list; what is older than this says nothing of tonight. */
const EVENING_STALE_MINUTES = 4 * 60
/** The end of last night's update proves something still. */
const MORNING_STALE_MINUTES = 12 * 60

export interface ReportOf {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Only stores of this zone; null: all. */
  readonly timeZone: string | null
}

interface Row extends Omit<ReportDevice, 'storeCode'> {
  readonly deviceId: string
  readonly storeId: string
  readonly storeCode: string
  readonly storeName: string
  readonly phone: string | null
  readonly timeZone: string
  readonly carried: boolean
  readonly fromVersion: number | null
  readonly runningVersion: number | null
  readonly changedAt: number | null
  readonly finishedAt: number | null
  readonly confirmedAt: number | null
  /** null: it said nothing that can be read. */
  readonly status: Status | null
  readonly ffd: readonly string[]
  readonly firmware: boolean
  readonly size: number
  readonly mustBeClosed: boolean
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`

/** Another host key than the pinned one, its own or its store server's, since it last said anything: nothing is sent to it. */
const UNREACHABLE = `CASE WHEN EXISTS (SELECT 1 FROM host_key_alarm a WHERE a.store_id = d.store_id
    AND (a.device_id IS NULL OR a.device_id = d.id) AND a.settled_at IS NULL AND a.last_at >= coalesce(t.read_at, '-infinity'))
  THEN 'hostKeyChanged' ELSE t.reason END`

const DEVICE = `
d.id AS "deviceId", d.store_id AS "storeId", s.code AS "storeCode", s.name AS "storeName", s.phone, s.time_zone AS "timeZone",
d.cash_id AS "cashId", d.number, d.name, d.kind, d.in_reserve AS "inReserve", (d.host IS NOT NULL) AS "hasAddress",
${ms('t.read_at')} AS "readAt", t.source, ${ms('t.asked_at')} AS "askedAt", ${UNREACHABLE} AS "unreachableReason",
t.version AS "runningVersion", t.status, k.ffd, k.firmware, k.size::float8 AS size,
(d.kind = 'storeServer' AND k.updates_tills) AS "mustBeClosed"`

/** Whom the plan left out as not meant, or as another rollout's, this one has nothing to say of. */
const STARTED = `
SELECT ${DEVICE}, u.carried, u.state, u.reason, u.from_version AS "fromVersion",
  ${ms('u.updated_at')} AS "changedAt", ${ms('u.finished_at')} AS "finishedAt", ${ms('u.confirmed_at')} AS "confirmedAt"
FROM device_update u JOIN device d ON d.id = u.device_id JOIN store s ON s.id = u.store_id
JOIN package k ON k.id = u.package_id LEFT JOIN device_status t ON t.device_id = d.id
WHERE u.rollout_id = $1 AND ($2::text IS NULL OR s.time_zone = $2) AND d.kind <> 'priceChecker' AND d.removed_at IS NULL
  AND NOT (u.state = 'skipped' AND u.reason IN ('wrongKind', 'ownedByRollout'))
ORDER BY s.code, d.cash_id`

/** Approved, and not begun: there are no rows yet, only the plan. */
const PLANNED = `
SELECT ${DEVICE}, p.carried, CASE WHEN p.carried OR r.kind = 'rollback' THEN 'ready' ELSE 'waiting' END AS state, NULL AS reason, t.version AS "fromVersion",
  NULL AS "changedAt", NULL AS "finishedAt", NULL AS "confirmedAt"
FROM rollout r CROSS JOIN LATERAL (
  SELECT jsonb_array_elements_text(w->'deviceIds')::uuid AS id, false AS carried FROM jsonb_array_elements(r.plan->'waves') AS w
  UNION ALL SELECT jsonb_array_elements_text(c->'deviceIds')::uuid, true FROM jsonb_array_elements(r.plan->'carried') AS c) AS p
JOIN device d ON d.id = p.id JOIN store s ON s.id = d.store_id
JOIN package k ON k.id = CASE WHEN (d.kind = 'storeServer' OR p.carried) AND r.server_package_id IS NOT NULL
  THEN r.server_package_id ELSE r.package_id END
LEFT JOIN device_status t ON t.device_id = d.id
WHERE r.id = $1 AND ($2::text IS NULL OR s.time_zone = $2) AND d.removed_at IS NULL
ORDER BY s.code, d.cash_id`

/** What a device said, or null: nothing, or nothing that can be read. */
function statusOf({
  readAt,
  status,
}: {
  readonly readAt: number | null
  readonly status: unknown
}): Status | null {
  if (readAt === null) return null
  const read = statusData.safeParse(status)
  return read.success ? read.data : null
}

async function readRows(on: Executor, head: ReportHead, timeZone: string | null): Promise<Row[]> {
  const sql = head.hasRows ? STARTED : PLANNED
  const { rows } = await on.query<Omit<Row, 'status'> & { status: unknown }>(sql, [head.id, timeZone])
  return rows.map((row) => ({ ...row, status: statusOf(row) }))
}

const device = (row: Row): ReportDevice => {
  const { storeCode, cashId, number, name, kind, inReserve, hasAddress, state, reason } = row
  const { readAt, source, askedAt, unreachableReason } = row
  const asked = { readAt, source, askedAt, unreachableReason }
  return { storeCode, cashId, number, name, kind, inReserve, hasAddress, state, reason, ...asked }
}

const storesOf = (rows: readonly Row[]): Row[] => [...new Map(rows.map((row) => [row.storeId, row])).values()]

const storeOf = ({ storeCode: code, storeName: name, phone, timeZone }: Row): ReportStore => {
  return { code, name, phone, timeZone }
}

const scopeOf = (head: ReportHead, { now, timeZone }: ReportOf, staleMinutes: number): ReportScope => ({
  madeAt: now,
  timeZone,
  staleMinutes,
  rollout: reportRollout(head),
})

function findingsOf(row: Row, status: Status, policy: Policy, now: number): readonly Finding[] {
  const { findings } = checkPreconditions(status, {
    now,
    readAt: row.readAt,
    kind: row.kind,
    package: { ffd: row.ffd.length === 0 ? null : row.ffd, firmware: row.firmware, size: row.size },
    closeShift: policy.closeShift,
    rules: policy.preconditions,
  })
  // Its server is what has to be ready; nothing is asked of a till that is carried.
  return row.carried ? findings.map((one) => ({ ...one, level: 'warn' })) : findings
}

function eveningDevice(row: Row, policy: Policy, now: number): EveningDeviceFacts {
  const { status } = row
  const findings = status === null ? null : findingsOf(row, status, policy, now)
  return { ...device(row), findings, knownSince: null }
}

export interface EveningRead {
  readonly facts: EveningFacts
  /** Cash ids whose shift was open when they last said so. */
  readonly openShifts: ReadonlySet<string>
}

/** Who is to be installed tonight, and what is known of it. */
export async function readEvening(on: Executor, head: ReportHead, of: ReportOf): Promise<EveningRead> {
  const rows = await readRows(on, head, of.timeZone)
  const freezes = await readFreezes(on)
  const stores = storesOf(rows)
  const closed = new Set(rows.flatMap((row) => (row.mustBeClosed ? [row.storeId] : [])))
  const times = await readStoreTimes(
    on,
    stores.map(({ storeId }) => ({ rolloutId: head.id, storeId })),
  )
  const { policy, need } = head
  const nights = stores.flatMap((row, at) => {
    const [own, { storeId }] = [times[at], row]
    if (own === undefined) return []
    const asked = {
      storeId,
      times: own,
      freezes,
      policy,
      need,
      mustBeClosed: closed.has(storeId),
      now: of.now,
    }
    return [{ ...storeOf(row), ...tonight(asked) }]
  })
  const facts = {
    ...scopeOf(head, of, EVENING_STALE_MINUTES),
    stores: nights,
    devices: rows.map((row) => eveningDevice(row, policy, of.now)),
  }
  const open = rows.filter(({ status }) => status?.shift?.open === true)
  return { facts, openShifts: new Set(open.map((row) => row.cashId)) }
}

/** By the head office's clock, as far as the device's own said what it showed. */
export function soldAt(status: Pick<Status, 'clock' | 'lastReceipt'>, readAt: number): number | null {
  const sold = timeOf(status.lastReceipt?.at ?? null)
  if (sold === undefined) return null
  const clock = timeOf(status.clock)
  return sold - (clock === undefined ? 0 : clock - readAt)
}

function morningDevice(row: Row): MorningDeviceFacts {
  const { status, fromVersion, runningVersion, changedAt, finishedAt, confirmedAt, readAt } = row
  return {
    ...device(row),
    ...{ fromVersion, runningVersion, finishedAt, confirmedAt },
    stateSince: finishedAt ?? changedAt,
    health: status?.health ?? null,
    blocked: status?.blocked ?? null,
    lastReceiptAt: status === null || readAt === null ? null : soldAt(status, readAt),
  }
}

/** The rollout before it that ended, of the same kind and for the same kind of device. */
const PREVIOUS = `
SELECT p.id, p.name, p.kind, p.state, k.version AS "toVersion", ${ms('p.started_at')} AS "startedAt", ${ms('p.finished_at')} AS "finishedAt"
FROM rollout r JOIN package rk ON rk.id = r.package_id
JOIN rollout p ON p.kind = r.kind AND p.id <> r.id AND p.state = 'finished' AND p.started_at < coalesce(r.started_at, r.created_at)
JOIN package k ON k.id = p.package_id AND k.kind = rk.kind
WHERE r.id = $1 ORDER BY p.started_at DESC, p.id LIMIT 1`

/** Those that are in no percentage are left out, as the report itself leaves them out. */
const OUTCOMES = `
SELECT u.state, u.reason, count(*)::int AS devices
FROM device_update u JOIN device d ON d.id = u.device_id JOIN store s ON s.id = u.store_id
WHERE u.rollout_id = $1 AND ($2::text IS NULL OR s.time_zone = $2) AND NOT d.in_reserve AND d.kind <> 'priceChecker'
  AND d.removed_at IS NULL
  AND NOT (u.state = 'skipped' AND u.reason IN ('wrongKind', 'ownedByRollout', 'inReserve', 'noAddress'))
GROUP BY u.state, u.reason`

async function readPrevious(
  on: Executor,
  id: string,
  timeZone: string | null,
): Promise<RolloutOutcome | null> {
  const { rows } = await on.query<RolloutOutcome['rollout']>(PREVIOUS, [id])
  const [rollout] = rows
  if (rollout === undefined) return null
  return { rollout, outcomes: (await on.query<OutcomeRow>(OUTCOMES, [rollout.id, timeZone])).rows }
}

/** How every device of a rollout stands, and when its shop opens. */
export async function readMorning(on: Executor, head: ReportHead, of: ReportOf): Promise<MorningFacts> {
  const rows = await readRows(on, head, of.timeZone)
  const stores = storesOf(rows)
  const times = await readStoreTimes(
    on,
    stores.map(({ storeId }) => ({ rolloutId: head.id, storeId })),
  )
  return {
    ...scopeOf(head, of, MORNING_STALE_MINUTES),
    stores: stores.flatMap((row, at) => {
      const own = times[at]
      return own === undefined ? [] : [{ ...storeOf(row), opensAt: opensToday(own.present, of.now) }]
    }),
    devices: rows.map(morningDevice),
    previous: await readPrevious(on, head.id, of.timeZone),
  }
}

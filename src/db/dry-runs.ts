/** A plan that nobody keeps, tried on the fleet: every device of it is looked at, and then it is said who is not ready tonight. */
import { statusData } from '../device/contract.ts'
import { checkPreconditions, type Finding } from '../rollout/checks/preconditions.ts'
import type { Plan } from '../rollout/plan/plan-types.ts'
import type { Policy } from '../rollout/policy.ts'
import { type EveningReport, type EveningStoreFacts, evening } from '../rollout/report/evening.ts'
import type { ReportDevice } from '../rollout/report/facts.ts'
import type { InstallNeed } from '../rollout/time/calendar.ts'
import { tonight } from '../rollout/time/tonight.ts'
import { readStoreTimes } from './calendars.ts'
import { type CommandRequest, insertCommands, readRequest } from './commands.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { readFreezes } from './freezes.ts'

/** Long enough for 10,000 looks by a few workers, through lines that time out. */
const LOOK_SECONDS = 30 * 60
/** Looked at within the hour: what the look says is what holds. */
const STALE_MINUTES = 60
const KIND = 'dryRun'

/** What is needed to judge the devices once they were looked at. */
interface Body {
  readonly name: string
  readonly plan: Pick<Plan, 'kind' | 'package' | 'serverPackage' | 'carried' | 'need' | 'policy'>
  readonly answer: object
}

export interface NewDryRun {
  readonly name: string
  readonly plan: Plan
  readonly planHash: string
  /** What was answered at once: told again with the result. */
  readonly answer: object
  readonly actor: string
}

const reachedBy = (plan: Plan): string[] => plan.devices.map((one) => one.id)

/** Asks every device of the plan for a look. @returns the request's id */
export async function startDryRun(db: Database, run: NewDryRun): Promise<string> {
  const { name, answer, actor } = run
  const { kind, package: own, serverPackage, carried, need, policy } = run.plan
  const deviceIds = reachedBy(run.plan)
  const body: Body = { name, plan: { kind, package: own, serverPackage, carried, need, policy }, answer }
  const id = await inTransaction(db, async (client) => {
    const looks = { deviceIds, kind: 'look', requestedBy: actor, notAfterSeconds: LOOK_SECONDS } as const
    const requestId = await insertCommands(client, looks)
    await client.query('INSERT INTO report (id, kind, body, made_by) VALUES ($1, $2, $3, $4)', [
      ...[requestId, KIND, JSON.stringify(body), actor],
    ])
    const params = { id: requestId, devices: deviceIds.length, planHash: run.planHash }
    await addEvent(client, { code: 'dryRunRequested', actor, params })
    return requestId
  })
  db.poke()
  return id
}

export interface DryRun {
  readonly request: CommandRequest
  readonly answer: object
  readonly evening: EveningReport
}

/** How far it is, and who would not be ready as far as is known by now. Undefined: there is none with this id. */
export async function readDryRun(db: Database, id: string, now = Date.now()): Promise<DryRun | undefined> {
  const kept = await db.prisma.report.findUnique({ where: { id } })
  const request = await readRequest(db, id)
  if (kept === null || kept.kind !== KIND || request === undefined) return undefined
  const body = kept.body as unknown as Body
  return { request, answer: body.answer, evening: await judge(db.pool, { id, body, now }) }
}

interface Judged {
  readonly id: string
  readonly body: Body
  readonly now: number
}

interface Row extends Omit<ReportDevice, 'state' | 'reason'> {
  readonly storeId: string
  readonly storeName: string
  readonly phone: string | null
  readonly timeZone: string
  readonly status: unknown
  readonly carried: boolean
  /** Of the look; null: it is not over. */
  readonly isLookedAt: boolean
  readonly ffd: readonly string[]
  readonly firmware: boolean
  readonly size: number
  readonly updatesTills: boolean
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`

/** Why a look gave nothing is told by the look itself: `wrongDevice` is no silence. */
const DEVICES = `
SELECT d.store_id AS "storeId", s.code AS "storeCode", s.name AS "storeName", s.phone, s.time_zone AS "timeZone",
  d.cash_id AS "cashId", d.number, d.name, d.kind, d.in_reserve AS "inReserve", (d.host IS NOT NULL) AS "hasAddress",
  ${ms('t.read_at')} AS "readAt", t.source, ${ms('t.asked_at')} AS "askedAt",
  CASE WHEN c.state = 'failed' THEN coalesce(c.reason, t.reason) WHEN c.state = 'expired' THEN 'timedOut' END AS "unreachableReason",
  (c.state = 'done') AS "isLookedAt", t.status, (d.id = ANY($2::uuid[])) AS carried,
  k.ffd, k.firmware, k.size::float8 AS size, (d.kind = 'storeServer' AND k.updates_tills) AS "updatesTills"
FROM command c JOIN device d ON d.id = c.device_id JOIN store s ON s.id = d.store_id
LEFT JOIN device_status t ON t.device_id = d.id
JOIN package k ON k.id = CASE WHEN $4::uuid IS NOT NULL AND (d.kind = 'storeServer' OR d.id = ANY($2)) THEN $4::uuid ELSE $3::uuid END
WHERE c.request_id = $1 ORDER BY s.code, d.cash_id`

function findingsOf(row: Row, policy: Policy, now: number): readonly Finding[] | null {
  if (!row.isLookedAt || row.readAt === null) return null
  const status = statusData.safeParse(row.status)
  if (!status.success) return null
  const { ffd, firmware, size, kind, readAt } = row
  const { findings } = checkPreconditions(status.data, {
    ...{ now, readAt, kind, closeShift: policy.closeShift, rules: policy.preconditions },
    package: { ffd: ffd.length === 0 ? null : ffd, firmware, size },
  })
  // Nothing is asked of a till that its server brings along.
  return row.carried ? findings.map((one) => ({ ...one, level: 'warn' })) : findings
}

interface Night {
  readonly policy: Policy
  readonly need: InstallNeed
  readonly now: number
}

/** Each store's window tonight, as the conductor would see it. */
async function nightsOf(on: Executor, rows: readonly Row[], { policy, need, now }: Night) {
  const stores = [...new Map(rows.map((row) => [row.storeId, row])).values()]
  const closed = new Set(rows.flatMap((row) => (row.updatesTills ? [row.storeId] : [])))
  const freezes = await readFreezes(on)
  // No rollout has this id: what holds is today's calendar.
  const times = await readStoreTimes(
    on,
    stores.map(({ storeId }) => ({ rolloutId: NOBODY, storeId })),
  )
  return stores.flatMap((row, at): EveningStoreFacts[] => {
    const own = times[at]
    if (own === undefined) return []
    const { storeId, storeCode: code, storeName: name, phone, timeZone } = row
    const mustBeClosed = closed.has(storeId)
    const found = tonight({ storeId, times: own, freezes, policy, need, mustBeClosed, now })
    return [{ code, name, phone, timeZone, ...found }]
  })
}

const NOBODY = '00000000-0000-0000-0000-000000000000'

async function judge(on: Executor, { id, body, now }: Judged): Promise<EveningReport> {
  const { kind, package: own, serverPackage, carried, need, policy } = body.plan
  const { rows } = await on.query<Row>(DEVICES, [
    ...[id, carried.flatMap((one) => one.deviceIds), own.id, serverPackage?.id ?? null],
  ])
  return evening({
    ...{ madeAt: now, timeZone: null, staleMinutes: STALE_MINUTES },
    rollout: {
      ...{ id, name: body.name, kind, state: 'draft', toVersion: own.version },
      ...{ startedAt: null, finishedAt: null },
    },
    stores: await nightsOf(on, rows, { policy, need, now }),
    devices: rows.map((row) => ({
      ...row,
      ...{ state: 'ready', reason: null, findings: findingsOf(row, policy, now), knownSince: null },
    })),
  })
}

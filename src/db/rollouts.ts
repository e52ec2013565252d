/** Rollouts: planned, kept, read, steered, and ended when every row has ended. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Bucket } from '../rollout/page/bucket.ts'
import { plan } from '../rollout/plan/plan.ts'
import { planHash as hashOf } from '../rollout/plan/plan-hash.ts'
import type { Forecast, Plan, PlanInput, Planned, PlanProblem } from '../rollout/plan/plan-types.ts'
import type { Selection } from '../rollout/plan/selection.ts'
import { networkReasons } from '../rollout/reasons.ts'
import { BUCKET, BUCKET_FROM } from './buckets.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { retryUntrusted } from './distrust.ts'
import { addEvent } from './events.ts'
import type { Rollout } from './generated/client.ts'
import { inOrder } from './in-order.ts'
import { asJson, insertRow } from './insert.ts'
import { type PlanRequest, readPlanInput } from './planning.ts'
import { LIVE } from './state-lists.ts'
import { moveRollout } from './transition.ts'

export type { Selection }

/** A plan that nobody keeps: what would happen, as of now. */
export async function planNow(
  on: Executor,
  request: PlanRequest,
  now = Date.now(),
): Promise<{ planned: Planned; input: PlanInput }> {
  const input = await readPlanInput(on, request, now)
  return { planned: plan(input), input }
}

export interface NewRollout extends PlanRequest {
  readonly name: string
  readonly actor: string
  readonly ofRolloutId?: string
  readonly scheduleId?: string
  /** Its own, where making it twice must make one. */
  readonly id?: string
}

export type Created =
  | { readonly ok: true; readonly row: Rollout; readonly forecast: Forecast }
  | { readonly ok: false; readonly problems: readonly PlanProblem[] }

async function insertDraft(on: Executor, id: string, input: NewRollout, made: Plan): Promise<void> {
  const planHash = hashOf(made)
  const isNew = await insertRow(on, 'rollout', {
    id,
    name: input.name,
    kind: input.kind,
    package_id: input.target.id,
    server_package_id: input.serverTarget?.id,
    of_rollout_id: input.ofRolloutId,
    schedule_id: input.scheduleId,
    selection: asJson(input.selection),
    cut: asJson(input.waves),
    plan: asJson(made),
    plan_hash: planHash,
    policy: asJson(input.policy),
    need: asJson(made.need),
    created_by: input.actor,
  })
  if (!isNew) return
  const devices = made.waves.reduce((sum, wave) => sum + wave.deviceIds.length, 0)
  const params = {
    name: input.name,
    planHash,
    devices,
    waves: made.waves.length,
    leftOut: made.leftOut.length,
  }
  await addEvent(on, { code: 'rolloutCreated', actor: input.actor, rolloutId: id, params })
}

/** What else belongs to the transaction that keeps a draft. */
export type DraftWork = (client: pg.PoolClient, id: string) => Promise<void>

/**
 * Keeps a plan as a draft; nothing happens to any device until it is approved. `input.waves` are those of the plan.
 * One whose id is there already stays as it is.
 */
export async function keepRollout(
  db: Database,
  input: NewRollout,
  planned: Planned,
  then?: DraftWork,
): Promise<Created> {
  if (!planned.ok) return planned
  const id = input.id ?? randomUUID()
  await inTransaction(db, async (client) => {
    await insertDraft(client, id, input, planned.plan)
    await then?.(client, id)
  })
  const row = await db.prisma.rollout.findUniqueOrThrow({ where: { id } })
  return { ok: true, row, forecast: planned.forecast }
}

/** Plans and keeps a draft. */
export async function createRollout(db: Database, input: NewRollout): Promise<Created> {
  const { planned } = await planNow(db.pool, input)
  return keepRollout(db, input, planned)
}

export interface Steering {
  readonly actor: string
  /** Why; going on after a breach needs one. */
  readonly reason?: string
}

export type SteerAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'notFound' | 'notAllowed' | 'reasonNeeded'; readonly state?: string }

/**
 * Pause, resume or stop. Going on after a gate was breached needs a person's reason, and begins a new sample: what was
 * judged before is not judged again.
 */
export async function steerRollout(
  db: Database,
  id: string,
  event: 'pause' | 'resume' | 'stop',
  { actor, reason }: Steering,
): Promise<SteerAnswer> {
  const answer = await inTransaction(db, async (client): Promise<SteerAnswer> => {
    const { rows } = await client.query<{ state: string; reason: string | null }>(
      'SELECT state, reason FROM rollout WHERE id = $1 FOR UPDATE',
      [id],
    )
    const [row] = rows
    if (row === undefined) return { ok: false, why: 'notFound' }
    const isBreached = row.state === 'paused' && row.reason !== null
    if (event === 'resume' && isBreached && (reason ?? '').trim() === '')
      return { ok: false, why: 'reasonNeeded' }
    const params = {
      ...(reason === undefined ? {} : { why: reason }),
      ...(isBreached ? { after: row.reason } : {}),
    }
    if ((await moveRollout(client, id, event, { actor, params })) === undefined)
      return { ok: false, why: 'notAllowed', state: row.state }
    if (event === 'resume') await retryUntrusted(client, { rolloutId: id })
    if (event === 'resume' && isBreached)
      await client.query(
        `UPDATE wave w SET sample_from = now(), fulfilled_at = NULL, accepted_unreachable = n.unreachable, accepted_silent = n.silent
         FROM (SELECT w.id, count(u.id) FILTER (WHERE u.state NOT IN ('succeeded', 'cancelled') AND u.reason = ANY($2::text[]))::int AS unreachable,
             count(u.id) FILTER (WHERE u.state = 'inDoubt')::int AS silent
           FROM wave w LEFT JOIN device_update u ON u.rollout_id = w.rollout_id AND u.wave = w.number
           WHERE w.rollout_id = $1 GROUP BY w.id) n
         WHERE w.id = n.id AND w.passed_at IS NULL AND w.released_at IS NOT NULL`,
        [id, networkReasons],
      )
    return { ok: true }
  })
  db.poke()
  return answer
}

/** Ends rollouts of which every device update has ended. The leader's. */
export async function endRollouts(on: Executor): Promise<void> {
  const { rows } = await on.query<{ id: string; state: string }>(
    `SELECT id, state FROM rollout r WHERE state IN ('running', 'paused', 'stopping') AND NOT EXISTS (
       SELECT 1 FROM device_update u WHERE u.rollout_id = r.id
         AND u.state ${LIVE})`,
  )
  for (const { id, state } of rows) {
    await moveRollout(on, id, state === 'stopping' ? 'stopped' : 'finish', { actor: 'conductor' })
  }
}

/** In the order of the ids, without their plans. */
export const readRollouts = async (db: Database, ids: readonly string[]) =>
  inOrder(
    ids,
    await db.prisma.rollout.findMany({
      where: { id: { in: [...ids] } },
      omit: { plan: true, nextPlan: true },
      include: { package: true },
    }),
  )

export interface ListCounts {
  /** By bucket. */
  readonly counts: Readonly<Record<string, number>>
  readonly waveCounts: { readonly total: number; readonly released: number; readonly passed: number }
}

const LIST_COUNTS = `
SELECT r.id, coalesce(c.counts, '{}') AS counts,
  json_build_object('total', w.total, 'released', w.released, 'passed', w.passed) AS "waveCounts"
FROM unnest($1::uuid[]) AS r (id)
LEFT JOIN (SELECT rollout_id, json_object_agg(bucket, n) AS counts
  FROM (SELECT u.rollout_id, ${BUCKET} AS bucket, count(*)::int AS n FROM device_update u ${BUCKET_FROM}
    WHERE u.rollout_id = ANY($1) GROUP BY 1, 2) AS s
  GROUP BY rollout_id) AS c ON c.rollout_id = r.id
CROSS JOIN LATERAL (SELECT count(*)::int AS total, count(released_at)::int AS released, count(passed_at)::int AS passed
  FROM wave WHERE rollout_id = r.id) AS w`

/** How far each of them is, for one page of the list. */
export async function countListed(on: Executor, ids: readonly string[]): Promise<Map<string, ListCounts>> {
  const { rows } = await on.query<ListCounts & { id: string }>(LIST_COUNTS, [ids])
  return new Map(rows.map(({ id, ...counted }) => [id, counted]))
}

/** Without its plan, which is as large as its fleet. */
export const findRolloutHead = (db: Database, id: string) =>
  db.prisma.rollout.findUnique({
    where: { id },
    omit: { plan: true, nextPlan: true },
    include: { package: true },
  })

export const findRollout = (db: Database, id: string) =>
  db.prisma.rollout.findUnique({
    where: { id },
    include: { package: true, waves: { orderBy: { number: 'asc' } } },
  })

interface UpdateCountRow {
  readonly state: string
  readonly reason: string | null
  readonly bucket: Bucket
  readonly wave: number
  readonly count: number
}

/** How many device updates stand in each state, and each reason. */
export async function countUpdates(db: Database, rolloutId: string) {
  const { rows } = await db.pool.query<UpdateCountRow>(
    `SELECT u.state, u.reason, u.wave, ${BUCKET} AS bucket, count(*)::int AS count
     FROM device_update u ${BUCKET_FROM} WHERE u.rollout_id = $1
     GROUP BY 1, 2, 3, 4 ORDER BY u.wave, u.state, u.reason`,
    [rolloutId],
  )
  return rows
}

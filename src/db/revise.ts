/** Later revisions of a plan: a draft's is replaced; one that runs takes newcomers, when somebody approves the new hash. */
import type pg from 'pg'
import { comparePlan, type PlanChange } from '../rollout/plan/drift.ts'
import { withNewcomers } from '../rollout/plan/newcomers.ts'
import { plan as makePlan } from '../rollout/plan/plan.ts'
import { planHash } from '../rollout/plan/plan-hash.ts'
import type { Plan, PlanDevice, PlanInput, PlanProblem } from '../rollout/plan/plan-types.ts'
import type { Selection } from '../rollout/plan/selection.ts'
import { type ApprovalAnswer, lockRollout, readPackage } from './approval.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { type PlanRequest, readPlanInput } from './planning.ts'
import { insertRows } from './rollout-rows.ts'

type Locked = NonNullable<Awaited<ReturnType<typeof lockRollout>>>

export interface DraftRevision extends Pick<PlanRequest, 'selection' | 'waves' | 'policy' | 'serverTarget'> {
  readonly id: string
  readonly name: string
  readonly plan: Plan
  readonly actor: string
  /** Only this one is replaced; left out: whichever it is by now. */
  readonly seen?: number
}

const REPLACE = `
UPDATE rollout SET name = $2, selection = $3, cut = $4, policy = $5, plan = $6, plan_hash = $7, need = $8,
  server_package_id = $9, created_by = $10, revision = revision + 1
WHERE id = $1 AND state = 'draft' AND ($11::int IS NULL OR revision = $11) RETURNING revision`

/** The plan is that of who revised it. False: it is no draft any more, or not the one that was seen. */
export async function replaceDraft(db: Database, revision: DraftRevision): Promise<boolean> {
  const { id, name, plan, actor } = revision
  const hash = planHash(plan)
  const json = [revision.selection satisfies Selection, revision.waves, revision.policy, plan]
  const isDone = await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ revision: number }>(REPLACE, [
      ...[id, name, ...json.map((one) => JSON.stringify(one))],
      ...[hash, JSON.stringify(plan.need), revision.serverTarget?.id ?? null, actor, revision.seen ?? null],
    ])
    const [row] = rows
    if (row === undefined) return false
    const params = { revision: row.revision, planHash: hash, devices: targetsOf(plan) }
    await addEvent(client, { code: 'planRevised', actor, rolloutId: id, params })
    return true
  })
  db.poke()
  return isDone
}

const targetsOf = (plan: Plan): number => plan.waves.reduce((sum, wave) => sum + wave.deviceIds.length, 0)

export type RevisionAnswer =
  | {
      readonly ok: true
      readonly plan: Plan
      readonly planHash: string
      readonly newcomers: readonly PlanDevice[]
    }
  | { readonly ok: false; readonly why: 'notFound' | 'noNewcomers' }
  | { readonly ok: false; readonly why: 'notAllowed'; readonly state: string }
  | { readonly ok: false; readonly why: 'planImpossible'; readonly problems: readonly PlanProblem[] }

const TAKES_NEWCOMERS: readonly string[] = ['scheduled', 'running', 'paused']

/** As the rollout's own plan would be made today; devices of the plan are read whatever the selection says by now. */
async function inputNow(on: Executor, row: Locked, plan: Plan): Promise<PlanInput> {
  const [target, serverTarget] = [
    await readPackage(on, row.packageId),
    await readPackage(on, row.serverPackageId),
  ]
  // The rows' foreign keys keep both there.
  if (target === null) throw new Error(`package ${row.packageId} is gone`)
  const { kind, selection, policy, id: rolloutId } = row
  const plannedIds = new Set(plan.devices.map((one) => one.id))
  const waves = { template: 'single' } as const
  return readPlanInput(
    on,
    { kind, target, serverTarget, selection, waves, policy, rolloutId, plannedIds },
    Date.now(),
  )
}

async function proposeLocked(client: pg.PoolClient, row: Locked, actor: string): Promise<RevisionAnswer> {
  if (!TAKES_NEWCOMERS.includes(row.state)) return { ok: false, why: 'notAllowed', state: row.state }
  const input = await inputNow(client, row, row.plan)
  const made = makePlan(input)
  if (!made.ok) {
    if (made.problems.every((one) => one.code === 'nothingToDo')) return { ok: false, why: 'noNewcomers' }
    return { ok: false, why: 'planImpossible', problems: made.problems }
  }
  const rows = await client.query<{ id: string }>(
    'SELECT device_id AS id FROM device_update WHERE rollout_id = $1',
    [row.id],
  )
  const next = withNewcomers(
    row.plan,
    made.plan,
    rows.rows.map((one) => one.id),
  )
  if (next === undefined) return { ok: false, why: 'noNewcomers' }
  const hash = planHash(next)
  await client.query('UPDATE rollout SET next_plan = $2, next_plan_hash = $3, next_by = $4 WHERE id = $1', [
    ...[row.id, JSON.stringify(next), hash, actor],
  ])
  const added = next.devices.length - row.plan.devices.length
  const params = { planHash: hash, devices: targetsOf(next), added }
  await addEvent(client, { code: 'planRevised', actor, rolloutId: row.id, params })
  const former = new Set(row.plan.devices.map((one) => one.id))
  const ids = new Set(next.devices.map((one) => one.id).filter((id) => !former.has(id)))
  return { ok: true, plan: next, planHash: hash, newcomers: input.devices.filter((one) => ids.has(one.id)) }
}

/** Proposes the plan with everybody who came since; nothing changes until its hash is approved. */
export async function proposeRevision(db: Database, id: string, actor: string): Promise<RevisionAnswer> {
  const answer = await inTransaction(db, async (client): Promise<RevisionAnswer> => {
    const row = await lockRollout(client, id)
    return row === undefined ? { ok: false, why: 'notFound' } : proposeLocked(client, row, actor)
  })
  db.poke()
  return answer
}

/** Stores that were approved before keep their windows: only those of newcomers' stores must be as proposed. */
async function changesSince(on: Executor, row: Locked, next: Plan): Promise<PlanChange[]> {
  const input = await inputNow(on, row, next)
  const approved = new Map(row.plan.stores.map((one) => [one.id, row.plan.calendars[one.calendar]]))
  const stores = input.stores.map((store) => ({
    ...store,
    calendar: approved.get(store.id) ?? store.calendar,
  }))
  const former = new Set(row.plan.devices.map((one) => one.id))
  const added = { ...next, devices: next.devices.filter((one) => !former.has(one.id)) }
  return comparePlan(added, { ...input, stores }).refuse
}

interface Next {
  readonly plan: Plan | null
  readonly hash: string | null
  readonly by: string | null
}

async function approveLocked(
  client: pg.PoolClient,
  row: Locked,
  next: Next,
  { hash, actor }: { hash: string; actor: string },
): Promise<ApprovalAnswer> {
  if (next.plan === null || !TAKES_NEWCOMERS.includes(row.state))
    return { ok: false, why: 'notAllowed', state: row.state }
  if (hash !== next.hash) return { ok: false, why: 'planHashDiffers', planHash: next.hash ?? '' }
  if (row.policy.twoPersons && actor === next.by) return { ok: false, why: 'samePerson', createdBy: actor }
  const changes = await changesSince(client, row, next.plan)
  if (changes.length > 0) return { ok: false, why: 'planChanged', changes }
  await client.query(
    `UPDATE rollout SET plan = next_plan, plan_hash = next_plan_hash, revision = revision + 1, approved_by = $2,
       approved_at = now(), next_plan = NULL, next_plan_hash = NULL, next_by = NULL WHERE id = $1`,
    [row.id, actor],
  )
  if (row.state !== 'scheduled') await insertRows(client, row, next.plan, actor)
  const added = next.plan.devices.length - row.plan.devices.length
  await addEvent(client, {
    ...{ code: 'revisionApproved', actor, rolloutId: row.id, params: { planHash: hash, added } },
  })
  return { ok: true, state: row.state, drift: [] }
}

/** Takes the proposed revision over: its newcomers are in the last wave from now on. */
export async function approveRevision(
  db: Database,
  id: string,
  hash: string,
  actor: string,
): Promise<ApprovalAnswer> {
  const answer = await inTransaction(db, async (client): Promise<ApprovalAnswer> => {
    const row = await lockRollout(client, id)
    if (row === undefined) return { ok: false, why: 'notFound' }
    const { rows } = await client.query<Next>(
      'SELECT next_plan AS plan, next_plan_hash AS hash, next_by AS by FROM rollout WHERE id = $1',
      [id],
    )
    return approveLocked(client, row, rows[0] ?? { plan: null, hash: null, by: null }, { hash, actor })
  })
  db.poke()
  return answer
}

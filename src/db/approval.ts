/** From a draft to a running rollout: what was approved is what runs, or it is refused with what changed. */
import type pg from 'pg'
import type { RolloutKind } from '../rollout/due.ts'
import { comparePlan, type PlanChange, type PlanDrift } from '../rollout/plan/drift.ts'
import { plan } from '../rollout/plan/plan.ts'
import type { Plan } from '../rollout/plan/plan-types.ts'
import type { Selection } from '../rollout/plan/selection.ts'
import type { WavePlan } from '../rollout/plan/wave-types.ts'
import type { Policy } from '../rollout/policy.ts'
import type { RolloutState } from '../rollout/states.ts'
import { type Database, type Executor, inTransaction, inTransactionOn } from './database.ts'
import type { Package } from './generated/client.ts'
import { readPlanInput } from './planning.ts'
import { insertRows } from './rollout-rows.ts'
import { moveRollout } from './transition.ts'

export type ApprovalRefusal =
  | { readonly why: 'notFound' }
  | { readonly why: 'notAllowed'; readonly state: string }
  /** The hash named is not that of the plan as it stands. */
  | { readonly why: 'planHashDiffers'; readonly planHash: string }
  /** The policy asks for two persons, and this is the one who made the plan. */
  | { readonly why: 'samePerson'; readonly createdBy: string }
  | { readonly why: 'approvalNeeded' }
  | { readonly why: 'planChanged'; readonly changes: readonly PlanChange[] }

export type ApprovalAnswer =
  | { readonly ok: true; readonly state: RolloutState; readonly drift: readonly PlanDrift[] }
  | ({ readonly ok: false } & ApprovalRefusal)

const refuse = (refusal: ApprovalRefusal): ApprovalAnswer => ({ ok: false, ...refusal })

interface Row {
  readonly id: string
  readonly kind: RolloutKind
  readonly state: RolloutState
  readonly plan: Plan
  readonly planHash: string
  readonly policy: Policy
  readonly selection: Selection
  readonly cut: WavePlan
  readonly packageId: string
  readonly serverPackageId: string | null
  readonly ofRolloutId: string | null
  readonly createdBy: string
  readonly approvedBy: string | null
}

const ROW = `
SELECT id, kind, state, plan, plan_hash AS "planHash", policy, selection, cut, package_id AS "packageId",
  server_package_id AS "serverPackageId", of_rollout_id AS "ofRolloutId", created_by AS "createdBy", approved_by AS "approvedBy"
FROM rollout WHERE id = $1`

/** To look at it: waits for nobody, and nobody waits for it. */
export async function readRollout(on: Executor, id: string): Promise<Row | undefined> {
  return (await on.query<Row>(ROW, [id])).rows[0]
}

/** Within a transaction: nobody else changes it until that ends. */
export async function lockRollout(on: Executor, id: string): Promise<Row | undefined> {
  return (await on.query<Row>(`${ROW} FOR UPDATE`, [id])).rows[0]
}

const PACKAGE = `
SELECT id, kind, version, file_name AS "fileName", size, sha256, min_version AS "minVersion", needs_server AS "needsServer",
  updates_tills AS "updatesTills", firmware, ffd, can_go_back AS "canGoBack", created_at AS "createdAt", retired_at AS "retiredAt",
  signature
FROM package WHERE id = $1`

export async function readPackage(on: Executor, id: string | null): Promise<Package | null> {
  return id === null ? null : ((await on.query<Package>(PACKAGE, [id])).rows[0] ?? null)
}

/** What it was planned from. */
async function requestOf(on: Executor, row: Row) {
  const [target, serverTarget] = [
    await readPackage(on, row.packageId),
    await readPackage(on, row.serverPackageId),
  ]
  // The rows' foreign keys keep both there.
  if (target === null) throw new Error(`package ${row.packageId} is gone`)
  const { kind, selection, cut, policy, id } = row
  return { kind, target, serverTarget, selection, waves: cut, policy, rolloutId: id }
}

/** The same request, planned from the fleet as it stands now. Nothing is kept. @param now milliseconds since 1970 */
export async function planAgain(on: Executor, row: Row, now = Date.now()) {
  const input = await readPlanInput(on, await requestOf(on, row), now)
  return { planned: plan(input), input }
}

/** The fleet as it stands now, seen through the plan. @param now milliseconds since 1970 */
export async function compareNow(on: Executor, row: Row, now = Date.now()) {
  const asked = await requestOf(on, row)
  const { target } = asked
  const plannedIds = new Set(row.plan.devices.map((device) => device.id))
  const found = comparePlan(row.plan, await readPlanInput(on, { ...asked, plannedIds }, now))
  const retired: PlanChange[] =
    target.retiredAt === null ? [] : [{ code: 'packageRetired', params: { version: target.version } }]
  return { refuse: [...retired, ...found.refuse], drift: found.drift }
}

/** Draft → awaiting approval. */
export async function submitRollout(db: Database, id: string, actor: string): Promise<boolean> {
  const moved = await inTransaction(db, (client) => moveRollout(client, id, 'submit', { actor }))
  db.poke()
  return moved !== undefined
}

/** Awaiting approval → draft, with a reason for whoever made it. */
export async function rejectRollout(
  db: Database,
  id: string,
  actor: string,
  reason: string,
): Promise<boolean> {
  const moved = await inTransaction(db, (client) =>
    moveRollout(client, id, 'reject', { actor, params: { why: reason } }),
  )
  db.poke()
  return moved !== undefined
}

/** Its rows, and `running`: from here the conductor has it. */
async function beginRollout(on: Executor, row: Row, actor: string): Promise<void> {
  await insertRows(on, row, row.plan, actor)
  await moveRollout(on, row.id, 'start', { actor })
}

/** An approved one is begun and paused at once, so that it goes on when a person says so. False: it is not approved. */
export async function beginPaused(on: Executor, id: string, actor: string, why: string): Promise<boolean> {
  const row = await lockRollout(on, id)
  if (row?.state !== 'scheduled') return false
  await beginRollout(on, row, actor)
  await moveRollout(on, id, 'pause', { actor, params: { why } })
  return true
}

const mayBegin = (policy: Policy, now: number): boolean =>
  policy.preloadFrom === null || Date.parse(policy.preloadFrom) <= now

async function approveLocked(
  client: pg.PoolClient,
  row: Row,
  hash: string,
  actor: string,
): Promise<ApprovalAnswer> {
  if (row.state !== 'draft' && row.state !== 'awaitingApproval')
    return refuse({ why: 'notAllowed', state: row.state })
  if (hash !== row.planHash) return refuse({ why: 'planHashDiffers', planHash: row.planHash })
  if (row.policy.twoPersons && actor === row.createdBy)
    return refuse({ why: 'samePerson', createdBy: row.createdBy })
  const { refuse: changes, drift } = await compareNow(client, row)
  if (changes.length > 0) return refuse({ why: 'planChanged', changes })
  if (row.state === 'draft') await moveRollout(client, row.id, 'submit', { actor: row.createdBy })
  await client.query('UPDATE rollout SET approved_by = $2, approved_at = now() WHERE id = $1', [
    row.id,
    actor,
  ])
  await moveRollout(client, row.id, 'approve', { actor, params: { planHash: hash, drift: drift.length } })
  if (!mayBegin(row.policy, Date.now())) return { ok: true, state: 'scheduled', drift }
  await beginRollout(client, row, actor)
  return { ok: true, state: 'running', drift }
}

/**
 * Approves the plan of this hash, and starts it: at once, or from the time its packages are to be carried. Refused when
 * package, targets, windows or policy are not what the plan was made from; what only ages is listed as drift.
 */
export async function approveRollout(
  db: Database,
  id: string,
  hash: string,
  actor: string,
): Promise<ApprovalAnswer> {
  const answer = await inTransaction(db, async (client) => {
    const row = await lockRollout(client, id)
    return row === undefined ? refuse({ why: 'notFound' }) : approveLocked(client, row, hash, actor)
  })
  db.poke()
  return answer
}

/** In the transaction that made the draft: started where one person may, else submitted. Only `planChanged` is refused. */
export async function beginDraft(
  client: pg.PoolClient,
  id: string,
  actor: string,
): Promise<ApprovalAnswer | 'submitted'> {
  const row = await lockRollout(client, id)
  if (row === undefined) return refuse({ why: 'notFound' })
  if (!row.policy.twoPersons) return approveLocked(client, row, row.planHash, actor)
  await moveRollout(client, id, 'submit', { actor })
  return 'submitted'
}

/**
 * Starts a draft that needs no second person, or one that waits for its time: all rows or none.
 * @param hash of the plan that is meant; left out: whatever it is by now
 */
export async function startRollout(
  db: Database,
  id: string,
  actor: string,
  hash?: string,
): Promise<ApprovalAnswer> {
  const answer = await inTransaction(db, async (client): Promise<ApprovalAnswer> => {
    const row = await lockRollout(client, id)
    if (row === undefined) return refuse({ why: 'notFound' })
    if (hash !== undefined && hash !== row.planHash)
      return refuse({ why: 'planHashDiffers', planHash: row.planHash })
    if (row.state === 'scheduled') {
      await beginRollout(client, row, actor)
      return { ok: true, state: 'running', drift: [] }
    }
    if (row.state === 'draft' && row.policy.twoPersons) return refuse({ why: 'approvalNeeded' })
    if (row.state === 'awaitingApproval') return refuse({ why: 'approvalNeeded' })
    return approveLocked(client, row, row.planHash, actor)
  })
  db.poke()
  return answer
}

/** Approved rollouts whose packages are to be carried from now on. The leader's. */
export async function beginScheduled(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM rollout WHERE state = 'scheduled'
     AND (policy->>'preloadFrom' IS NULL OR (policy->>'preloadFrom')::timestamptz <= now()) ORDER BY created_at LIMIT 10`,
  )
  for (const { id } of rows) {
    await inTransactionOn(client, async () => {
      const row = await lockRollout(client, id)
      if (row?.state === 'scheduled') await beginRollout(client, row, 'conductor')
    })
  }
  return rows.length
}

/** From a request to a plan: packages, names and policy are looked up, and what is wrong comes back as one problem. */
import type { Database } from '../db/database.ts'
import { findPackage } from '../db/packages.ts'
import { type PlanRequest, readPlanInput } from '../db/planning.ts'
import { judgeDevices, sortedByStore } from '../rollout/plan/left-out.ts'
import { plan } from '../rollout/plan/plan.ts'
import type { PlanInput, Planned } from '../rollout/plan/plan-types.ts'
import type { WavePlan } from '../rollout/plan/wave-types.ts'
import { defaultPolicy } from '../rollout/policy.ts'
import type { Call } from './call.ts'
import { ownSelection } from './own-selection.ts'
import { namesProblem, unknownNames } from './plan-names.ts'
import { planProblem } from './plan-problems.ts'
import { newPolicy } from './policy-schema.ts'
import { type Fault, faultsProblem, Problem } from './problem.ts'
import { type ReviseBody, type RolloutBody, selectionOf } from './rollout-schema.ts'
import { withTwoPersons } from './two-persons.ts'

export type GoodPlan = Extract<Planned, { ok: true }>

export interface AskedPlan {
  /** The groups of who asks, where they do not have the whole chain. */
  readonly narrowedTo?: readonly string[] | undefined
  readonly request: PlanRequest
  readonly input: PlanInput
  readonly planned: GoodPlan
  /** Whether the waves were asked for, or are what is usual for so many devices. */
  readonly wavesBy: 'asked' | 'default'
}

/** More targets than this begin with a canary, when nobody says anything of waves. */
const FEW = 100

/** @throws Problem packageUnknown, packageUnfit, packageRetired */
export async function readPackages(db: Database, packageId: string, serverPackageId: string | null) {
  const [target, serverTarget] = [
    await findPackage(db, packageId),
    serverPackageId === null ? null : await findPackage(db, serverPackageId),
  ]
  const faults: Fault[] = []
  if (target === null) faults.push({ code: 'packageUnknown', path: 'packageId', value: packageId })
  if (serverTarget === null && serverPackageId !== null)
    faults.push({ code: 'packageUnknown', path: 'serverPackageId', value: serverPackageId })
  if (serverTarget !== null && serverTarget.kind !== 'storeServer')
    faults.push({ code: 'packageUnfit', path: 'serverPackageId', value: serverTarget.kind })
  if (target === null || faults.length > 0) throw faultsProblem(faults)
  for (const one of [target, serverTarget]) if (one !== null) refuseRetired(one)
  return { target, serverTarget }
}

function refuseRetired({ id, retiredAt }: PlanRequest['target']): void {
  if (retiredAt !== null) throw new Problem('packageRetired', { more: { packageId: id } })
}

const usualWaves = (input: PlanInput): WavePlan => {
  const { targets } = judgeDevices(sortedByStore(input.devices), input)
  return { template: targets.length > FEW ? 'canary' : 'single' }
}

/**
 * Plans; `waves` left out are chosen by how many devices there are.
 * @param now milliseconds since 1970
 * @throws Problem with everything that makes the plan impossible
 */
export async function planAsked(
  db: Database,
  request: Omit<PlanRequest, 'waves'>,
  asked: WavePlan | undefined,
  now: number,
): Promise<AskedPlan> {
  const read = await readPlanInput(db.pool, { ...request, waves: asked ?? { template: 'single' } }, now)
  const waves = asked ?? usualWaves(read)
  const input = { ...read, waves }
  const planned = plan(input)
  if (!planned.ok) throw planProblem(planned.problems)
  return {
    request: { ...request, waves },
    input,
    planned,
    wavesBy: asked === undefined ? 'default' : 'asked',
  }
}

/** @throws Problem with every name that nothing has, or nothing of their groups */
export async function refuseUnknownNames(
  { db, principal }: Pick<Call, 'db' | 'principal'>,
  body: ReviseBody,
): Promise<void> {
  const direct = directOf(body)
  const asked = { selection: selectionOf(body), direct, waves: body.waves }
  const faults = await unknownNames(db.pool, asked, principal)
  if (faults.length > 0) throw namesProblem(faults)
}

/** Members of a selection that stand directly in a request. */
export const directOf = (body: ReviseBody): readonly ('stores' | 'cashIds')[] =>
  (['stores', 'cashIds'] as const).filter((member) => body[member] !== undefined)

/**
 * Kept to the groups of who asks.
 * @throws Problem with every name that nothing has, or is foreign, or everything that makes the plan impossible
 */
export async function planOfBody(
  call: Pick<Call, 'db' | 'principal' | 'config'>,
  body: Omit<RolloutBody, 'start'>,
): Promise<AskedPlan> {
  const { db, principal, config } = call
  const now = Date.now()
  const { target, serverTarget } = await readPackages(db, body.packageId, body.serverPackageId ?? null)
  await refuseUnknownNames(call, body)
  const { selection, narrowedTo } = await ownSelection(db.pool, principal, selectionOf(body), directOf(body))
  const asked = newPolicy(defaultPolicy, body.policy, now)
  const policy = withTwoPersons(config, asked, body.policy?.twoPersons)
  const request = { kind: 'update', target, serverTarget, selection, policy } as const
  return { ...(await planAsked(db, request, body.waves, now)), narrowedTo }
}

import { readDeviceNames } from '../../db/device-names.ts'
import { findRollout } from '../../db/rollouts.ts'
import type { Plan } from '../../rollout/plan/plan-types.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'

const idsOf = (plan: Plan): string[] => [
  ...plan.devices.map((one) => one.id),
  ...plan.leftOut.map((one) => one.deviceId),
]

/** The whole plan as it was hashed, the revision that waits for its approval if there is one, and everybody's name by id. */
export async function getPlan({ db, params }: Call<{ id: string }>): Handled {
  const row = await findRollout(db, params.id)
  if (row === null) throw new Problem('notFound')
  const plan = row.plan as unknown as Plan
  const next = row.nextPlan as unknown as Plan | null
  const names = await readDeviceNames(db.pool, [...new Set([...idsOf(plan), ...(next ? idsOf(next) : [])])])
  const devices = [...names].map(([id, { cashId, store }]) => [id, { cashId, store }] as const)
  return {
    body: {
      id: row.id,
      revision: row.revision,
      planHash: row.planHash,
      plan,
      next: next === null ? null : { planHash: row.nextPlanHash, by: row.nextBy, plan: next },
      devices: Object.fromEntries(devices),
    },
  }
}

import { z } from 'zod'
import { findPackage } from '../../db/packages.ts'
import { createRollout } from '../../db/rollouts.ts'
import { findUnknown } from '../../db/selection.ts'
import type { Plan } from '../../rollout/plan.ts'
import { defaultPolicy, type Policy } from '../../rollout/policy.ts'
import type { Call, Handled } from '../call.ts'
import { type Fault, faultsProblem, Problem } from '../problem.ts'
import { planSummary, rolloutView } from '../rollout-view.ts'
import { identifier, text } from '../schemas.ts'

const DAY_SECONDS = 24 * 3600

const policy = z.strictObject({
  maxAttempts: z.int().min(1).max(100).optional(),
  backoffScale: z.number().min(0.001).max(100).optional(),
  armSeconds: z.int().min(1).max(DAY_SECONDS).optional(),
  restartSeconds: z.int().min(1).max(DAY_SECONDS).optional(),
  endsAt: z.iso.datetime({ offset: true }).nullable().optional(),
})

export const rolloutBody = z.strictObject({
  name: text(200),
  packageId: z.uuid(),
  stores: z.array(identifier(64)).min(1).max(20_000).optional(),
  cashIds: z.array(identifier(64)).min(1).max(100_000).optional(),
  policy: policy.optional(),
})
type Body = z.output<typeof rolloutBody>

function withDefaults(given: Body['policy']): Policy {
  const set = Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined))
  return { ...defaultPolicy, ...set }
}

async function refuseUnknown({ db, body }: Call<unknown, unknown, Body>): Promise<void> {
  const unknown = await findUnknown(db.pool, { stores: body.stores ?? [], cashIds: body.cashIds ?? [] })
  const faults = unknown.map(({ kind, name, place }): Fault => {
    const isStore = kind === 'store'
    return {
      code: isStore ? 'storeUnknown' : 'deviceUnknown',
      path: `${isStore ? 'stores' : 'cashIds'}.${place}`,
      value: name,
    }
  })
  if (faults.length > 0) throw faultsProblem(faults)
}

/** Plans and keeps a draft; nothing happens to any device until it is started. */
export async function createRolloutHandler(call: Call<unknown, unknown, Body>): Handled {
  const { db, body, actor } = call
  const target = await findPackage(db, body.packageId)
  if (target === null) {
    throw faultsProblem([{ code: 'packageUnknown', path: 'packageId', value: body.packageId }])
  }
  if (target.retiredAt !== null) throw new Problem('packageRetired')
  await refuseUnknown(call)
  const selection = {
    ...(body.stores === undefined ? {} : { stores: body.stores }),
    ...(body.cashIds === undefined ? {} : { cashIds: body.cashIds }),
  }
  const made = { name: body.name, target, selection, policy: withDefaults(body.policy), actor }
  const row = await createRollout(db, made)
  const plan = row.plan as unknown as Plan
  return {
    status: 201,
    headers: { Location: `/api/v1/rollouts/${row.id}` },
    body: { ...rolloutView({ ...row, package: target }), planSummary: planSummary(plan), plan },
  }
}

import { z } from 'zod'
import { readDeviceNames, readZones } from '../../db/device-names.ts'
import { createRollback } from '../../db/roll-back.ts'
import { readUpdateStates } from '../../db/update-states.ts'
import type { Plan } from '../../rollout/plan/plan-types.ts'
import type { WavePlan } from '../../rollout/plan/wave-types.ts'
import type { Policy } from '../../rollout/policy.ts'
import type { Call, Handled } from '../call.ts'
import { planProblem } from '../plan-problems.ts'
import { planAnswer } from '../plan-view.ts'
import { newPolicy, policyBody } from '../policy-schema.ts'
import { faultsProblem } from '../problem.ts'
import { wavesBody } from '../rollout-schema.ts'
import { allowedVerbs, type RolloutHead, refuse, rolloutView } from '../rollout-view.ts'
import { identifier, text } from '../schemas.ts'
import { readHead } from './steer-rollout.ts'

export const rollbackBody = z.strictObject({
  name: text(200).optional(),
  /** Only this wave. */
  wave: z.int().min(1).max(100).optional(),
  /** Only these. */
  cashIds: z.array(identifier(64)).min(1).max(100_000).optional(),
  waves: wavesBody.optional(),
  policy: policyBody.optional(),
})
type Body = z.output<typeof rollbackBody>
type RollbackCall = Call<{ id: string }, { full: boolean }, Body>

/** Devices that were named and will not go back, each with why. */
async function notIncluded({ db, params, body }: RollbackCall) {
  const { cashIds, wave } = body
  if (cashIds === undefined) return []
  const states = new Map(
    (await readUpdateStates(db.pool, params.id, cashIds)).map((one) => [one.cashId, one]),
  )
  const unknown = cashIds.flatMap((value, i) =>
    states.has(value) ? [] : [{ code: 'deviceUnknown' as const, path: `cashIds.${i}`, value }],
  )
  if (unknown.length > 0) throw faultsProblem(unknown)
  return [...states.values()].flatMap((one) => {
    const { cashId, state } = one
    if (state !== 'succeeded') return [{ cashId, why: 'notSucceeded', state }]
    return wave === undefined || one.wave === wave ? [] : [{ cashId, why: 'otherWave', state }]
  })
}

/** What was agreed for the way there holds for the way back; its times and its own rule of return do not. */
function policyBack(of: RolloutHead, { policy }: Body): Policy {
  const there = of.policy as unknown as Policy
  const under = { ...there, ramp: null, rollBackWave: null, startsAt: null, preloadFrom: null }
  return newPolicy(under, policy, Date.now())
}

/** A draft of the way back for devices that succeeded: all, a wave, or those that are named. */
export async function rollbackHandler(call: RollbackCall): Handled {
  const { db, params, query, body, actor } = call
  const of = await readHead(db, params.id)
  if (!allowedVerbs(of).includes('rollback')) refuse(of)
  const left = await notIncluded(call)
  const { wave, cashIds, name } = body
  const waves: WavePlan = body.waves ?? { template: 'single' }
  const made = await createRollback(db, {
    ...{ rolloutId: of.id, waves, policy: policyBack(of, body), actor },
    ...(wave === undefined ? {} : { wave }),
    ...(cashIds === undefined ? {} : { cashIds }),
    ...(name === undefined ? {} : { name }),
  })
  if (made === undefined) return refuse(of)
  if (!made.ok) throw planProblem(made.problems)
  const { row, forecast } = made
  const plan = row.plan as unknown as Plan
  const wavesBy = body.waves === undefined ? ('default' as const) : ('asked' as const)
  const ids = [...plan.devices.map((one) => one.id), ...plan.leftOut.map((one) => one.deviceId)]
  const shown = planAnswer(
    { plan, forecast, waves, wavesBy },
    { devices: await readDeviceNames(db.pool, ids), zones: await readZones(db.pool, forecast) },
    query.full,
  )
  return {
    status: 201,
    headers: { Location: `/api/v1/rollouts/${row.id}` },
    body: { ...rolloutView({ ...row, package: of.package }), ...shown, notIncluded: left },
  }
}

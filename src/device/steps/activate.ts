import * as commands from '../commands.ts'
import { armData } from '../contract.ts'
import { type DeviceStepRules, inUse, isArmed, isStaged, look, refuse, runsTarget } from '../step.ts'

/** `arm` hashes the package once more. */
const ARM_MS = 10 * 60_000

/** Identity, preconditions, then arming: the next restart installs, until the arming expires. */
export const activate: DeviceStepRules = {
  observe: async (context) => {
    const status = await look(context)
    if (runsTarget(context, status) && status.health === 'healthy')
      return { event: 'alreadyNew', reason: null }
    if (!isStaged(context, status)) return { event: 'fetchAgain', reason: 'packageMissing' }
    const busy = inUse(status)
    if (busy !== undefined) throw refuse(busy)
    return undefined
  },
  act: async (context) => {
    await context.call(
      commands.arm(context.claim, context.package, context.policy.armSeconds),
      armData,
      ARM_MS,
    )
    return undefined
  },
  confirm: async (context) => {
    const status = await look(context)
    if (!isArmed(context, status)) throw refuse('armingExpired', 'armed, and not armed when looked at again')
    return {
      event: 'armed',
      reason: null,
      // The device's clock may be wrong; ours is what the conductor compares with.
      armedUntil: new Date(context.now() + context.policy.armSeconds * 1000),
    }
  },
  deadlineSeconds: () => 15 * 60,
}

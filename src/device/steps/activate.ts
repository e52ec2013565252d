import { clearShift } from '../close-shift.ts'
import * as commands from '../commands.ts'
import { armData } from '../contract.ts'
import { checkBegin, checkTime } from '../may-begin.ts'
import {
  type DeviceStepRules,
  isArmed,
  isStaged,
  look,
  refuse,
  runsTarget,
  type StepContext,
} from '../step.ts'
import { lookAtCarried } from './carried.ts'

/** `arm` hashes the package once more. */
const ARM_MS = 10 * 60_000

/** Milliseconds: the policy's, and never beyond the latest start, so that the device itself refuses to install later. */
function armedFor({ policy, latestStart, now }: StepContext): number {
  const rest = latestStart === null ? Number.POSITIVE_INFINITY : latestStart - now()
  return Math.min(policy.armSeconds * 1000, rest)
}

/** Identity, time, preconditions, then arming: the next restart installs, until the arming expires. */
export const activate: DeviceStepRules = {
  observe: async (context) => {
    if (context.carried) return lookAtCarried(context)
    const status = await look(context)
    if (runsTarget(context, status) && status.health === 'healthy')
      return { event: 'alreadyNew', reason: null }
    if (!isStaged(context, status)) return { event: 'fetchAgain', reason: 'packageMissing' }
    checkBegin(context, status)
    return undefined
  },
  act: async (context) => {
    await clearShift(context)
    checkTime(context)
    const seconds = armedFor(context) / 1000
    await context.call(commands.arm(context.claim, context.package, seconds), armData, ARM_MS)
    return undefined
  },
  confirm: async (context) => {
    const status = await look(context)
    if (!isArmed(context, status)) throw refuse('armingExpired', 'armed, and not armed when looked at again')
    return {
      event: 'armed',
      reason: null,
      // The device's clock may be wrong; ours is what the conductor compares with.
      armedUntil: new Date(context.now() + armedFor(context)),
    }
  },
  deadlineSeconds: () => 15 * 60,
}

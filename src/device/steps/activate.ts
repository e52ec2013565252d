import { checkPackage } from '../check-package.ts'
import { clearShift } from '../close-shift.ts'
import * as commands from '../commands.ts'
import { armData } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { checkBegin, checkTime } from '../may-begin.ts'
import {
  type DeviceStepRules,
  isArmed,
  isStaged,
  look,
  refuse,
  runsLater,
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

const isUnsigned = (error: unknown): boolean =>
  error instanceof DeviceFailure && error.reason === 'signatureInvalid'

/**
 * The package may have been signed anew since the device checked it: then it gets that signature, and is asked once
 * more. A refusal changed nothing, so the claim is still good for it.
 */
async function arm(context: StepContext): Promise<void> {
  const once = () => {
    const call = commands.arm(context.claim, context.package, armedFor(context) / 1000)
    return context.call(call, armData, ARM_MS)
  }
  try {
    await once()
  } catch (error) {
    if (!isUnsigned(error) || context.signed === undefined) throw error
    await checkPackage(context)
    checkTime(context)
    await once()
  }
}

/** Identity, time, preconditions, then arming: the next restart installs, until the arming expires. */
export const activate: DeviceStepRules = {
  observe: async (context) => {
    if (context.carried) return lookAtCarried(context)
    const status = await look(context)
    if (runsTarget(context, status) && status.health === 'healthy')
      return { event: 'alreadyNew', reason: null }
    if (runsLater(context, status)) throw refuse('versionLower', `it runs ${status.version}`)
    if (!isStaged(context, status)) return { event: 'fetchAgain', reason: 'packageMissing' }
    checkBegin(context, status)
    return undefined
  },
  act: async (context) => {
    await clearShift(context)
    checkTime(context)
    await arm(context)
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

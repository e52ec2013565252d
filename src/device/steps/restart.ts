import * as commands from '../commands.ts'
import { operationData, type Status } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { checkRestart } from '../may-begin.ts'
import {
  type DeviceStepRules,
  isArmed,
  look,
  refuse,
  runsTarget,
  type StepContext,
  type StepEnd,
} from '../step.ts'
import { changedNothing, lookIfThere, operationEnded } from './operation.ts'

const isUp = (context: StepContext, status: Status): boolean =>
  runsTarget(context, status) && status.health === 'healthy'

/** The proof: the running process says the new version, and the device is healthy. */
async function confirmUp(context: StepContext): Promise<StepEnd> {
  const end = context.now() + context.policy.restartSeconds * 1000
  for (;;) {
    const status = await lookIfThere(context)
    if (status !== undefined && isUp(context, status)) return { event: 'healthy', reason: null }
    if (status?.health === 'unhealthy') return { event: 'unhealthy', reason: 'healthFailed' }
    if (context.now() > end)
      throw new DeviceFailure('timedOut', { mayHaveActed: true, detail: 'no healthy answer' })
    await context.sleep(context.pollMs)
  }
}

/** Its arming is over, or somebody switched it off and on, so that it installed without us. */
function unarmed(context: StepContext, status: Status): StepEnd {
  if (status.health === 'unhealthy') return { event: 'unhealthy', reason: 'healthFailed' }
  if (runsTarget(context, status) || status.health === 'starting')
    throw refuse('deviceBusy', 'it is starting')
  return { event: 'notArmed', reason: 'armingExpired' }
}

/** Restarts an armed device; receipt and payment are looked at once more on the device, in one piece with the restart. */
export const restart: DeviceStepRules = {
  observe: async (context) => {
    const status = await look(context)
    if (isUp(context, status)) return { event: 'healthy', reason: null }
    if (!isArmed(context, status)) return unarmed(context, status)
    // Put back as armed: its arming is over as well by then, and it is disarmed.
    checkRestart(context, status)
    return undefined
  },
  act: async (context) => {
    await context.call(commands.restart(context.claim, context.package.version), operationData)
    return undefined
  },
  confirm: async (context) => {
    const operation = await operationEnded(context, context.claim.operation, context.policy.restartSeconds)
    if (operation.state === 'done') return confirmUp(context)
    if (changedNothing(operation)) {
      throw new DeviceFailure(operation.reason ?? 'receiptOpen', {
        mayHaveActed: false,
        provesUnchanged: true,
      })
    }
    if (operation.state === 'failed') {
      return {
        event: 'unhealthy',
        reason: operation.reason ?? 'healthFailed',
        params: { detail: operation.detail },
      }
    }
    throw new DeviceFailure('contractViolation', {
      mayHaveActed: true,
      detail: 'the device does not know its restart',
    })
  },
  deadlineSeconds: (policy) => 2 * policy.restartSeconds + 120,
}

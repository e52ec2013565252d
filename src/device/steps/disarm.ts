import * as commands from '../commands.ts'
import { disarmData } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { type DeviceStepRules, look, runsTarget, type StepEnd } from '../step.ts'

/** Somebody switched it off and on while it was armed: what became of it is for observe to find out. */
const restartedMeanwhile: StepEnd = { event: 'contactLost', reason: 'connectionLost' }

/** Takes an arming back: the next restart installs nothing, and the switch stands as it stood before. */
export const disarm: DeviceStepRules = {
  observe: async (context) => {
    const status = await look(context)
    if (runsTarget(context, status)) {
      return restartedMeanwhile
    }
    return undefined
  },
  act: async (context) => {
    await context.call(commands.disarm(context.claim), disarmData)
    return undefined
  },
  confirm: async (context) => {
    const status = await look(context)
    if (status.armed !== null)
      throw new DeviceFailure('contractViolation', { mayHaveActed: true, detail: 'still armed' })
    const isOld =
      !runsTarget(context, status) && status.health !== 'unhealthy' && status.health !== 'starting'
    return isOld ? { event: 'disarmed', armedUntil: null } : restartedMeanwhile
  },
  deadlineSeconds: () => 300,
}

import * as commands from '../commands.ts'
import { disarmData } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { type DeviceStepRules, look, runsTarget } from '../step.ts'

/** Takes an arming back: the next restart installs nothing, and the switch stands as it stood before. */
export const disarm: DeviceStepRules = {
  observe: async (context) => {
    const status = await look(context)
    if (runsTarget(context, status)) {
      throw new DeviceFailure('connectionLost', { mayHaveActed: true, detail: 'it was restarted meanwhile' })
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
    return { event: 'disarmed', armedUntil: null }
  },
  deadlineSeconds: () => 300,
}

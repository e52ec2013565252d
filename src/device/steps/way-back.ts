import { clearShift } from '../close-shift.ts'
import type { Status } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { checkBegin, checkTime } from '../may-begin.ts'
import { type DeviceStepRules, look, refuse, runsTarget, type StepContext, type StepEnd } from '../step.ts'
import { isBack, rollback, rollbackEnded, sendRollback, settled } from './rollback.ts'

/** By what is seen now: it is back; or it sells with the version it was to leave, as before; or it does not sell. */
async function outcome(
  context: StepContext,
  otherwise: 'rollbackFailed' | 'rollbackUnsupported',
): Promise<StepEnd> {
  const status = await settled(context, context.policy.restartSeconds)
  if (status !== undefined && isBack(context, status)) return { event: 'reverted', reason: null }
  const sells = status?.health === 'healthy' && runsTarget(context, status)
  return { event: sells ? 'putOff' : 'beyondRepair', reason: otherwise }
}

/** @throws DeviceFailure with what stands in the way of taking a device back that sells */
function checkWayBack(context: StepContext, status: Status): void {
  if (!runsTarget(context, status))
    throw refuse('versionUnknown', `it runs ${status.version ?? 'an unknown version'}`)
  if (status.previousVersion === null) throw refuse('rollbackUnsupported', 'there is no version before')
  checkBegin(context, status)
}

/**
 * A rollback that was asked for: takes a device that sells back to the version before, under the same conditions as an
 * installation. One that is unhealthy meanwhile is brought back as any.
 */
export const wayBack: DeviceStepRules = {
  observe: async (context) => {
    const status = await look(context)
    if (isBack(context, status)) return { event: 'reverted', reason: null }
    if (status.health === 'unhealthy') return undefined
    if (status.health !== 'healthy') throw refuse('deviceBusy', 'it is starting')
    try {
      checkWayBack(context, status)
      return undefined
    } catch (error) {
      if (error instanceof DeviceFailure) return { event: 'putOff', reason: error.reason }
      throw error
    }
  },
  act: async (context) => {
    if ((await look(context)).health === 'healthy') {
      if (context.policy.closeShift === 'auto') await clearShift(context)
      // Nothing on the device ends a rollback that comes too late: this is the last moment to see it.
      checkTime(context)
    }
    const isSent = await sendRollback(context)
    return isSent ? undefined : outcome(context, 'rollbackUnsupported')
  },
  confirm: async (context) => {
    await rollbackEnded(context)
    return outcome(context, 'rollbackFailed')
  },
  deadlineSeconds: rollback.deadlineSeconds,
}

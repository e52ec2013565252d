import { readVersion } from '../../rollout/versions.ts'
import * as commands from '../commands.ts'
import { type Operation, operationData, type Status } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { type DeviceStepRules, runsTarget, type StepContext, type StepEnd } from '../step.ts'
import { changedNothing, lookIfThere, operationEnded } from './operation.ts'

/** Another version than the one to leave runs and sells: nothing more to do. */
export const isBack = (context: StepContext, status: Status): boolean =>
  readVersion(status.version).kind === 'full' && !runsTarget(context, status) && status.health === 'healthy'

/** The last of a series of looks, when it says something that will not change by itself; undefined: not within the limit. */
export async function settled(context: StepContext, seconds: number): Promise<Status | undefined> {
  const end = context.now() + seconds * 1000
  for (;;) {
    const status = await lookIfThere(context)
    if (status !== undefined && status.health !== 'starting' && status.health !== null) return status
    if (context.now() > end) return undefined
    await context.sleep(context.pollMs)
  }
}

/** Waits for the old version to answer; `undefined` when it does not within the limit. */
async function waitBack(context: StepContext): Promise<StepEnd | undefined> {
  const status = await settled(context, context.policy.restartSeconds)
  return status !== undefined && isBack(context, status) ? { event: 'reverted' } : undefined
}

/** Sends it. False: the device cannot go back. */
export async function sendRollback(context: StepContext): Promise<boolean> {
  try {
    await context.call(commands.rollback(context.claim, context.package.version), operationData)
    return true
  } catch (error) {
    if (error instanceof DeviceFailure && error.reason === 'rollbackUnsupported') return false
    throw error
  }
}

/** Waits for its end. @throws DeviceFailure when the device was in use, and nothing was changed */
export async function rollbackEnded(context: StepContext): Promise<Operation> {
  const operation = await operationEnded(context, context.claim.operation, context.policy.restartSeconds)
  if (!changedNothing(operation)) return operation
  throw new DeviceFailure(operation.reason ?? 'receiptOpen', { mayHaveActed: false, provesUnchanged: true })
}

/** Brings an unhealthy device back to the version before. Most have gone back by themselves: then it only looks. */
export const rollback: DeviceStepRules = {
  observe: (context) => waitBack(context),
  act: async (context) => {
    const isSent = await sendRollback(context)
    return isSent ? undefined : { event: 'beyondRepair', reason: 'rollbackUnsupported' }
  },
  confirm: async (context) => {
    const operation = await rollbackEnded(context)
    if (operation.state === 'failed')
      return { event: 'beyondRepair', reason: operation.reason ?? 'rollbackFailed' }
    return (await waitBack(context)) ?? { event: 'beyondRepair', reason: 'rollbackFailed' }
  },
  deadlineSeconds: (policy) => 3 * policy.restartSeconds + 120,
}

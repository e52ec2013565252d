import { readVersion } from '../../rollout/versions.ts'
import * as commands from '../commands.ts'
import { operationData, type Status } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { type DeviceStepRules, runsTarget, type StepContext, type StepEnd } from '../step.ts'
import { changedNothing, lookIfThere, operationEnded } from './operation.ts'

/** The old version runs and sells: nothing more to do. */
const isBack = (context: StepContext, status: Status): boolean =>
  readVersion(status.version).kind === 'full' && !runsTarget(context, status) && status.health === 'healthy'

/** Waits for the old version to answer; `undefined` when it does not within the limit. */
async function waitBack(context: StepContext, seconds: number): Promise<StepEnd | undefined> {
  const end = context.now() + seconds * 1000
  for (;;) {
    const status = await lookIfThere(context)
    if (status !== undefined && isBack(context, status)) return { event: 'reverted' }
    const isDecided = status !== undefined && status.health !== 'starting' && status.health !== null
    if (isDecided || context.now() > end) return undefined
    await context.sleep(context.pollMs)
  }
}

/** Brings an unhealthy device back to the version before. Most have gone back by themselves: then it only looks. */
export const rollback: DeviceStepRules = {
  observe: (context) => waitBack(context, context.policy.restartSeconds),
  act: async (context) => {
    try {
      await context.call(commands.rollback(context.claim, context.package.version), operationData)
      return undefined
    } catch (error) {
      const cannot = error instanceof DeviceFailure && error.reason === 'rollbackUnsupported'
      if (!cannot) throw error
      return { event: 'beyondRepair', reason: error.reason }
    }
  },
  confirm: async (context) => {
    const operation = await operationEnded(context, context.claim.operation, context.policy.restartSeconds)
    if (changedNothing(operation)) {
      const reason = operation.reason ?? 'receiptOpen'
      throw new DeviceFailure(reason, { mayHaveActed: false, provesUnchanged: true })
    }
    if (operation.state === 'failed')
      return { event: 'beyondRepair', reason: operation.reason ?? 'rollbackFailed' }
    return (
      (await waitBack(context, context.policy.restartSeconds)) ?? {
        event: 'beyondRepair',
        reason: 'rollbackFailed',
      }
    )
  },
  deadlineSeconds: (policy) => 3 * policy.restartSeconds + 120,
}

import { DeviceFailure } from '../failure.ts'
import { refuse, runsTarget, type StepContext, type StepEnd } from '../step.ts'
import { lookIfThere } from './operation.ts'

/**
 * A till whose store server's update brings it along: looked at until it runs the new version, and nothing is sent.
 * @throws DeviceFailure deviceBusy while there is time; then installFailed, or tillOffline when nobody answers
 */
export async function lookAtCarried(context: StepContext): Promise<StepEnd> {
  const isInTime = context.now() - context.triedSince < context.policy.restartSeconds * 1000
  const status = await lookIfThere(context)
  if (status?.health === 'unhealthy') return { event: 'contactLost', reason: 'healthFailed' }
  if (status?.health === 'healthy' && runsTarget(context, status))
    return { event: 'alreadyNew', reason: null }
  if (isInTime) throw refuse('deviceBusy', 'its store server has not brought it along yet')
  if (status === undefined) throw new DeviceFailure('tillOffline', { mayHaveActed: false })
  throw refuse('installFailed', `it runs ${status.version ?? 'an unknown version'}`)
}

import { reasonRule } from '../../rollout/reasons.ts'
import * as commands from '../commands.ts'
import { type Operation, operationData } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import type { StepContext } from '../step.ts'

/** The device is away while it restarts: not reaching it is expected then, and proves nothing. */
export const isAway = (error: unknown): boolean =>
  error instanceof DeviceFailure && reasonRule(error.reason).owner === 'network'

/** One look at an operation; undefined: the device is away. */
export async function lookAtOperation(context: StepContext, id: string): Promise<Operation | undefined> {
  try {
    return (await context.call(commands.operation(id), operationData)).operation
  } catch (error) {
    if (isAway(error)) return undefined
    throw error
  }
}

/**
 * Waits until a detached operation has ended, over reboots and lost connections.
 * @throws DeviceFailure timedOut after `seconds`
 */
export async function operationEnded(context: StepContext, id: string, seconds: number): Promise<Operation> {
  const end = context.now() + seconds * 1000
  for (;;) {
    const operation = await lookAtOperation(context, id)
    if (operation !== undefined && operation.state !== 'running') return operation
    if (context.now() > end) {
      throw new DeviceFailure('timedOut', { mayHaveActed: true, detail: `not ended within ${seconds} s` })
    }
    await context.sleep(context.pollMs)
  }
}

import { reasonRule } from '../../rollout/reasons.ts'
import * as commands from '../commands.ts'
import { type DeviceReason, type Operation, operationData, type Status } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import { look, type StepContext } from '../step.ts'

/** The device is away while it restarts: not reaching it is expected then, and proves nothing. */
const isAway = (error: unknown): boolean =>
  error instanceof DeviceFailure && reasonRule(error.reason).owner === 'network'

/** The till came into use, or its arming ran out, between the command and its work: it ended before it touched anything. */
const untouched: ReadonlySet<string> = new Set<DeviceReason>([
  'receiptOpen',
  'activityUnknown',
  'tillBlocked',
  'shiftOpen',
  'armingExpired',
])

export const changedNothing = (operation: Operation): boolean =>
  operation.state === 'failed' && operation.reason !== null && untouched.has(operation.reason)

/** One look at the device; undefined: it is away. */
export async function lookIfThere(context: StepContext): Promise<Status | undefined> {
  try {
    return await look(context)
  } catch (error) {
    if (isAway(error)) return undefined
    throw error
  }
}

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

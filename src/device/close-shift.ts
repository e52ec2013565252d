/** Closes an open shift before the device is taken from its customers, where the policy says `auto`. */
import * as commands from './commands.ts'
import { doneData, operationData, type Status } from './contract.ts'
import { DeviceFailure } from './failure.ts'
import { checkBegin } from './may-begin.ts'
import { look, refuse, type StepContext } from './step.ts'

/** A report of a long day is printed in less. */
const CLOSING_SECONDS = 60
const CLOSED_MESSAGE = 'Смена закрыта автоматически. Сделайте изъятие и сверку итогов'

/** An operation beside the step's own, under the same claim. */
const beside = (context: StepContext, what: 'shift' | 'said') => ({
  ...context.claim,
  operation: `${context.claim.operation}.${what}`,
})

const isOpen = (status: Status): boolean => status.shift?.open === true

/** Looks until the shift is closed. @throws DeviceFailure shiftOpen when it stays open */
export async function untilClosed(
  context: Pick<StepContext, 'now' | 'sleep' | 'pollMs'>,
  lookNow: () => Promise<Status>,
): Promise<Status> {
  const end = context.now() + CLOSING_SECONDS * 1000
  for (;;) {
    const status = await lookNow()
    if (!isOpen(status)) return status
    if (context.now() > end) {
      throw refuse('shiftOpen', `still open ${CLOSING_SECONDS} s after it was closed`)
    }
    await context.sleep(context.pollMs)
  }
}

/** Who comes in the morning must know. A text that the device does not take stops no installation; it is noted. */
async function tell(context: StepContext): Promise<void> {
  try {
    await context.call(commands.message(beside(context, 'said'), CLOSED_MESSAGE), doneData)
  } catch (error) {
    if (!(error instanceof DeviceFailure) || error.mayHaveActed) throw error
    context.note({ notTold: error.reason })
  }
}

/** The last attempt may have closed the shift and been lost before it said so. */
async function tellLate(context: StepContext): Promise<void> {
  const { interrupted } = context
  if (interrupted === undefined) return
  const stateOf = async (what: string) =>
    (await context.call(commands.operation(`${interrupted}.${what}`), operationData)).operation.state
  if ((await stateOf('shift')) === 'done' && (await stateOf('said')) === 'unknown') await tell(context)
}

/**
 * Looks once more, closes the shift where it alone stands in the way, waits until it is closed, and checks everything
 * again. Nothing where the policy does not say `auto`.
 * @throws DeviceFailure with what stands in the way
 */
export async function clearShift(context: StepContext): Promise<void> {
  if (context.policy.closeShift !== 'auto') return
  const before = await look(context)
  if (!checkBegin(context, before).closeShift) return isOpen(before) ? undefined : tellLate(context)
  context.crash('beforeCloseShift')
  await context.call(commands.closeShift(beside(context, 'shift')), doneData)
  context.crash('afterCloseShift')
  const closed = await untilClosed(context, () => look(context))
  context.note({ shiftClosed: before.shift?.number ?? true })
  await tell(context)
  checkBegin(context, closed)
}

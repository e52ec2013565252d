/** What stands in the way of taking a device from its customers now: the time, and what it says of itself. */
import type { PreconditionContext } from '../rollout/checks/precondition-facts.ts'
import { blockingCode, checkBeforeRestart, checkPreconditions } from '../rollout/checks/preconditions.ts'
import type { Status } from './contract.ts'
import { refuse, type StepContext } from './step.ts'

/** Throws `windowTooShort` when it can no longer be over, or back, in time. */
export function checkTime({ latestStart, now }: StepContext): void {
  if (latestStart !== null && now() >= latestStart) {
    throw refuse('windowTooShort', `it had to begin by ${new Date(latestStart).toISOString()}`)
  }
}

/** The way back installs nothing: neither room nor the fiscal formats of the version to leave matter. */
function rulesOf(context: StepContext): PreconditionContext {
  const { packageFacts, policy, rolloutKind } = context
  const { firmware } = packageFacts
  const now = context.now()
  return {
    now,
    readAt: now,
    kind: context.deviceKind,
    package:
      rolloutKind === 'rollback'
        ? { ffd: null, firmware, size: 0 }
        : { ffd: packageFacts.ffd, firmware, size: context.package.size },
    closeShift: policy.closeShift,
    rules: policy.preconditions,
  }
}

/**
 * Time and preconditions, by a status read just now. Every finding is noted, the first that blocks is the reason.
 * @returns whether the shift is to be closed first: it alone stands in the way, and the policy says so
 * @throws DeviceFailure with that reason; nothing was sent
 */
export function checkBegin(context: StepContext, status: Status): { closeShift: boolean } {
  checkTime(context)
  const { findings, closeShift } = checkPreconditions(status, rulesOf(context))
  context.note({ findings: findings.length === 0 ? undefined : findings })
  const reason = blockingCode(findings)
  if (reason !== undefined) throw refuse(reason, 'not now')
  return { closeShift }
}

/** What may have changed since it was armed. @throws DeviceFailure with what stands in the way */
export function checkRestart(context: StepContext, status: Status): void {
  checkTime(context)
  const reason = checkBeforeRestart(status, rulesOf(context))
  if (reason !== undefined) throw refuse(reason, 'not now')
}

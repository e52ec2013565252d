/** What an attempt that did not succeed leads to. Pure. */
import type { Policy } from './policy.ts'
import { backoffSeconds, endEvent, type ReasonCode, reasonRule } from './reasons.ts'

export type AttemptEnd =
  | { readonly event: 'deferred'; readonly retryInSeconds: number; readonly attempts: 'spend' | 'keep' }
  | { readonly event: 'fail' | 'skip' }

/** Whom nobody reaches may answer tomorrow: with such a policy it is waited for until the rollout's end. */
export const isPatient = (reason: ReasonCode, policy: Policy): boolean =>
  policy.offline === 'wait' && reasonRule(reason).owner === 'network'

/**
 * @param attempts spent before this one
 * @param jitter 0 … 1: spreads the devices of a store that failed together over half the back-off more
 */
export function endAttempt(reason: ReasonCode, attempts: number, policy: Policy, jitter: number): AttemptEnd {
  const rule = reasonRule(reason)
  const seconds = backoffSeconds(reason, attempts + 1, policy.backoffScale)
  if (seconds === undefined) return { event: endEvent(reason) }
  const isLast = attempts + 1 >= policy.maxAttempts
  const mayWait = isPatient(reason, policy)
  if (rule.spends && isLast && !mayWait) return { event: endEvent(reason) }
  return {
    event: 'deferred',
    retryInSeconds: seconds * (1 + jitter / 2),
    // Whom nobody reaches is asked for ever more rarely, and its last attempt is kept for when it answers.
    attempts: rule.spends && !isLast ? 'spend' : 'keep',
  }
}

/** What only a person can mend is looked at again now and then, so that mending it is noticed. */
const PERSON_SECONDS = 900

/** Past arming there is no giving up: the next look is due after the reason's back-off, however often it was tried. */
export function retryLaterSeconds(
  reason: ReasonCode,
  attempts: number,
  policy: Policy,
  jitter: number,
): number {
  const seconds =
    backoffSeconds(reason, attempts + 1, policy.backoffScale) ?? PERSON_SECONDS * policy.backoffScale
  return seconds * (1 + jitter / 2)
}

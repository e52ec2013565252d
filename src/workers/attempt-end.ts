/** What a failed attempt does to its row. Pure but for the jitter. */
import { DeviceFailure } from '../device/failure.ts'
import type { StepEnd } from '../device/step.ts'
import { endAttempt, retryLaterSeconds } from '../rollout/attempt.ts'
import type { Step } from '../rollout/due.ts'
import type { Policy } from '../rollout/policy.ts'
import { type ReasonCode, reasonRule } from '../rollout/reasons.ts'
import { SshFailure } from '../ssh/failure.ts'
import { ShuttingDown } from './held.ts'

export interface UpdateEnd extends StepEnd {
  readonly attempts: 'keep' | 'spend' | 'reset'
  readonly retryInSeconds?: number
}

export interface FailedAttempt {
  /** A mutating verb may have changed the device. */
  readonly acted: boolean
  readonly attempts: number
  readonly policy: Policy
  /** The event that means "again, but from an earlier step"; `putOff`: the way back of a device that sells. */
  readonly deferAs?: 'damaged' | 'fetchAgain' | 'putOff'
  /** 0 … 1, spreads the next attempts; left out: chance. */
  readonly jitter?: number
}

/** The reason code of anything that was thrown. */
export function reasonOf(error: unknown): ReasonCode {
  if (error instanceof DeviceFailure) return error.reason
  if (error instanceof SshFailure) return error.code
  const name = error instanceof Error ? error.name : ''
  return name === 'TimeoutError' || name === 'AbortError' ? 'timedOut' : 'internalError'
}

/** Text for the attempt's record: bounded, and free of what PostgreSQL cannot keep. */
export function detailOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replaceAll('\u0000', '').toWellFormed().slice(0, 500)
}

/** From arming on, what may have happened is looked at; before it, nothing has happened. */
const looksAfterwards: ReadonlySet<Step> = new Set<Step>(['activate', 'restart', 'disarm', 'rollback'])
const neverGivesUp: ReadonlySet<Step> = new Set<Step>(['restart', 'disarm', 'rollback', 'observe'])

export function endOfFailure(step: Step, error: unknown, failed: FailedAttempt): UpdateEnd {
  const detail = detailOf(error)
  const params = { detail, reason: reasonOf(error) }
  const isPutOff = failed.deferAs === 'putOff'
  if (error instanceof ShuttingDown) {
    const rest = isPutOff ? 'putOff' : 'deferred'
    const event = failed.acted && looksAfterwards.has(step) ? 'contactLost' : rest
    return { event, attempts: 'keep', params }
  }
  const reason = reasonOf(error)
  const jitter = failed.jitter ?? Math.random()
  // Why a device is rolled back stays its reason; what hinders the rollback is the attempt's alone.
  const why = step === 'rollback' && !isPutOff ? {} : { reason }
  const isUnchanged = error instanceof DeviceFailure && error.provesUnchanged
  if (failed.acted && !isUnchanged && looksAfterwards.has(step)) {
    return { event: 'contactLost', ...why, attempts: 'spend', retryInSeconds: 1, params }
  }
  if (neverGivesUp.has(step) && !isPutOff) {
    const retryInSeconds = retryLaterSeconds(reason, failed.attempts, failed.policy, jitter)
    // Looks are not counted: how often nobody answered says nothing against installing when somebody does.
    const attempts = reasonRule(reason).spends && step !== 'observe' ? 'spend' : 'keep'
    return { event: 'deferred', ...why, attempts, retryInSeconds, params }
  }
  const end = endAttempt(reason, failed.attempts, failed.policy, jitter)
  if (end.event !== 'deferred' && isPutOff) {
    // It sells, and that is no end of a step that others need for devices in danger: the row ends at rest.
    const retryInSeconds = retryLaterSeconds(reason, failed.attempts, failed.policy, jitter)
    return { event: 'putOff', reason, attempts: 'spend', retryInSeconds, params }
  }
  if (end.event !== 'deferred') return { event: end.event, reason, attempts: 'spend', params }
  return { ...end, event: failed.deferAs ?? 'deferred', reason, params }
}

/**
 * Attempts count from the check of the package on: a package that comes damaged again and again, and a device that is
 * armed and lost again and again, must run out of them.
 */
export function endOfSuccess(
  end: StepEnd,
  work: { attempts: number; policy: Policy; jitter?: number },
): UpdateEnd {
  if (end.event === 'putOff') {
    const failure = new DeviceFailure(end.reason ?? 'deviceBusy', { mayHaveActed: false })
    return endOfFailure('rollback', failure, { ...work, acted: false, deferAs: 'putOff' })
  }
  if (end.event === 'damaged' || end.event === 'fetchAgain') {
    const failure = new DeviceFailure(end.reason ?? 'packageDamaged', { mayHaveActed: false })
    return endOfFailure('verify', failure, { ...work, acted: false, deferAs: end.event })
  }
  return { ...end, attempts: end.event === 'verified' ? 'reset' : 'keep' }
}

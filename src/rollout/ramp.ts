/** How fast a rollout may go: begins slowly, grows with every so many successes. Pure. */
import type { RampPolicy } from './policy.ts'

/** Less than one in a minute would never begin. */
const atLeastOne = (rate: number): number => Math.max(1, rate)

/** Installations that may begin per minute, at least one. Infinity: no ramp. */
export function ramp(policy: RampPolicy | null, successes: number): number {
  if (policy === null) return Number.POSITIVE_INFINITY
  const steps = Math.floor(successes / Math.max(1, policy.everySuccesses))
  const rate = atLeastOne(policy.startPerMinute) * policy.growth ** steps
  return atLeastOne(Math.min(policy.maxPerMinute, rate))
}

/** How many may begin now: a whole number, or Infinity. @param startedInLastMinute of this rollout, in any store */
export function rampRoom(policy: RampPolicy | null, successes: number, startedInLastMinute: number): number {
  return Math.max(0, Math.floor(ramp(policy, successes)) - startedInLastMinute)
}

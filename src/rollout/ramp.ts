/** How fast a rollout may go: begins slowly, grows with every so many successes. Pure. */
import type { RampPolicy } from './policy.ts'

/** Beyond it any growth has reached any maximum, and a power of it is still a number. */
const MAX_STEPS = 1000

/** Installations that may begin per minute; at least one, or it would never grow. Infinity: no ramp. */
export function ramp(policy: RampPolicy | null, successes: number): number {
  if (policy === null) return Number.POSITIVE_INFINITY
  const steps = Math.min(MAX_STEPS, Math.floor(Math.max(0, successes) / Math.max(1, policy.everySuccesses)))
  const rate = Math.min(policy.maxPerMinute, policy.startPerMinute * policy.growth ** steps)
  return Math.max(1, rate)
}

/** How many may begin now: a whole number, or Infinity. @param startedInLastMinute of this rollout, in any store */
export function rampRoom(policy: RampPolicy | null, successes: number, startedInLastMinute: number): number {
  return Math.max(0, Math.floor(ramp(policy, successes)) - startedInLastMinute)
}

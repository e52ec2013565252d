/** What stands between a wave and the next: opens, waits, or stops the rollout, and says it in numbers. Pure. */
import type { GatePolicy, Policy } from './policy.ts'
import type { WaveFacts } from './wave-facts.ts'

/** Fewer than three tills out of reach are a switched-off shop, not a sick package. */
const UNREACHABLE_AT_LEAST = 3
/** One till lost in its restart is an accident; its wave waits for it by its sample. */
const SILENT_AT_LEAST = 2

const MINUTE_MS = 60_000

export type GateBreach = 'failures' | 'unreachable' | 'silent'
export type GateWait = 'sample' | 'success' | 'inProgress' | 'soak' | 'approval'

/** Of a breach: "3 of 41 judged failed: 7.3%, allowed 5%, minimum sample 20". Percent are not rounded. */
export interface BreachNumbers {
  readonly count: number
  /** The judged, for failures; the whole wave otherwise. */
  readonly of: number
  /** Of what is beyond `usual`. */
  readonly percent: number
  readonly allowed: number
  readonly minimumSample: number
  /** What is to be expected of these stores, or was known when a person let it go on. */
  readonly usual: number
}

export interface WaitNumbers {
  readonly size: number
  readonly judged: number
  readonly succeeded: number
  readonly failed: number
  readonly minimumSample: number
  /** Of the judged; null: nothing was judged. */
  readonly successPercent: number | null
  readonly needed: number
  /** Not at their end: that many can still be judged. */
  readonly pending: number
  readonly inTheMiddle: number
}

export type GateVerdict =
  | { readonly open: true; readonly numbers: WaitNumbers }
  | {
      readonly open: false
      readonly waits: GateWait
      /** All but soak and approval is fulfilled: the soak counts from the first such verdict in a row. */
      readonly fulfilled: boolean
      /** Sample or success cannot be reached any more: a person releases the next wave, or retries devices. */
      readonly stuck: boolean
      /** Milliseconds since 1970: when the soak is over; null otherwise. */
      readonly until: number | null
      readonly numbers: WaitNumbers
    }
  | { readonly open: false; readonly breach: GateBreach; readonly numbers: BreachNumbers }

/** A wave that is smaller than its sample is judged whole. */
const sampleOf = (size: number, gate: GatePolicy): number => Math.min(size, Math.max(1, gate.minimumSample))

const isMoreThan = (count: number, of: number, percent: number): boolean => count * 100 > percent * of
const percentOf = (count: number, of: number): number => (of === 0 ? 0 : (count * 100) / of)

interface Excess {
  readonly breach: GateBreach
  readonly count: number
  readonly of: number
  readonly usual: number
  readonly allowed: number
  readonly isEnough: boolean
}

/** What may be too much, the package's own failures first. */
function excesses(facts: WaveFacts, gate: GatePolicy): Excess[] {
  const judged = facts.succeeded + facts.failed
  const { size, unreachable, silent, accepted } = facts
  return [
    {
      breach: 'failures',
      count: facts.failed,
      of: judged,
      usual: 0,
      allowed: gate.failurePercent,
      isEnough: judged >= sampleOf(size, gate),
    },
    {
      breach: 'silent',
      count: silent,
      of: size,
      usual: accepted.silent,
      allowed: gate.silentPercent,
      isEnough: silent >= SILENT_AT_LEAST,
    },
    {
      breach: 'unreachable',
      count: unreachable,
      of: size,
      usual: Math.max(facts.expectedUnreachable, accepted.unreachable),
      allowed: gate.unreachablePercent,
      isEnough: unreachable >= UNREACHABLE_AT_LEAST,
    },
  ]
}

function breachOf(facts: WaveFacts, gate: GatePolicy): GateVerdict | undefined {
  const found = excesses(facts, gate).find(
    ({ count, usual, of, allowed, isEnough }) => isEnough && isMoreThan(count - usual, of, allowed),
  )
  if (found === undefined) return undefined
  const { breach, count, of, usual, allowed } = found
  const percent = percentOf(count - usual, of)
  const minimumSample = sampleOf(facts.size, gate)
  return { open: false, breach, numbers: { count, of, percent, allowed, minimumSample, usual } }
}

function numbersOf(facts: WaveFacts, gate: GatePolicy): WaitNumbers {
  const { size, succeeded, failed, pending, inTheMiddle } = facts
  const judged = succeeded + failed
  return {
    size,
    judged,
    succeeded,
    failed,
    minimumSample: sampleOf(size, gate),
    successPercent: judged === 0 ? null : percentOf(succeeded, judged),
    needed: gate.successPercent,
    pending,
    inTheMiddle,
  }
}

/** What is not fulfilled yet, and whether it ever can be. */
function unfulfilled(
  facts: WaveFacts,
  gate: GatePolicy,
  isSoaking: boolean,
): { waits: GateWait; stuck: boolean } | undefined {
  const { succeeded, failed, pending } = facts
  const judged = succeeded + failed
  const sample = sampleOf(facts.size, gate)
  const isTooLittle = (good: number, of: number): boolean => good * 100 < gate.successPercent * of
  // However well those do that are left.
  const stuck = judged + pending < sample || isTooLittle(succeeded + pending, judged + pending)
  if (judged < sample) return { waits: 'sample', stuck }
  if (isTooLittle(succeeded, judged)) return { waits: 'success', stuck }
  // A straggler that begins while the others soak does not start the soak again: it could do so all night.
  if (facts.inTheMiddle > 0 && !isSoaking) return { waits: 'inProgress', stuck: false }
  return undefined
}

/**
 * @param fulfilledSince when a verdict was first `fulfilled`, without a break since; null: the last one was not
 * @param now milliseconds since 1970
 */
export function judgeGate(
  facts: WaveFacts,
  gate: GatePolicy,
  fulfilledSince: number | null,
  now: number,
): GateVerdict {
  const breach = breachOf(facts, gate)
  if (breach !== undefined) return breach
  const numbers = numbersOf(facts, gate)
  const missing = unfulfilled(facts, gate, fulfilledSince !== null)
  if (missing !== undefined) return { open: false, ...missing, fulfilled: false, until: null, numbers }
  const until = (fulfilledSince ?? now) + gate.soakMinutes * MINUTE_MS
  if (now < until) return { open: false, waits: 'soak', fulfilled: true, stuck: false, until, numbers }
  if (!gate.approval) return { open: true, numbers }
  return { open: false, waits: 'approval', fulfilled: true, stuck: false, until: null, numbers }
}

/** Whether the wave goes back: so many of its judged failed, in percent **and** in number. */
export function rollBackDue(facts: WaveFacts, rule: Policy['rollBackWave']): boolean {
  if (rule === null || facts.failed === 0) return false
  const judged = facts.succeeded + facts.failed
  return facts.failed >= rule.failedCount && facts.failed * 100 >= rule.failedPercent * judged
}

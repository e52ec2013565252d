/** A till's update over the wall clock: one lane for each step, its attempts as bars. Pure. */
import type { Attempt } from '../../api/types.ts'

export interface Bar {
  readonly attempt: Attempt
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** Of the whole, in percent. */
  readonly left: number
  readonly width: number
  readonly isRunning: boolean
}
export interface Lane {
  readonly step: string
  readonly bars: readonly Bar[]
}
export interface Timeline {
  readonly from: number
  readonly to: number
  readonly lanes: readonly Lane[]
  readonly ticks: readonly { at: number; left: number }[]
}

const SECOND = 1000
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]
const MOST_TICKS = 6
const DAY = 86_400

/** Round times, six at most. */
function ticksOf(from: number, to: number): number[] {
  const seconds = (to - from) / SECOND
  const step =
    (steps.find((one) => seconds / one <= MOST_TICKS) ?? Math.ceil(seconds / DAY / MOST_TICKS) * DAY) * SECOND
  const first = Math.ceil(from / step) * step
  const ticks: number[] = []
  for (let at = first; at <= to && ticks.length <= MOST_TICKS; at += step) ticks.push(at)
  return ticks
}

/** Undefined: nothing was tried yet. @param now milliseconds since 1970: the end of what still runs */
export function timelineOf(attempts: readonly Attempt[], now: number): Timeline | undefined {
  if (attempts.length === 0) return undefined
  const spans = attempts.map((attempt) => ({
    attempt,
    from: Date.parse(attempt.startedAt ?? attempt.claimedAt),
    to: attempt.endedAt === null ? now : Date.parse(attempt.endedAt),
    isRunning: attempt.endedAt === null,
  }))
  const from = Math.min(...spans.map((one) => one.from))
  const to = Math.max(from + SECOND, ...spans.map((one) => one.to))
  const percent = (at: number): number => (100 * (at - from)) / (to - from)
  const lanes = new Map<string, Bar[]>()
  for (const one of spans) {
    const bar = { ...one, left: percent(one.from), width: percent(one.to) - percent(one.from) }
    lanes.set(one.attempt.step, [...(lanes.get(one.attempt.step) ?? []), bar])
  }
  return {
    ...{ from, to },
    lanes: [...lanes].map(([step, bars]) => ({ step, bars })),
    ticks: ticksOf(from, to).map((at) => ({ at, left: percent(at) })),
  }
}

const good = new Set([
  'downloaded',
  'verified',
  'armed',
  'alreadyNew',
  'healthy',
  'disarmed',
  'reverted',
  'seenNew',
  'seenReverted',
  'seenArmed',
  'seenReady',
])
const bad = new Set(['fail', 'beyondRepair', 'seenBroken', 'damaged', 'unhealthy', 'seenUnhealthy'])

export function toneOf({ outcome, endedAt }: Attempt): 'good' | 'bad' | 'warn' | 'busy' {
  if (endedAt === null) return 'busy'
  if (outcome !== null && good.has(outcome)) return 'good'
  return outcome !== null && bad.has(outcome) ? 'bad' : 'warn'
}

/** Ahead of time: the stretches in which installations of one store may begin, found only as far as somebody asks. */
import { type FitInput, installTime } from '../time/fit.ts'
import { DAY_MS, MINUTE_MS } from '../time/local-time.ts'

/** How far ahead a forecast looks for the next stretch. */
export const HORIZON_MS = 14 * DAY_MS
/** Of one store in one forecast. */
const MAX_SLOTS = 500

/** Milliseconds since 1970. */
export interface Slot {
  readonly from: number
  readonly latestStart: number
  readonly deadline: number
  readonly isTrading: boolean
}

/** The stretch of this place, from 0, in the order of time; undefined: there is none. */
export type Slots = (place: number) => Slot | undefined

/** @param input `now` is where the search begins; what installTime throws, this throws when asked */
export function slotsFrom(input: FitInput): Slots {
  const found: Slot[] = []
  let next: number | null = input.now
  const search = (): void => {
    if (next === null) return
    const at: number = next
    const time = installTime({ ...input, now: at })
    if (time.may) {
      const { latestStart, deadline, isTrading } = time
      found.push({ from: at, latestStart, deadline, isTrading })
      next = Math.max(latestStart, at) + 1
    } else {
      next = time.at === null ? null : Math.max(time.at, at + MINUTE_MS)
    }
  }
  return (place) => {
    // One search finds a stretch or the beginning of the next one.
    for (let i = 0; i < 2 * MAX_SLOTS && found.length <= place && next !== null; i += 1) search()
    return place < MAX_SLOTS ? found[place] : undefined
  }
}

/** What is to be installed one after the other, several at a time where the store allows it. */
export interface Work {
  /** How many of what is left begin together; 0: none of them may in such a stretch. */
  readonly takeRound: (isTrading: boolean) => number
  readonly isDone: () => boolean
}

export interface Run {
  /** null: never begun within the horizon. */
  readonly startsAt: number | null
  /** null: not over within the horizon. */
  readonly endsAt: number | null
  /** Of the stretch of its first start. */
  readonly deadline: number | null
  /** Whether there was any time at all; without a start it is the lanes that forbid it. */
  readonly hadTime: boolean
}

/**
 * Plays the work through.
 * @param since nothing begins before, and what begins 14 days later is not looked for
 * @param last nothing begins after
 */
export function play(work: Work, slots: Slots, since: number, last: number, roundMs: number): Run {
  let run: Run = { startsAt: null, endsAt: null, deadline: null, hadTime: false }
  let at = since
  for (let place = 0; !work.isDone(); place += 1) {
    const slot = slots(place)
    if (slot === undefined || slot.from > since + HORIZON_MS) return { ...run, endsAt: null }
    const latest = Math.min(slot.latestStart, last)
    at = Math.max(at, slot.from)
    if (at <= latest) run = { ...run, hadTime: true }
    while (at <= latest && !work.isDone()) {
      if (work.takeRound(slot.isTrading) === 0) break
      run = { ...run, startsAt: run.startsAt ?? at, deadline: run.deadline ?? slot.deadline }
      at += roundMs
      run = { ...run, endsAt: at }
    }
  }
  return run
}

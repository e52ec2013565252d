/** The clock's rows: windows, columns of what ended, forecast and gate of each wave. Pure. */
import type { RolloutOutlook, RolloutWhole, Timeline } from '../../api/types.ts'
import { type Bucket, worstFirst } from './bucket-signs.ts'
import type { Wave } from './gate-text.ts'
import type { Span } from './timeline-span.ts'

export interface Pile extends Span {
  /** The worst first, none of them 0. */
  readonly counts: readonly { readonly bucket: Bucket; readonly count: number }[]
  readonly total: number
}
export interface Row {
  readonly wave: Wave
  readonly windows: readonly (Span & { readonly stores: number })[]
  readonly piles: readonly Pile[]
  /** Being installed now. */
  readonly under: Pile | undefined
  /** Of what is left; undefined: nothing is, or nobody knows. */
  readonly ghost: Span | undefined
  readonly releasedAt: number | undefined
  /** Where the gate's diamond stands; undefined: not in what is shown. */
  readonly gateAt: number | undefined
}

const moment = (text: string | null | undefined): number | undefined =>
  text == null ? undefined : Date.parse(text)

function pileOf(span: Span, found: readonly { bucket: Bucket; count: number }[]): Pile {
  const counts = worstFirst.flatMap((bucket) => {
    const count = found.reduce((sum, one) => sum + (one.bucket === bucket ? one.count : 0), 0)
    return count === 0 ? [] : [{ bucket, count }]
  })
  return { ...span, counts, total: counts.reduce((sum, one) => sum + one.count, 0) }
}

/** What ended, in stretches of `stepMs`. */
function pilesOf(installs: Timeline['installs'], { from, to }: Span, stepMs: number): Pile[] {
  const groups = new Map<number, { bucket: Bucket; count: number }[]>()
  for (const { at, bucket, count } of installs) {
    const time = Date.parse(at)
    if (time < from || time > to) continue
    const place = Math.floor((time - from) / stepMs)
    const group = groups.get(place) ?? []
    group.push({ bucket, count })
    groups.set(place, group)
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([place, found]) => pileOf({ from: from + place * stepMs, to: from + (place + 1) * stepMs }, found))
}

function ghostOf(wave: Wave, outlook: RolloutOutlook | undefined): Span | undefined {
  const own = outlook?.waves.find((one) => one.number === wave.number)
  const [from, to] = [moment(own?.startsAt), moment(own?.endsAt)]
  return from === undefined || to === undefined ? undefined : { from, to }
}

/** Equal ones of several zones or calendars are one. */
function windowsOf(timeline: Timeline, wave: number): Row['windows'] {
  const merged = new Map<string, Span & { stores: number }>()
  for (const { from, to, stores } of timeline.waves.find((one) => one.number === wave)?.windows ?? []) {
    const key = `${from} ${to}`
    const former = merged.get(key)?.stores ?? 0
    merged.set(key, { from: Date.parse(from), to: Date.parse(to), stores: former + stores })
  }
  return [...merged.values()]
}

interface Known {
  readonly rollout: RolloutWhole
  readonly timeline: Timeline
  readonly outlook: RolloutOutlook | undefined
  readonly now: number
}
export function rowsOf({ rollout, timeline, outlook, now }: Known, span: Span, stepMs: number): Row[] {
  return rollout.waves.map((wave): Row => {
    const ofWave = <T extends { wave: number }>(all: readonly T[]) =>
      all.filter((one) => one.wave === wave.number)
    const under = ofWave(timeline.under)
    const ghost = ghostOf(wave, outlook)
    const isJudged = wave.gate.verdict !== null
    return {
      wave,
      windows: windowsOf(timeline, wave.number),
      piles: pilesOf(ofWave(timeline.installs), span, stepMs),
      under: under.length === 0 ? undefined : pileOf({ from: now, to: now }, under),
      ghost,
      releasedAt: moment(wave.releasedAt),
      gateAt: moment(wave.passedAt) ?? (isJudged ? now : ghost?.to),
    }
  })
}

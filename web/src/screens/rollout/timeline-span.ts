/** Which stretch of time the clock shows. The night is the viewer's, from noon to noon. Pure but for the zone. */
import type { RolloutOutlook, RolloutWhole, Timeline } from '../../api/types.ts'
import { isMoving } from './use-rollout.ts'

const HOUR_MS = 3_600_000
/** Shorter ones would be all edges. */
const LEAST_MS = 2 * HOUR_MS

/** Milliseconds since 1970. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The noon before `at`, on the viewer's clock. */
export function nightOf(at: number): Span {
  const day = new Date(at)
  const noon = new Date(day.getFullYear(), day.getMonth(), day.getDate(), 12)
  if (noon.getTime() > at) noon.setDate(noon.getDate() - 1)
  const next = new Date(noon)
  next.setDate(next.getDate() + 1)
  return { from: noon.getTime(), to: next.getTime() }
}

/** The night that matters: the present one while it moves, else the one in which it was or will be. */
export function ownNight(rollout: RolloutWhole, outlook: RolloutOutlook | undefined, now: number): Span {
  if (isMoving(rollout) || rollout.state === 'paused') return nightOf(now)
  const ended = rollout.finishedAt ?? rollout.startedAt
  if (ended !== null) return nightOf(Date.parse(ended))
  const planned = outlook?.waves.find((wave) => wave.startsAt !== null)?.startsAt
  return nightOf(planned == null ? now : Date.parse(planned))
}

const isDayLong = ({ from, to }: Span): boolean => to - from > 20 * HOUR_MS

interface Shown {
  readonly rollout: RolloutWhole
  readonly timeline: Timeline
  readonly outlook: RolloutOutlook | undefined
  readonly now: number
}

/** What is worth the width: all that happens in the night, and its windows unless they are the whole day. */
export function shownSpan(night: Span, { rollout, timeline, outlook, now }: Shown): Span {
  const windows = timeline.waves
    .flatMap((wave) => wave.windows)
    .map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }))
    .filter((one) => !isDayLong(one))
  const texts = [
    ...timeline.installs.map((one) => one.at),
    ...rollout.waves.flatMap((wave) => [wave.releasedAt, wave.passedAt]),
    ...(outlook?.waves ?? []).flatMap((wave) => [wave.startsAt, wave.endsAt]),
  ]
  const moments = [
    ...windows.flatMap(({ from, to }) => [from, to]),
    ...texts.flatMap((text) => (text === null ? [] : [Date.parse(text)])),
    ...(isMoving(rollout) ? [now] : []),
  ].filter((at) => at >= night.from && at <= night.to)
  if (moments.length === 0) return night
  const from = Math.floor(Math.min(...moments) / HOUR_MS) * HOUR_MS
  const to = Math.ceil(Math.max(...moments) / HOUR_MS) * HOUR_MS
  const missing = Math.max(0, LEAST_MS - (to - from))
  const half = Math.ceil(missing / 2 / HOUR_MS) * HOUR_MS
  return { from: Math.max(night.from, from - half), to: Math.min(night.to, to + half) }
}

/** Whole hours of the viewer's clock, as many as the width takes. */
export function ticksOf({ from, to }: Span, width: number): number[] {
  const most = Math.max(2, Math.floor(width / 56))
  const hours = (to - from) / HOUR_MS
  const step = [1, 2, 3, 4, 6, 12].find((one) => hours / one <= most) ?? 24
  const first = new Date(from)
  first.setMinutes(0, 0, 0)
  const ticks: number[] = []
  for (const at = first; at.getTime() <= to && ticks.length < 100; at.setHours(at.getHours() + 1))
    if (at.getTime() >= from && at.getHours() % step === 0) ticks.push(at.getTime())
  return ticks
}

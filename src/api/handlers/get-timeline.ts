/** A rollout on the clock: windows, what ended when, and when the rest will probably be done. */
import { z } from 'zod'
import { readRollout } from '../../db/approval.ts'
import type { Executor } from '../../db/database.ts'
import { readEnded, readUnderWay, readWaveWindows } from '../../db/timeline.ts'
import { readWaveOutlook } from '../../db/wave-outlook.ts'
import { DAY_MS } from '../../rollout/time/local-time.ts'
import type { Call, Handled } from '../call.ts'
import { bounded } from '../list.ts'
import { Problem } from '../problem.ts'

/** Longer ones are asked for in pieces. */
const MAX_DAYS = 3

const moment = z.iso
  .datetime({ offset: true })
  .max(40)
  .transform((text) => Date.parse(text))
export const timelineQuery = z
  .strictObject({
    from: moment.optional().meta({ description: 'Left out: twelve hours ago.' }),
    to: moment.optional().meta({ description: `A day after it, where left out; at most ${MAX_DAYS} days.` }),
  })
  .transform(({ from = Date.now() - DAY_MS / 2, to = from + DAY_MS }) => ({ from, to }))
  .refine(({ from, to }) => from < to && to - from <= MAX_DAYS * DAY_MS, 'from 1 minute to 3 days')

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

type TimelineCall = Call<{ id: string }, z.output<typeof timelineQuery>>

async function readClock(on: Executor, { params, query, principal }: TimelineCall) {
  const row = await readRollout(on, params.id)
  if (row === undefined) return undefined
  const groups = principal.storeGroups
  const asked = { rolloutId: row.id, groups, ...query }
  return {
    waves: await readWaveWindows(on, row.plan, groups, query),
    installs: await readEnded(on, asked),
    under: await readUnderWay(on, asked),
  }
}

/** Read once for all who ask at the same time. @throws Problem notFound, unavailable */
export async function getTimeline(call: TimelineCall): Handled {
  const { db, params, query, principal, shared } = call
  const question = ['timeline', params.id, principal.storeGroups, query.from, query.to]
  const found = await shared.read(question, () => bounded(db, (on) => readClock(on, call), {}))
  if (found === undefined) throw new Problem('notFound')
  const { waves, installs, under } = found
  return {
    body: {
      id: params.id,
      at: new Date(),
      from: iso(query.from),
      to: iso(query.to),
      waves: waves.map(({ number, windows }) => ({
        number,
        windows: windows.map(({ from, to, stores }) => ({ from: iso(from), to: iso(to), stores })),
      })),
      installs,
      under,
    },
  }
}

/** Read once for all who ask at the same time. @throws Problem notFound, unavailable */
export async function getRolloutOutlook({ db, params, shared }: Call<{ id: string }>): Handled {
  const read = async (now: number) => ({
    now,
    waves: await bounded(db, (on) => readWaveOutlook(on, params.id, now), {}),
  })
  const question = ['rolloutOutlook', params.id]
  const { now, waves } = await shared.read(question, () => read(Date.now()))
  if (waves === undefined) throw new Problem('notFound')
  const open = waves.filter((wave) => wave.left > 0)
  const ends = open.flatMap((wave) => wave.endsAt ?? [])
  return {
    body: {
      id: params.id,
      at: iso(now),
      endsAt: ends.length === 0 || ends.length < open.length ? null : iso(Math.max(...ends)),
      waves: waves.map(({ number, left, startsAt, endsAt }) => ({
        number,
        left,
        startsAt: iso(startsAt),
        endsAt: iso(endsAt),
      })),
    },
  }
}

import { z } from 'zod'
import { readLiveHorizon } from '../../db/live.ts'
import type { Fold } from '../../events/fold.ts'
import { streamLive } from '../../events/live.ts'
import { foldsOf } from '../../events/ticks.ts'
import type { Call, Handled } from '../call.ts'
import { cellsView } from '../cells-view.ts'
import { askedPlace, reachedPlace, serveStream } from '../stream-call.ts'
import { checkRolloutInView, rolloutInView } from './get-board.ts'

export const liveQuery = z.strictObject({
  after: z
    .string()
    .max(40)
    .optional()
    .meta({ description: '`cursor` of the board, or `to` of a message. Left out: from now on.' }),
  rollout: rolloutInView,
})
type LiveCall = Call<unknown, z.output<typeof liveQuery>>

function show({ at, from, to, seq, isReset, topics, events, cells: rows }: Fold) {
  const { storeCodes, tables, cells } = cellsView(rows)
  return {
    ...{ at: at.toISOString(), from, to, seq },
    reset: isReset,
    ...{ topics, events, stores: { code: storeCodes }, tables, cells },
  }
}

/** The folded stream where `text/event-stream` is accepted; else one message, as of now, for who cannot keep one open. */
export async function watchLive(call: LiveCall): Handled {
  const { db, query, principal, request, response } = call
  await checkRolloutInView(call)
  const from = askedPlace(call, query.after)
  const after = from === undefined ? (await readLiveHorizon(db.pool)).cursor : await reachedPlace(call, from)
  const view = { groups: principal.storeGroups, rolloutId: query.rollout }
  const folds = foldsOf(db)
  const isStream = request.headers.accept?.includes('text/event-stream') === true
  if (!isStream || request.method === 'HEAD') return { body: show(await folds.replay(after, view)) }
  await serveStream(call, (signal) => streamLive({ folds, response, after, view, show, signal }))
  return undefined
}

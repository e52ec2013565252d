/** The live page's stream: whatever goes on, at most four messages a second, and the same read for everybody who watches. */
import { setTimeout as rest } from 'node:timers/promises'
import type { Fold, FoldView } from './fold.ts'
import { isEmpty } from './fold.ts'
import { beginStream, PING_MS, type StreamOptions, write } from './stream.ts'
import type { Folds } from './ticks.ts'

export interface LiveOptions extends Omit<StreamOptions, 'filter' | 'feed' | 'db'> {
  readonly folds: Folds
  readonly view: FoldView
  /** A fold as it is sent. */
  readonly show: (fold: Fold) => object
}

/** Streams that stand at one place share what is read for them, and its text. */
const texts = new WeakMap<Fold, string>()

function messageOf(fold: Fold, show: LiveOptions['show']): string {
  const text = texts.get(fold) ?? `id: ${fold.to}\ndata: ${JSON.stringify(show(fold))}\n\n`
  texts.set(fold, text)
  return text
}

/** With the place reached, so that a page that heard only pings comes back from there. */
const pingOf = (cursor: string): string =>
  `event: ping\nid: ${cursor}\ndata: ${JSON.stringify({ at: new Date().toISOString() })}\n\n`

/**
 * Lives as long as the client and the signal do. A place too far back answers a reset, and goes on from now.
 * Rejects when the database cannot be read; the client comes back.
 */
export async function streamLive(options: LiveOptions): Promise<void> {
  const { folds, response, signal, view, show, pingMs = PING_MS } = options
  beginStream(response)
  await write(options, pingOf(options.after))
  let pingedAt = Date.now()
  let cursor = options.after
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const fold = await (isFirst ? folds.replay(cursor, view) : folds.next(cursor, view))
    cursor = fold.to
    if (!isEmpty(fold)) await write(options, messageOf(fold, show))
    if (Date.now() - pingedAt >= pingMs) {
      await write(options, pingOf(cursor))
      pingedAt = Date.now()
    }
    await rest(folds.restMs(), undefined, { signal }).catch(() => {})
  }
}

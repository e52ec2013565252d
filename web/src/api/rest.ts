/** How long an answer rests before it is asked for again. Pure. */

/** A full look heals whatever the stream did not tell. */
const HEAL_MS = 60_000
/** After a refusal that may pass by itself: nobody is to look at old data for a minute. */
const AGAIN_MS = 10_000
/** A list is read anew page after page: the more of them, the longer it rests, so that it is one a second at most. */
const PAGE_MS = 1000

interface Held {
  readonly status: string
  readonly data: unknown
  readonly error: unknown
}

/** Of a list that grows downwards; 1 of any other answer. */
export function pagesOf(data: unknown): number {
  const pages = typeof data === 'object' && data !== null && 'pages' in data ? data.pages : undefined
  return Array.isArray(pages) ? Math.max(1, pages.length) : 1
}

/** Milliseconds that news of an answer wait, counted from when it was last read; one page waits for nothing of its own. */
export const newsRestMs = (data: unknown): number => (pagesOf(data) > 1 ? pagesOf(data) * PAGE_MS : 0)

/** No answer came, or one of a server in trouble: the same may do later. */
function isPassing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return true
  const { status } = error
  return typeof status !== 'number' || status === 0 || status === 429 || status >= 500
}

/** Milliseconds until it is asked for again anyhow. @param every asked for by its screen; undefined: as ever */
export function restMs({ status, data, error }: Held, every: number | undefined): number {
  if (status === 'error') return Math.max(isPassing(error) ? AGAIN_MS : HEAL_MS, newsRestMs(data))
  return Math.max(every ?? HEAL_MS, newsRestMs(data))
}

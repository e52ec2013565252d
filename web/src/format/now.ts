/** The server's clock: the age of what it tells is told by it, whatever the viewer's own machine believes. */

/** Below this it is an answer's way, and the whole seconds of its header. */
const LEAST_MS = 5000
let aheadMs = 0

/** @param date an answer's `Date` header @param sentAt when it was asked for, on the own clock */
export function hearClock(date: string | null, sentAt: number): void {
  const told = date === null ? Number.NaN : Date.parse(date)
  const now = Date.now()
  // One that was long on its way, as over a machine's sleep, tells nothing of now.
  if (Number.isNaN(told) || now - sentAt > LEAST_MS) return
  aheadMs = Math.abs(told - now) < LEAST_MS ? 0 : told - now
}

/** Milliseconds since 1970. */
export const serverNow = (): number => Date.now() + aheadMs

/** Open streams of events: so many in all, and so many of each principal, at one API process. */
import type { Limits } from './limits.ts'
import type { Principal } from './principal.ts'
import { Problem } from './problem.ts'
import { principalKey } from './rate.ts'

const open = new Map<string, number>()
let all = 0

/** Takes a place until the function that it returns is called. @throws Problem tooManyStreams */
export function takeStream(who: Principal, { streams, streamsPerPrincipal }: Limits): () => void {
  const key = principalKey(who)
  const before = open.get(key) ?? 0
  if (all >= streams || before >= streamsPerPrincipal) throw new Problem('tooManyStreams', { retryAfter: 5 })
  all += 1
  open.set(key, before + 1)
  let isOpen = true
  return () => {
    if (!isOpen) return
    isOpen = false
    all -= 1
    const left = (open.get(key) ?? 1) - 1
    if (left === 0) open.delete(key)
    else open.set(key, left)
  }
}

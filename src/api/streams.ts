/** Open streams of events: so many in all, of each account, and of each of its tokens and sessions. */
import type { Limits } from './limits.ts'
import { createPlaces } from './places.ts'
import type { Principal } from './principal.ts'
import { Problem } from './problem.ts'
import { accountKey, principalKey } from './rate.ts'

const open = createPlaces()

/** Takes a place until the function that it returns is called. @throws Problem tooManyStreams */
export function takeStream(who: Principal, limits: Limits): () => void {
  const { streams, streamsPerPrincipal, streamsPerAccount } = limits
  const keys = { [principalKey(who)]: streamsPerPrincipal, [accountKey(who)]: streamsPerAccount }
  const leave = open.take(streams, keys)
  if (typeof leave === 'string') throw new Problem('tooManyStreams', { retryAfter: 5 })
  return leave
}

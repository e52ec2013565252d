/** Open streams of events: so many in all, of each account, and of each of its tokens and sessions. */
import type { Request, RequestHandler, Response } from 'express'
import { foundAsking } from './auth.ts'
import type { Limits } from './limits.ts'
import { createPlaces } from './places.ts'
import type { Principal } from './principal.ts'
import { Problem } from './problem.ts'
import { accountKey, addressKey, principalKey, type RateLimit } from './rate.ts'

const open = createPlaces()

/** Takes a place until the function that it returns is called. @throws Problem tooManyStreams */
export function takeStream(who: Principal, limits: Limits): () => void {
  const { streams, streamsPerPrincipal, streamsPerAccount } = limits
  const keys = { [principalKey(who)]: streamsPerPrincipal, [accountKey(who)]: streamsPerAccount }
  const leave = open.take(streams, keys)
  if (typeof leave === 'string') throw new Problem('tooManyStreams', { retryAfter: 5 })
  return leave
}

async function countLate(rate: RateLimit, request: Request, response: Response): Promise<void> {
  const who = foundAsking(request)
  if (who === undefined) await rate.count(request, response, addressKey(request.ip))
  else await rate.count(request, response, principalKey(who), accountKey(who))
}

/**
 * A stream is not counted among the requests, for it has a place while it is open. One that was refused, for whatever
 * reason, had none: it is counted when that is known.
 * @param serve a handler that rejects what it refuses @throws Problem tooManyRequests instead of the refusal
 */
export const countingRefusals =
  (rate: RateLimit, serve: RequestHandler): RequestHandler =>
  async (request, response, next) => {
    try {
      await serve(request, response, next)
    } catch (error) {
      const isCounted = response.locals.rateKey !== undefined
      if (!isCounted && !response.headersSent) await countLate(rate, request, response)
      throw error
    }
  }

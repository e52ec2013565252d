/** How often one principal may ask: by the minute, and by the second. Counted in memory, by each process for itself. */
import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { ipKeyGenerator, MemoryStore, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit'
import type { Limits } from './limits.ts'
import type { Principal } from './principal.ts'
import { Problem } from './problem.ts'

export interface RateLimit {
  /** Counts a request and sets the RateLimit headers. @throws Problem tooManyRequests */
  count(request: Request, response: Response, key: string): Promise<void>
  close(): void
}

/** A network of IPv6 is one address. */
export const addressKey = (address: string | undefined): string => `address ${ipKeyGenerator(address ?? '')}`

/** Each token, each session counts for itself. */
export function principalKey({ tokenId, sessionId, userId, actor }: Principal): string {
  const who = tokenId ?? sessionId ?? userId ?? actor
  return `principal ${createHash('sha256').update(who).digest('base64url')}`
}

const keyOf = (_request: Request, response: Response): string => String(response.locals.rateKey)

function limiter(name: string, windowMs: number, limit: number, store: MemoryStore): RateLimitRequestHandler {
  return rateLimit({
    windowMs,
    limit,
    store,
    identifier: name,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: keyOf,
    // The server knows its proxies by itself.
    validate: false,
    handler: (_request, response, next) => {
      const retryAfter = Number(response.getHeader('Retry-After') ?? 1)
      next(new Problem('tooManyRequests', { retryAfter, more: { limit, windowSeconds: windowMs / 1000 } }))
    },
  })
}

export function createRateLimit({ requestsPerMinute, requestsPerSecond }: Limits): RateLimit {
  if (requestsPerMinute === 0) return { count: async () => {}, close: () => {} }
  const stores = [new MemoryStore(), new MemoryStore()] as const
  const perSecond = Math.min(requestsPerSecond, requestsPerMinute)
  const limiters = [
    limiter('second', 1000, perSecond, stores[0]),
    limiter('minute', 60_000, requestsPerMinute, stores[1]),
  ]
  return {
    count: async (request, response, key) => {
      response.locals.rateKey = key
      for (const limit of limiters) {
        await new Promise<void>((resolve, reject) => {
          const next = (error?: unknown) => (error === undefined ? resolve() : reject(error))
          Promise.resolve(limit(request, response, next)).catch(reject)
        })
      }
    },
    close: () => {
      for (const store of stores) store.shutdown()
    },
  }
}

/** How often one principal may ask: by the minute, and by the second. Counted in memory, by each process for itself. */
import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { ipKeyGenerator, MemoryStore, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit'
import type { Limits } from './limits.ts'
import type { Principal } from './principal.ts'
import { Problem } from './problem.ts'

export interface RateLimit {
  /**
   * Counts a request and sets the RateLimit headers.
   * @param account whose key it is, where somebody may have many @throws Problem tooManyRequests
   */
  count(request: Request, response: Response, key: string, account?: string): Promise<void>
  close(): void
}

/** A network of IPv6 is one address. */
export const addressKey = (address: string | undefined): string => `address ${ipKeyGenerator(address ?? '')}`

const digest = (kind: string, who: string): string =>
  `${kind} ${createHash('sha256').update(who).digest('base64url')}`

/** Each token, each session counts for itself. */
export const principalKey = ({ tokenId, sessionId, userId, actor }: Principal): string =>
  digest('principal', tokenId ?? sessionId ?? userId ?? actor)

/** And all that are one person's, or came from one token, together: they can make as many as they like. */
export const accountKey = ({ account }: Principal): string => digest('account', account)

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

/** Two windows over one set of keys. */
function windows(name: string, perSecond: number, perMinute: number) {
  const stores = [new MemoryStore(), new MemoryStore()] as const
  const limiters = [
    limiter(`${name}second`, 1000, Math.min(perSecond, perMinute), stores[0]),
    limiter(`${name}minute`, 60_000, perMinute, stores[1]),
  ]
  const count = async (request: Request, response: Response, key: string): Promise<void> => {
    response.locals.rateKey = key
    for (const limit of limiters) {
      await new Promise<void>((resolve, reject) => {
        const next = (error?: unknown) => (error === undefined ? resolve() : reject(error))
        Promise.resolve(limit(request, response, next)).catch(reject)
      })
    }
  }
  const close = () => {
    for (const store of stores) store.shutdown()
  }
  return { count, close }
}

export function createRateLimit(limits: Limits): RateLimit {
  const { requestsPerMinute, requestsPerSecond, accountShare } = limits
  if (requestsPerMinute === 0) return { count: async () => {}, close: () => {} }
  const own = windows('', requestsPerSecond, requestsPerMinute)
  const all = windows('account-', requestsPerSecond * accountShare, requestsPerMinute * accountShare)
  return {
    count: async (request, response, key, account) => {
      if (account !== undefined) await all.count(request, response, account)
      await own.count(request, response, key)
    },
    close: () => {
      own.close()
      all.close()
    },
  }
}

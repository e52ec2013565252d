/** How much one client may ask of one API process. Behind several processes each counts for itself. */
import type { Config } from '../config.ts'

export interface Limits {
  /** Of one principal; 0: unlimited. */
  readonly requestsPerMinute: number
  readonly requestsPerSecond: number
  /** How many times that all tokens and sessions of one account may ask together. */
  readonly accountShare: number
  /** From the first byte to the end of the headers. */
  readonly headersMs: number
  /** Of a JSON body, from its first byte to its last. */
  readonly bodyMs: number
  /** A streamed upload brings so much in each window, or is cut off. */
  readonly uploadBytesPerSecond: number
  readonly uploadWindowMs: number
  /** Uploads at once. */
  readonly uploads: number
  readonly uploadsPerAccount: number
  /** Signatures at once that are judged before an upload: each is two processes. */
  readonly checks: number
  readonly checksPerAccount: number
  /** A connection that is kept for the next request. */
  readonly idleMs: number
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly urlBytes: number
  readonly headerCount: number
  readonly headerBytes: number
  /** Open streams of events. */
  readonly streams: number
  readonly streamsPerPrincipal: number
  readonly streamsPerAccount: number
  /** How long a request waits for another one with its Idempotency-Key. */
  readonly keyWaitMs: number
  /** Whoever serves a key says so anew before it runs out. */
  readonly keyLeaseMs: number
  /** Health says `draining` for so long before the server closes. */
  readonly drainMs: number
  /** What still runs after it is cut off. */
  readonly closeMs: number
}

export const limitsOf = (config: Config, own: Partial<Limits> = {}): Limits => ({
  requestsPerMinute: config.ratePerMinute,
  requestsPerSecond: 200,
  accountShare: 3,
  headersMs: 10_000,
  bodyMs: 30_000,
  uploadBytesPerSecond: 8 * 1024,
  uploadWindowMs: 30_000,
  uploads: 8,
  uploadsPerAccount: 4,
  checks: 4,
  checksPerAccount: 2,
  idleMs: 30_000,
  connections: 2000,
  connectionsPerAddress: config.connectionsPerAddress,
  urlBytes: 8 * 1024,
  headerCount: 100,
  headerBytes: 16 * 1024,
  streams: 500,
  streamsPerPrincipal: 20,
  streamsPerAccount: 50,
  keyWaitMs: 20_000,
  keyLeaseMs: 15_000,
  drainMs: config.drainSeconds * 1000,
  closeMs: 10_000,
  ...own,
})

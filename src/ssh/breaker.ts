import type { ReasonCode } from '../rollout/reasons.ts'
import { SshFailure } from './failure.ts'

interface Trip {
  readonly failure: SshFailure
  readonly identity: string
  readonly until: number
}

const CODES: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['signInRefused', 'hostKeyChanged'])

/**
 * Leaves a host alone that refused our key or showed another one. Since OpenSSH 9.8 about three refusals lock
 * the whole source address out, so one wrong key must not cost every other call to that server.
 */
export class Breaker {
  readonly #trips = new Map<string, Trip>()
  readonly #forMs: number

  constructor(forMs: number) {
    this.#forMs = forMs
  }

  /** Throws what it tripped for; to another identity (user, key, pins) a refusal means only: later. */
  check(address: string, identity: string): void {
    const trip = this.#trips.get(address)
    if (trip === undefined) return
    const leftMs = trip.until - performance.now()
    if (leftMs <= 0) {
      this.#trips.delete(address)
      return
    }
    const params = { ...trip.failure.params, againSeconds: Math.ceil(leftMs / 1000) }
    if (trip.identity === identity) throw new SshFailure(trip.failure.code, { params, cause: trip.failure })
    if (trip.failure.code === 'signInRefused')
      throw new SshFailure('throttled', { params, cause: trip.failure })
  }

  /** Remembers a failure that must not be repeated soon. Bounded: hosts that are over leave first. */
  note(address: string, identity: string, failure: SshFailure): void {
    if (!CODES.has(failure.code)) return
    const now = performance.now()
    for (const [key, trip] of this.#trips) if (trip.until <= now) this.#trips.delete(key)
    this.#trips.set(address, { failure, identity, until: now + this.#forMs })
  }
}

import { type Call, type Ending, pause, settle } from './call.ts'
import { SshFailure } from './failure.ts'

/** So many at a time, the rest in the order of their coming, and no more than a bound of those. */
export class Gate {
  readonly #limit: number
  readonly #maxWaiting: number
  readonly #waiters = new Set<() => void>()
  #active = 0

  constructor(limit: number, maxWaiting: number) {
    this.#limit = limit
    this.#maxWaiting = maxWaiting
  }

  get idle(): boolean {
    return this.#active === 0 && this.#waiters.size === 0
  }

  /** @returns gives the place back; call it once. Throws `throttled` when too many wait already. */
  async acquire(call: Call, endings: readonly Ending[] = []): Promise<() => void> {
    if (this.#active < this.#limit) this.#active += 1
    else await this.#queue(call, endings)
    return () => this.#release()
  }

  async #queue(call: Call, endings: readonly Ending[]): Promise<void> {
    if (this.#waiters.size >= this.#maxWaiting) {
      throw new SshFailure('throttled', { params: { problem: 'queueFull' } })
    }
    let waiter = () => {}
    try {
      await settle<void>(
        call,
        endings,
        (done) => {
          waiter = () => done(undefined)
          this.#waiters.add(waiter)
        },
        () => this.#release(),
      )
    } finally {
      this.#waiters.delete(waiter)
    }
  }

  /** Hands the place on without giving it back in between, so nobody overtakes. */
  #release(): void {
    for (const next of this.#waiters) {
      this.#waiters.delete(next)
      next()
      return
    }
    this.#active -= 1
  }
}

/** At most so many starts a second, evenly spaced. */
export class Pace {
  readonly #gapMs: number
  readonly #maxWaitMs: number
  #next = 0

  constructor(perSecond: number, maxWaiting: number) {
    this.#gapMs = 1000 / perSecond
    this.#maxWaitMs = this.#gapMs * maxWaiting
  }

  async turn(call: Call): Promise<void> {
    const now = performance.now()
    const at = Math.max(now, this.#next)
    if (at - now > this.#maxWaitMs) throw new SshFailure('throttled', { params: { problem: 'queueFull' } })
    this.#next = at + this.#gapMs
    if (at > now) await pause(at - now, call)
  }
}

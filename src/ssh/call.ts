/** One call: its deadline, its cancellation, and racing every step of it against whatever may end it. */
import type { ReasonCode } from '../rollout/reasons.ts'
import { SshFailure } from './failure.ts'
import type { CallOptions } from './types.ts'

const LONGEST_MS = 24 * 3_600_000

/** Something that ends once, for a reason, and tells everybody who waits. */
export class Ending {
  readonly #listeners = new Set<(reason: unknown) => void>()
  #reason: unknown
  #over = false

  get over(): boolean {
    return this.#over
  }

  end(reason: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#reason = reason
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener(reason)
  }

  /** Calls the listener when it ends, or now when it has. @returns takes the listener off again */
  subscribe(listener: (reason: unknown) => void): () => void {
    if (this.#over) {
      listener(this.#reason)
      return () => {}
    }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

export interface Call {
  readonly ending: Ending
  /** True from the moment when the remote side may have acted. */
  sent: boolean
  /** What it means when the deadline passes now. */
  stage: () => ReasonCode
}

export const inTime = (): ReasonCode => 'timedOut'

/**
 * Settles as `start` reports, or rejects as soon as the call or one of `endings` ends: ssh2 itself often never calls back.
 * @param late gets a value that came when nobody waited any more
 */
export function settle<T>(
  call: Call,
  endings: readonly Ending[],
  start: (done: (error: unknown, value?: T) => void) => void,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let settled = false
    let subscriptions: (() => void)[] = []
    const finish = (act: () => void): boolean => {
      if (settled) return false
      settled = true
      for (const unsubscribe of subscriptions) unsubscribe()
      act()
      return true
    }
    const fail = (error: unknown) => void finish(() => reject(error))
    const done = (error: unknown, value?: T) => {
      if (error) return fail(error)
      if (!finish(() => resolve(value as T))) late?.(value as T)
    }
    subscriptions = [call.ending, ...endings].map((ending) => ending.subscribe(fail))
    if (settled) return
    try {
      start(done)
    } catch (error) {
      fail(error)
    }
  })
}

/** Waits for a promise as long as the call lives. */
export const wait = <T>(call: Call, promise: Promise<T>, late?: (value: T) => void): Promise<T> =>
  settle<T>(
    call,
    [],
    (done) =>
      void promise.then(
        (value) => done(undefined, value),
        (error) => done(error ?? new Error('failed')),
      ),
    late,
  )

/** Waits for a time, unless the call or one of `endings` ends first. */
export async function pause(ms: number, call: Call, endings: readonly Ending[] = []): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  try {
    await settle<void>(call, endings, (done) => {
      timer = setTimeout(() => done(undefined), ms)
    })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Runs `body` until it settles, the deadline passes or the caller's signal is aborted.
 * Throws SshFailure with `sent` as the call stood, or the reason of the caller's signal as it is.
 */
export async function withCall<T>(options: CallOptions, body: (call: Call) => Promise<T>): Promise<T> {
  const { signal } = options
  signal?.throwIfAborted()
  const expired = new Error('the deadline has passed')
  const call: Call = { ending: new Ending(), sent: false, stage: inTime }
  const timer = setTimeout(
    () => call.ending.end(expired),
    Math.min(Math.max(options.deadlineMs, 0), LONGEST_MS),
  )
  const abort = () => call.ending.end(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await body(call)
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw error
    throw asFailure(error, expired, call)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    call.ending.end(expired)
  }
}

function asFailure(error: unknown, expired: Error, call: Call): SshFailure {
  if (error === expired)
    return new SshFailure(call.stage(), { sent: call.sent, params: { problem: 'deadline' }, cause: error })
  if (error instanceof SshFailure) return error.withSent(call.sent)
  return new SshFailure('internalError', { sent: call.sent, cause: error })
}

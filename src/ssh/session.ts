import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { type Call, Ending, pause, settle } from './call.ts'
import { channelOpenReason, type Hop, SshFailure } from './failure.ts'
import { Gate } from './gate.ts'
import type { SshLimits } from './limits.ts'

const POLITE_CLOSE_MS = 500
const REFUSED_PAUSES_MS = [20, 50, 100, 200, 400]

/** One signed-in connection, from `ready` until nothing of it is left. */
export class Session {
  readonly client: Client
  readonly hop: Hop
  /** Ends with the connection, however it ends: everything that waits on it is raced against this. */
  readonly ended = new Ending()
  readonly channels: Gate
  readonly uploads: Gate
  readonly #transport: Duplex
  readonly #limits: SshLimits
  #users = 0
  #abandoned = 0
  #retired = false
  #cut = false
  #closed: Promise<void> | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(client: Client, transport: Duplex, hop: Hop, limits: SshLimits) {
    this.client = client
    this.hop = hop
    this.#transport = transport
    this.#limits = limits
    this.channels = new Gate(limits.channelsPerConnection, limits.waitingPerConnection)
    this.uploads = new Gate(limits.uploadsPerConnection, limits.waitingPerConnection)
    this.#watch()
    this.#startIdle()
  }

  /** False: a new call needs a new connection. */
  get usable(): boolean {
    return !this.#retired && !this.ended.over
  }

  /** Keeps the connection from being closed as idle. @returns gives it back; call it once */
  hold(): () => void {
    this.#users += 1
    clearTimeout(this.#idle)
    return () => {
      this.#users -= 1
      this.#whenUnused()
    }
  }

  /** No new calls; closed when the last one is through. */
  retire(): void {
    this.#retired = true
    this.#whenUnused()
  }

  /** A channel was given up on. Its command may live on and counts against the server's MaxSessions. */
  abandon(): void {
    this.#abandoned += 1
    if (this.#abandoned >= this.#limits.abandonedPerConnection) this.retire()
  }

  /** One request to ssh2, raced against the call and the end of this connection. */
  ask<T>(
    call: Call,
    start: (done: (error: unknown, value?: T) => void) => void,
    late?: (value: T) => void,
  ): Promise<T> {
    return settle(call, [this.ended], start, late)
  }

  /** Opens an exec or sftp channel. A refusal to open, or a link found dead, is told apart from all later trouble. */
  async openChannel<T>(
    call: Call,
    start: (done: (error: unknown, value?: T) => void) => void,
    late: (value: T) => void,
  ): Promise<T> {
    // sshd counts a channel that has closed for a moment longer: many short commands can meet MaxSessions.
    for (const pauseMs of REFUSED_PAUSES_MS) {
      try {
        return await this.ask(call, start, late)
      } catch (cause) {
        if (isNotConnected(cause)) {
          this.retire()
          throw new SshFailure('connectionLost', { cause })
        }
        if (channelOpenReason(cause) === undefined) throw cause
      }
      await pause(pauseMs, call, [this.ended])
    }
    this.retire()
    throw new SshFailure('throttled', { params: { hop: this.hop, problem: 'channelRefused' } })
  }

  /** Cuts the connection now. */
  destroy(failure = new SshFailure('connectionLost')): void {
    clearTimeout(this.#idle)
    this.#cut = true
    this.#transport.destroy()
    this.ended.end(failure)
  }

  /** Says goodbye and closes; cuts when the other side does not let go. Resolves when nothing is left. */
  close(failure = new SshFailure('connectionLost')): Promise<void> {
    clearTimeout(this.#idle)
    this.#closed ??= this.#sayGoodbye()
    this.ended.end(failure)
    return this.#closed
  }

  async #sayGoodbye(): Promise<void> {
    if (this.#cut) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLITE_CLOSE_MS)
      this.client.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      this.client.end()
    })
    this.#transport.destroy()
  }

  #watch(): void {
    let cause: unknown
    const over = () => this.destroy(new SshFailure('connectionLost', { params: { hop: this.hop }, cause }))
    this.client.on('error', (error) => {
      cause ??= error
      // After a fatal protocol error ssh2 only half-closes and reads no more: it would hang there for ever.
      over()
    })
    // Half-closed by the server. What it sent before that may still be on its way through ssh2's streams.
    this.client.on('end', () => setImmediate(over))
    this.client.on('close', over)
  }

  #whenUnused(): void {
    if (this.#users > 0 || this.ended.over) return
    if (this.#retired) void this.close()
    else this.#startIdle()
  }

  #startIdle(): void {
    clearTimeout(this.#idle)
    const ms = this.hop === 'store' ? this.#limits.storeIdleMs : this.#limits.deviceIdleMs
    this.#idle = setTimeout(() => this.retire(), ms)
  }
}

const isNotConnected = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Not connected'

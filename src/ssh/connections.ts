/** The pooled connections: who shares one, when a new one may be made, and how long it is kept. */
import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import type { ReasonCode } from '../rollout/reasons.ts'
import { Breaker } from './breaker.ts'
import { type Call, type Ending, inTime, wait, withCall } from './call.ts'
import { CredentialProblem, type SigningKey } from './credentials.ts'
import { openHop } from './device-hop.ts'
import { type Hop, offlineCode, SshFailure } from './failure.ts'
import { Gate, Pace } from './gate.ts'
import { openSession, requirePinned } from './handshake.ts'
import type { SshLimits } from './limits.ts'
import type { Session } from './session.ts'
import { openSocket } from './socket.ts'
import type { Endpoint, Route, SshLog } from './types.ts'

/** Waiting for a turn to connect is bounded apart from connecting itself. */
const TURN_MS = 60_000

/** Everything that makes two calls able to share a connection: other pins or another key are another connection. */
export const identityOf = (e: Endpoint): string =>
  JSON.stringify([e.host, e.port, e.user, e.credential, e.legacyAlgorithms ?? false, ...e.hostKeys])
const addressOf = (e: Endpoint): string => JSON.stringify([e.host, e.port])

export interface Lease {
  readonly session: Session
  release(): void
}

interface Entry {
  readonly opening: Promise<Session>
  /** What it means when a deadline passes while this is still opening. */
  stage: () => ReasonCode
  session?: Session
}

interface Opening {
  readonly endpoint: Endpoint
  readonly hop: Hop
  /** The server as others would name it: devices of two stores may have the same address. */
  readonly address: string
  readonly identity: string
  /** Opens the way to the server. */
  way(call: Call): Promise<Way>
}

interface Way {
  readonly transport: Duplex
  readonly through: readonly Ending[]
  /** Called when the connection has ended, or was never made. */
  release(): void
}

interface Options {
  readonly readKey: (credential: string) => Promise<SigningKey>
  readonly limits: SshLimits
  readonly log: SshLog | undefined
}

export class Connections {
  readonly #options: Options
  readonly #entries = new Map<string, Entry>()
  readonly #sessions = new Set<Session>()
  readonly #gates = new Map<string, Gate>()
  readonly #pace: Pace
  readonly #breaker: Breaker
  readonly #closing = new AbortController()

  constructor(options: Options) {
    this.#options = options
    // One listener for each connection that is opening.
    setMaxListeners(0, this.#closing.signal)
    this.#pace = new Pace(options.limits.handshakesPerSecond, options.limits.waitingHandshakes)
    this.#breaker = new Breaker(options.limits.breakerMs)
  }

  /** A connection to the route's end, made or shared. Release the lease when the call is through. */
  lease(route: Route, call: Call): Promise<Lease> {
    const { store, device } = route
    return device === undefined ? this.#store(store, call) : this.#device(store, device, call)
  }

  /** Ends what is opening, says goodbye to what is open; devices first, for they go through the stores. */
  async close(): Promise<void> {
    const failure = new SshFailure('connectionLost', { params: { problem: 'poolClosed' } })
    this.#closing.abort(failure)
    await Promise.allSettled([...this.#entries.values()].map((entry) => entry.opening))
    for (const hop of ['device', 'store'] as const) {
      const those = [...this.#sessions].filter((session) => session.hop === hop)
      await Promise.all(those.map((session) => session.close(failure)))
    }
  }

  #store(endpoint: Endpoint, call: Call): Promise<Lease> {
    const identity = identityOf(endpoint)
    return this.#share(identity, call, {
      endpoint,
      hop: 'store',
      address: addressOf(endpoint),
      identity,
      way: async (opening) => {
        const transport = await openSocket(endpoint.host, endpoint.port, opening)
        return { transport, through: [], release: () => {} }
      },
    })
  }

  #device(store: Endpoint, device: Endpoint, call: Call): Promise<Lease> {
    const identity = identityOf(device)
    return this.#share(`${identityOf(store)} ${identity}`, call, {
      endpoint: device,
      hop: 'device',
      address: `${addressOf(store)} ${addressOf(device)}`,
      identity,
      way: async (opening) => {
        const lease = await this.#store(store, opening)
        opening.stage = () => offlineCode('device')
        try {
          const transport = await openHop(lease.session, device, opening)
          return { transport, through: [lease.session.ended], release: lease.release }
        } catch (error) {
          lease.release()
          throw error
        }
      },
    })
  }

  async #share(key: string, call: Call, opening: Opening): Promise<Lease> {
    let entry = this.#entries.get(key)
    if (entry === undefined || entry.session?.usable === false) entry = this.#open(key, opening)
    const current = entry
    call.stage = () => current.stage()
    const session = await wait(call, current.opening)
    call.stage = inTime
    return { session, release: session.hold() }
  }

  #open(key: string, opening: Opening): Entry {
    if (this.#entries.size >= this.#options.limits.maxConnections) {
      throw new SshFailure('throttled', { params: { problem: 'tooManyConnections' } })
    }
    const entry: Entry = { stage: inTime, opening: this.#connect(opening, (stage) => (entry.stage = stage)) }
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    }
    this.#entries.set(key, entry)
    entry.opening.then((session) => {
      entry.session = session
      session.ended.subscribe(forget)
    }, forget)
    return entry
  }

  /** Makes one connection. Not bound to the call that asked first: others wait for it too. */
  async #connect(opening: Opening, tell: (stage: () => ReasonCode) => void): Promise<Session> {
    const { endpoint, hop, address, identity } = opening
    requirePinned(endpoint, hop)
    this.#breaker.check(address, identity)
    const signal = this.#closing.signal
    const turn = { deadlineMs: TURN_MS, signal }
    const key = await withCall(turn, (call) => wait(call, this.#readKey(endpoint.credential)))
    const done = await withCall(turn, (call) => this.#turn(address, call))
    try {
      this.#breaker.check(address, identity)
      const session = await withCall({ deadlineMs: this.#connectMs(hop), signal }, (call) => {
        call.stage = () => offlineCode('store')
        tell(() => call.stage())
        return this.#handshake(opening, key, call)
      })
      this.#options.log?.debug({ host: endpoint.host, hop }, 'ssh: connected')
      return session
    } catch (error) {
      this.#failed(opening, error)
      throw error
    } finally {
      done()
    }
  }

  #connectMs(hop: Hop): number {
    const { storeConnectMs, deviceConnectMs } = this.#options.limits
    return hop === 'store' ? storeConnectMs : storeConnectMs + deviceConnectMs
  }

  async #handshake(opening: Opening, key: SigningKey, call: Call): Promise<Session> {
    const { endpoint, hop } = opening
    const { transport, through, release } = await opening.way(call)
    const { limits } = this.#options
    try {
      const session = await openSession({ endpoint, hop, transport, through, key, limits }, call)
      this.#sessions.add(session)
      session.ended.subscribe(() => {
        release()
        void session.close().finally(() => this.#sessions.delete(session))
      })
      return session
    } catch (error) {
      release()
      throw error
    }
  }

  async #readKey(credential: string): Promise<SigningKey> {
    try {
      return await this.#options.readKey(credential)
    } catch (cause) {
      const why = cause instanceof CredentialProblem ? cause.why : 'unreadable'
      throw new SshFailure('credentialUnreadable', { params: { credential, why }, cause })
    }
  }

  /** A place among this server's handshakes, and then a turn among all. */
  async #turn(address: string, call: Call): Promise<() => void> {
    const { handshakesPerServer, waitingHandshakes } = this.#options.limits
    call.stage = () => 'throttled'
    const gate = this.#gates.get(address) ?? new Gate(handshakesPerServer, waitingHandshakes)
    this.#gates.set(address, gate)
    const release = await gate.acquire(call)
    const done = () => {
      release()
      if (gate.idle) this.#gates.delete(address)
    }
    try {
      await this.#pace.turn(call)
      return done
    } catch (error) {
      done()
      throw error
    }
  }

  #failed({ endpoint, hop, address, identity }: Opening, error: unknown): void {
    if (!(error instanceof SshFailure)) return
    // A store's failure on the way to a device is the store's own, and noted there.
    if (error.params.hop === undefined || error.params.hop === hop)
      this.#breaker.note(address, identity, error)
    this.#options.log?.warn(
      { host: endpoint.host, hop, code: error.code, ...error.params },
      'ssh: no connection',
    )
  }
}

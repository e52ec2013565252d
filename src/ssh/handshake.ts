import type { Duplex } from 'node:stream'
import ssh2, { type Client, type ConnectConfig } from 'ssh2'
import { fingerprint } from '../hosts/host-key.ts'
import { algorithmsFor, tooOld, watchOffer } from './algorithms.ts'
import { type Call, Ending, settle } from './call.ts'
import { keyProblem, type SigningKey } from './credentials.ts'
import { type Hop, handshakeFailure, offlineCode, SshFailure } from './failure.ts'
import { isPinned, pinnedAlgorithms } from './host-keys.ts'
import type { SshLimits } from './limits.ts'
import { Session } from './session.ts'
import type { Endpoint } from './types.ts'

interface Handshake {
  readonly endpoint: Endpoint
  readonly hop: Hop
  readonly transport: Duplex
  readonly key: SigningKey
  readonly limits: SshLimits
  /** What the transport runs through: with its end this is over too. */
  readonly through: readonly Ending[]
}

/** One key, once: no password, no keyboard-interactive, no second try. An agent's is one key too. */
function signInOnce(
  { user: username }: Endpoint,
  key: SigningKey,
): Pick<ConnectConfig, 'username' | 'authHandler'> {
  let offered = false
  return {
    username,
    authHandler: (_methods, _partial, next) => {
      if (offered) return next(false as never)
      offered = true
      if (Buffer.isBuffer(key)) next({ type: 'publickey', username, key })
      else next({ type: 'agent', username, agent: key })
    },
  }
}

function configFor(handshake: Handshake, deny: (key: Buffer) => void): ConnectConfig {
  const { endpoint, transport, key, limits } = handshake
  return {
    ...signInOnce(endpoint, key),
    sock: transport,
    // Always set: without it ssh2 takes any key.
    hostVerifier: (shown: Buffer) => {
      if (isPinned(shown, endpoint.hostKeys)) return true
      deny(shown)
      return false
    },
    algorithms: algorithmsFor(endpoint),
    keepaliveInterval: limits.keepaliveMs,
    keepaliveCountMax: limits.keepaliveCount,
    // The call that connects has a deadline of its own.
    readyTimeout: 0,
  }
}

/** Throws before anything is sent: no pinned key, or none of a type we can check. */
export function requirePinned(endpoint: Endpoint, hop: Hop): void {
  if (pinnedAlgorithms(endpoint.hostKeys).length > 0) return
  throw new SshFailure('hostKeyUnknown', { params: { hop } })
}

function requireKey(key: SigningKey, credential: string): void {
  const why = Buffer.isBuffer(key) ? keyProblem(key) : undefined
  if (why !== undefined) throw new SshFailure('credentialUnreadable', { params: { credential, why } })
}

/** Key exchange, host key, sign-in over an open transport. The transport is destroyed when it fails. */
export async function openSession(handshake: Handshake, call: Call): Promise<Session> {
  const { transport, hop } = handshake
  const client = new ssh2.Client()
  try {
    requireKey(handshake.key, handshake.endpoint.credential)
    await greet(client, handshake, call)
    const session = new Session(client, transport, hop, handshake.limits)
    for (const ending of handshake.through) {
      ending.subscribe(() => session.destroy(new SshFailure('connectionLost', { params: { hop: 'store' } })))
    }
    return session
  } catch (error) {
    transport.on('error', () => {})
    client.on('error', () => {})
    transport.destroy()
    throw error
  }
}

/** Whether the other side has named its version; ssh2 keeps it, and says so nowhere else. */
const hasGreeted = (client: Client): boolean => (client as { _remoteVer?: string })._remoteVer !== undefined

/** The agent would not sign, or is gone: nobody else is to blame. */
const isAgents = (cause: unknown): boolean => (cause as { level?: unknown } | undefined)?.level === 'agent'

function greet(client: Client, handshake: Handshake, call: Call): Promise<void> {
  const { hop, endpoint } = handshake
  let shown: Buffer | undefined
  const signedIn = new Ending()
  let offer: ReturnType<typeof watchOffer> = () => undefined
  const failure = (cause: unknown): SshFailure => {
    if (isAgents(cause)) {
      const params = { credential: endpoint.credential, why: 'agentRefused' }
      return new SshFailure('credentialUnreadable', { params, cause })
    }
    if (shown === undefined)
      return (
        tooOld(cause, { hop, offer: offer(), asked: endpoint }) ??
        handshakeFailure(cause, hop, hasGreeted(client))
      )
    const params = { hop, host: endpoint.host, shown: fingerprint(shown) }
    return new SshFailure('hostKeyChanged', { params, cause })
  }
  const closed = new SshFailure(offlineCode(hop), { params: { problem: 'closedInHandshake' } })
  return settle<void>(call, handshake.through, (done) => {
    client.once('ready', () => {
      signedIn.end(undefined)
      done(undefined)
    })
    client.on('error', (error) => done(failure(error)))
    client.on('close', () => done(closed))
    // 'end' comes before ssh2 reports what the close meant.
    client.on('end', () => setImmediate(() => done(closed)))
    client.connect(configFor(handshake, (key) => (shown = key)))
    offer = watchOffer(handshake.transport, signedIn)
  })
}

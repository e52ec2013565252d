import type { Duplex } from 'node:stream'
import ssh2, { type Client, type ConnectConfig } from 'ssh2'
import { type Call, type Ending, settle } from './call.ts'
import { type Hop, handshakeFailure, offlineCode, SshFailure } from './failure.ts'
import { fingerprint, isPinned, pinnedAlgorithms } from './host-keys.ts'
import type { SshLimits } from './limits.ts'
import { Session } from './session.ts'
import type { Endpoint } from './types.ts'

// AES-GCM needs neither ssh2's native code nor a MAC, and was the fastest measured with it too.
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes256-ctr',
  'aes192-ctr',
  'aes128-ctr',
] as const

interface Handshake {
  readonly endpoint: Endpoint
  readonly hop: Hop
  readonly transport: Duplex
  readonly key: Buffer
  readonly limits: SshLimits
  /** What the transport runs through: with its end this is over too. */
  readonly through: readonly Ending[]
}

/** One key, once: no agent, no password, no keyboard-interactive, no second try. */
function signInOnce(endpoint: Endpoint, key: Buffer): Pick<ConnectConfig, 'username' | 'authHandler'> {
  let offered = false
  return {
    username: endpoint.user,
    authHandler: (_methods, _partial, next) => {
      if (offered) return next(false as never)
      offered = true
      next({ type: 'publickey', username: endpoint.user, key })
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
    algorithms: { serverHostKey: pinnedAlgorithms(endpoint.hostKeys) as never, cipher: [...CIPHERS] },
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

function requireKey(key: Buffer, credential: string): void {
  const parsed = ssh2.utils.parseKey(key)
  if (!(parsed instanceof Error) && parsed.isPrivateKey()) return
  throw new SshFailure('internalError', { params: { problem: 'credentialUnreadable', credential } })
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

function greet(client: Client, handshake: Handshake, call: Call): Promise<void> {
  const { hop, endpoint } = handshake
  let shown: Buffer | undefined
  const failure = (cause: unknown): SshFailure => {
    if (shown === undefined) return handshakeFailure(cause, hop, hasGreeted(client))
    const params = { hop, host: endpoint.host, shown: fingerprint(shown) }
    return new SshFailure('hostKeyChanged', { params, cause })
  }
  const closed = new SshFailure(offlineCode(hop), { params: { problem: 'closedInHandshake' } })
  return settle<void>(call, handshake.through, (done) => {
    client.once('ready', () => done(undefined))
    client.on('error', (error) => done(failure(error)))
    client.on('close', () => done(closed))
    // 'end' comes before ssh2 reports what the close meant.
    client.on('end', () => setImmediate(() => done(closed)))
    client.connect(configFor(handshake, (key) => (shown = key)))
  })
}

import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import ssh2 from 'ssh2'
import { type Call, settle, withCall } from './call.ts'
import { type Hop, handshakeFailure, offlineCode, SshFailure } from './failure.ts'
import { openSocket } from './socket.ts'
import type { CallOptions } from './types.ts'

export interface HostKey {
  readonly type: string
  readonly blob: Buffer
}

const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  // Without ssh-rsa, which signs with SHA-1.
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** The type that a key's own bytes claim (RFC 4253, 6.6), or undefined. */
function typeOfBlob(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined
  const length = blob.readUInt32BE(0)
  return length > 0 && length <= 64 && blob.length > 4 + length
    ? blob.toString('latin1', 4, 4 + length)
    : undefined
}

/** Reads `ssh-ed25519 AAAA… [comment]`; undefined when it is no key, or its bytes are of another type than it says. */
export function parseHostKey(line: string): HostKey | undefined {
  const [type, base64] = line.trim().split(/\s+/)
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const blob = Buffer.from(base64, 'base64')
  return typeOfBlob(blob) === type ? { type, blob } : undefined
}

/** A key as it is written down: type and base64. Undefined when the bytes are no key. */
export function formatHostKey(blob: Buffer): string | undefined {
  const type = typeOfBlob(blob)
  return type === undefined ? undefined : `${type} ${blob.toString('base64')}`
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** True when exactly this key is among the pinned lines. */
export function isPinned(blob: Buffer, pinned: readonly string[]): boolean {
  return pinned.some((line) => parseHostKey(line)?.blob.equals(blob) ?? false)
}

/**
 * The host key algorithms to ask for: those of the pinned keys only, in their order.
 * A server with keys of several types would otherwise show one that nobody has pinned.
 */
export function pinnedAlgorithms(pinned: readonly string[]): string[] {
  const types = pinned.flatMap((line) => parseHostKey(line)?.type ?? [])
  return [...new Set(types)].flatMap((type) => SIGNATURES[type] ?? [])
}

/** Asked for one after another: each costs the server a connection without a sign-in, which it may hold against us. */
const SCANS: readonly (readonly string[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['ssh-rsa'],
]

/**
 * The host keys a server shows to a stranger, `ssh-ed25519 AAAA…`: for an explicit enrolment, never for a connection.
 * Throws SshFailure when it shows none.
 */
export function scanHostKeys(host: string, port: number, options: CallOptions): Promise<string[]> {
  return withCall(options, (call) => scanOver(() => openSocket(host, port, call), 'store', call))
}

/** The same over ways of the caller's, one for each type of key: a device is reached through its store. */
export async function scanOver(open: () => Promise<Duplex>, hop: Hop, call: Call): Promise<string[]> {
  call.stage = () => offlineCode(hop)
  const lines: string[] = []
  let failure: unknown
  for (const types of SCANS) {
    try {
      const line = formatHostKey(await shownKey(await open(), types, hop, call))
      if (line !== undefined) lines.push(line)
    } catch (error) {
      if (call.ending.over) throw error
      // A server without a key of this type is the ordinary case; one that cannot be reached stays so.
      failure ??= error
      if (!(error instanceof SshFailure) || error.code !== 'hostKeyChanged') break
    }
  }
  if (lines.length > 0) return lines
  throw failure
}

/** Goes as far as the host key, and no further: the verifier says no to it. */
async function shownKey(transport: Duplex, types: readonly string[], hop: Hop, call: Call): Promise<Buffer> {
  const client = new ssh2.Client()
  const algorithms = types.flatMap((type) => SIGNATURES[type] ?? [])
  transport.on('error', () => {})
  try {
    return await settle<Buffer>(call, [], (done) => {
      const closed = new SshFailure(offlineCode(hop), { params: { problem: 'closedInHandshake' } })
      client.on('error', (error) => done(handshakeFailure(error, hop, true)))
      client.on('close', () => done(closed))
      client.connect({
        sock: transport,
        username: 'nobody',
        authHandler: () => false as never,
        algorithms: { serverHostKey: algorithms as never },
        readyTimeout: 0,
        hostVerifier: (key: Buffer) => {
          done(undefined, key)
          return false
        },
      })
    })
  } finally {
    transport.destroy()
  }
}

/** The host keys a server shows to a stranger: for an explicit enrolment, never for a connection. */
import type { Duplex } from 'node:stream'
import ssh2 from 'ssh2'
import { formatHostKey } from '../hosts/host-key.ts'
import { offerOf, tooOld, watchOffer } from './algorithms.ts'
import { type Call, Ending, settle, withCall } from './call.ts'
import { type Hop, handshakeFailure, offlineCode, SshFailure } from './failure.ts'
import { SIGNATURES } from './host-keys.ts'
import { openSocket } from './socket.ts'
import type { CallOptions, Endpoint } from './types.ts'

export type Scanned = Pick<Endpoint, 'host' | 'port' | 'legacyAlgorithms'>

/** Asked for one after another: each costs the server a connection without a sign-in, which it may hold against us. */
const SCANS: readonly (readonly string[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['ssh-rsa'],
]

/** A server's own keys, `ssh-ed25519 AAAA…`. Throws SshFailure when it shows none. */
export function scanHostKeys(
  host: string,
  port: number,
  options: CallOptions & Pick<Scanned, 'legacyAlgorithms'>,
): Promise<string[]> {
  return withCall(options, (call) =>
    scanOver(() => openSocket(host, port, call), 'store', call, options.legacyAlgorithms),
  )
}

const codeOf = (error: unknown) => (error instanceof SshFailure ? error.code : undefined)

/** The same over ways of the caller's, one for each type of key: a device is reached through its store. */
export async function scanOver(
  open: () => Promise<Duplex>,
  hop: Hop,
  call: Call,
  legacy = false,
): Promise<string[]> {
  call.stage = () => offlineCode(hop)
  const lines: string[] = []
  let failure: unknown
  for (const types of SCANS) {
    try {
      const line = formatHostKey(await shownKey(await open(), types, { hop, call, legacy }))
      if (line !== undefined) lines.push(line)
    } catch (error) {
      if (call.ending.over) throw error
      // A server without a key of this type is the ordinary case; one that cannot be reached stays so.
      const isWithout = codeOf(error) === 'hostKeyChanged'
      if (!isWithout || failure === undefined) failure = error
      if (!isWithout) break
    }
  }
  if (lines.length > 0) return lines
  if (codeOf(failure) !== 'hostKeyChanged') throw failure
  throw new SshFailure('contractViolation', { params: { hop, problem: 'noHostKey' }, cause: failure })
}

/** Goes as far as the host key, and no further: the verifier says no to it. */
async function shownKey(
  transport: Duplex,
  types: readonly string[],
  { hop, call, legacy }: { hop: Hop; call: Call; legacy: boolean },
): Promise<Buffer> {
  const client = new ssh2.Client()
  const algorithms = types.flatMap((type) => SIGNATURES[type] ?? [])
  // As if keys of these types were pinned: what is asked for is the same.
  const asked = { hostKeys: [], types, legacyAlgorithms: legacy }
  const over = new Ending()
  transport.on('error', () => {})
  try {
    return await settle<Buffer>(call, [], (done) => {
      const closed = new SshFailure(offlineCode(hop), { params: { problem: 'closedInHandshake' } })
      let offer: ReturnType<typeof watchOffer> = () => undefined
      client.on('error', (error) =>
        done(tooOld(error, { hop, offer: offer(), asked }) ?? handshakeFailure(error, hop, true)),
      )
      client.on('close', () => done(closed))
      client.connect({
        sock: transport,
        username: 'nobody',
        authHandler: () => false as never,
        algorithms: offerOf(algorithms, legacy),
        readyTimeout: 0,
        hostVerifier: (key: Buffer) => {
          done(undefined, key)
          return false
        },
      })
      offer = watchOffer(transport, over)
    })
  } finally {
    over.end(undefined)
    transport.destroy()
  }
}

/** What is offered to a server, and what a server that shares none of it had offered. */
import type { Duplex } from 'node:stream'
import type { Algorithms } from 'ssh2'
import type { Ending } from './call.ts'
import { type FailureParams, type Hop, SshFailure } from './failure.ts'
import { pinnedAlgorithms } from './host-keys.ts'

// AES-GCM needs neither ssh2's native code nor a MAC, and was the fastest measured with it too.
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes256-ctr',
  'aes192-ctr',
  'aes128-ctr',
] as const

/** Broken or breaking: for a host of which a person has said that it knows nothing better, and for no other. */
const LEGACY = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  hostKey: ['ssh-rsa'],
  cipher: ['aes256-cbc', 'aes128-cbc', '3des-cbc'],
  mac: ['hmac-sha1', 'hmac-sha1-96', 'hmac-md5'],
} as const
type Kind = keyof typeof LEGACY

interface Asked {
  readonly hostKeys: readonly string[]
  readonly legacyAlgorithms?: boolean
}

/** Of a scan: types of keys that are asked for, though none is pinned. */
interface Judged extends Asked {
  readonly types?: readonly string[]
}

/** Host key algorithms are those of the pinned keys alone. */
export function algorithmsFor({ hostKeys, legacyAlgorithms = false }: Asked): Algorithms {
  return offerOf(pinnedAlgorithms(hostKeys), legacyAlgorithms)
}

/** @param serverHostKey signatures by which the server may prove its key, without SHA-1 */
export function offerOf(serverHostKey: readonly string[], legacy: boolean): Algorithms {
  if (!legacy) return { serverHostKey: serverHostKey as never, cipher: [...CIPHERS] }
  const isRsa = serverHostKey.includes('rsa-sha2-512')
  return {
    kex: { append: [...LEGACY.kex], prepend: [], remove: [] } as never,
    serverHostKey: [...serverHostKey, ...(isRsa ? LEGACY.hostKey : [])] as never,
    cipher: [...CIPHERS, ...LEGACY.cipher] as never,
    hmac: { append: [...LEGACY.mac.slice(1)], prepend: [], remove: [] } as never,
  }
}

type Offer = Readonly<Record<Kind, readonly string[]>>

/** Version, lists and some text before them are far below this. */
const MOST_BYTES = 64 * 1024
const KEXINIT = 20

/** The lists of a KEXINIT (RFC 4253, 7.1) after the line that names the version; undefined: it has not come, or is none. */
export function readOffer(bytes: Buffer): Offer | undefined {
  const version = /(?:^|\n)SSH-[^\n]*\n/.exec(bytes.toString('latin1'))
  if (version === null) return undefined
  const packet = bytes.subarray(version.index + version[0].length)
  if (packet.length < 6 || packet[5] !== KEXINIT) return undefined
  const lists: string[][] = []
  let at = 6 + 16
  while (lists.length < 6) {
    if (at + 4 > packet.length) return undefined
    const end = at + 4 + packet.readUInt32BE(at)
    if (end > packet.length) return undefined
    lists.push(packet.toString('latin1', at + 4, end).split(','))
    at = end
  }
  const [kex = [], hostKey = [], , cipher = [], , mac = []] = lists
  return { kex, hostKey, cipher, mac }
}

/**
 * Keeps the first bytes that a server sends: ssh2 says that nothing fits, and not what there was.
 * @param until the session's beginning: from then on nothing is kept
 */
export function watchOffer(transport: Duplex, until: Ending): () => Offer | undefined {
  let bytes = Buffer.alloc(0)
  const keep = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    if (bytes.length > MOST_BYTES) transport.removeListener('data', keep)
  }
  transport.on('data', keep)
  until.subscribe(() => transport.removeListener('data', keep))
  return () => readOffer(bytes)
}

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/no matching key exchange/, 'kex'],
  [/no matching host key format/, 'hostKey'],
  [/no matching [CS]->[CS] cipher/, 'cipher'],
  [/no matching [CS]->[CS] MAC/, 'mac'],
]

/** The names of one kind, as many as fit a line. */
const named = (names: readonly string[]): string => names.join(',').slice(0, 300)

/** The failure of a server with which only old algorithms would be common; undefined: it failed otherwise. */
export function tooOld(
  cause: unknown,
  { hop, offer, asked }: { hop: Hop; offer: Offer | undefined; asked: Judged },
): SshFailure | undefined {
  const message = cause instanceof Error ? cause.message : ''
  const kind = KINDS.find(([pattern]) => pattern.test(message))?.[1]
  if (kind === undefined || offer === undefined || asked.legacyAlgorithms) return undefined
  const old: readonly string[] = LEGACY[kind]
  if (!offer[kind].some((name) => old.includes(name))) return undefined
  // A server whose only keys are of other types than the pinned ones is another server, not an old one.
  const isRsa = pinnedAlgorithms(asked.hostKeys).includes('rsa-sha2-512') || asked.types?.includes('ssh-rsa')
  if (kind === 'hostKey' && !isRsa) return undefined
  const params: FailureParams = { hop, kind, offered: named(offer[kind]) }
  return new SshFailure('algorithmsTooOld', { params, cause })
}

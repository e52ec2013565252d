/** Ed25519 keys of simulated hosts: derived, so that ten thousand of them need no file and stay the same. */
import { createHash, createPrivateKey, randomBytes } from 'node:crypto'

export interface KeyPair {
  /** OpenSSH format, as `ssh-keygen` writes it, without a passphrase. */
  readonly privateKey: string
  /** `ssh-ed25519 AAAA…`: what known_hosts and authorized_keys hold. */
  readonly publicLine: string
}

const TYPE = 'ssh-ed25519'

function string(data: Buffer | string): Buffer {
  const bytes = Buffer.from(data as string)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** As JWK, because OpenSSL takes 1.2 ms to read the same key as DER, and 0.15 ms so. Node computes `x` from `d`. */
function publicBytes(seed: Buffer): Buffer {
  const x = Buffer.alloc(32).toString('base64url')
  const key = { kty: 'OKP', crv: 'Ed25519', d: seed.toString('base64url'), x }
  const { x: open } = createPrivateKey({ key, format: 'jwk' }).export({ format: 'jwk' })
  return Buffer.from(open ?? '', 'base64url')
}

/** openssh-key-v1 (OpenSSH's PROTOCOL.key): unencrypted, the two check numbers only have to be equal. */
function privateFile(seed: Buffer, open: Buffer): string {
  const check = createHash('sha256').update(seed).digest().subarray(0, 4)
  const secret = Buffer.concat([
    check,
    check,
    string(TYPE),
    string(open),
    string(Buffer.concat([seed, open])),
    string(''),
  ])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8))
  const one = Buffer.from([0, 0, 0, 1])
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none'),
    string('none'),
    string(''),
    one,
    string(Buffer.concat([string(TYPE), string(open)])),
    string(Buffer.concat([secret, padding])),
  ]).toString('base64')
  const lines = body.match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

/** The key pair of a 32-byte seed. */
function keyPairOf(seed: Buffer): KeyPair {
  const open = publicBytes(seed)
  const publicLine = `${TYPE} ${Buffer.concat([string(TYPE), string(open)]).toString('base64')}`
  return { privateKey: privateFile(seed, open), publicLine }
}

export function newKeyPair(): KeyPair {
  return keyPairOf(randomBytes(32))
}

/** The host key of one host of a fleet; another `epoch` is another key. */
export function hostKeyOf(fleetSecret: string, host: string, epoch: number): KeyPair {
  return keyPairOf(createHash('sha256').update(`${fleetSecret}\0${host}\0${epoch}`).digest())
}

/** Public keys as they are written down, `ssh-ed25519 AAAA…`. Pure. */
import { createHash } from 'node:crypto'

export interface HostKey {
  readonly type: string
  readonly blob: Buffer
}

/** What may be pinned. ssh-dss is broken, certificates and hardware keys are nothing that a store server shows. */
const BITS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 256,
  'ecdsa-sha2-nistp256': 256,
  'ecdsa-sha2-nistp384': 384,
  'ecdsa-sha2-nistp521': 521,
  'ssh-rsa': 0,
}
export const isPinnableType = (type: string): boolean => Object.hasOwn(BITS, type)

/** The length-prefixed fields of a key (RFC 4251, 5), or undefined: cut off, or more than there may be. */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = []
  let at = 0
  while (at < blob.length) {
    if (at + 4 > blob.length || fields.length === 8) return undefined
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) return undefined
    fields.push(blob.subarray(at + 4, end))
    at = end
  }
  return fields
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

/** The same key in the one form in which it is kept, without comment; undefined: none that may be pinned. */
export function normalHostKey(line: string): string | undefined {
  const key = parseHostKey(line)
  if (key === undefined || !isPinnableType(key.type) || fieldsOf(key.blob) === undefined) return undefined
  return formatHostKey(key.blob)
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** Length of the modulus without leading zeros. */
function rsaBits(blob: Buffer): number {
  const modulus = fieldsOf(blob)?.[2] ?? Buffer.alloc(0)
  const first = modulus.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (modulus.length - first - 1) * 8 + (32 - Math.clz32(modulus[first] ?? 0))
}

export interface KeyView {
  readonly type: string
  /** null: not known of this type. */
  readonly bits: number | null
  readonly fingerprint: string
}

/** A pinned or offered key as a person compares it; one that cannot be read has no fingerprint. */
export function viewKey(line: string): KeyView {
  const key = parseHostKey(line)
  if (key === undefined)
    return { type: line.trim().split(/\s+/)[0]?.slice(0, 40) ?? '', bits: null, fingerprint: '' }
  const bits = key.type === 'ssh-rsa' ? rsaBits(key.blob) : (BITS[key.type] ?? null)
  return { type: key.type, bits, fingerprint: fingerprint(key.blob) }
}

/** Empty: it is no key. */
export const fingerprintOf = (line: string): string => viewKey(line).fingerprint

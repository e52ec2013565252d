/** known_hosts files as OpenSSH writes them (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). Pure, and never throws on a file. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isPinnableType, normalHostKey } from './host-key.ts'

/** More lines than a chain of 10,000 tills with three keys each. */
export const MAX_LINES = 50_000
const MAX_LINE = 20_000

export type KnownHostsProblem =
  | 'lineTooLong'
  | 'tooManyLines'
  | 'lineUnreadable'
  | 'keyUnreadable'
  | 'keyTypeUnsupported'
  | 'keyRevoked'
  | 'certificateAuthorityUnsupported'
  | 'patternUnsupported'

export interface KnownHostsFault {
  /** From 1. */
  readonly line: number
  readonly problem: KnownHostsProblem
}

export interface KnownHostsEntry {
  readonly line: number
  /** As written: `host`, `[host]:port`, or hashed, `|1|salt|hash`. */
  readonly names: readonly string[]
  /** `ssh-ed25519 AAAA…` */
  readonly key: string
}

export interface KnownHosts {
  readonly entries: readonly KnownHostsEntry[]
  /** Keys that must never be taken, whoever shows them. */
  readonly revoked: readonly KnownHostsEntry[]
  readonly faults: readonly KnownHostsFault[]
}

/** `store`, or `[store]:2222` where the port is not 22: how OpenSSH calls a host. */
export const knownName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`

const HASHED = /^\|1\|([A-Za-z0-9+/]{27}=)\|([A-Za-z0-9+/]{27}=)$/

function isHashOf(name: string, host: string): boolean {
  const [, salt, hash] = HASHED.exec(name) ?? []
  if (salt === undefined || hash === undefined) return false
  const wanted = Buffer.from(hash, 'base64')
  const got = createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest()
  return got.length === wanted.length && timingSafeEqual(got, wanted)
}

/** Whether a name of an entry is this host's. A hashed one costs an HMAC. */
export function isNameOf(name: string, host: string, port: number): boolean {
  const known = knownName(host, port)
  if (name.startsWith('|')) return isHashOf(name, known)
  return name.toLowerCase() === known || (port === 22 && name.toLowerCase() === `[${known}]:22`)
}

type ReadLine =
  | { readonly kind: 'entry' | 'revoked'; readonly names: readonly string[]; readonly key: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'fault'; readonly problem: KnownHostsProblem }

const fault = (problem: KnownHostsProblem): ReadLine => ({ kind: 'fault', problem })

/** Patterns would pin a key for hosts that nobody named. */
const isPattern = (name: string): boolean => /[*?!]/.test(name)

function readLine(text: string): ReadLine {
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return { kind: 'nothing' }
  if (line.length > MAX_LINE) return fault('lineTooLong')
  const words = line.split(/[ \t]+/)
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined
  if (marker === '@cert-authority') return fault('certificateAuthorityUnsupported')
  if (marker !== undefined && marker !== '@revoked') return fault('lineUnreadable')
  const [hosts, type, base64] = words
  if (hosts === undefined || type === undefined || base64 === undefined) return fault('lineUnreadable')
  const names = hosts.split(',').filter((name) => name !== '')
  if (names.length === 0 || names.some((name) => name.startsWith('|') && !HASHED.test(name)))
    return fault('lineUnreadable')
  if (!isPinnableType(type)) return fault('keyTypeUnsupported')
  const key = normalHostKey(`${type} ${base64}`)
  if (key === undefined) return fault('keyUnreadable')
  if (marker === '@revoked') return { kind: 'revoked', names, key }
  return names.some(isPattern) ? fault('patternUnsupported') : { kind: 'entry', names, key }
}

export function parseKnownHosts(text: string): KnownHosts {
  const entries: KnownHostsEntry[] = []
  const revoked: KnownHostsEntry[] = []
  const faults: KnownHostsFault[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [at, one] of lines.slice(0, MAX_LINES).entries()) {
    const line = at + 1
    const read = readLine(one)
    if (read.kind === 'entry') entries.push({ line, names: read.names, key: read.key })
    if (read.kind === 'revoked') revoked.push({ line, names: read.names, key: read.key })
    if (read.kind === 'fault') faults.push({ line, problem: read.problem })
  }
  for (const { line } of revoked) faults.push({ line, problem: 'keyRevoked' })
  if (lines.length > MAX_LINES) faults.push({ line: MAX_LINES + 1, problem: 'tooManyLines' })
  return { entries, revoked, faults: faults.sort((a, b) => a.line - b.line) }
}

/** The lines that a host's keys are in such a file. */
export const formatKnownHosts = (host: string, port: number, keys: readonly string[]): string =>
  keys.map((key) => `${knownName(host, port)} ${key}\n`).join('')

/** Host and port of `sftp://user@host[:port]/folder`; undefined: devices need no key there. */
export function sftpPlace(url: string): { host: string; port: number } | undefined {
  const [, host, port] = /^sftp:\/\/[^@/]+@([^:/\s]+)(?::(\d{1,5}))?(?:\/|$)/.exec(url) ?? []
  return host === undefined ? undefined : { host, port: Number(port ?? 22) }
}

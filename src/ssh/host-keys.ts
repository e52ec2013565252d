/** Pinned keys, and which of them a server may be asked for. */
import { parseHostKey } from '../hosts/host-key.ts'

/** By which signatures a key of a type may be proved. */
export const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  // Without ssh-rsa, which signs with SHA-1.
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
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

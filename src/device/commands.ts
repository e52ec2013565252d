/** Builds the argument arrays of docs/nightctl.md. Pure: no connection, no shell, no quoting (that is ssh/quote). */
import { formatVersion } from '../rollout/versions.ts'

/** One call of nightctl: its words, and what goes on its standard input. */
export interface Call {
  readonly args: readonly string[]
  readonly input?: string
  /** It may change the device: carries a claim. */
  readonly mutates?: true
  /** Answered, it is over and part of no installation: what comes after it can be refused as if it had not been. */
  readonly isAside?: true
}

/** Whom a mutating call is meant for, and under which claim. */
export interface Claim {
  readonly cashId: string
  readonly operation: string
  readonly generation: number
}

export interface PackageRef {
  readonly version: number
  readonly size: number
  readonly sha256: string
}

/** What was signed, byte by byte, and the armored SSHSIG over it. */
export interface SignedManifest {
  readonly manifest: string
  readonly signature: string
}

const flags = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)])

const claimFlags = (claim: Claim): string[] =>
  flags({ 'cash-id': claim.cashId, operation: claim.operation, generation: claim.generation })

const packageFlags = (p: PackageRef): string[] =>
  flags({ version: formatVersion(p.version), size: p.size, sha256: p.sha256 })

/** Every verb that may change the device goes through here, so that none lacks its claim. */
const mutating = (words: readonly string[], claim: Claim): Call => ({
  args: [...words, ...claimFlags(claim)],
  mutates: true,
})

export const describe = (): Call => ({ args: ['describe'] })
export const status = (): Call => ({ args: ['status'] })
export const operation = (id: string): Call => ({ args: ['operation', id] })

export const downloadStart = (claim: Claim, source: string, p: PackageRef): Call =>
  mutating(['download', 'start', ...flags({ source }), ...packageFlags(p)], claim)
export const downloadStatus = (sha256: string): Call => ({
  args: ['download', 'status', ...flags({ sha256 })],
})
export const downloadStop = (claim: Claim): Call => mutating(['download', 'stop'], claim)

/** @param signed for a device that checks signatures itself; it is kept there, and checked again before installing */
export const verify = (p: PackageRef, signed?: SignedManifest): Call => {
  const args = ['verify', ...packageFlags(p)]
  if (signed === undefined) return { args }
  const { manifest, signature } = signed
  return { args: [...args, '--signed', 'true'], input: `${JSON.stringify({ manifest, signature })}\n` }
}

export const arm = (claim: Claim, p: PackageRef, expiresInSeconds: number): Call =>
  mutating(
    [
      'arm',
      ...flags({
        version: formatVersion(p.version),
        sha256: p.sha256,
        // Never later than was meant; the contract knows no arming for less than a second.
        'expires-in': Math.max(1, Math.floor(expiresInSeconds)),
      }),
    ],
    claim,
  )
export const disarm = (claim: Claim): Call => mutating(['disarm'], claim)
export const restart = (claim: Claim, version: number): Call =>
  mutating(['restart', ...flags({ version: formatVersion(version) })], claim)
export const rollback = (claim: Claim, version: number): Call =>
  mutating(['rollback', ...flags({ version: formatVersion(version) })], claim)

/** Done: the shift is closed, or was. It prints a report, so it may take a while. */
export const closeShift = (claim: Claim): Call => ({ ...mutating(['close-shift'], claim), isAside: true })

/** Shows a text, of which 4000 bytes are kept, to whoever works there. It goes on standard input: it is no word of a command line. */
export const message = (claim: Claim, text: string): Call => ({
  ...mutating(['message'], claim),
  input: text,
  isAside: true,
})

/** Sets the standing switch; while armed, what it is put back to. */
export const autoUpdate = (claim: Claim, on: boolean): Call => ({
  ...mutating(['auto-update', ...flags({ on })], claim),
  isAside: true,
})

/** Takes the device from its customers, or gives it back to them. */
export const block = (claim: Claim, on: boolean): Call => ({
  ...mutating(['block', ...flags({ on })], claim),
  isAside: true,
})

/**
 * Makes the device's own key for fetching from its store server, where it has none; `renew`: another one beside it, which
 * is not used before `switchKey`.
 * @param knownHosts lines that its downloads check that server against; empty: they stay as they are
 */
export const key = (claim: Claim, knownHosts: string, { renew = false } = {}): Call => ({
  ...mutating(['key', ...(renew ? flags({ renew }) : [])], claim),
  input: knownHosts,
  isAside: true,
})

/** From now on it fetches with the key that was made beside its own. @param publicKey `ssh-ed25519 AAAA…` */
export const switchKey = (claim: Claim, publicKey: string): Call => ({
  ...mutating(['key', ...flags({ use: publicKey.split(' ')[1] ?? '' })], claim),
  input: '',
  isAside: true,
})

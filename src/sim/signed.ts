/** Signatures at a simulated device: really checked, against the list of signers that its fleet was given. */
import { judgeManifest, readManifest } from '../rollout/manifest.ts'
import type { SignedManifest, StagedPackage } from './agent-state.ts'
import type { Machine } from './machine.ts'

const MAX_INPUT_BYTES = 16 * 1024

/** What came on standard input; undefined: not what the contract says. */
export function readOffered(input: string): SignedManifest | undefined {
  if (input.length > MAX_INPUT_BYTES) return undefined
  try {
    const { manifest, signature } = JSON.parse(input) as Record<string, unknown>
    return typeof manifest === 'string' && typeof signature === 'string' ? { manifest, signature } : undefined
  } catch {
    return undefined
  }
}

/** A self-checkout is a till without a cashier. */
const fits = (kind: string, own: string): boolean =>
  kind === own || (kind === 'till' && own === 'selfCheckout')

/** Whether it was signed by somebody of the list as it is now, for this device and what runs on it. */
export async function isVouched(
  machine: Machine,
  { version, size, sha256 }: StagedPackage,
  signed: SignedManifest | undefined,
): Promise<boolean> {
  const { signers, kind, now } = machine.facts
  if (signers === undefined) return true
  if (signed === undefined) return false
  const read = readManifest(signed.manifest)
  if (!read.ok || !fits(read.manifest.kind, kind)) return false
  if (judgeManifest(read.manifest, { version, size, sha256 }, now()) !== undefined) return false
  const { minVersion } = read.manifest
  if (minVersion !== null && machine.state.version < minVersion) return false
  return (await signers.check(signed.manifest, signed.signature)).ok
}

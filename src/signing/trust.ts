/** Whether a package may be believed now: its manifest against its row, its signature against the signers of now. */
import {
  judgeManifest,
  type ManifestFault,
  type PackageFacts,
  type PackageManifest,
  readManifest,
} from '../rollout/manifest.ts'
import type { ReasonCode } from '../rollout/reasons.ts'
import { createSignatureChecker, type SignatureChecker, type SignatureFault } from './verify.ts'

export type TrustFault = SignatureFault | ManifestFault['code'] | 'manifestInvalid' | 'unsigned'

export type Trust =
  | { readonly good: true; readonly signed: true; readonly signer: string; readonly key: string }
  /** The policy lets it pass. */
  | { readonly good: true; readonly signed: false }
  | { readonly good: false; readonly code: TrustFault; readonly detail: string }

/** A package's row, as far as it matters here. */
export interface SignedPackage extends Omit<PackageFacts, 'size'> {
  readonly size: bigint | number
  readonly manifest: string | null
  readonly signature: string | null
}

export interface PackageTrust {
  /** Whether packages without a signature are let pass. */
  readonly unsigned: 'refuse' | 'allow'
  readonly checker: SignatureChecker
  judge(row: SignedPackage): Promise<Trust>
}

const bad = (code: TrustFault, detail: string): Trust => ({ good: false, code, detail })

/** Members of the row that the manifest has to say too. */
const factsOf = (row: SignedPackage): PackageFacts => ({ ...row, size: Number(row.size) })

export function createPackageTrust(options: {
  readonly signersFile: string
  readonly unsigned: 'refuse' | 'allow'
  readonly now?: () => number
}): PackageTrust {
  const { signersFile, unsigned, now = Date.now } = options
  const checker = createSignatureChecker(signersFile, now)
  const judge = async (row: SignedPackage): Promise<Trust> => {
    if (row.manifest === null || row.signature === null)
      return unsigned === 'allow' ? { good: true, signed: false } : bad('unsigned', 'nobody signed it')
    const read = readManifest(row.manifest)
    if (!read.ok) return bad('manifestInvalid', read.member)
    const fault = judgeManifest(read.manifest, factsOf(row), now())
    if (fault !== undefined) return bad(fault.code, 'member' in fault ? fault.member : '')
    const verdict = await checker.check(row.manifest, row.signature)
    return verdict.ok ? { good: true, signed: true, ...names(verdict) } : bad(verdict.code, verdict.detail)
  }
  return { unsigned, checker, judge }
}

const names = ({ signer, key }: { signer: string; key: string }) => ({ signer, key })

/** What a device update or a store package waits or fails for. */
export function trustReason(code: TrustFault): ReasonCode {
  switch (code) {
    case 'packageExpired':
    case 'signersMissing':
    case 'signatureToolMissing':
      return code
    default:
      return 'signatureInvalid'
  }
}

/** What its signer's clock said; null: unsigned, or no manifest of ours. */
export function manifestOf(row: { readonly manifest: string | null }): PackageManifest | null {
  const read = row.manifest === null ? undefined : readManifest(row.manifest)
  return read?.ok === true ? read.manifest : null
}

const known = new WeakMap<object, PackageTrust>()

/** One for each configuration of this process, so that its verdicts are shared. */
export function trustOf(config: {
  readonly signersFile: string
  readonly unsigned: 'refuse' | 'allow'
}): PackageTrust {
  const found = known.get(config) ?? createPackageTrust(config)
  known.set(config, found)
  return found
}

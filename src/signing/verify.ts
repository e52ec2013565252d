/** Whether a text was signed by somebody of the file of allowed signers, as it is now. ssh-keygen is the judge. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { SIGNATURE_NAMESPACE } from '../rollout/manifest.ts'
import { runTool, ToolMissing, withFile } from './ssh-keygen.ts'

export type SignatureFault = 'signatureInvalid' | 'signerUnknown' | 'signersMissing' | 'signatureToolMissing'

export type Verdict =
  /** `key`: the fingerprint, `SHA256:…`. */
  | { readonly ok: true; readonly signer: string; readonly key: string }
  | { readonly ok: false; readonly code: SignatureFault; readonly detail: string }

export interface SignatureChecker {
  /**
   * @param text byte by byte what was signed
   * @param signature armored SSHSIG
   */
  check(text: string, signature: string): Promise<Verdict>
}

/** Verdicts kept, and for how long: the file may say until when a key is good. */
const KEPT = 256
const KEPT_MS = 60_000
const MAX_SIGNATURE_BYTES = 16 * 1024
const MAX_SIGNERS_BYTES = 1024 * 1024
/** A key that many names stand beside is tried under the first of them. */
const MAX_NAMES = 8

const fault = (code: SignatureFault, detail: string): Verdict => ({ ok: false, code, detail })
const firstLine = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, 300)

async function namesOf(signersFile: string, signatureFile: string): Promise<string[] | Verdict> {
  const answer = await runTool(['-Y', 'find-principals', '-s', signatureFile, '-f', signersFile], '')
  if (answer.status === 0) {
    const names = answer.stdout.split('\n').filter((name) => name !== '' && !/^[!-]/.test(name))
    if (names.length > 0) return names.slice(0, MAX_NAMES)
  }
  const isNone = !/parse signature|armor|sshsig/i.test(answer.stderr)
  const detail = firstLine(answer.stderr) || 'no such key'
  return isNone ? fault('signerUnknown', detail) : fault('signatureInvalid', detail)
}

const GOOD = new RegExp(`^Good "${SIGNATURE_NAMESPACE}" signature for .* with \\S+ key (SHA256:\\S+)`, 'm')

async function judge(signersFile: string, text: string, signatureFile: string): Promise<Verdict> {
  const names = await namesOf(signersFile, signatureFile)
  if (!Array.isArray(names)) return names
  let said = ''
  for (const name of names) {
    const args = [
      '-Y',
      'verify',
      '-f',
      signersFile,
      '-I',
      name,
      '-n',
      SIGNATURE_NAMESPACE,
      '-s',
      signatureFile,
    ]
    const answer = await runTool(args, text)
    const key = GOOD.exec(answer.stdout)?.[1]
    if (answer.status === 0 && key !== undefined) return { ok: true, signer: name, key }
    said = answer.stderr || answer.stdout
  }
  return fault('signatureInvalid', firstLine(said))
}

/** Changes whenever the file does; undefined: it cannot be read, or names nobody. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { size, mtimeNs, ctimeNs, ino } = await stat(file, { bigint: true })
    return size === 0n || size > MAX_SIGNERS_BYTES ? undefined : `${ino}-${size}-${mtimeNs}-${ctimeNs}`
  } catch {
    return undefined
  }
}

async function namesAnybody(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').some((line) => line.trim() !== '' && !line.trim().startsWith('#'))
}

async function judgeNow(signersFile: string, text: string, signature: string): Promise<Verdict> {
  if (!(await namesAnybody(signersFile)))
    return fault('signersMissing', `${signersFile} cannot be read, or names nobody`)
  if (signature.length > MAX_SIGNATURE_BYTES) return fault('signatureInvalid', 'too long for a signature')
  try {
    return await withFile('package.sig', signature, (file) => judge(signersFile, text, file))
  } catch (error) {
    if (error instanceof ToolMissing) return fault('signatureToolMissing', error.message)
    throw error
  }
}

const isLasting = (verdict: Verdict): boolean =>
  verdict.ok || verdict.code === 'signatureInvalid' || verdict.code === 'signerUnknown'

/**
 * Verdicts are kept for a minute, as long as the file of signers is the same: a package that goes to a thousand stores
 * is judged once, and a signer who was removed is refused at once.
 */
export function createSignatureChecker(signersFile: string, now: () => number = Date.now): SignatureChecker {
  const kept = new Map<string, { readonly until: number; readonly verdict: Promise<Verdict> }>()
  return {
    check: async (text, signature) => {
      const stamp = await stampOf(signersFile)
      if (stamp === undefined) return fault('signersMissing', `${signersFile} cannot be read, or is empty`)
      const digest = createHash('sha256')
        .update(JSON.stringify([text, signature]))
        .digest('hex')
      const key = `${stamp} ${digest}`
      const known = kept.get(key)
      if (known !== undefined && known.until > now()) return known.verdict
      const verdict = judgeNow(signersFile, text, signature)
      kept.delete(key)
      kept.set(key, { until: now() + KEPT_MS, verdict })
      if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '')
      const forget = () => kept.delete(key)
      verdict.then((one) => isLasting(one) || forget(), forget)
      return verdict
    },
  }
}

/** Signs a manifest with ssh-keygen: a key file, or the public half of one that an agent holds. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { SIGNATURE_NAMESPACE } from '../rollout/manifest.ts'
import { runToolForPerson } from './ssh-keygen.ts'

/** ssh-keygen has said why, on standard error. */
export class SigningFailed extends Error {}

export interface SignedFiles {
  readonly manifestFile: string
  readonly signatureFile: string
  /** Armored SSHSIG. */
  readonly signature: string
}

/**
 * Writes `manifestFile` and, beside it, `manifestFile.sig`. A passphrase is asked for at the terminal.
 * @param key a private key's file, or a public key's whose private half an agent holds
 * @throws ToolMissing, SigningFailed
 */
export async function signManifest(
  manifest: string,
  manifestFile: string,
  key: string,
): Promise<SignedFiles> {
  const signatureFile = `${manifestFile}.sig`
  await writeFile(manifestFile, manifest)
  // ssh-keygen asks before it writes over one.
  await rm(signatureFile, { force: true })
  const status = await runToolForPerson([
    '-q',
    '-Y',
    'sign',
    '-f',
    key,
    '-n',
    SIGNATURE_NAMESPACE,
    manifestFile,
  ])
  if (status !== 0) throw new SigningFailed(`ssh-keygen could not sign with ${key}`)
  return { manifestFile, signatureFile, signature: await readFile(signatureFile, 'utf8') }
}

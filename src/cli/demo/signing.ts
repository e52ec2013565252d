/** The demo's own release key, and the list that allows it: its package is signed as a real one would be. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { manifestTime, writeManifest } from '../../rollout/manifest.ts'
import { signManifest } from '../../signing/sign.ts'
import { runTool, ToolMissing } from '../../signing/ssh-keygen.ts'

export interface PackageSigner {
  readonly signersFile: string
  /** Headers of the upload. */
  sign(file: {
    fileName: string
    version: number
    size: number
    sha256: string
  }): Promise<Record<string, string>>
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Undefined: there is no ssh-keygen that signs. */
export async function prepareSigning(folder: string): Promise<PackageSigner | undefined> {
  const key = path.join(folder, 'release_key')
  const signersFile = path.join(folder, 'allowed_signers')
  try {
    const made = await runTool(['-q', '-t', 'ed25519', '-N', '', '-C', 'demo', '-f', key], '')
    if (made.status !== 0) return undefined
  } catch (error) {
    if (error instanceof ToolMissing) return undefined
    throw error
  }
  const [type, body] = (await readFile(`${key}.pub`, 'utf8')).split(' ')
  await writeFile(signersFile, `demo namespaces="nightshift-package" ${type} ${body}\n`)
  return {
    signersFile,
    sign: async (file) => {
      const manifest = writeManifest({
        ...file,
        kind: 'till',
        minVersion: null,
        signedAt: manifestTime(Date.now()),
        expires: manifestTime(Date.now() + 24 * 3_600_000),
        ...{ needsServer: false, updatesTills: false, firmware: false, ffd: [], canGoBack: null },
      })
      const { signature } = await signManifest(manifest, path.join(folder, 'package.manifest'), key)
      return { 'Nightshift-Manifest': base64(manifest), 'Nightshift-Signature': base64(signature) }
    },
  }
}

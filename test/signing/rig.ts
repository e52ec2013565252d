/** Keys, lists of signers and signatures, made by the real ssh-keygen. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { manifestTime, type PackageManifest, writeManifest } from '../../src/rollout/manifest.ts'

const keygen = (args: readonly string[]) => execFileSync('ssh-keygen', args, { stdio: 'pipe' })

export interface Signers {
  /** The file of allowed signers. */
  readonly file: string
  /** Replaces it: these may sign, and nobody else. */
  allow(...names: string[]): void
  /** Armored SSHSIG. @param namespace another one signs something else */
  sign(name: string, text: string, namespace?: string): string
  /** Private key file. */
  key(name: string): string
}

/** @param dir a folder of the test's own */
export function makeSigners(dir: string, ...names: string[]): Signers {
  mkdirSync(dir, { recursive: true })
  const file = path.join(dir, 'allowed_signers')
  const key = (name: string) => path.join(dir, name)
  for (const name of names) keygen(['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key(name)])
  const line = (name: string) => {
    const [type, body] = readFileSync(`${key(name)}.pub`, 'utf8').split(' ')
    return `${name} namespaces="nightshift-package" ${type} ${body}\n`
  }
  return {
    file,
    key,
    allow: (...allowed) => writeFileSync(file, `# who may sign packages\n${allowed.map(line).join('')}`),
    sign: (name, text, namespace = 'nightshift-package') => {
      const signed = path.join(dir, 'signing')
      writeFileSync(signed, text)
      rmSync(`${signed}.sig`, { force: true })
      keygen(['-q', '-Y', 'sign', '-f', key(name), '-n', namespace, signed])
      return readFileSync(`${signed}.sig`, 'utf8')
    },
  }
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What a plain package for tills says of itself. */
export const manifestFor = (bytes: Uint8Array, more: Partial<PackageManifest> = {}): PackageManifest => ({
  kind: 'till',
  version: 96_000,
  minVersion: null,
  fileName: 'till.tgz',
  size: bytes.length,
  sha256: sha256Of(bytes),
  signedAt: manifestTime(Date.now()),
  expires: null,
  needsServer: false,
  updatesTills: false,
  firmware: false,
  ffd: [],
  canGoBack: null,
  ...more,
})

/** Expired since a minute. */
export const past = (): string => manifestTime(Date.now() - 60_000)
export const future = (): string => manifestTime(Date.now() + 3600_000)

export const textFor = (bytes: Uint8Array, more: Partial<PackageManifest> = {}): string =>
  writeManifest(manifestFor(bytes, more))

/** `nightshift package sign`: a manifest beside the file, signed by ssh-keygen; or who signed the one that is there. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import {
  judgeManifest,
  manifestTime,
  type PackageManifest,
  readManifest,
  writeManifest,
} from '../rollout/manifest.ts'
import { parseVersion } from '../rollout/versions.ts'
import { readFileFacts } from '../signing/file-facts.ts'
import { SigningFailed, signManifest } from '../signing/sign.ts'
import { createSignatureChecker } from '../signing/verify.ts'
import { CommandFailed, UsageFailed } from './errors.ts'

export interface SignArguments {
  readonly key?: string
  readonly kind?: string
  readonly version?: string
  readonly minVersion?: string
  readonly expires?: string
  readonly name?: string
  readonly needsServer?: boolean
  readonly updatesTills?: boolean
  readonly firmware?: boolean
  readonly ffd?: string
  readonly canGoBack?: string
  readonly check?: boolean
  readonly signers?: string
  readonly json?: boolean
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 24 * 3_600_000, w: 7 * 24 * 3_600_000 }

/** `90d` from now, or a time; undefined: never. @throws UsageFailed */
export function readExpiry(said: string | undefined, now: number): string | null {
  if (said === undefined) return null
  const [, count, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(said) ?? []
  const at =
    count === undefined ? Date.parse(said) : now + Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  if (!Number.isFinite(at) || (count === undefined && !/^\d{4}-\d\d-\d\d/.test(said)))
    throw new UsageFailed(`--expires is 90d, 12h, 6w or a time as 2027-03-01T00:00:00Z, not ${said}`)
  if (at <= now) throw new UsageFailed(`--expires ${said} is over already`)
  return manifestTime(at)
}

function fullVersion(said: string | undefined, option: string): number {
  const version = parseVersion(said ?? '')
  if (version === undefined) throw new UsageFailed(`${option} is eight digits, as 00096000`)
  return version
}

function yesOrNo(said: string | undefined): boolean | null {
  if (said === undefined) return null
  if (said !== 'true' && said !== 'false') throw new UsageFailed('--can-go-back is true or false')
  return said === 'true'
}

/** @throws UsageFailed, naming the option at fault */
function manifestOf(
  file: string,
  facts: { readonly size: number; readonly sha256: string },
  said: SignArguments,
  now: number,
): PackageManifest {
  const version = fullVersion(said.version, '--version')
  const minVersion = said.minVersion === undefined ? null : fullVersion(said.minVersion, '--min-version')
  if (minVersion !== null && minVersion >= version)
    throw new UsageFailed('--min-version is below --version, or nothing could ever be updated')
  const manifest: PackageManifest = {
    ...{ version, minVersion, ...facts },
    kind: said.kind ?? '',
    fileName: said.name ?? path.basename(file),
    signedAt: manifestTime(now),
    expires: readExpiry(said.expires, now),
    needsServer: said.needsServer === true,
    updatesTills: said.updatesTills === true,
    firmware: said.firmware === true,
    ffd: said.ffd?.split(',') ?? [],
    canGoBack: yesOrNo(said.canGoBack),
  }
  const read = readManifest(writeManifest(manifest))
  if (!read.ok) throw new UsageFailed(`${OPTIONS[read.member] ?? read.member} cannot be used`)
  return manifest
}

const OPTIONS: Readonly<Record<string, string>> = {
  kind: '--kind (till, selfCheckout, storeServer)',
  fileName: "the file's name (--name gives it another: letters, digits, . _ + -)",
  ffd: '--ffd',
  size: 'an empty file',
}

type Print = (text: string) => void

const linesOf = (manifest: PackageManifest): string =>
  Object.entries(JSON.parse(writeManifest(manifest)) as Record<string, unknown>)
    .map(([name, value]) => `  ${name.padEnd(12)}  ${JSON.stringify(value)}`)
    .join('\n')

async function sign(file: string, said: SignArguments, print: Print): Promise<void> {
  if (said.key === undefined) throw new UsageFailed('--key names the key to sign with')
  const facts = await factsOf(file)
  const manifest = manifestOf(file, facts, said, Date.now())
  const signed = await signManifest(writeManifest(manifest), `${file}.manifest`, said.key).catch(
    (error: unknown) => {
      throw error instanceof SigningFailed ? new CommandFailed(error.message) : error
    },
  )
  const { manifestFile, signatureFile } = signed
  if (said.json === true) print(JSON.stringify({ manifestFile, signatureFile, manifest }))
  else print(`signed\n${linesOf(manifest)}\nwritten: ${manifestFile}, ${signatureFile}`)
}

const factsOf = (file: string) =>
  readFileFacts(file).catch((error: unknown) => {
    throw new CommandFailed(`${file} cannot be read: ${(error as Error).message}`)
  })

const textOf = (file: string) =>
  readFile(file, 'utf8').catch(() => {
    throw new CommandFailed(`${file} is not there: sign the package first`)
  })

/** @throws CommandFailed where it is not good */
async function check(file: string, said: SignArguments, signersFile: string, print: Print): Promise<void> {
  const [text, signature] = [await textOf(`${file}.manifest`), await textOf(`${file}.manifest.sig`)]
  const read = readManifest(text)
  if (!read.ok) throw new CommandFailed(`${file}.manifest is no manifest: ${read.member || 'its form'}`)
  const fault = judgeManifest(read.manifest, await factsOf(file), Date.now())
  if (fault !== undefined)
    throw new CommandFailed(`not good: ${fault.code}${'member' in fault ? ` ${fault.member}` : ''}`)
  const verdict = await createSignatureChecker(signersFile).check(text, signature)
  if (!verdict.ok) throw new CommandFailed(`not good: ${verdict.code}, ${verdict.detail}`)
  const { signer, key } = verdict
  if (said.json === true) print(JSON.stringify({ good: true, signer, key, manifest: read.manifest }))
  else print(`good: signed by ${signer} with ${key}\n${linesOf(read.manifest)}`)
}

/**
 * @param signersFile where --signers does not say it
 * @throws UsageFailed, CommandFailed, ToolMissing
 */
export async function packageSign(
  file: string,
  said: SignArguments,
  signersFile: () => string,
  print: Print,
): Promise<void> {
  // A name that begins with a dash is no option of ssh-keygen's.
  const where = path.resolve(file)
  if (said.check === true) await check(where, said, path.resolve(said.signers ?? signersFile()), print)
  else await sign(where, said, print)
}

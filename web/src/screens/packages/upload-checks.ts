/** What is checked of a signed package before and after its bytes are sent, one by one. */
import { useQuery } from '@tanstack/react-query'
import { isExpired, type PackageManifest, readManifest } from '../../../../src/rollout/manifest.ts'
import { displayVersion, formatVersion } from '../../../../src/rollout/versions.ts'
import { post } from '../../api/client.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { PackageCheck } from '../../api/types.ts'
import { formatBytes } from '../../format/money.ts'
import { serverNow } from '../../format/now.ts'
import { formatMoment, viewerZone } from '../../format/time.ts'
import { useWords } from '../../words/language.ts'
import type { UploadFiles } from './upload-files.ts'

export const checkNames = ['manifest', 'size', 'digest', 'expiry', 'signature', 'order'] as const
export type CheckName = (typeof checkNames)[number]
export type CheckState = 'good' | 'wait' | 'busy' | 'warn' | 'bad'
export interface Check {
  readonly name: CheckName
  readonly state: CheckState
  readonly detail?: string | undefined
  /** The API's. */
  readonly code?: string | undefined
}
export interface Checks {
  readonly manifest: PackageManifest | undefined
  readonly checks: readonly Check[]
  readonly isOlder: boolean
}

/** A browser hashes only what it holds in memory as a whole. */
const MOST_HASHED = 256 * 1024 * 1024

async function sha256Of(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const keyOf = (file: File | undefined): readonly unknown[] =>
  file === undefined ? [] : [file.name, file.size, file.lastModified]

function useDigest(file: File | undefined) {
  // Without TLS, and not on this machine, a browser has no digests.
  const isPossible = file !== undefined && file.size <= MOST_HASHED && globalThis.isSecureContext
  const found = useQuery({
    queryKey: ['digest', ...keyOf(file)],
    queryFn: () => (file === undefined ? '' : sha256Of(file)),
    enabled: isPossible,
    staleTime: Number.POSITIVE_INFINITY,
    meta: { topics: [] },
  })
  return { isPossible, sha256: found.data, isBusy: isPossible && found.isPending, isLost: found.isError }
}

function useSignature({ manifest, signature }: UploadFiles, isReadable: boolean) {
  const body = { manifest: manifest?.text, signature: signature?.text }
  return useQuery<PackageCheck, ApiProblem>({
    queryKey: ['/packages/check', body],
    queryFn: () => post<PackageCheck>('/packages/check', body),
    enabled: isReadable && signature !== undefined,
    meta: { topics: [] },
  })
}

/** Which line an answer of the upload belongs to; undefined: to none of them. */
export function checkOf({ code, path }: ApiProblem): CheckName | undefined {
  switch (code) {
    case 'manifestInvalid':
      return 'manifest'
    case 'manifestDiffers':
      return path === 'size' ? 'size' : 'manifest'
    case 'digestMismatch':
      return 'digest'
    case 'packageExpired':
      return 'expiry'
    case 'signatureInvalid':
    case 'signerUnknown':
    case 'signersMissing':
    case 'signatureToolMissing':
      return 'signature'
    case 'versionLower':
      return 'order'
    default:
      return undefined
  }
}

/** @param refused what the server said to the upload; it knows better than the page */
export function useChecks(files: UploadFiles, refused: ApiProblem | null, isDone: boolean): Checks {
  const { t, language } = useWords()
  const read = files.manifest === undefined ? undefined : readManifest(files.manifest.text)
  const manifest = read?.ok === true ? read.manifest : undefined
  const digest = useDigest(files.file)
  const signature = useSignature(files, manifest !== undefined)
  if (read === undefined) return { manifest, checks: [], isOlder: false }
  const waiting = (name: CheckName): Check => ({ name, state: 'wait' })

  const readable = (): Check => {
    if (read.ok) return { name: 'manifest', state: 'good', detail: files.manifest?.name }
    const member = read.member === '' ? t('packages.up.wholeText') : read.member
    const detail = t('packages.up.memberWrong', { member })
    return { name: 'manifest', state: 'bad', detail, code: 'manifestInvalid' }
  }
  const size = (): Check => {
    if (manifest === undefined || files.file === undefined) return waiting('size')
    const bytes = {
      file: formatBytes(language, files.file.size),
      manifest: formatBytes(language, manifest.size),
    }
    if (files.file.size === manifest.size) return { name: 'size', state: 'good', detail: bytes.file }
    const exact = { file: String(files.file.size), manifest: String(manifest.size) }
    const detail = t('packages.up.sizeDiffers', bytes.file === bytes.manifest ? exact : bytes)
    return { name: 'size', state: 'bad', code: 'manifestDiffers', detail }
  }
  const sum = (): Check => {
    if (manifest === undefined || files.file === undefined) return waiting('digest')
    if (isDone) return { name: 'digest', state: 'good', detail: `${manifest.sha256.slice(0, 12)}…` }
    if (digest.isBusy) return { name: 'digest', state: 'busy' }
    if (digest.sha256 === undefined) return { name: 'digest', state: 'wait', detail: t('packages.up.atEnd') }
    const isSame = digest.sha256 === manifest.sha256
    const detail = `${digest.sha256.slice(0, 12)}…`
    return isSame
      ? { name: 'digest', state: 'good', detail }
      : { name: 'digest', state: 'bad', code: 'digestMismatch', detail }
  }
  const expiry = (): Check => {
    if (manifest === undefined) return waiting('expiry')
    if (manifest.expires === null) return { name: 'expiry', state: 'good', detail: t('packages.up.never') }
    const when = formatMoment(language, new Date(manifest.expires), viewerZone())
    const detail = t('packages.up.expiresAt', { when })
    return isExpired(manifest.expires, serverNow())
      ? { name: 'expiry', state: 'bad', code: 'packageExpired', detail }
      : { name: 'expiry', state: 'good', detail }
  }
  const signed = (): Check => {
    if (manifest === undefined || files.signature === undefined) return waiting('signature')
    if (signature.data === undefined)
      return signature.error === null
        ? { name: 'signature', state: 'busy' }
        : { name: 'signature', state: 'bad', code: signature.error.code }
    const { good, signer, signerKey, code } = signature.data
    if (!good) return { name: 'signature', state: 'bad', code: code ?? 'signatureInvalid' }
    const detail = t('packages.up.signedBy', { name: signer ?? '', key: signerKey ?? '' })
    return { name: 'signature', state: 'good', detail }
  }
  const newest = signature.data?.newest ?? null
  const isOlder = manifest !== undefined && newest !== null && newest > formatVersion(manifest.version)
  const order = (): Check => {
    if (manifest === undefined || signature.data === undefined) return waiting('order')
    if (!isOlder || newest === null) return { name: 'order', state: 'good' }
    const detail = t('packages.up.newest', { newest: displayVersion(Number(newest)) })
    return { name: 'order', state: 'warn', code: 'versionLower', detail }
  }
  const own = [readable(), size(), sum(), expiry(), signed(), order()]
  const blamed = refused === null ? undefined : checkOf(refused)
  const checks = own.map((one) =>
    one.name === blamed && refused !== null
      ? { ...one, state: 'bad' as const, code: refused.code, detail: refused.detail ?? one.detail }
      : one,
  )
  return { manifest, checks, isOlder }
}

/**
 * What is signed of a package: one line of JSON, its members sorted, so that the same facts are always the same bytes.
 * docs/packages.md defines it. Pure: who signed, and whether that may be believed, is judged elsewhere.
 */
import { formatVersion, parseVersion } from './versions.ts'

const MANIFEST_FORMAT = 'nightshift-package-1'
/** The SSHSIG namespace: a signature made for anything else is none for a package. */
export const SIGNATURE_NAMESPACE = 'nightshift-package'
const MAX_MANIFEST_BYTES = 4096

export interface PackageManifest {
  readonly kind: string
  readonly version: number
  /** Installed only over this version or a later one. */
  readonly minVersion: number | null
  readonly fileName: string
  /** Bytes. */
  readonly size: number
  readonly sha256: string
  /** ISO 8601, UTC, whole seconds: as the signer's clock said. */
  readonly signedAt: string
  /** The same; from then on nobody accepts it. null = never. */
  readonly expires: string | null
  readonly needsServer: boolean
  readonly updatesTills: boolean
  readonly firmware: boolean
  readonly ffd: readonly string[]
  /** null = as the device says. */
  readonly canGoBack: boolean | null
}

/** What a manifest is held against: a file that came, a row, a package on a device. */
export interface PackageFacts {
  readonly kind: string
  readonly version: number
  readonly size: number
  readonly sha256: string
  readonly minVersion: number | null
  readonly needsServer: boolean
  readonly updatesTills: boolean
  readonly firmware: boolean
  readonly ffd: readonly string[]
  readonly canGoBack: boolean | null
}

const KINDS: readonly string[] = ['storeServer', 'till', 'selfCheckout']
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** `2026-11-22T21:00:00Z`: compared as text, it is compared as time, also by a shell. */
export const manifestTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')

/** The text that is signed: members sorted by name, no blanks, one line feed at the end. */
export function writeManifest(manifest: PackageManifest): string {
  const { canGoBack, expires, ffd, fileName, firmware, kind, minVersion, needsServer } = manifest
  const { sha256, signedAt, size, updatesTills, version } = manifest
  const sorted = {
    ...{ canGoBack, expires, ffd, fileName, firmware, format: MANIFEST_FORMAT, kind },
    minVersion: minVersion === null ? null : formatVersion(minVersion),
    ...{ needsServer, sha256, signedAt, size, updatesTills, version: formatVersion(version) },
  }
  return `${JSON.stringify(sorted)}\n`
}

type Members = Readonly<Record<string, unknown>>

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && TIME.test(value) && Number.isFinite(Date.parse(value))
const isVersion = (value: unknown): boolean => typeof value === 'string' && parseVersion(value) !== undefined
const matches = (value: unknown, shape: RegExp): boolean => typeof value === 'string' && shape.test(value)
const isFlag = (value: unknown): boolean => typeof value === 'boolean'

const shapes: Readonly<Record<string, (value: unknown) => boolean>> = {
  canGoBack: (value) => value === null || isFlag(value),
  expires: (value) => value === null || isTime(value),
  ffd: (value) =>
    Array.isArray(value) && value.length <= 20 && value.every((one) => matches(one, /^\d{1,2}(\.\d{1,3})*$/)),
  fileName: (value) => matches(value, /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/),
  firmware: isFlag,
  format: (value) => value === MANIFEST_FORMAT,
  kind: (value) => typeof value === 'string' && KINDS.includes(value),
  minVersion: (value) => value === null || isVersion(value),
  needsServer: isFlag,
  sha256: (value) => matches(value, /^[0-9a-f]{64}$/),
  signedAt: isTime,
  size: (value) => Number.isSafeInteger(value) && Number(value) > 0,
  updatesTills: isFlag,
  version: isVersion,
}

function parseMembers(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Members)
      : undefined
  } catch {
    return undefined
  }
}

function toManifest(members: Members): PackageManifest {
  const { kind, fileName, sha256, signedAt, expires, needsServer, updatesTills, firmware, ffd, canGoBack } =
    members as unknown as PackageManifest
  return {
    ...{ kind, fileName, sha256, signedAt, expires, needsServer, updatesTills, firmware, ffd, canGoBack },
    version: Number(members.version),
    minVersion: members.minVersion === null ? null : Number(members.minVersion),
    size: Number(members.size),
  }
}

export type ReadManifest =
  | { readonly ok: true; readonly manifest: PackageManifest }
  /** `member`: the first one that is missing, unknown or not of its shape; empty: the text as a whole. */
  | { readonly ok: false; readonly member: string }

/** Strict: every member, no other, and byte by byte as writeManifest writes it. */
export function readManifest(text: string): ReadManifest {
  const members = text.length > MAX_MANIFEST_BYTES ? undefined : parseMembers(text)
  if (members === undefined) return { ok: false, member: '' }
  const names = Object.keys(shapes)
  const wrong =
    names.find((name) => !Object.hasOwn(members, name) || shapes[name]?.(members[name]) !== true) ??
    Object.keys(members).find((name) => !names.includes(name))
  if (wrong !== undefined) return { ok: false, member: wrong.slice(0, 80) }
  const manifest = toManifest(members)
  return writeManifest(manifest) === text ? { ok: true, manifest } : { ok: false, member: '' }
}

const FACTS = [
  ...(['kind', 'version', 'size', 'minVersion'] as const),
  ...(['needsServer', 'updatesTills', 'firmware', 'ffd', 'canGoBack'] as const),
]

export type ManifestFault =
  | { readonly code: 'manifestDiffers'; readonly member: (typeof FACTS)[number] }
  | { readonly code: 'digestMismatch' }
  | { readonly code: 'packageExpired' }

/** Not before its last second: a clock that runs a little ahead must not close a night. */
export const isExpired = (expires: string | null, now: number): boolean =>
  expires !== null && Date.parse(expires) <= now

/**
 * What the manifest says against what is there; undefined: it says the same, and still holds.
 * @param facts those that are known by now; one that is left out is not compared
 * @param now milliseconds since 1970
 */
export function judgeManifest(
  manifest: PackageManifest,
  facts: Partial<PackageFacts>,
  now: number,
): ManifestFault | undefined {
  const member = FACTS.find(
    (name) => facts[name] !== undefined && JSON.stringify(facts[name]) !== JSON.stringify(manifest[name]),
  )
  if (member !== undefined) return { code: 'manifestDiffers', member }
  if (facts.sha256 !== undefined && facts.sha256 !== manifest.sha256) return { code: 'digestMismatch' }
  return isExpired(manifest.expires, now) ? { code: 'packageExpired' } : undefined
}

/** What comes with an upload: whose package it is, and what is to be known of it before it is planned with. */
import { z } from 'zod'
import type { PackageTraits } from '../db/packages.ts'
import { type PackageManifest, readManifest } from '../rollout/manifest.ts'
import { Problem } from './problem.ts'
import { coded, fileName, flag, kind, sha256, text, version } from './schemas.ts'

/** `ffd=1.05,1.2` */
const formats = text(100)
  .transform((value) => value.split(','))
  .refine(
    (all) => all.every((one) => /^\d{1,2}(\.\d{1,3})*$/.test(one)),
    'formats of fiscal documents, as 1.05,1.2',
  )

const traits = {
  minVersion: version.optional(),
  needsServer: flag.optional(),
  updatesTills: flag.optional(),
  firmware: flag.optional(),
  ffd: formats.optional(),
  canGoBack: flag.optional(),
}

/** All may be left out where a manifest says it. */
const uploaded = z.strictObject({
  ...{ kind: kind.optional(), version: version.optional(), fileName: fileName.optional() },
  sha256: sha256.optional(),
  ...traits,
  /** Below the newest version of its kind, on purpose: to go back to it. */
  allowOlder: flag.optional(),
})

/** A package that nothing could ever be installed over, or one of a kind that such a thing is not said of. */
function checkTraits(upload: z.output<typeof uploaded>, context: z.RefinementCtx): void {
  const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  const { minVersion, version: own } = upload
  if (minVersion !== undefined && own !== undefined && minVersion >= own)
    context.addIssue({ code: 'custom', path: ['minVersion'], ...toIssue('minVersionInvalid') })
  if (upload.needsServer === true && upload.kind === 'storeServer')
    wrong('needsServer', 'a store server waits for no other one')
  if (upload.updatesTills === true && upload.kind !== undefined && upload.kind !== 'storeServer')
    wrong('updatesTills', 'only a store server brings its tills along')
}

const toIssue = (code: 'minVersionInvalid') => {
  const { params, error } = coded(code)
  return { params, message: error }
}

export const uploadQuery = uploaded.superRefine(checkTraits)
export type UploadQuery = z.output<typeof uploaded>

/** Base64 of the manifest's text and of the armored signature, as headers beside the streamed file. */
const MANIFEST = 'Nightshift-Manifest'
const SIGNATURE = 'Nightshift-Signature'

export interface SignedUpload {
  /** Byte by byte what was signed. */
  readonly text: string
  readonly manifest: PackageManifest
  readonly signature: string
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

function decoded(headers: Headers, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  if (value === undefined) return undefined
  const isBase64 = typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value)
  if (!isBase64) throw new Problem('fieldInvalid', { path: name, detail: 'base64 of the file' })
  return Buffer.from(value, 'base64').toString('utf8')
}

/** Undefined: it came unsigned. @throws Problem manifestInvalid, with the member at fault */
export function readSigned(headers: Headers): SignedUpload | undefined {
  const [manifest, signature] = [decoded(headers, MANIFEST), decoded(headers, SIGNATURE)]
  if (manifest === undefined && signature === undefined) return undefined
  if (manifest === undefined || signature === undefined) {
    const detail = `${MANIFEST} and ${SIGNATURE} come together`
    throw new Problem('fieldInvalid', { path: manifest === undefined ? MANIFEST : SIGNATURE, detail })
  }
  const read = readManifest(manifest)
  if (!read.ok) {
    const detail = read.member === '' ? 'not as `nightshift package sign` writes it' : `wrong: ${read.member}`
    throw new Problem('manifestInvalid', { path: MANIFEST, detail, more: { member: read.member } })
  }
  return { text: manifest, manifest: read.manifest, signature }
}

/** What the manifest says of a package; fewer where nobody signed it. */
export interface Announced extends PackageTraits {
  readonly kind: string
  readonly version: number
  readonly fileName: string
  readonly sha256?: string
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Those that were said. */
function traitsOf(query: UploadQuery): PackageTraits {
  const said: Writable<PackageTraits> = {}
  if (query.minVersion !== undefined) said.minVersion = query.minVersion
  if (query.needsServer !== undefined) said.needsServer = query.needsServer
  if (query.updatesTills !== undefined) said.updatesTills = query.updatesTills
  if (query.firmware !== undefined) said.firmware = query.firmware
  if (query.ffd !== undefined) said.ffd = query.ffd
  if (query.canGoBack !== undefined) said.canGoBack = query.canGoBack
  return said
}

function required<T>(value: T | undefined, path: string): T {
  if (value === undefined)
    throw new Problem('fieldInvalid', { path, detail: 'needed where no manifest says it' })
  return value
}

const unsignedAnnounced = (query: UploadQuery): Announced => ({
  kind: required(query.kind, 'kind'),
  version: required(query.version, 'version'),
  fileName: required(query.fileName, 'fileName'),
  ...(query.sha256 === undefined ? {} : { sha256: query.sha256 }),
  ...traitsOf(query),
})

/** All of it, as a row holds it. */
function signedAnnounced(manifest: PackageManifest): Announced {
  const { kind: of, version: own, fileName: name, sha256: digest, minVersion, canGoBack } = manifest
  const { needsServer, updatesTills, firmware, ffd } = manifest
  return {
    ...{ kind: of, version: own, fileName: name, sha256: digest, needsServer, updatesTills, firmware, ffd },
    ...(minVersion === null ? {} : { minVersion }),
    ...(canGoBack === null ? {} : { canGoBack }),
  }
}

/** What is announced, from the manifest where there is one; the query may repeat it, and not contradict it. */
export function announcedBy(query: UploadQuery, signed: SignedUpload | undefined): Announced {
  if (signed === undefined) return unsignedAnnounced(query)
  const { manifest } = signed
  const said = { ...traitsOf(query), kind: query.kind, version: query.version, fileName: query.fileName }
  for (const [member, value] of Object.entries({ ...said, sha256: query.sha256 })) {
    const signs = manifest[member as keyof PackageManifest]
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(signs))
      throw new Problem('manifestDiffers', { path: member, more: { member, manifest: signs, asked: value } })
  }
  const announced = signedAnnounced(manifest)
  const checked = uploadQuery.safeParse(inQueryWords(announced))
  if (!checked.success) {
    const member = String(checked.error.issues[0]?.path[0] ?? '')
    throw new Problem('manifestInvalid', { path: MANIFEST, more: { member } })
  }
  return announced
}

/** The rules of a query hold for a manifest too. */
const inQueryWords = ({ kind: of, version: own, minVersion, needsServer, updatesTills }: Announced) => ({
  kind: of,
  version: String(own).padStart(8, '0'),
  ...(minVersion === undefined ? {} : { minVersion: String(minVersion).padStart(8, '0') }),
  needsServer: String(needsServer),
  updatesTills: String(updatesTills),
})

/** Whether a package that is there already is what is said of it now; what is not said is not compared. */
export function hasTraits(row: Readonly<Record<keyof PackageTraits, unknown>>, said: PackageTraits): boolean {
  return (Object.keys(said) as (keyof PackageTraits)[]).every(
    (key) => JSON.stringify(row[key]) === JSON.stringify(said[key]),
  )
}

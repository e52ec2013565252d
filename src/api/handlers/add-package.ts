import type { Database } from '../../db/database.ts'
import {
  addPackage,
  findPackageOf,
  newestVersion,
  type PackageSignature,
  type PackageTraits,
  signPackage,
} from '../../db/packages.ts'
import { judgeManifest } from '../../rollout/manifest.ts'
import { formatVersion } from '../../rollout/versions.ts'
import { type PackageTrust, trustOf } from '../../signing/trust.ts'
import type { Answer, Call, Handled } from '../call.ts'
import {
  type Announced,
  announcedBy,
  hasTraits,
  readSigned,
  type SignedUpload,
  type UploadQuery,
} from '../package-schema.ts'
import { Problem } from '../problem.ts'
import { receiveUpload, takeUpload } from '../upload.ts'
import { packageView } from '../views.ts'

type PackageRow = NonNullable<Awaited<ReturnType<typeof findPackageOf>>>

const UNSIGNED =
  'sign it with `nightshift package sign` (docs/packages.md); NIGHTSHIFT_UNSIGNED=allow lets unsigned packages pass'

/** @throws Problem unsigned, packageExpired, signatureInvalid, signerUnknown, signersMissing, signatureToolMissing */
async function judgeSigned(
  trust: PackageTrust,
  signed: SignedUpload | undefined,
): Promise<PackageSignature | undefined> {
  if (signed === undefined) {
    if (trust.unsigned === 'refuse') throw new Problem('unsigned', { detail: UNSIGNED })
    return undefined
  }
  const { text, signature, manifest } = signed
  const fault = judgeManifest(manifest, {}, Date.now())
  if (fault !== undefined) throw new Problem(fault.code, { more: { expires: manifest.expires } })
  const verdict = await trust.checker.check(text, signature)
  if (!verdict.ok) throw new Problem(verdict.code, { detail: verdict.detail })
  const expiresAt = manifest.expires === null ? null : new Date(manifest.expires)
  return { manifest: text, signature, signer: verdict.signer, signerKey: verdict.key, expiresAt }
}

/**
 * Versions go up; below the newest one only on purpose, so that there is something to go back to.
 * @returns the newest one, where this is older
 * @throws Problem versionLower
 */
async function checkOrder(db: Database, { kind, version }: Announced, allowOlder: boolean) {
  const newest = await newestVersion(db, kind)
  if (newest === undefined || newest <= version) return undefined
  if (allowOlder || (await findPackageOf(db, kind, version)) !== null) return newest
  const detail = `allowOlder=true adds it below ${formatVersion(newest)}`
  throw new Problem('versionLower', { detail, path: 'version', more: { newest: formatVersion(newest) } })
}

/** @throws Problem manifestDiffers, digestMismatch */
function checkFile(
  announced: Announced,
  signed: SignedUpload | undefined,
  received: { readonly size: number; readonly sha256: string },
): void {
  const size = signed?.manifest.size ?? received.size
  if (size !== received.size) {
    const more = { member: 'size', manifest: size, received: received.size }
    throw new Problem('manifestDiffers', { path: 'size', more })
  }
  const expected = announced.sha256 ?? received.sha256
  if (expected !== received.sha256)
    throw new Problem('digestMismatch', { more: { expected, received: received.sha256 } })
}

/** The same file once more is no error; signed by now, or by somebody else, it takes that signature. */
async function findSame(
  call: Call<unknown, UploadQuery>,
  announced: Announced,
  sha256: string,
  judged: PackageSignature | undefined,
): Promise<PackageRow | undefined> {
  const { db, actor } = call
  const row = await findPackageOf(db, announced.kind, announced.version)
  if (row === null) return undefined
  if (row.sha256 !== sha256) throw new Problem('packageExists', { more: { packageId: row.id } })
  if (!hasTraits(row, saysOf(announced, judged))) {
    const detail = 'the same file is there, and other things were said of it'
    throw new Problem('packageExists', { detail, more: { packageId: row.id } })
  }
  const isNew = judged !== undefined && judged.signature !== row.signature
  return isNew ? signPackage(db, row.id, judged, actor) : row
}

/** A manifest says everything, also what it says by null. */
function saysOf(announced: Announced, judged: PackageSignature | undefined): PackageTraits {
  const { kind: _kind, version: _version, fileName: _fileName, sha256: _sha256, ...traits } = announced
  const all = { minVersion: null, canGoBack: null, ...traits }
  return (judged === undefined ? traits : all) as PackageTraits
}

const answer = (status: number, row: PackageRow): Answer => ({
  status,
  body: packageView(row),
  headers: { Location: `/api/v1/packages/${row.id}` },
})

/** One place each from before who signed it is judged until it is kept or gone: each upload is a file and a process. */
export async function addPackageHandler(call: Call<unknown, UploadQuery>): Handled {
  const leave = takeUpload(call.principal, call.limits)
  try {
    return await addUploaded(call)
  } finally {
    leave()
  }
}

/**
 * Streams the body into the packages folder under its digest, then records it: all of it or nothing. Who signed it is
 * judged before its first byte is read.
 */
async function addUploaded(call: Call<unknown, UploadQuery>): Handled {
  const { db, config, query, request, actor } = call
  const signed = readSigned(request.headers)
  const announced = announcedBy(query, signed)
  const judged = await judgeSigned(trustOf(config), signed)
  const olderThan = await checkOrder(db, announced, query.allowOlder === true)
  const upload = await receiveUpload(request, config.packagesFolder, call.limits)
  try {
    const { size, sha256 } = upload
    checkFile(announced, signed, upload)
    const known = await findSame(call, announced, sha256, judged)
    // Also for a known one: the file may have been lost, and is whole again now.
    await upload.keep()
    if (known !== undefined) return answer(200, known)
    const more = {
      ...(judged === undefined ? {} : { signed: judged }),
      ...(olderThan === undefined ? {} : { olderThan }),
    }
    const row = await addPackage(db, { ...announced, size, sha256, ...more }, actor)
    if (row !== undefined) return answer(201, row)
    const same = await findSame(call, announced, sha256, judged)
    if (same === undefined) throw new Error('a package came and went')
    return answer(200, same)
  } finally {
    await upload.discard()
  }
}

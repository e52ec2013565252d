import type { Database } from '../../db/database.ts'
import { addPackage, findPackageOf } from '../../db/packages.ts'
import type { Answer, Call, Handled } from '../call.ts'
import { hasTraits, traitsOf, type UploadQuery } from '../package-schema.ts'
import { Problem } from '../problem.ts'
import { receiveUpload } from '../upload.ts'
import { packageView } from '../views.ts'

/** The package of this kind and version that is there already; the same file once more is no error. */
async function findSame(
  db: Database,
  query: UploadQuery,
  sha256: string,
): Promise<ReturnType<typeof packageView> | undefined> {
  const row = await findPackageOf(db, query.kind, query.version)
  if (row === null) return undefined
  if (row.sha256 !== sha256) throw new Problem('packageExists', { more: { packageId: row.id } })
  if (!hasTraits(row, traitsOf(query))) {
    const detail = 'the same file is there, and other things were said of it'
    throw new Problem('packageExists', { detail, more: { packageId: row.id } })
  }
  return packageView(row)
}

const answer = (status: number, body: ReturnType<typeof packageView>): Answer => ({
  status,
  body,
  headers: { Location: `/api/v1/packages/${body.id}` },
})

/** Streams the body into the packages folder under its digest, then records it: all of it or nothing. */
export async function addPackageHandler(call: Call<unknown, UploadQuery>): Handled {
  const { db, config, query, request, actor } = call
  const { kind, version, fileName } = query
  const upload = await receiveUpload(request, config.packagesFolder)
  try {
    const { size, sha256 } = upload
    if (query.sha256 !== undefined && query.sha256 !== sha256) {
      throw new Problem('digestMismatch', { more: { expected: query.sha256, received: sha256 } })
    }
    const known = await findSame(db, query, sha256)
    // Also for a known one: the file may have been lost, and is whole again now.
    await upload.keep()
    if (known !== undefined) return answer(200, known)
    const row = await addPackage(db, { kind, version, fileName, size, sha256, ...traitsOf(query) }, actor)
    if (row !== undefined) return answer(201, packageView(row))
    const same = await findSame(db, query, sha256)
    if (same === undefined) throw new Error('a package came and went')
    return answer(200, same)
  } finally {
    await upload.discard()
  }
}

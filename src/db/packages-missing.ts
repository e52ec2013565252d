import { access } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { formatVersion } from '../rollout/versions.ts'

export interface MissingPackage {
  readonly kind: string
  readonly version: string
  readonly file: string
}

/** Packages that may still be rolled out, and whose file is not in the folder. */
export async function missingPackages(url: string, folder: string): Promise<MissingPackage[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'nightshift packages' })
  await client.connect()
  try {
    const { rows } = await client.query<{ kind: string; version: number; sha256: string }>(
      'SELECT kind, version, sha256 FROM package WHERE retired_at IS NULL ORDER BY kind, version',
    )
    const missing: MissingPackage[] = []
    for (const { kind, version, sha256 } of rows) {
      const file = path.join(folder, `${sha256}.pkg`)
      const isThere = await access(file).then(
        () => true,
        () => false,
      )
      if (!isThere) missing.push({ kind, version: formatVersion(version), file })
    }
    return missing
  } finally {
    await client.end()
  }
}

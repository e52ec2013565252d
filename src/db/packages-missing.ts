import { stat } from 'node:fs/promises'
import path from 'node:path'
import { formatVersion } from '../rollout/versions.ts'
import type { Executor } from './database.ts'

export interface MissingPackage {
  readonly kind: string
  readonly version: string
  readonly file: string
}

/** Packages that may still be rolled out, and whose whole file is not in the folder. */
export async function missingPackages(on: Executor, folder: string): Promise<MissingPackage[]> {
  const { rows } = await on.query<{ kind: string; version: number; sha256: string; size: string }>(
    'SELECT kind, version, sha256, size FROM package WHERE retired_at IS NULL ORDER BY kind, version',
  )
  const missing: MissingPackage[] = []
  for (const { kind, version, sha256, size } of rows) {
    const file = path.join(folder, `${sha256}.pkg`)
    const found = await stat(file).catch(() => undefined)
    if (found?.size !== Number(size)) missing.push({ kind, version: formatVersion(version), file })
  }
  return missing
}

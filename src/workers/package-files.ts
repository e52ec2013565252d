/** Names of packages: ours, by digest. No name of a user's ever becomes a path. */
import path from 'node:path'

const packageFileName = (sha256: string): string => `nightshift-${sha256}.pkg`

/** Where the head office keeps it. */
export const localPackageFile = (packagesFolder: string, sha256: string): string =>
  path.join(packagesFolder, `${sha256}.pkg`)

/** Where a store server keeps it, below the folder that its devices may read. */
export const storePackageFile = (folder: string, sha256: string): string =>
  `${folder.replace(/\/+$/, '')}/${packageFileName(sha256)}`

/** Unfinished ones, by whoever began them: those of a store package, and those of before parts had an owner. */
export const unfinishedPackage = /^nightshift-[0-9a-f]{64}\.pkg(\.[0-9a-f-]{36})?\.part$/

/** Where a device of that store fetches it. */
export const packageUrl = (base: string, sha256: string): string =>
  `${base.replace(/\/+$/, '')}/${packageFileName(sha256)}`

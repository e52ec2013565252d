/** Removes what uploads of long ago have left in a folder of a store server, and nobody goes on with any more. */
import path from 'node:path'
import type { Sftp } from './sftp.ts'
import type { LeftOver } from './types.ts'

/** More is left for the next upload. */
const MOST = 50

/**
 * By the store server's own clock: `present` was written a moment ago. A part that is written has a newer time than any
 * age allows, whoever writes it.
 * @param present a file that this upload has just put there @returns names of what was removed
 */
export async function sweepFolder(
  sftp: Sftp,
  present: string,
  { pattern, olderThanMs }: LeftOver,
): Promise<string[]> {
  const folder = path.posix.dirname(present)
  const now = (await sftp.stat(present))?.mtime
  const swept: string[] = []
  if (now === undefined) return swept
  const isOld = (mtime: number) => (now - mtime) * 1000 >= olderThanMs
  const old = (await sftp.list(folder)).filter(
    ({ name, mtime }) => pattern.test(name) && (mtime === undefined || isOld(mtime)),
  )
  for (const { name } of old.slice(0, MOST)) {
    const file = path.posix.join(folder, name)
    // Somebody else's, or another worker was quicker: that keeps none of the others.
    if (await removeIf(sftp, file, isOld).catch(() => false)) swept.push(name)
  }
  return swept
}

async function removeIf(sftp: Sftp, file: string, isOld: (mtime: number) => boolean): Promise<boolean> {
  const found = await sftp.stat(file)
  if (found === undefined || !found.isFile() || !isOld(found.mtime)) return false
  await sftp.unlink(file)
  return true
}

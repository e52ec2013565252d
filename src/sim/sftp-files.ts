/** What SFTP requests mean for real files: opening, listing, and what an error is called on the wire. */
import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { attrsOf, code, openFlag, string } from './sftp-packets.ts'

export class SftpError extends Error {
  readonly code: number
  constructor(status: number, text: string) {
    super(text)
    this.code = status
  }
}

export function statusOf(error: unknown): { status: number; text: string } {
  if (error instanceof SftpError) return { status: error.code, text: error.message }
  const { code: name } = error as NodeJS.ErrnoException
  if (name === 'ENOENT' || name === 'ENOTDIR') return { status: code.noSuchFile, text: 'No such file' }
  if (name === 'EACCES' || name === 'EPERM')
    return { status: code.permissionDenied, text: 'Permission denied' }
  return { status: code.failure, text: name ?? 'Failure' }
}

export async function exists(name: string): Promise<boolean> {
  return lstat(name).then(
    () => true,
    () => false,
  )
}

/** A file may vanish between the listing and the look at it. */
export async function entryOf(folder: string, name: string): Promise<Buffer | undefined> {
  const stats = await lstat(path.join(folder, name)).catch(() => undefined)
  if (stats === undefined) return undefined
  const long = `${stats.isDirectory() ? 'd' : '-'}rw-r--r-- 1 sim sim ${stats.size} Jan 1 00:00 ${name}`
  return Buffer.concat([string(name), string(long), attrsOf(stats)])
}

/** Node has no flag for "create, keep what is there, write anywhere": an existing file is opened r+. */
export async function modeOf(name: string, flags: number): Promise<string> {
  const wants = (flag: number): boolean => (flags & flag) !== 0
  if (!wants(openFlag.write)) return 'r'
  if (wants(openFlag.exclusive)) return 'wx+'
  if (wants(openFlag.truncate)) return 'w+'
  if (wants(openFlag.append)) return 'a+'
  return wants(openFlag.create) && !(await exists(name)) ? 'w+' : 'r+'
}

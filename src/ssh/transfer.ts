/** Putting one file on a store server: looked at first, resumed, checked there, and only then given its name. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Call, wait } from './call.ts'
import { SshFailure } from './failure.ts'
import type { Session } from './session.ts'
import { openSftp, type Sftp } from './sftp.ts'
import { freeBytes, sha256There } from './store-commands.ts'
import { sweepFolder } from './sweep.ts'
import type { UploadFile, UploadOptions, UploadResult } from './types.ts'
import { pump } from './write-pump.ts'

/** Left free for the store server's own work. */
const SPARE_BYTES = 1024 * 1024

interface Transfer {
  readonly session: Session
  readonly sftp: Sftp
  readonly call: Call
  readonly file: UploadFile
  readonly source: FileHandle
  readonly part: string
  readonly onProgress: UploadOptions['onProgress']
  readonly leftOver: UploadOptions['leftOver']
}

/** Where an unfinished file lies. */
export const partFile = ({ remoteFile, owner }: Pick<UploadFile, 'remoteFile' | 'owner'>): string =>
  owner === undefined ? `${remoteFile}.part` : `${remoteFile}.${owner}.part`

/** Throws SshFailure; what was written stays as `.part` for the next call, but a wrong whole is removed. */
export async function uploadFile(
  session: Session,
  file: UploadFile,
  call: Call,
  { onProgress, leftOver }: Pick<UploadOptions, 'onProgress' | 'leftOver'>,
): Promise<UploadResult> {
  const source = await openSource(file)
  try {
    const release = await session.uploads.acquire(call, [session.ended])
    try {
      const sftp = await openSftp(session, call)
      const part = partFile(file)
      try {
        return await transfer({ session, sftp, call, file, source, part, onProgress, leftOver })
      } finally {
        sftp.close()
      }
    } finally {
      release()
    }
  } finally {
    await source.close()
  }
}

async function openSource(file: UploadFile): Promise<FileHandle> {
  if (file.remoteFile.includes('\0') || path.posix.basename(file.remoteFile) === '') {
    throw new SshFailure('internalError', { params: { problem: 'badFileName' } })
  }
  const source = await open(file.localFile).catch((cause: unknown) => {
    throw new SshFailure('internalError', { params: { problem: 'localFileUnreadable' }, cause })
  })
  const { size } = await source.stat()
  if (size === file.size) return source
  await source.close()
  throw new SshFailure('packageDamaged', {
    params: { problem: 'localSizeDiffers', size, expected: file.size },
  })
}

async function transfer(t: Transfer): Promise<UploadResult> {
  if (await isThere(t)) {
    // Somebody else has brought it: what is left of our own try is nobody's any more.
    if ((await t.sftp.stat(t.part)) !== undefined) await t.sftp.unlink(t.part)
    t.onProgress?.({ doneBytes: t.file.size, sentBytes: 0 })
    return { sentBytes: 0, resumedFrom: 0, alreadyThere: true }
  }
  const folder = path.posix.dirname(t.file.remoteFile)
  await t.sftp.makeFolders(folder)
  const found = await partSize(t)
  await requireSpace(t, folder, t.file.size - found)
  const resumedFrom = await commonPrefix(t, found)
  const sentBytes = await send(t, resumedFrom)
  await requireWhole(t)
  await t.sftp.replace(t.part, t.file.remoteFile)
  return { sentBytes, resumedFrom, alreadyThere: false, ...(await sweep(t)) }
}

/** The file is there, whatever becomes of this. */
async function sweep({ sftp, file, leftOver }: Transfer): Promise<Pick<UploadResult, 'swept'>> {
  if (leftOver === undefined) return {}
  const swept = await sweepFolder(sftp, file.remoteFile, leftOver).catch(() => [])
  return swept.length === 0 ? {} : { swept }
}

async function isThere({ sftp, session, file, call }: Transfer): Promise<boolean> {
  const stats = await sftp.stat(file.remoteFile)
  if (stats?.isDirectory()) throw new SshFailure('transferFailed', { params: { problem: 'isFolder' } })
  if (stats?.size !== file.size) return false
  return (await sha256There(session, file.remoteFile, file.size, call)) === file.sha256
}

/** Bytes of an earlier call; 0 when there is nothing, or more than the whole. */
async function partSize({ sftp, file, part }: Transfer): Promise<number> {
  const size = (await sftp.stat(part))?.size ?? 0
  return size <= file.size ? size : 0
}

async function requireSpace({ session, call }: Transfer, folder: string, needed: number): Promise<void> {
  const free = await freeBytes(session, folder, call)
  if (free === undefined || free >= needed + SPARE_BYTES) return
  throw new SshFailure('diskFull', { params: { freeBytes: free, neededBytes: needed } })
}

/** Where to go on: all of the part when both ends hash it alike, else from the start. */
async function commonPrefix({ session, call, file, part }: Transfer, size: number): Promise<number> {
  if (size === 0) return 0
  const [there, here] = await Promise.all([
    sha256There(session, part, size, call),
    wait(call, sha256Here(file.localFile, size)),
  ])
  return there === here ? size : 0
}

async function sha256Here(file: string, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  if (bytes > 0) await pipeline(createReadStream(file, { end: bytes - 1, highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}

/** Writes the rest and brings it onto the disk. */
async function send(t: Transfer, from: number): Promise<number> {
  const handle = await t.sftp.open(t.part, from === 0 ? 'w' : 'r+')
  const report = (progress: { doneBytes: number; sentBytes: number }) => t.onProgress?.(progress)
  try {
    const pumped = { source: t.source, from, size: t.file.size, report }
    const sentBytes = await pump(t.sftp, handle, pumped, t.call)
    await t.sftp.fsync(handle)
    await t.sftp.closeHandle(handle)
    return sentBytes
  } catch (error) {
    throw await fullOr(t, error)
  }
}

/** SFTP 3 has no status for a full disk: a refused write is looked into. */
async function fullOr(t: Transfer, error: unknown): Promise<unknown> {
  if (!(error instanceof SshFailure) || error.params.doing !== 'write' || t.call.ending.over) return error
  const free = await freeBytes(t.session, path.posix.dirname(t.part), t.call).catch(() => undefined)
  if (free === undefined || free >= SPARE_BYTES) return error
  return new SshFailure('diskFull', { params: { freeBytes: free }, cause: error })
}

/** Size and hash of what lies there. A wrong one is removed: nothing can be resumed from it. */
async function requireWhole(t: Transfer): Promise<void> {
  const { file, sftp, part } = t
  const size = (await sftp.stat(part))?.size
  if (size === file.size && (await sha256There(t.session, part, size, t.call)) === file.sha256) return
  await sftp.unlink(part)
  const isLocalGood = (await wait(t.call, sha256Here(file.localFile, file.size))) === file.sha256
  const problem = isLocalGood ? 'damagedOnStore' : 'localFileDamaged'
  throw new SshFailure('packageDamaged', { params: { problem } })
}

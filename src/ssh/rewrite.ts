/** Changing a small file of a store server: read whole, edited, and replaced in one step. */
import type { Stats } from 'ssh2'
import type { Call } from './call.ts'
import { SshFailure } from './failure.ts'
import type { Session } from './session.ts'
import { openSftp, type Sftp } from './sftp.ts'

/** Keys of thousands of devices. */
const MAX_BYTES = 1024 * 1024
const CHUNK_BYTES = 32 * 1024
const NEW_MODE = 0o644

/** Gets the file, one character a byte (latin1), empty where there is none; gives it back as it is to be. */
export type Edit = (text: string) => string

async function readAll(sftp: Sftp, file: string): Promise<Buffer> {
  const handle = await sftp.ask<Buffer>('open', (done) => sftp.raw.open(file, 'r', done))
  try {
    const parts: Buffer[] = []
    for (let at = 0; at <= MAX_BYTES; ) {
      const part = await readSome(sftp, handle, at)
      if (part.length === 0) return Buffer.concat(parts)
      parts.push(part)
      at += part.length
    }
    throw new SshFailure('transferFailed', { params: { doing: 'read', problem: 'fileTooLarge' } })
  } finally {
    await sftp.closeHandle(handle)
  }
}

// SSH_FX_EOF
const END = 1

const readSome = (sftp: Sftp, handle: Buffer, position: number): Promise<Buffer> =>
  sftp.ask<Buffer>('read', (done) => {
    const buffer = Buffer.alloc(CHUNK_BYTES)
    sftp.raw.read(handle, buffer, 0, CHUNK_BYTES, position, (error, count) => {
      if (error && (error as { code?: unknown }).code === END) done(undefined, Buffer.alloc(0))
      else done(error, buffer.subarray(0, count))
    })
  })

async function writeAll(sftp: Sftp, file: string, bytes: Buffer, mode: number): Promise<void> {
  const handle = await sftp.ask<Buffer>('open', (done) => sftp.raw.open(file, 'w', { mode }, done))
  try {
    // The server's umask may have taken bits away, and what an earlier call left has its own.
    await sftp.ask<void>('setMode', (done) => sftp.raw.fsetstat(handle, { mode }, done))
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const size = Math.min(CHUNK_BYTES, bytes.length - at)
      await sftp.ask<void>('write', (done) => sftp.raw.write(handle, bytes, at, size, at, done))
    }
    await sftp.fsync(handle)
  } finally {
    await sftp.closeHandle(handle)
  }
}

/** As root we make files of our own: one that its account cannot read any more would lock every device out. */
async function keepOwner(sftp: Sftp, part: string, { uid, gid }: Stats): Promise<void> {
  const made = await sftp.stat(part)
  if (made?.uid === uid && made.gid === gid) return
  await sftp.ask<void>('setOwner', (done) => sftp.raw.setstat(part, { uid, gid }, done))
}

/** A link is followed: renaming over it would leave what it names as it was. */
const realFile = (sftp: Sftp, file: string): Promise<string> =>
  sftp.ask<string>('realpath', (done) => sftp.raw.realpath(file, done))

const changedMeanwhile = () =>
  new SshFailure('transferFailed', { params: { doing: 'read', problem: 'changedMeanwhile' } })

async function rewrite(sftp: Sftp, file: string, edit: Edit): Promise<boolean> {
  const stats: Stats | undefined = await sftp.stat(file)
  const target = stats === undefined ? file : await realFile(sftp, file)
  const former = stats === undefined ? '' : (await readAll(sftp, target)).toString('latin1')
  const text = edit(former)
  if (text === former) return false
  const part = `${target}.part`
  await writeAll(
    sftp,
    part,
    Buffer.from(text, 'latin1'),
    stats === undefined ? NEW_MODE : stats.mode & 0o7777,
  )
  if (stats !== undefined) {
    await keepOwner(sftp, part, stats)
    // Somebody's own edit since then is worth more than ours, which is made again.
    if ((await readAll(sftp, target)).toString('latin1') !== former) throw changedMeanwhile()
  }
  await sftp.replace(part, target)
  if ((await readAll(sftp, target)).toString('latin1') === text) return true
  throw changedMeanwhile()
}

/**
 * Edits a file in one step: whoever reads it sees the old text or the new one. Its permissions and its owner stay. The caller sees to
 * it that nobody else edits it at the same time. @returns whether anything changed. @throws SshFailure
 */
export async function rewriteFile(session: Session, file: string, edit: Edit, call: Call): Promise<boolean> {
  if (file.includes('\0') || !file.startsWith('/'))
    throw new SshFailure('transferFailed', { params: { doing: 'open', problem: 'badFileName' } })
  const sftp = await openSftp(session, call)
  try {
    return await rewrite(sftp, file, edit)
  } finally {
    sftp.close()
  }
}

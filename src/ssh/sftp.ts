import path from 'node:path'
import type { SFTPWrapper, Stats } from 'ssh2'
import { type Call, Ending, settle } from './call.ts'
import { type FailureParams, SshFailure } from './failure.ts'
import type { Session } from './session.ts'

/** Path parts of a folder; more is a mistake. */
const MAX_DEPTH = 64
// draft-ietf-secsh-filexfer-02, 7
const NO_SUCH_FILE = 2
const STATUS: Readonly<Record<number, string>> = {
  2: 'noSuchFile',
  3: 'permissionDenied',
  4: 'refused',
  8: 'unsupported',
}

type Done<T> = (error: unknown, value?: T) => void

export function sftpFailure(cause: unknown, doing: string): SshFailure {
  if (cause instanceof SshFailure) return cause
  const status = (cause as { code?: unknown }).code
  const problem = (typeof status === 'number' ? STATUS[status] : undefined) ?? 'sftpError'
  const params: FailureParams = { doing, problem }
  return new SshFailure('transferFailed', { params, cause })
}

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === NO_SUCH_FILE

/** An SFTP channel whose every request ends: with its answer, the channel, the connection or the call. */
export class Sftp {
  readonly raw: SFTPWrapper
  readonly endings: readonly Ending[]
  readonly #call: Call
  readonly #release: () => void

  constructor(raw: SFTPWrapper, session: Session, call: Call, release: () => void) {
    this.raw = raw
    this.#call = call
    this.#release = release
    const ended = new Ending()
    const over = (cause?: unknown) =>
      ended.end(new SshFailure('connectionLost', { params: { problem: 'sftpClosed' }, cause }))
    raw.on('error', over)
    raw.on('end', () => over())
    raw.on('close', () => over())
    // When the whole connection is gone its own reason is the better one, and comes in the same turn.
    this.endings = [session.ended, ended]
  }

  close(): void {
    this.raw.end()
    this.#release()
  }

  async ask<T>(doing: string, start: (done: Done<T>) => void): Promise<T> {
    try {
      return await settle<T>(this.#call, this.endings, start)
    } catch (error) {
      if (this.#call.ending.over) throw error
      throw sftpFailure(error, doing)
    }
  }

  /** What is there, or undefined: nothing. */
  stat(file: string): Promise<Stats | undefined> {
    return this.ask<Stats | undefined>('stat', (done) =>
      this.raw.stat(file, (error, stats) =>
        error && isMissing(error) ? done(undefined) : done(error, stats),
      ),
    )
  }

  open(file: string, flags: 'w' | 'r+'): Promise<Buffer> {
    return this.ask<Buffer>('open', (done) => this.raw.open(file, flags, done))
  }

  closeHandle(handle: Buffer): Promise<void> {
    return this.ask<void>('close', (done) => this.raw.close(handle, done))
  }

  /** Names in a folder, and seconds since 1970 of their last change where the server says them beside. */
  async list(folder: string): Promise<{ name: string; mtime: number | undefined }[]> {
    type Entry = { readonly filename: string; readonly attrs?: { readonly mtime?: number } }
    const found = await this.ask<Entry[]>('list', (done) => this.raw.readdir(folder, done))
    return found.map(({ filename, attrs }) => ({ name: filename, mtime: attrs?.mtime }))
  }

  unlink(file: string): Promise<void> {
    return this.ask<void>('remove', (done) => this.raw.unlink(file, done))
  }

  /** Onto the disk, where the server can; SFTP has no other way to ask for it. */
  async fsync(handle: Buffer): Promise<void> {
    await this.#extended('fsync', (done) => this.raw.ext_openssh_fsync(handle, done))
  }

  /** Replaces the target in one step; where the server cannot, by removing it first. */
  async replace(from: string, to: string): Promise<void> {
    if (await this.#extended('rename', (done) => this.raw.ext_openssh_rename(from, to, done))) return
    if ((await this.stat(to)) !== undefined) await this.unlink(to)
    await this.ask<void>('rename', (done) => this.raw.rename(from, to, done))
  }

  /** Makes a folder and those above it. Another call may make the same ones at the same time. */
  async makeFolders(folder: string): Promise<void> {
    const steps: string[] = []
    for (let at = folder; at !== path.posix.dirname(at); at = path.posix.dirname(at)) steps.unshift(at)
    if (steps.length > MAX_DEPTH)
      throw new SshFailure('transferFailed', { params: { problem: 'folderTooDeep' } })
    // From the deepest: mostly it is there, and one question is enough.
    let missing = steps.length
    while (missing > 0 && (await this.stat(steps[missing - 1] as string)) === undefined) missing -= 1
    for (const step of steps.slice(missing)) await this.#makeFolder(step)
  }

  async #makeFolder(folder: string): Promise<void> {
    try {
      await this.ask<void>('makeFolder', (done) => this.raw.mkdir(folder, done))
    } catch (error) {
      if (this.#call.ending.over || (await this.stat(folder))?.isDirectory() !== true) throw error
    }
  }

  /** @returns false when the server does not have the extension: ssh2 then throws before it sends anything */
  async #extended(doing: string, start: (done: Done<void>) => void): Promise<boolean> {
    let unsupported = false
    await this.ask<void>(doing, (done) => {
      try {
        start(done)
      } catch {
        unsupported = true
        done(undefined)
      }
    })
    return !unsupported
  }
}

/** Opens an SFTP channel; it holds one of the connection's channels until it is closed. */
export async function openSftp(session: Session, call: Call): Promise<Sftp> {
  const release = await session.channels.acquire(call, [session.ended])
  try {
    const sftp = await session.openChannel<Sftp>(
      call,
      (done) =>
        void session.client.sftp((error, raw) => {
          if (error) done(error)
          // Now, not a turn later: its close may have come in the same packet.
          else done(undefined, new Sftp(raw, session, call, release))
        }),
      (late) => late.raw.end(),
    )
    call.sent = true
    return sftp
  } catch (error) {
    release()
    if (call.ending.over || error instanceof SshFailure) throw error
    throw new SshFailure('transferFailed', { params: { problem: 'sftpUnavailable' }, cause: error })
  }
}

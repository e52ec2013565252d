import type { FileHandle } from 'node:fs/promises'
import { type Call, Ending, settle } from './call.ts'
import { SshFailure } from './failure.ts'
import { type Sftp, sftpFailure } from './sftp.ts'
import type { UploadProgress } from './types.ts'

// 64 × 128 KiB in flight was the fastest measured; the channel's window bounds what is on the line to 2 MiB.
const IN_FLIGHT = 64
const CHUNK_BYTES = 128 * 1024
const BLOCK_BYTES = 1024 * 1024

interface Pumped {
  readonly source: FileHandle
  readonly from: number
  readonly size: number
  report(progress: UploadProgress): void
}

/**
 * Writes `source` from `from` to `size` into an open file, many requests at a time and strictly in order,
 * so that what is cut off in the middle is a prefix and never has a hole. Resolves with the bytes sent.
 */
export async function pump(sftp: Sftp, handle: Buffer, pumped: Pumped, call: Call): Promise<number> {
  const writer = new Writer(sftp, handle, pumped, call)
  const chunk = chunkBytes(sftp)
  try {
    let offset = pumped.from
    while (offset < pumped.size) {
      const block = await readBlock(pumped.source, offset, Math.min(BLOCK_BYTES, pumped.size - offset))
      for (let at = 0; at < block.length; at += chunk) {
        await writer.write(block.subarray(at, at + chunk), offset + at)
      }
      offset += block.length
    }
    await writer.drained(0)
  } finally {
    writer.stop()
  }
  return writer.sentBytes
}

/**
 * A server may take less at once (32 KiB is usual outside OpenSSH). ssh2 would then send the rest of each chunk
 * only after its answer, so out of order.
 */
function chunkBytes(sftp: Sftp): number {
  const most = (sftp.raw as unknown as { _maxWriteLen?: number })._maxWriteLen ?? CHUNK_BYTES
  return Math.max(1024, Math.min(CHUNK_BYTES, most))
}

async function readBlock(source: FileHandle, position: number, length: number): Promise<Buffer> {
  const block = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await source.read(block, read, length - read, position + read)
    if (bytesRead === 0) throw new SshFailure('packageDamaged', { params: { problem: 'localFileShrank' } })
    read += bytesRead
  }
  return block
}

class Writer {
  readonly #sftp: Sftp
  readonly #handle: Buffer
  readonly #pumped: Pumped
  readonly #call: Call
  readonly #refused = new Ending()
  sentBytes = 0
  #acknowledged = 0
  #inFlight = 0
  #stopped = false
  #room: (() => void) | undefined

  constructor(sftp: Sftp, handle: Buffer, pumped: Pumped, call: Call) {
    this.#sftp = sftp
    this.#handle = handle
    this.#pumped = pumped
    this.#call = call
  }

  /** Hands one chunk over, after waiting for room. Its own refusal shows at the next wait. */
  async write(chunk: Buffer, position: number): Promise<void> {
    await this.drained(IN_FLIGHT - 1)
    this.#inFlight += 1
    this.sentBytes += chunk.length
    this.#sftp.raw.write(this.#handle, chunk, 0, chunk.length, position, (error) => {
      this.#answered(error, chunk.length)
    })
  }

  /** Waits until at most `left` requests are unanswered. */
  drained(left: number): Promise<void> {
    return settle<void>(this.#call, [...this.#sftp.endings, this.#refused], (done) => {
      this.#room = () => this.#inFlight <= left && done(undefined)
      this.#room()
    })
  }

  stop(): void {
    this.#report()
    this.#stopped = true
  }

  #answered(error: unknown, bytes: number): void {
    if (this.#stopped) return
    if (error) {
      this.#refused.end(sftpFailure(error, 'write'))
      return
    }
    this.#inFlight -= 1
    this.#acknowledged += bytes
    this.#report()
    this.#room?.()
  }

  #report(): void {
    this.#pumped.report({ doneBytes: this.#pumped.from + this.#acknowledged, sentBytes: this.sentBytes })
  }
}

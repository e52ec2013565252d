/** A streamed upload: hashed on its way to a file of its own, kept only when all of it has come. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import path from 'node:path'
import { Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Limits } from './limits.ts'
import { createPlaces } from './places.ts'
import type { Principal } from './principal.ts'
import { Problem } from './problem.ts'
import { accountKey } from './rate.ts'

const running = createPlaces()

/**
 * A place to upload in, until the function that it returns is called.
 * @throws Problem tooManyUploads: 429 where the account has its share already, 503 where all are taken
 */
export function takeUpload(who: Principal, { uploads, uploadsPerAccount }: Limits): () => void {
  const leave = running.take(uploads, { [accountKey(who)]: uploadsPerAccount })
  if (leave === 'own') throw new Problem('tooManyUploads', { retryAfter: 30 })
  if (leave === 'all') throw new Problem('tooManyUploads', { retryAfter: 30, status: 503 })
  return leave
}

const MAX_UPLOAD_BYTES = 4 * 1024 ** 3
const LEFT_OVER = /^upload-[0-9a-f-]{36}\.part$/
const LEFT_OVER_MS = 24 * 3600_000

interface Upload {
  readonly size: number
  readonly sha256: string
  /** Makes it `<sha256>.pkg`, durably. */
  keep(): Promise<void>
  /** Removes what was not kept. */
  discard(): Promise<void>
}

async function syncPath(name: string): Promise<void> {
  const handle = await open(name, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export interface Pace {
  readonly uploadBytesPerSecond: number
  readonly uploadWindowMs: number
}

/** Counts and hashes what passes; more than the limit is an error, and so is a window in which too little came. */
function meter(limit: number, { uploadBytesPerSecond, uploadWindowMs }: Pace) {
  const hash = createHash('sha256')
  let size = 0
  let before = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > limit) return done(new Problem('bodyTooLarge', { more: { limit } }))
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const least = (uploadBytesPerSecond * uploadWindowMs) / 1000
  const watch = setInterval(() => {
    if (size - before < least)
      stream.destroy(new Problem('requestTooSlow', { more: { bytesPerSecond: uploadBytesPerSecond } }))
    before = size
  }, uploadWindowMs)
  stream.once('close', () => clearInterval(watch))
  return { stream, result: () => ({ size, sha256: hash.digest('hex') }) }
}

function asProblem(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'ABORT_ERR')
    return new Problem('uploadTruncated', { cause: error })
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Problem('storageFull', { cause: error })
  return error
}

/** As a pipeline, except that a failure leaves the request alone: there is an answer to be given. */
async function pour(request: IncomingMessage, through: Transform, into: Writable): Promise<void> {
  const cut = () => {
    if (!request.complete) through.destroy(new Problem('uploadTruncated'))
  }
  request.once('close', cut).once('error', cut)
  if (request.destroyed) cut()
  try {
    await pipeline(request.pipe(through), into)
  } finally {
    request.off('close', cut).unpipe(through)
    request.on('error', () => {}).resume()
  }
}

/**
 * Reads the whole body into `folder`. The caller keeps or discards it.
 * @throws Problem bodyTooLarge, requestTooSlow, uploadTruncated, uploadEmpty, storageFull; then nothing stays
 */
export async function receiveUpload(
  request: IncomingMessage,
  folder: string,
  pace: Pace,
  limit = MAX_UPLOAD_BYTES,
): Promise<Upload> {
  const announced = Number(request.headers['content-length'] ?? Number.NaN)
  if (announced > limit) throw new Problem('bodyTooLarge', { more: { limit } })
  await mkdir(folder, { recursive: true })
  const part = path.join(folder, `upload-${randomUUID()}.part`)
  const discard = () => rm(part, { force: true })
  // Opened here and not by the stream: so it is closed, and gone, when this has ended, however early the client went.
  const file = await open(part, 'wx').catch((error: unknown) => {
    throw asProblem(error)
  })
  try {
    const { stream, result } = meter(limit, pace)
    await pour(request, stream, file.createWriteStream())
    const { size, sha256 } = result()
    if (!request.complete || (Number.isFinite(announced) && announced !== size))
      throw new Problem('uploadTruncated')
    if (size === 0) throw new Problem('uploadEmpty')
    await file.close()
    await syncPath(part)
    const keep = async () => {
      await rename(part, path.join(folder, `${sha256}.pkg`))
      await syncPath(folder)
    }
    return { size, sha256, keep, discard }
  } catch (error) {
    await file.close().catch(() => {})
    await discard()
    throw asProblem(error)
  }
}

/** Removes what uploads of a killed process left behind. One that still comes in is younger than that. */
export async function sweepUploads(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((one) => LEFT_OVER.test(one))) {
    const file = path.join(folder, name)
    const age = await stat(file).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    )
    if (age > LEFT_OVER_MS) await rm(file, { force: true })
  }
}

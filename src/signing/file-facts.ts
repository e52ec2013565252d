/** Size and digest of a file, as a manifest says them. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

export async function readFileFacts(file: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') }
}

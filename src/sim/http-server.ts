/** A store server's package folder over HTTP, with ranges, as tills fetch it: `/ukminstall/FILE`. */
import { open, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { confine } from './confine.ts'
import type { FaultBox } from './faults.ts'

export interface HttpOptions {
  readonly root: string
  readonly prefix: string
  readonly faults: FaultBox
  /** Per connection; Infinity: as fast as it goes. */
  readonly bytesPerSecond: number
  readonly onServed: (bytes: number) => void
  readonly isDown: () => boolean
}

const CHUNK = 64 * 1024
const SLICES_PER_SECOND = 20

function rangeStart(header: string | undefined): number {
  const match = /^bytes=(\d{1,15})-$/.exec(header ?? '')
  return match ? Number(match[1]) : 0
}

/** Sends the file from `from` on, no faster than allowed; stops when the other side is gone. */
async function send(
  response: ServerResponse,
  file: string,
  from: number,
  size: number,
  options: HttpOptions,
): Promise<void> {
  const perSecond = options.faults.has('slow')?.bytesPerSecond ?? options.bytesPerSecond
  const slice = Math.max(1, Math.min(CHUNK, Math.ceil(perSecond / SLICES_PER_SECOND)))
  const damaged = options.faults.take('corrupt', ({ where }) => where === 'served') ? size >> 1 : -1
  const handle = await open(file, 'r')
  const began = performance.now()
  try {
    for (let at = from; at < size && !response.destroyed; ) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(slice), 0, slice, at)
      if (bytesRead === 0) break
      const data = buffer.subarray(0, bytesRead)
      if (damaged >= at && damaged < at + bytesRead)
        data.writeUInt8(data.readUInt8(damaged - at) ^ 1, damaged - at)
      at += bytesRead
      options.onServed(bytesRead)
      if (!response.write(data)) await drained(response)
      const dueMs = ((at - from) / perSecond) * 1000 - (performance.now() - began)
      if (dueMs > 1) await sleep(dueMs)
    }
  } finally {
    await handle.close()
    response.end()
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    if (response.destroyed) resolve()
    else response.on('drain', done).on('close', done)
  })
}

async function serve(request: IncomingMessage, response: ServerResponse, options: HttpOptions) {
  const { pathname } = new URL(request.url ?? '/', 'http://store')
  const name = decodeURIComponent(pathname)
  const file = name.startsWith(options.prefix)
    ? confine(options.root, name.slice(options.prefix.length))
    : undefined
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined)
  if (file === undefined || !found?.isFile()) {
    response.writeHead(404).end()
    return
  }
  const from = rangeStart(request.headers.range)
  if (from > 0 && from >= found.size) {
    response.writeHead(416, { 'content-range': `bytes */${found.size}` }).end()
    return
  }
  const range = from > 0 ? { 'content-range': `bytes ${from}-${found.size - 1}/${found.size}` } : {}
  response.writeHead(from > 0 ? 206 : 200, {
    'accept-ranges': 'bytes',
    'content-length': found.size - from,
    'content-type': 'application/octet-stream',
    ...range,
  })
  await send(response, file, from, found.size, options)
}

/** Listens on 127.0.0.1; `close` ends its connections too. */
export class PackageServer {
  readonly #server: Server
  #port = 0

  constructor(options: HttpOptions) {
    this.#server = createServer((request, response) => {
      if (options.isDown()) {
        request.socket.destroy()
        return
      }
      serve(request, response, options).catch(() => response.destroy())
    })
  }

  get port(): number {
    return this.#port
  }

  async listen(port: number): Promise<void> {
    this.#port = await this.#bind(port).catch(() => this.#bind(0))
  }

  #bind(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', 512, () => {
        this.#server.removeListener('error', reject)
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

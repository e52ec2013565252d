/** Serves packages over HTTP from this machine, and knows exactly what it has sent: a device's words are held against it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a package is served: whole, or so many bytes of it and then silence, or then a cut. */
export type Serving =
  | { readonly kind: 'whole' }
  | { readonly kind: 'hold'; readonly bytes: number }
  | { readonly kind: 'cutOnce'; readonly bytes: number }

export interface ServedPackage {
  readonly url: string
  serving: Serving
  /** Up to where of the file bytes were handed to a connection; the device cannot have more. */
  readonly sent: () => number
  /** Where each request wanted to begin: 0 is the whole file. */
  readonly asked: number[]
}

export interface Source {
  offer(name: string, bytes: Buffer): ServedPackage
  close(): Promise<void>
}

interface Entry {
  readonly bytes: Buffer
  serving: Serving
  sent: number
  readonly asked: number[]
  readonly held: Set<() => void>
}

/** Gives the rest to whoever was held. */
function serveAs(entry: Entry, serving: Serving): void {
  entry.serving = serving
  if (serving.kind !== 'whole') return
  for (const goOn of entry.held) goOn()
  entry.held.clear()
}

function send(entry: Entry, from: number, response: ServerResponse): void {
  const body = entry.bytes.subarray(from)
  const { serving } = entry
  const limit = serving.kind === 'whole' ? body.length : Math.max(0, serving.bytes - from)
  const reach = (bytes: number) => {
    entry.sent = Math.max(entry.sent, from + bytes)
  }
  if (limit >= body.length) {
    reach(body.length)
    response.end(body)
    return
  }
  reach(limit)
  if (serving.kind === 'cutOnce') {
    entry.serving = { kind: 'whole' }
    response.write(body.subarray(0, limit), () => response.destroy())
    return
  }
  response.flushHeaders()
  response.write(body.subarray(0, limit))
  const goOn = () => {
    reach(body.length)
    response.end(body.subarray(limit))
  }
  entry.held.add(goOn)
  response.on('close', () => entry.held.delete(goOn))
}

function answer(entry: Entry | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (entry === undefined || (request.method !== 'GET' && request.method !== 'HEAD'))
    return void response.writeHead(404).end()
  const total = entry.bytes.length
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from >= total) return void response.writeHead(416, { 'content-range': `bytes */${total}` }).end()
  const headers = { 'content-type': 'application/octet-stream', 'content-length': total - from }
  if (from === 0) response.writeHead(200, { ...headers, 'accept-ranges': 'bytes' })
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${total - 1}/${total}` })
  if (request.method === 'HEAD') return void response.end()
  entry.asked.push(from)
  send(entry, from, response)
}

/**
 * @param host the name or address by which the device reaches this machine
 * @throws when it cannot listen there
 */
export async function openSource(host: string, port: number): Promise<Source> {
  const entries = new Map<string, Entry>()
  const server = createServer((request, response) =>
    answer(entries.get((request.url ?? '').slice(1)), request, response),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  server.on('error', () => {})
  const { port: taken } = server.address() as AddressInfo
  return {
    offer: (name, bytes) => {
      const entry: Entry = { bytes, serving: { kind: 'whole' }, sent: 0, asked: [], held: new Set() }
      entries.set(name, entry)
      return {
        url: `http://${host}:${taken}/${name}`,
        asked: entry.asked,
        sent: () => entry.sent,
        get serving() {
          return entry.serving
        },
        set serving(serving) {
          serveAs(entry, serving)
        },
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

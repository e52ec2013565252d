/** The package folder of a store server over HTTP, as its devices fetch from it: whole files and `bytes=N-`. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

export interface PackageServer {
  /** `http://127.0.0.1:port/ukminstall` */
  readonly url: string
  /** How many times a file was asked for. */
  asked(): number
  close(): Promise<void>
}

const PREFIX = '/ukminstall'

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = path.join(folder, path.basename(request.url ?? ''))
  const { size } = await stat(file)
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const part = start > 0 ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {}
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': size - start, ...part })
  await pipeline(createReadStream(file, { start }), response)
}

export async function servePackages(folder: string): Promise<PackageServer> {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    answer(folder, request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`,
    asked: () => asked,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

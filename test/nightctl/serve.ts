/** A store server for one file over HTTP on loopback, with the faults that downloads meet. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Served {
  readonly url: string
  /** The ranges that were asked for, '' for the whole file. */
  readonly asked: string[]
  /** Cuts the connection after so many bytes of the body; undefined serves all. */
  cutAfter: number | undefined
  /** Sends so many bytes and then nothing, the connection staying open. */
  stallAfter: number | undefined
  ranges: boolean
  bytes: Buffer
  close(): Promise<void>
}

export async function serve(bytes: Buffer): Promise<Served> {
  const server = createServer((request, response) => {
    const range = served.ranges ? (/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? '') : ''
    served.asked.push(range)
    const from = Number(range)
    const body = served.bytes.subarray(from)
    const headers = { 'content-length': body.length }
    if (range === '') response.writeHead(200, headers)
    else
      response.writeHead(206, {
        ...headers,
        'content-range': `bytes ${from}-${served.bytes.length - 1}/${served.bytes.length}`,
      })
    const { cutAfter, stallAfter } = served
    if (cutAfter !== undefined && body.length > cutAfter)
      response.write(body.subarray(0, cutAfter), () => response.destroy())
    else if (stallAfter !== undefined) response.write(body.subarray(0, stallAfter))
    else response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const served: Served = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/packages/a.tgz`,
    asked: [],
    cutAfter: undefined,
    stallAfter: undefined,
    ranges: true,
    bytes,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return served
}

/** A proxy that puts a prefix before a server, and knows nothing else of it: as `location /x/ { proxy_pass http://…/; }`. */
import { request as ask, createServer } from 'node:http'
import { until } from '../support/until.ts'

export interface PrefixProxy {
  /** Ends with the prefix, without a slash. */
  readonly url: string
  /** Addresses that were asked for outside of the prefix. */
  readonly strays: readonly string[]
  close(): Promise<void>
}

/** `at`: on this port, as one that comes back. */
export async function openPrefixProxy(prefix: string, port: number, at = 0): Promise<PrefixProxy> {
  const strays: string[] = []
  const server = createServer((request, response) => {
    const { url = '', method, headers } = request
    if (!url.startsWith(`${prefix}/`)) {
      strays.push(url)
      return void response.writeHead(502).end()
    }
    const options = { host: '127.0.0.1', port, path: url.slice(prefix.length), method, headers, agent: false }
    const onward = ask(options, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(response)
    })
    onward.on('error', () => response.destroy())
    // Who left does not listen any more: a stream ends here as well.
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  // Whoever took the port meanwhile gives it back: it is tried again.
  let isTried = false
  server.on('error', () => {
    isTried = false
  })
  const listens = (): boolean => {
    if (!isTried) server.listen(at, '127.0.0.1')
    isTried = true
    return server.listening
  }
  await until(listens, { within: 40_000, label: 'the proxy listens' })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}${prefix}`,
    strays,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

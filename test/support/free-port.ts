/** A port for what cannot listen on 0, or has to come back on the port that it had. */
import { createServer } from 'node:net'

/** Below those that Linux and macOS give to who asks for none: connections that go out take no port of these. */
const [FROM, TO] = [20_000, 32_000]

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.on('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** Free at this moment, on loopback: who listens on it must be ready to find it taken. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM))
    if (await isFree(port)) return port
  }
  throw new Error('no free port')
}

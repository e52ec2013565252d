/** The line between head office and store: a relay that counts what crosses it. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Wan {
  readonly host: string
  /** What the head office takes for the store server's port. */
  readonly port: number
  /** Bytes that went from the head office to the store, connections and all. */
  sentToStore(): number
  /** Ends every connection; new ones come through. @returns how many it ended */
  cut(): number
  close(): Promise<void>
}

/** Relays a free port of loopback to `target`, also of loopback. */
export async function startWan(target: number): Promise<Wan> {
  const open = new Set<Socket>()
  let sent = 0
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        open.delete(socket)
        for (const other of [near, far]) other.destroy()
      })
    }
    near.on('data', (bytes) => {
      sent += bytes.length
    })
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    const ended = open.size / 2
    for (const socket of open) socket.destroy()
    return ended
  }
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    sentToStore: () => sent,
    cut,
    close: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

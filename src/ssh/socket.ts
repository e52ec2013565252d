import { connect, type Socket } from 'node:net'
import { type Call, settle } from './call.ts'
import { SshFailure } from './failure.ts'

/** A TCP connection. Throws `storeOffline`, or `throttled` when it was taken and dropped at once. */
export function openSocket(host: string, port: number, call: Call): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true })
  const failed = (cause: unknown) => {
    const problem = String((cause as { code?: string }).code ?? cause)
    return new SshFailure(problem === 'ECONNRESET' ? 'throttled' : 'storeOffline', {
      params: { problem },
      cause,
    })
  }
  return settle<Socket>(call, [], (done) => {
    socket.once('error', (error) => done(failed(error)))
    socket.once('connect', () => done(undefined, socket))
  }).catch((error: unknown) => {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  })
}

/** HTTP as nobody writes it: bytes over a socket, and whatever comes back. */
import { connect, type Socket } from 'node:net'
import { until } from '../support/until.ts'

export interface Raw {
  readonly socket: Socket
  /** All that came so far. */
  text(): string
  isClosed(): boolean
  write(text: string): void
  /** Everything, once the server has closed; ends what the server keeps open. */
  closed(within: number): Promise<string>
  /** Waits for so many answers. */
  answers(count: number, within: number): Promise<string[]>
}

const STATUS = /HTTP\/1\.1 (\d{3}) /g

/** Status of each answer in a text. */
export const statuses = (text: string): string[] =>
  [...text.matchAll(STATUS)].map((found) => found[1] as string)

export function openRaw(port: number, first = ''): Raw {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let text = ''
  let isClosed = false
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  socket.on('end', () => socket.end())
  socket.on('close', () => {
    isClosed = true
  })
  if (first !== '') socket.write(first, 'latin1')
  return {
    socket,
    text: () => text,
    isClosed: () => isClosed,
    write: (more) => void (socket.writable && socket.write(more, 'latin1')),
    closed: async (within) => {
      try {
        await until(() => isClosed, { within, label: `the server closes; it said: ${text.slice(0, 300)}` })
      } finally {
        socket.destroy()
      }
      return text
    },
    answers: (count, within) =>
      until(() => statuses(text).length >= count && statuses(text), {
        within,
        label: `${count} answers; there are: ${text.slice(0, 2000)}`,
      }),
  }
}

/**
 * Sends so much every so often until the server has had enough. What is sent after the server has closed would lose its
 * last words, where they are not read yet: so both sides have read everything between one piece and the next.
 * @returns how long that took, in milliseconds
 */
export async function drip(raw: Raw, bytes: string, everyMs: number, within: number): Promise<number> {
  const began = performance.now()
  const timer = setInterval(() => setImmediate(() => setImmediate(() => raw.write(bytes))), everyMs)
  try {
    await raw.closed(within)
  } finally {
    clearInterval(timer)
  }
  return performance.now() - began
}

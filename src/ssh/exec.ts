import type { ClientChannel, ExecOptions } from 'ssh2'
import type { Call } from './call.ts'
import { SshFailure } from './failure.ts'
import { MAX_OUTPUT_BYTES } from './limits.ts'
import type { Session } from './session.ts'
import type { ExecResult } from './types.ts'

/** A child that outlives the command may hold its output open; the answer is complete all the same. */
const AFTER_EXIT_MS = 2000
/** Output past the limit is thrown away, but not for ever: then the channel is closed. */
const DRAINED_LIMITS = 32

interface RunOptions {
  readonly input?: string | undefined
  readonly maxOutputBytes?: number | undefined
}

/** Runs one command line. Waits for a channel, keeps stdin, stdout and stderr apart and bounded. */
export async function runLine(
  session: Session,
  line: string,
  call: Call,
  { input, maxOutputBytes = MAX_OUTPUT_BYTES }: RunOptions = {},
): Promise<ExecResult> {
  const release = await session.channels.acquire(call, [session.ended])
  let channel: ClientChannel | undefined
  let finished = false
  try {
    channel = await session.openChannel<ClientChannel>(
      call,
      (done) => void session.client.exec(line, whenOpened(call), done),
      (late) => late.close(),
    )
    call.sent = true
    const result = await collect(session, channel, call, input, maxOutputBytes)
    finished = result.exitStatus !== null || result.signal !== null
    return result
  } catch (error) {
    throw wasRefused(error)
      ? new SshFailure('transferFailed', { params: { problem: 'execRefused' }, cause: error })
      : error
  } finally {
    channel?.close()
    if (!finished && call.sent) session.abandon()
    release()
  }
}

/**
 * ssh2 sends the command as soon as the server has opened the channel, and reads these options just before.
 * So a link that was dead already is known never to have carried the command.
 */
const whenOpened = (call: Call): ExecOptions => ({
  get env() {
    call.sent = true
    return {}
  },
})

const wasRefused = (error: unknown): boolean => error instanceof Error && error.message === 'Unable to exec'

function collect(
  session: Session,
  channel: ClientChannel,
  call: Call,
  input: string | undefined,
  maxBytes: number,
): Promise<ExecResult> {
  const stdout = new Kept(maxBytes)
  const stderr = new Kept(maxBytes)
  let status: number | null = null
  let signal: string | null = null
  let grace: NodeJS.Timeout | undefined
  const collecting = session.ask<ExecResult>(call, (done) => {
    const finish = () =>
      done(undefined, {
        exitStatus: status,
        signal,
        stdout: stdout.text(),
        stderr: stderr.text(),
        truncated: stdout.truncated || stderr.truncated,
      })
    const keep = (kept: Kept) => (chunk: Buffer) => {
      kept.add(chunk)
      if (stdout.seen + stderr.seen > maxBytes * DRAINED_LIMITS) finish()
    }
    channel.on('data', keep(stdout))
    channel.stderr.on('data', keep(stderr))
    channel.on('exit', (code: number | null, name?: string) => {
      status = code
      signal = name ?? null
      grace = setTimeout(finish, AFTER_EXIT_MS)
    })
    channel.on('close', finish)
    // A command may end without reading its input.
    channel.on('error', () => {})
    channel.end(input)
  })
  return collecting.finally(() => clearTimeout(grace))
}

/** The beginning of a stream, and how much there was. */
class Kept {
  readonly #limit: number
  readonly #chunks: Buffer[] = []
  #kept = 0
  seen = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get truncated(): boolean {
    return this.seen > this.#kept
  }

  add(chunk: Buffer): void {
    this.seen += chunk.length
    const part = chunk.subarray(0, this.#limit - this.#kept)
    if (part.length === 0) return
    this.#kept += part.length
    this.#chunks.push(part)
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}

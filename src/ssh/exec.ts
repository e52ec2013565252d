import type { ClientChannel, ExecOptions } from 'ssh2'
import { type Call, Ending } from './call.ts'
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
  let answer: Answer | undefined
  let finished = false
  try {
    answer = await session.openChannel<Answer>(
      call,
      (done) =>
        void session.client.exec(line, whenOpened(call), (error, channel) => {
          if (error) done(error)
          // Now, not a turn later: the whole answer and the close may have come in the same packet.
          else done(undefined, new Answer(channel, maxOutputBytes))
        }),
      (late) => late.channel.close(),
    )
    call.sent = true
    const result = await collect(session, answer, call, input)
    finished = result.exitStatus !== null || result.signal !== null
    return result
  } catch (error) {
    throw wasRefused(error)
      ? new SshFailure('transferFailed', { params: { problem: 'execRefused' }, cause: error })
      : error
  } finally {
    answer?.channel.close()
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

async function collect(
  session: Session,
  answer: Answer,
  call: Call,
  input: string | undefined,
): Promise<ExecResult> {
  let grace: NodeJS.Timeout | undefined
  try {
    await session.ask<void>(call, (done) => {
      answer.complete.subscribe(() => done(undefined))
      answer.exited.subscribe(() => {
        grace = setTimeout(() => done(undefined), AFTER_EXIT_MS)
      })
      answer.channel.end(input)
    })
  } finally {
    clearTimeout(grace)
  }
  return answer.result()
}

/** What a command says, from the moment its channel is there. */
class Answer {
  readonly channel: ClientChannel
  readonly exited = new Ending()
  /** The channel has closed, or said far too much. */
  readonly complete = new Ending()
  readonly #stdout: Kept
  readonly #stderr: Kept
  #status: number | null = null
  #signal: string | null = null

  constructor(channel: ClientChannel, maxBytes: number) {
    this.channel = channel
    this.#stdout = new Kept(maxBytes)
    this.#stderr = new Kept(maxBytes)
    const keep = (kept: Kept) => (chunk: Buffer) => {
      kept.add(chunk)
      if (this.#stdout.seen + this.#stderr.seen > maxBytes * DRAINED_LIMITS) this.complete.end(undefined)
    }
    channel.on('data', keep(this.#stdout))
    channel.stderr.on('data', keep(this.#stderr))
    channel.on('exit', (code: number | null, name?: string) => {
      this.#status = code
      this.#signal = name ?? null
      this.exited.end(undefined)
    })
    channel.on('close', () => this.complete.end(undefined))
    // A command may end without reading its input.
    channel.on('error', () => {})
  }

  result(): ExecResult {
    return {
      exitStatus: this.#status,
      signal: this.#signal,
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      truncated: this.#stdout.truncated || this.#stderr.truncated,
    }
  }
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

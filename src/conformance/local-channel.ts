/** Speaks to a nightctl on this machine: for whoever writes one at a desk. No shell stands between. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Printed } from '../device/answer.ts'
import { type Channel, type ChannelOptions, KEPT_BYTES, NoAnswer } from './channel.ts'
import { Unreachable } from './check.ts'

/** Long enough for a program to have read its words; a slower one is cut earlier in its work. */
const CUT_AFTER_MS = 60
/** A child that outlives the program may hold its output open; as over SSH it is not waited for longer. */
const AFTER_EXIT_MS = 2000

function keep(stream: NodeJS.ReadableStream | null): { text(): string; truncated(): boolean } {
  const chunks: Buffer[] = []
  let kept = 0
  let seen = 0
  stream?.on('data', (chunk: Buffer) => {
    seen += chunk.length
    const part = chunk.subarray(0, KEPT_BYTES - kept)
    kept += part.length
    if (part.length > 0) chunks.push(part)
  })
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => seen > kept }
}

/** The group, because what a shell has started holds the output open as well. */
function end(child: ChildProcess): void {
  for (const pid of [child.pid && -child.pid, child.pid]) {
    try {
      if (pid) process.kill(pid, 'SIGKILL')
    } catch {
      // it has ended meanwhile
    }
  }
}

function collect(child: ChildProcess, { input = '', deadlineMs }: ChannelOptions): Promise<Printed> {
  const stdout = keep(child.stdout)
  const stderr = keep(child.stderr)
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined
    const timer = setTimeout(() => {
      end(child)
      reject(new NoAnswer('deadline', `no answer within ${deadlineMs / 1000} s`))
    }, deadlineMs)
    const finish = (exitStatus: number | null, signal: string | null) => {
      clearTimeout(timer)
      clearTimeout(grace)
      child.stdout?.destroy()
      child.stderr?.destroy()
      const truncated = stdout.truncated() || stderr.truncated()
      resolve({ exitStatus, signal, stdout: stdout.text(), stderr: stderr.text(), truncated })
    }
    child.on('error', (cause) => {
      clearTimeout(timer)
      reject(new Unreachable(`cannot be run: ${cause.message}`, { cause }))
    })
    child.on('exit', (code, signal) => {
      grace = setTimeout(() => finish(code, signal), AFTER_EXIT_MS)
    })
    child.on('close', finish)
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** @param command the program and words before the verb, parted by spaces: `./nightctl`, `busybox sh ./nightctl` */
export function openLocal(command: string): Channel {
  const [program = '', ...before] = command.trim().split(/\s+/)
  let session = 1
  // Each session has its own, as under sshd.
  const start = (args: readonly string[]): ChildProcess =>
    spawn('env', [`SSH_CONNECTION=127.0.0.1 ${session} 127.0.0.1 22`, program, ...before, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
  return {
    title: `${command}, on this machine`,
    call: (args, options) => collect(start(args), options),
    cut: async (args, { input = '' }) => {
      const child = start(args)
      child.on('error', () => {})
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
      await new Promise((resolve) => setTimeout(resolve, CUT_AFTER_MS))
      child.stdout?.destroy()
      child.stderr?.destroy()
      session++
    },
    renew: async () => void session++,
    close: async () => {},
  }
}

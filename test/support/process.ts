/** A Nightshift process of its own, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { until } from './until.ts'

const program = path.resolve(import.meta.dirname, '../../bin/nightshift.js')

export interface TestProcess {
  readonly child: ChildProcess
  /** What it printed so far, both streams. */
  output(): string
  /** Exit status, with all that it printed in `output`, or the name of the signal that ended it. */
  ended(within: number): Promise<number | string>
  kill(signal?: NodeJS.Signals): void
}

export function startProcess(args: readonly string[], env: Readonly<Record<string, string>>): TestProcess {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const keep = (chunk: Buffer) => {
    text += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  // What it printed last may come after its end. Of one that was killed its children may hold the pipes on.
  let isRead = false
  child.on('close', () => {
    isRead = true
  })
  return {
    child,
    output: () => text,
    kill: (signal = 'SIGKILL') => child.kill(signal),
    ended: (within) =>
      until(() => child.signalCode ?? (isRead && child.exitCode !== null ? `${child.exitCode}` : undefined), {
        within,
        label: `the process ends: ${args.join(' ')}`,
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${text}`)
      }),
  }
}

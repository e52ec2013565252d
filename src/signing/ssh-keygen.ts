/** Runs ssh-keygen: arguments as an array, a deadline, bounded output. It judges signatures; nothing here does. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const TOOL = 'ssh-keygen'
const DEADLINE_MS = 20_000
const MAX_OUTPUT_BYTES = 64 * 1024

/** It is not installed, does not know `-Y` (it came with OpenSSH 8.1), or did not end in time. */
export class ToolMissing extends Error {}

export interface ToolAnswer {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Before OpenSSH 8.1 `-Y` was no option, or one that makes no signatures. */
const isTooOld = ({ status, stderr }: ToolAnswer): boolean =>
  status !== 0 && /(unknown|illegal|invalid|unrecognized) option|^usage:/im.test(stderr)

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    if (text.length < MAX_OUTPUT_BYTES) text += chunk.toString('utf8')
  })
  return () => text.slice(0, MAX_OUTPUT_BYTES)
}

/** @throws ToolMissing */
export async function runTool(args: readonly string[], input: string): Promise<ToolAnswer> {
  const child = spawn(TOOL, [...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(new ToolMissing(`${TOOL} cannot be started`, { cause })))
    child.once('close', resolve)
  })
  if (status === null) throw new ToolMissing(`${TOOL} did not end within ${DEADLINE_MS / 1000} s`)
  const answer = { status, stdout: stdout(), stderr: stderr() }
  if (isTooOld(answer)) throw new ToolMissing(`${TOOL} knows no signatures: OpenSSH 8.2 or later does`)
  return answer
}

/** The same with the terminal's own streams, for a passphrase or a touch: no deadline, a person is at work. @throws ToolMissing */
export async function runToolForPerson(args: readonly string[]): Promise<number> {
  const child = spawn(TOOL, [...args], { stdio: ['inherit', 'ignore', 'inherit'] })
  return new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new ToolMissing(`${TOOL} cannot be started`, { cause })))
    child.once('close', (status) => resolve(status ?? -1))
  })
}

/** Lends a folder of its own, which only this account can read, with one file in it. */
export async function withFile<T>(name: string, text: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-signature-'))
  try {
    const file = path.join(folder, name)
    await writeFile(file, text, { mode: 0o600 })
    return await use(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The few commands of a simulated store server, over real files of its folder. Anything else is "not found". */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
import { confine } from './confine.ts'
import { type Pipeline, parsePipeline } from './words.ts'

export interface ShellAnswer {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
}

export interface ShellHooks {
  readonly root: string
  readonly isDiskFull: () => boolean
}

const said = (stdout: string): ShellAnswer => ({ stdout, stderr: '', status: 0 })
const failed = (stderr: string, status = 1): ShellAnswer => ({ stdout: '', stderr: `${stderr}\n`, status })

async function hash(file: string, bytes?: number): Promise<string> {
  const digest = createHash('sha256')
  if (bytes === 0) return digest.digest('hex')
  const stream = createReadStream(file, { highWaterMark: 1 << 20, ...(bytes && { end: bytes - 1 }) })
  for await (const chunk of stream) digest.update(chunk as Buffer)
  return digest.digest('hex')
}

const HEX = /^[0-9a-f]{64}$/
const EMPTY = createHash('sha256').digest('hex')
const errorName = (error: NodeJS.ErrnoException): string => error.code ?? 'failed'

/** The words after the options, where `--` may stand before them. */
const operands = (words: readonly string[]): readonly string[] => (words[0] === '--' ? words.slice(1) : words)

async function diskFree(place: string, isFull: boolean): Promise<string> {
  const { bsize, blocks, bavail } = await statfs(place)
  const total = Math.floor((blocks * bsize) / 1024)
  const free = isFull ? 0 : Math.floor((bavail * bsize) / 1024)
  const share = Math.ceil((100 * (total - free)) / Math.max(total, 1))
  const head = 'Filesystem     1024-blocks      Used Available Capacity Mounted on'
  return `${head}\n/dev/sim ${total} ${total - free} ${free} ${share}% /\n`
}

/** `head -c N [--] FILE | sha256sum`, the prefix check before an upload goes on. */
async function prefixHash(commands: Pipeline, root: string): Promise<ShellAnswer> {
  const [head = [], sum = []] = commands
  const [file = '', ...more] = operands(head.slice(3))
  const bytes = Number(head[2])
  const isKnown = head[0] === 'head' && head[1] === '-c' && sum.join(' ') === 'sha256sum'
  const full = confine(root, file)
  if (!isKnown || more.length > 0 || !Number.isSafeInteger(bytes) || bytes < 0) {
    return failed('sh: not found', 127)
  }
  // A pipe's status is that of its last command: sha256sum hashes the nothing that a failed head printed.
  const refusal = full === undefined ? 'Permission denied' : undefined
  const hashed = full === undefined ? undefined : await hash(full, bytes).catch(errorName)
  if (hashed !== undefined && HEX.test(hashed)) return said(`${hashed}  -\n`)
  return { stdout: `${EMPTY}  -\n`, stderr: `head: ${file}: ${refusal ?? hashed}\n`, status: 0 }
}

async function single(words: readonly string[], hooks: ShellHooks): Promise<ShellAnswer> {
  const [name = '', ...rest] = words
  if (name === 'true') return said('')
  const option = { sha256sum: '', df: '-Pk', rm: '-f', mkdir: '-p' }[name]
  if (option === undefined) return failed(`sh: ${name}: not found`, 127)
  const [file, ...more] = operands(option === '' ? rest : rest.slice(1))
  const isKnown = option === '' || rest[0] === option
  if (!isKnown || file === undefined || more.length > 0) return failed(`${name}: usage`, 2)
  const full = confine(hooks.root, file)
  if (full === undefined) return failed(`${name}: ${file}: Permission denied`)
  if (name === 'sha256sum') return said(`${await hash(full)}  ${file}\n`)
  if (name === 'df') return said(await diskFree(full, hooks.isDiskFull()))
  if (name === 'rm') await rm(full, { force: true })
  else await mkdir(full, { recursive: true })
  return said('')
}

/** Runs one command line. Never throws: what a command says of a missing file is its answer. */
export async function runShell(line: string, hooks: ShellHooks): Promise<ShellAnswer> {
  const commands = parsePipeline(line)
  if (commands === undefined || commands.length > 2) return failed('sh: not supported', 127)
  try {
    return commands.length === 2
      ? await prefixHash(commands, hooks.root)
      : await single(commands[0] ?? [], hooks)
  } catch (error) {
    return failed(`${commands[0]?.[0]}: ${errorName(error as NodeJS.ErrnoException)}`)
  }
}

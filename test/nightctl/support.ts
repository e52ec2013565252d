/**
 * A till with the reference nightctl and a real small service, for this folder's tests and for nights over a real sshd.
 * Everything lies in one folder; only what it started is ended, by pid.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AnswerClass, answerEnvelope, exitStatus, MARK } from '../../src/device/contract.ts'
import { findProgram } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { hooks, serviceSource } from './service.ts'

const agent = fileURLToPath(new URL('../../nightctl', import.meta.url))

/** busyboxOnly: every tool is a BusyBox applet too, and there is no curl; it needs only `busybox`. */
export type Shell = 'dash' | 'busybox' | 'busyboxOnly'

export interface MadePackage {
  readonly file: string
  readonly version: string
  readonly size: number
  readonly sha256: string
}

export interface PackageOptions {
  /** sick answers but is unhealthy; crash ends at once; wrongVersion says it is 00000001. */
  readonly behaviour?: 'well' | 'sick' | 'crash' | 'wrongVersion'
  readonly format?: 'tgz' | 'tar'
  /** Bytes of filling, so that a transfer takes a while. */
  readonly filling?: number
}

/** Writes the service of `version` as files into `folder`, as a release or the content of a package. */
function writeRelease(folder: string, version: string, { behaviour = 'well', filling = 0 }: PackageOptions) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'server.mjs'), serviceSource)
  writeFileSync(path.join(folder, 'release.json'), JSON.stringify({ version, behaviour }))
  if (filling > 0)
    writeFileSync(path.join(folder, 'filling'), Buffer.alloc(filling, `${version}${behaviour}`))
}

/** Size and SHA-256 of a file that exists, as a package of `version`. */
export function describePackage(file: string, version: string): MadePackage {
  const bytes = readFileSync(file)
  return { file, version, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Builds `dir/VERSION.tgz` (or .tar) of the small service. `version` is eight digits. */
export function makePackage(dir: string, version: string, options: PackageOptions = {}): MadePackage {
  const format = options.format ?? 'tgz'
  const content = path.join(dir, `content-${version}-${options.behaviour ?? 'well'}`)
  writeRelease(content, version, options)
  const file = path.join(dir, `${version}-${options.behaviour ?? 'well'}.${format}`)
  execFileSync('tar', [format === 'tgz' ? '-czf' : '-cf', file, '-C', content, '.'])
  return describePackage(file, version)
}

export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** The one marked line, checked against class and exit status. */
  readonly answer: { readonly class: AnswerClass; readonly reason: string | null; readonly data: unknown }
}

/** Reads the marked line as the head office does; throws when it is not exactly one, or class and exit disagree. */
export function readOutcome(status: number, stdout: string, stderr: string): Outcome {
  const lines = stdout.split('\n').filter((line) => line.startsWith(MARK))
  const [line] = lines
  if (lines.length !== 1 || line === undefined)
    throw new Error(`${lines.length} marked lines, exit ${status}\n${stdout}\n${stderr}`)
  const answer = answerEnvelope.parse(JSON.parse(line.slice(MARK.length)))
  if (exitStatus[answer.class] !== status)
    throw new Error(`class ${answer.class} with exit ${status}: ${stderr}`)
  if ((answer.class === 'done') !== (answer.reason === null))
    throw new Error(`class and reason disagree: ${line}`)
  return { status, stdout, stderr, answer: { ...answer, data: answer.data ?? null } }
}

export interface CallOptions {
  readonly input?: string
  readonly env?: Record<string, string>
}

export interface Till {
  readonly dir: string
  /** The executable: what the head office calls over SSH. Needs nothing of the environment. */
  readonly nightctl: string
  readonly root: string
  readonly cashId: string
  /** Calls it locally. Deadline 60 s. */
  run(args: readonly string[], options?: CallOptions): Promise<Outcome>
  /** As run, but only the exit status: null when it was killed. */
  exit(args: readonly string[], options?: CallOptions): Promise<number | null>
  /** What the till's software says: the lines of the status hook, replaced whole. */
  setStatus(fields: Record<string, string>): void
  /** The version that the running service says over HTTP; null when nobody answers. */
  runningVersion(): Promise<string | null>
  /** What the link names. */
  linkedVersion(): string
  /** Lines of ROOT/log/nightctl.log. */
  log(): string[]
  setConf(extra: Record<string, string>): void
  /** Starts the service of the current release, as an init system does at boot. */
  boot(): Promise<void>
  /** Ends the service, workers and transfers of this till. */
  stop(): Promise<void>
}

export interface TillOptions {
  /** An empty or missing folder of its own. */
  readonly dir: string
  readonly cashId: string
  /** Eight digits: the release that runs at the start. */
  readonly version: string
  /** dash by default. */
  readonly shell?: Shell
  /** The service's port; 0 (default) takes a new free one at every start and the hooks find it. */
  readonly httpPort?: number
  /** 10 by default. */
  readonly healthSeconds?: number
  /** More lines of nightctl.conf, such as KIND, SFTP_KEY, SFTP_KNOWN_HOSTS. */
  readonly conf?: Record<string, string>
}

const shellLine = (shell: Shell, bin: string): string =>
  shell === 'dash' ? `#!${findProgram('dash') ?? '/bin/sh'}` : `#!${path.join(bin, 'sh')}`

/** A folder of tools: all of BusyBox (sh too) or only its shell, and node for the service. */
function writeTools(bin: string, shell: Shell): void {
  mkdirSync(bin, { recursive: true })
  symlinkSync(process.execPath, path.join(bin, 'node'))
  if (shell === 'dash') return
  const busybox = findProgram('busybox') ?? '/bin/busybox'
  if (shell === 'busybox') symlinkSync(busybox, path.join(bin, 'sh'))
  else execFileSync(busybox, ['--install', '-s', bin])
}

function install(dir: string, shell: Shell, bin: string): string {
  const folder = path.join(dir, 'nightctl')
  cpSync(agent, folder, { recursive: true })
  const file = path.join(folder, 'nightctl')
  const source = readFileSync(file, 'utf8').replace(/^#!.*/, shellLine(shell, bin))
  writeFileSync(file, source, { mode: 0o755 })
  return file
}

const confLines = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

function writeHooks(dir: string, shell: Shell, bin: string, httpPort: number): Record<string, string> {
  mkdirSync(path.join(dir, 'hooks'))
  const made: Record<string, string> = {}
  for (const [name, body] of Object.entries(hooks({ dir, httpPort }))) {
    const file = path.join(dir, 'hooks', name.toLowerCase())
    writeFileSync(file, `${shellLine(shell, bin)}\n${body}`, { mode: 0o755 })
    made[name] = file
  }
  return made
}

/** Runs to the end, or kills after 60 s; status is null after a signal. */
function call(file: string, args: readonly string[], { input = '', env = {} }: CallOptions) {
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      file,
      [...args],
      { env: { PATH: '/usr/bin:/bin', ...env }, timeout: 60_000, killSignal: 'SIGKILL' },
      (_, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** The process whose token (pid-start-boot) a file holds, while it lives: pids come round again, with another start. */
export function pidOf(file: string): number | undefined {
  try {
    const [pid = 0, start] = readFileSync(file, 'utf8').split('-').map(Number)
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return pid > 1 && !'ZX'.includes(fields[0] ?? 'Z') && Number(fields[19]) === start ? pid : undefined
  } catch {
    return undefined
  }
}

/** Ends the process a file names, with its group where it leads one, and waits for it. */
async function endPid(file: string): Promise<void> {
  const pid = pidOf(file)
  if (pid === undefined) return
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {}
  }
  await until(() => pidOf(file) === undefined, { within: 30_000, label: `${file} ended` })
}

/** Ends this till's calls, workers, hooks and services: those whose command line names its folders. @returns how many */
function killOwn(dir: string): number {
  const marks = [`${dir}/nightctl/`, `${dir}/hooks/`, `server.mjs\0${dir}\0`]
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const own = pids.filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return marks.some((mark) => line.includes(mark))
    } catch {
      return false
    }
  })
  for (const pid of own) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {}
  }
  return own.length
}

async function askVersion(dir: string): Promise<string | null> {
  try {
    const port = readFileSync(path.join(dir, 'service.port'), 'utf8').trim()
    const answer = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(20_000) })
    return (await answer.text()).trim()
  } catch {
    return null
  }
}

/** Makes a till in `dir`, its service running. The caller calls `stop` and removes the folder. */
export async function makeTill(options: TillOptions): Promise<Till> {
  const { dir, cashId, version, shell = 'dash', httpPort = 0, healthSeconds = 10 } = options
  const root = path.join(dir, 'root')
  const bin = path.join(dir, 'bin')
  const release = `${version}-000000000000`
  writeRelease(path.join(root, 'releases', release), version, {})
  symlinkSync(`releases/${release}`, path.join(root, 'current'))
  writeTools(bin, shell)
  const nightctl = install(dir, shell, bin)
  let conf: Record<string, string> = {
    CASH_ID: cashId,
    ROOT: root,
    ...writeHooks(dir, shell, bin, httpPort),
    HEALTH_SECONDS: String(healthSeconds),
    HOOK_SECONDS: '20',
    SEARCH_PATH: shell === 'busyboxOnly' ? bin : `${bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    ...options.conf,
  }
  const till: Till = {
    dir,
    nightctl,
    root,
    cashId,
    run: async (args, more = {}) => {
      const { status, stdout, stderr } = await call(nightctl, args, more)
      return readOutcome(status ?? -1, stdout, stderr)
    },
    exit: async (args, more = {}) => (await call(nightctl, args, more)).status,
    setStatus: (fields) => {
      writeFileSync(path.join(dir, 'status.new'), confLines(fields))
      renameSync(path.join(dir, 'status.new'), path.join(dir, 'status'))
    },
    runningVersion: () => askVersion(dir),
    linkedVersion: () =>
      JSON.parse(readFileSync(path.join(root, 'current', 'release.json'), 'utf8')).version as string,
    log: () => {
      try {
        return readFileSync(path.join(root, 'log', 'nightctl.log'), 'utf8')
          .trimEnd()
          .split('\n')
      } catch {
        return []
      }
    },
    setConf: (extra) => {
      conf = { ...conf, ...extra }
      writeFileSync(path.join(dir, 'nightctl', 'nightctl.conf'), confLines(conf))
    },
    boot: async () => {
      await new Promise((resolve) =>
        spawn(path.join(dir, 'hooks', 'restart_hook'), {
          env: { PATH: conf.SEARCH_PATH, NIGHTCTL_CURRENT: path.join(root, 'current') },
          stdio: 'ignore',
        }).on('exit', resolve),
      )
      await until(() => askVersion(dir), { within: 40_000, label: 'the service answers' })
    },
    stop: async () => {
      for (const name of ['download.transfer', 'hook']) await endPid(path.join(root, 'state', name))
      await until(() => killOwn(dir) === 0, { within: 30_000, label: `nothing of ${dir} runs` })
    },
  }
  till.setConf({})
  till.setStatus({ activity: 'idle', shift_open: 'false' })
  await till.boot()
  return till
}

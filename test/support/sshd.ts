/** Real OpenSSH servers on loopback, as the user that runs the tests. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import path from 'node:path'
import { describe } from 'vitest'
import { describeWith, findProgram } from './needs.ts'
import { until } from './until.ts'

export interface KeyPair {
  readonly file: string
  /** `ssh-ed25519 AAAA…` */
  readonly line: string
}

export interface SshdOptions {
  /** An empty or new folder of the test's; the server's files go there. */
  readonly dir: string
  /** Lines of authorized_keys. */
  readonly authorizedKeys: readonly string[]
  readonly extraConfig?: readonly string[]
  /** The environment of commands. HOME is always a folder of the test's: see writeConfig. */
  readonly env?: Readonly<Record<string, string>>
  /** To come back on the same port, for example with another key. */
  readonly port?: number
  readonly hostKeyTypes?: readonly string[]
}

export interface Sshd {
  readonly host: string
  readonly port: number
  readonly user: string
  /** The first host key, as it is pinned. */
  readonly hostKey: string
  readonly hostKeys: readonly string[]
  readonly pid: number
  readonly logFile: string
  log(): string
  /** Connections that were ever accepted. */
  accepted(): number
  /** Processes of open connections: each sshd below ours, not the commands they run. */
  sessions(): number[]
  /** What the connections run: commands, SFTP. */
  commands(): number[]
  /** Ends the connections with SIGKILL; the server goes on. @returns the processes that are to end: see untilGone */
  cut(): readonly number[]
  /** Ends the server and all its connections, as a power cut would. None of them writes anything any more. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Why no sshd of ours could let us in, or undefined. */
function unfit(): string | undefined {
  let shell: string | null
  try {
    shell = userInfo().shell
  } catch {
    return 'this user has no entry in passwd'
  }
  if (shell !== null && /(nologin|false)$/.test(shell)) return `this user's shell is ${shell}`
  return undefined
}

/** `describe` for tests against a real sshd. Skipped, with the reason printed, where none can serve this user. */
export function describeSshd(name: string, body: () => void): void {
  const reason = unfit()
  if (reason === undefined) {
    describeWith(['sshd', 'ssh-keygen'], name, body)
    return
  }
  if (process.env.NIGHTSHIFT_REQUIRE === 'all') {
    describe(name, () => {
      throw new Error(`NIGHTSHIFT_REQUIRE=all, and ${reason}`)
    })
    return
  }
  console.log(`${name}: skipped: ${reason}`)
  describe.skip(`${name} (skipped: ${reason})`, body)
}

/** Makes a key without a passphrase. */
export function makeKey(dir: string, name: string, type = 'ed25519'): KeyPair {
  mkdirSync(dir, { recursive: true })
  const file = path.join(dir, name)
  if (!existsSync(file)) execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file])
  return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Since OpenSSH 9.8: tests that are refused on purpose would lock loopback out. Older ones do not know the word. */
function withoutPenalties(): string[] {
  const { stderr } = spawnSync(findProgram('sshd') ?? 'sshd', ['-V'], { encoding: 'utf8' })
  const [, major, minor] = /OpenSSH_(\d+)\.(\d+)/.exec(stderr) ?? []
  return Number(major) * 100 + Number(minor) >= 908 ? ['PerSourcePenalties no'] : []
}

function writeConfig(options: SshdOptions, port: number, keys: readonly KeyPair[]): string {
  const { dir } = options
  // A shell that sshd starts reads the user's ~/.bashrc: slow, and killed in the middle it may leave locks behind.
  const home = path.join(dir, 'home')
  mkdirSync(home, { recursive: true })
  const env = Object.entries({ ...options.env, HOME: home }).map(([name, value]) => `"${name}=${value}"`)
  writeFileSync(path.join(dir, 'authorized_keys'), `${options.authorizedKeys.join('\n')}\n`, { mode: 0o600 })
  const lines = [
    ...withoutPenalties(),
    ...(options.extraConfig ?? []),
    `SetEnv ${env.join(' ')}`,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...keys.map((key) => `HostKey "${key.file}"`),
    `AuthorizedKeysFile "${path.join(dir, 'authorized_keys')}"`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PrintMotd no',
    'Subsystem sftp internal-sftp',
    'LogLevel VERBOSE',
  ]
  const file = path.join(dir, 'sshd_config')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** Pid → parent, of every process. */
function parents(): Map<number, number> {
  if (!existsSync('/proc/self/stat')) {
    const rows = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
    return new Map(rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]))
  }
  const all = new Map<number, number>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state !== 'Z') all.set(Number(pid), Number(parent))
    } catch {
      // it has ended meanwhile
    }
  }
  return all
}

function childrenOf(pid: number, all = parents()): number[] {
  return [...all].filter(([, parent]) => parent === pid).map(([child]) => child)
}

function descendantsOf(pid: number, all = parents()): number[] {
  return childrenOf(pid, all).flatMap((child) => [child, ...descendantsOf(child, all)])
}

/** Below each connection's process; privilege separation puts one more between for everybody but root. */
function commandsBelow(pid: number): number[] {
  const all = parents()
  const sessions = childrenOf(pid, all)
  const owners = process.getuid?.() === 0 ? sessions : sessions.flatMap((session) => childrenOf(session, all))
  return owners.flatMap((owner) => descendantsOf(owner, all))
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // it has ended meanwhile
    }
  }
}

/** What was killed may still be in the middle of a write. */
export const untilGone = (pids: readonly number[]): Promise<true> =>
  until(
    () => {
      const left = parents()
      return pids.every((pid) => !left.has(pid))
    },
    { within: 30_000, label: `${pids} are gone` },
  )

/** Starts `sshd -D` on a free port of loopback and waits until it listens. */
export async function startSshd(options: SshdOptions): Promise<Sshd> {
  const program = findProgram('sshd')
  if (program === undefined) throw new Error('sshd is not installed')
  // Privilege separation asks for it, and packages only make it when the service starts.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  mkdirSync(options.dir, { recursive: true })
  const keys = (options.hostKeyTypes ?? ['ed25519']).map((type) => makeKey(options.dir, `host_${type}`, type))
  const { port: former } = options
  if (former !== undefined)
    return until(() => launch(program, options, former, keys), {
      within: 30_000,
      label: `sshd has port ${former} again`,
      every: 200,
    })
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const server = await launch(program, options, port, keys)
    if (server !== undefined) return server
    if (attempt >= 5) throw new Error(`sshd found no free port: ${options.dir}`)
  }
}

/** @returns undefined when somebody else took the port meanwhile */
async function launch(
  program: string,
  options: SshdOptions,
  port: number,
  keys: readonly KeyPair[],
): Promise<Sshd | undefined> {
  const logFile = path.join(options.dir, 'sshd.log')
  const log = openSync(logFile, 'w')
  const child = spawn(program, ['-D', '-e', '-f', writeConfig(options, port, keys)], {
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const read = () => readFileSync(logFile, 'utf8')
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  await until(() => read().includes('Server listening') || isOver(), {
    within: 30_000,
    label: 'sshd listens',
  })
  if (isOver()) {
    if (read().includes('Address already in use')) return undefined
    throw new Error(`sshd did not start: ${read()}`)
  }
  const pid = child.pid as number
  const ended = async () => void (await until(isOver, { within: 30_000, label: 'sshd ends' }))
  const kill = async () => {
    const all = descendantsOf(pid)
    child.kill('SIGKILL')
    killAll(all)
    await ended()
    await untilGone(all)
  }
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    hostKey: keys[0]?.line ?? '',
    hostKeys: keys.map((key) => key.line),
    pid,
    logFile,
    log: read,
    accepted: () =>
      read()
        .split('\n')
        .filter((line) => line.startsWith('Connection from')).length,
    sessions: () => childrenOf(pid),
    commands: () => commandsBelow(pid),
    cut: () => {
      const all = descendantsOf(pid)
      killAll(all)
      return all
    },
    kill,
    stop: kill,
  }
}

/** A folder that stands for a UKM 4 till: a client that says its version, an init script, a mysql that answers from files. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describePackage, type MadePackage, type Outcome, readOutcome } from '../nightctl/support.ts'
import { findProgram } from '../support/needs.ts'
import { until } from '../support/until.ts'

const repository = path.resolve(import.meta.dirname, '../..')
export type Shell = 'dash' | 'busyboxOnly'

export interface Ukm4Till {
  readonly dir: string
  readonly nightctl: string
  /** Replaces settings of ukm4.conf; undefined puts the template's line back. */
  set(values: Record<string, string>): void
  /** What the database answers: `open`, `close`, `receipts`, `cash`; null: the whole database is away. */
  database(answers: Record<string, string> | null): void
  run(args: readonly string[]): Outcome
  /** A package of the client, as the vendor's archives would be. */
  pack(version: string, behaviour?: 'well' | 'fatal'): MadePackage
  log(line: string): void
  init(): void
  stop(): Promise<void>
}

/** Everything that a site would have captured. */
const filled = (dir: string): Record<string, string> => ({
  CLIENT: `${dir}/ukmclient`,
  INIT: `${dir}/site/init`,
  REFERENCE: `${dir}/reference/nightctl`,
  ROOT: `${dir}/root`,
  MYSQL: `${dir}/site/mysql`,
  DATABASE: 'ukmclient',
  DATABASE_LOGIN: `${dir}/site/my.cnf`,
  CASH_ID_QUERY: 'SELECT cash FROM cash_id LIMIT 1',
  RECEIPT_OPEN_QUERY: 'select COUNT(*) FROM receipts_open',
  PID_FILE: `${dir}/run/pid`,
  LOG_FILE: `${dir}/run/client.log`,
  VERSION_COMMAND: `${dir}/site/version`,
  MESSAGE_COMMAND: `${dir}/site/message`,
  BLOCK_COMMAND: `${dir}/site/block`,
  PACKAGE_LAYOUT: 'client',
  HEALTH_SECONDS: '8',
})

const scripts = (dir: string): Record<string, string> => ({
  mysql: `[ -e ${dir}/tables/cash ] || { echo "ERROR 2002 (HY000): Can't connect" >&2; exit 1; }
[ "$1" = --defaults-extra-file=${dir}/site/my.cnf ] || exit 2
for word in "$@"; do [ "\${before-}" != -e ] || query=$word; before=$word; done
case $query in
  *shift_open*) cat ${dir}/tables/open ;;
  *shift_close*) cat ${dir}/tables/close ;;
  *receipts_open*) cat ${dir}/tables/receipts ;;
  *cash_id*) cat ${dir}/tables/cash ;;
  *) exit 1 ;;
esac`,
  init: `[ "$1" = restart ] || exit 1
[ ! -e ${dir}/run/pid ] || kill -KILL "$(cat ${dir}/run/pid)" 2>/dev/null
cat ${dir}/ukmclient/version >${dir}/run/version
[ ! -e ${dir}/ukmclient/fatal ] || echo 'FATAL no printer driver' >>${dir}/run/client.log
sleep 3600 </dev/null >/dev/null 2>&1 &
echo $! >${dir}/run/pid`,
  version: `[ -d "/proc/$(cat ${dir}/run/pid)" ] && cat ${dir}/run/version`,
  message: `cat >${dir}/run/message`,
  block: `echo "$1" >${dir}/run/block`,
})

/** Every tool from BusyBox, or the machine's own. */
function writeTools(bin: string, shell: Shell): string {
  mkdirSync(bin, { recursive: true })
  if (shell === 'dash') return findProgram('dash') ?? '/bin/sh'
  execFileSync(findProgram('busybox') ?? 'busybox', ['--install', '-s', bin])
  return path.join(bin, 'sh')
}

const useShell = (file: string, shell: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^#!.*/, `#!${shell}`), { mode: 0o755 })

function installAdapter(dir: string, shell: string): void {
  cpSync(path.join(repository, 'adapters/ukm4'), path.join(dir, 'ukm4'), { recursive: true })
  cpSync(path.join(repository, 'nightctl'), path.join(dir, 'reference'), { recursive: true })
  const hooks = readdirSync(path.join(dir, 'ukm4/hooks')).map((name) => `ukm4/hooks/${name}`)
  for (const file of ['ukm4/nightctl', 'reference/nightctl', ...hooks]) useShell(path.join(dir, file), shell)
}

function writeSite(dir: string, shell: string): void {
  for (const folder of ['site', 'run', 'tables', 'root/releases/00095000'])
    mkdirSync(path.join(dir, folder), { recursive: true })
  for (const [name, body] of Object.entries(scripts(dir)))
    writeFileSync(path.join(dir, 'site', name), `#!${shell}\n${body}\n`, { mode: 0o755 })
  writeFileSync(path.join(dir, 'site/my.cnf'), '[client]\nuser=reader\n', { mode: 0o600 })
  writeFileSync(path.join(dir, 'root/releases/00095000/version'), '00095000\n')
  symlinkSync('releases/00095000', path.join(dir, 'root/current'))
  symlinkSync('root/current', path.join(dir, 'ukmclient'))
  writeFileSync(path.join(dir, 'run/client.log'), 'started\n')
}

function pack(dir: string, version: string, behaviour: 'well' | 'fatal'): MadePackage {
  const content = path.join(dir, `content-${version}-${behaviour}`)
  mkdirSync(content, { recursive: true })
  writeFileSync(path.join(content, 'version'), `${version}\n`)
  if (behaviour === 'fatal') writeFileSync(path.join(content, 'fatal'), '')
  const file = path.join(dir, `${version}-${behaviour}.tgz`)
  execFileSync('tar', ['-czf', file, '-C', content, '.'])
  return describePackage(file, version)
}

function runIt(nightctl: string, args: readonly string[]): Outcome {
  try {
    return readOutcome(
      0,
      execFileSync(nightctl, args, { encoding: 'utf8', timeout: 60_000, stdio: 'pipe' }),
      '',
    )
  } catch (error) {
    const { status, stdout, stderr } = error as { status?: number; stdout?: string; stderr?: string }
    if (typeof status !== 'number') throw error
    return readOutcome(status, stdout ?? '', stderr ?? '')
  }
}

const pidIn = (dir: string): number => {
  try {
    return Number(readFileSync(path.join(dir, 'run/pid'), 'utf8'))
  } catch {
    return 0
  }
}

/** Whether a process of this till's folder is still at work. */
const isAtWork = (dir: string): boolean =>
  readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`${dir}/reference/`)
    } catch {
      return false
    }
  })

/** In `dir`, its client running version 00095000, its settings filled in. */
export function makeUkm4Till(dir: string, shell: Shell): Ukm4Till {
  const bin = path.join(dir, 'bin')
  const sh = writeTools(bin, shell)
  installAdapter(dir, sh)
  writeSite(dir, sh)
  const conf = path.join(dir, 'ukm4/ukm4.conf')
  const template = readFileSync(conf, 'utf8')
  const path_ = shell === 'busyboxOnly' ? bin : '/usr/local/bin:/usr/bin:/bin'
  const till: Ukm4Till = {
    dir,
    nightctl: path.join(dir, 'ukm4/nightctl'),
    set: (values) => {
      const all: Record<string, string> = { ...filled(dir), SEARCH_PATH: path_, ...values }
      const lines = template.replaceAll(/^#?([A-Z_]+)=.*$/gm, (line, key: string) =>
        all[key] === undefined ? line : `${key}=${all[key]}`,
      )
      writeFileSync(conf, lines)
    },
    database: (answers) => {
      rmSync(path.join(dir, 'tables'), { recursive: true, force: true })
      mkdirSync(path.join(dir, 'tables'))
      for (const [name, text] of Object.entries(answers ?? {}))
        writeFileSync(path.join(dir, 'tables', name), `${text}\n`)
    },
    run: (args) => runIt(path.join(dir, 'ukm4/nightctl'), args),
    pack: (version, behaviour = 'well') => pack(dir, version, behaviour),
    log: (line) => writeFileSync(path.join(dir, 'run/client.log'), `${line}\n`, { flag: 'a' }),
    init: () => void execFileSync(path.join(dir, 'site/init'), ['restart'], { stdio: 'ignore' }),
    stop: async () => {
      await until(() => !isAtWork(dir), { within: 60_000, label: 'its work is over' })
      const pid = pidIn(dir)
      if (pid > 1) process.kill(pid, 'SIGKILL')
    },
  }
  till.set({})
  till.database({ open: '41', close: '41', receipts: '0', cash: '50001002' })
  till.init()
  return till
}

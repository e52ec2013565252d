/** A MariaDB server of a test's own: on a socket in a folder of its own, with a log of every statement. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import mysql, { type Connection } from 'mysql2/promise'
import { findProgram } from './needs.ts'
import { until } from './until.ts'

export interface TestMariaDb {
  readonly socketPath: string
  /** As its administrator. */
  run(sql: string): Promise<void>
  /** The general log from now on. */
  forgetLog(): Promise<void>
  log(): Promise<string[]>
  stop(): Promise<void>
}

const program = (name: string): string => {
  const found = findProgram(name)
  if (found === undefined) throw new Error(`${name} is not installed`)
  return found
}

/** Root is refused by the server: it runs as nobody then. */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const asNobody = isRoot ? { uid: NOBODY, gid: NOBODY } : {}

export async function startMariaDb(): Promise<TestMariaDb> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-maria-'))
  chmodSync(folder, 0o777)
  const [data, socketPath, logFile] = ['data', 's', 'log'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ]
  const own = ['--no-defaults', `--datadir=${data}`]
  execFileSync(
    program('mariadb-install-db'),
    [...own, '--auth-root-authentication-method=normal', '--skip-test-db'],
    {
      ...asNobody,
      stdio: 'pipe',
    },
  )
  const server = spawn(
    program('mariadbd'),
    [
      ...[...own, `--socket=${socketPath}`, '--skip-networking', `--pid-file=${path.join(folder, 'pid')}`],
      ...[
        '--general-log=1',
        `--general-log-file=${logFile}`,
        '--innodb-buffer-pool-size=8M',
        '--skip-log-bin',
      ],
    ],
    { ...asNobody, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const connect = (): Promise<Connection> =>
    mysql.createConnection({ socketPath, user: 'root', multipleStatements: true })
  let admin: Connection
  try {
    admin = await until(connect, { within: 30_000, label: 'MariaDB answers' })
  } catch (error) {
    server.kill('SIGKILL')
    throw new Error(`${String(error)}\n${said}`)
  }
  const ended = new Promise((resolve) => server.once('exit', resolve))
  let forgotten = 0
  const lines = async () => (await readFile(logFile, 'utf8')).split('\n')
  return {
    socketPath,
    run: async (sql) => {
      await admin.query(sql)
    },
    forgetLog: async () => {
      forgotten = (await lines()).length - 1
    },
    log: async () => (await lines()).slice(forgotten),
    stop: async () => {
      admin.destroy()
      server.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

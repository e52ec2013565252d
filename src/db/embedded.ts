/** The embedded PostgreSQL: one folder, one owner, gone with its head office. See docs/adr/0001. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync } from 'node:fs'
import { access, chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { chooseRunAs, findBinaries, type RunAs } from './embedded-binaries.ts'
import { EmbeddedFailed, FolderInUse } from './embedded-errors.ts'

export interface EmbeddedDatabase {
  readonly url: string
  /** Ends the database cleanly; what is in flight is rolled back. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  readonly folder: string
  /** `postgres -c name=value`, beyond our own. */
  readonly settings?: Readonly<Record<string, string>>
}

const USER = 'nightshift'
const DATABASE = 'nightshift'
/** Held by the owner of the folder for as long as it lives: no pid that could be somebody else's. */
const OWNER_LOCK = 7_300_001
const START_MS = 60_000

const paths = (folder: string) => ({
  cluster: path.join(folder, 'postgres'),
  password: path.join(folder, 'postgres.password'),
  log: path.join(folder, 'postgres.log'),
  postmaster: path.join(folder, 'postgres', 'postmaster.pid'),
})

const urlFor = (port: number, password: string, database = DATABASE) =>
  `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`

function run(command: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, 'a')
  try {
    // A session of its own: Ctrl-C in the terminal is for the head office, which then stops the database last.
    return spawn(command[0] as string, command.slice(1), {
      stdio: ['ignore', log, log],
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' },
    })
  } finally {
    closeSync(log)
  }
}

const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    if (child.exitCode !== null) return resolve(child.exitCode)
    child.once('exit', resolve)
    child.once('error', reject)
  })

const lastWords = async (logFile: string): Promise<string> =>
  (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n')

async function createCluster(folder: string, initdb: string, runAs: RunAs): Promise<void> {
  const at = paths(folder)
  // A cluster that was only half made (killed in initdb) has no PG_VERSION marker of ours yet: begin again.
  await rm(at.cluster, { recursive: true, force: true })
  await mkdir(at.cluster, { recursive: true, mode: 0o700 })
  await chmod(at.cluster, 0o700)
  if (runAs.owner) await chown(at.cluster, runAs.owner.uid, runAs.owner.gid)
  await writeFile(at.password, randomBytes(24).toString('hex'), { mode: 0o600 })
  if (runAs.owner) await chown(at.password, runAs.owner.uid, runAs.owner.gid)
  const child = run(
    [
      ...runAs.prefix,
      initdb,
      `--pgdata=${at.cluster}`,
      '--auth=scram-sha-256',
      `--username=${USER}`,
      `--pwfile=${at.password}`,
      '--encoding=UTF8',
      '--locale=C',
    ],
    at.log,
  )
  if ((await exited(child)) !== 0) throw new EmbeddedFailed(`initdb failed:\n${await lastWords(at.log)}`)
  await writeFile(path.join(folder, 'postgres.made'), '18\n')
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/** The port of a database that runs on this folder, or undefined. */
async function runningPort(folder: string): Promise<number | undefined> {
  const lines = (await readFile(paths(folder).postmaster, 'utf8').catch(() => '')).split('\n')
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  return port
}

/** Connects until the server is ready. Gives up at once when it ended. */
async function connect(url: string, child: ChildProcess | undefined): Promise<pg.Client> {
  const end = Date.now() + START_MS
  for (;;) {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5000,
      application_name: 'nightshift owner',
    })
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => {})
      if (Date.now() > end || (child !== undefined && child.exitCode !== null)) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function startServer(options: EmbeddedOptions, postgres: string, runAs: RunAs) {
  const at = paths(options.folder)
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    ...options.settings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return { port, child: run([...runAs.prefix, postgres, '-D', at.cluster, ...flags], at.log) }
}

/** Whether this folder holds a database, running or not. */
export const hasEmbedded = (folder: string): Promise<boolean> =>
  access(path.join(paths(folder).cluster, 'PG_VERSION')).then(
    () => true,
    () => false,
  )

/** The URL of the database that another process of this machine runs on `folder`; undefined when none does. */
export async function findEmbedded(folder: string): Promise<string | undefined> {
  const port = await runningPort(folder)
  if (port === undefined) return undefined
  return urlFor(port, (await readFile(paths(folder).password, 'utf8')).trim())
}

/**
 * Starts the database of `folder`, making it first if need be; takes over one whose head office was killed.
 * @throws FolderInUse, EmbeddedFailed, EmbeddedUnavailable
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { folder } = options
  const at = paths(folder)
  await mkdir(folder, { recursive: true })
  const { initdb, postgres } = await findBinaries()
  const runAs = chooseRunAs(postgres)
  let port = await runningPort(folder)
  let child: ChildProcess | undefined
  if (port === undefined) {
    if (!existsSync(path.join(folder, 'postgres.made'))) await createCluster(folder, initdb, runAs)
    ;({ port, child } = await startServer(options, postgres, runAs))
  }
  const password = (await readFile(at.password, 'utf8')).trim()
  const owner = await connect(urlFor(port, password, 'postgres'), child).catch(async (cause) => {
    throw new EmbeddedFailed(`the embedded PostgreSQL did not start:\n${await lastWords(at.log)}`, { cause })
  })
  const { rows } = await owner.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
    OWNER_LOCK,
  ])
  if (!rows[0]?.held) {
    await owner.end()
    throw new FolderInUse(
      `${folder} is in use by another Nightshift. Stop that one first, or give this one a folder of its own (NIGHTSHIFT_DATA)`,
    )
  }
  const { rowCount } = await owner.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
  if (rowCount === 0) await owner.query(`CREATE DATABASE ${DATABASE}`)
  return { url: urlFor(port, password), stop: () => stopServer(folder, owner) }
}

/** SIGINT is PostgreSQL's fast shutdown. The postmaster's own file says when it is over. */
async function stopServer(folder: string, owner: pg.Client): Promise<void> {
  await owner.end().catch(() => {})
  const pid = Number((await readFile(paths(folder).postmaster, 'utf8').catch(() => '')).split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 0) return
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    return
  }
  const end = Date.now() + 30_000
  while (existsSync(paths(folder).postmaster) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

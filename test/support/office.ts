/** A whole head office for a test: database, queues, conductor, a worker in this process, and a simulated fleet. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type RunningConductor, startConductor } from '../../src/conductor/main.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import { startRollout } from '../../src/db/approval.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { addPackage } from '../../src/db/packages.ts'
import { createRollout, type NewRollout, type Selection } from '../../src/db/rollouts.ts'
import { createQueueBackend, type QueueBackend } from '../../src/jobs/backend.ts'
import { createLog, type Log } from '../../src/log.ts'
import type { Inventory } from '../../src/rollout/inventory.ts'
import { defaultPolicy, type Policy } from '../../src/rollout/policy.ts'
import { type Fleet, type FleetOptions, startFleet } from '../../src/sim/fleet.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { type RunningWorker, startWorker } from '../../src/workers/main.ts'
import { createDatabase, type TestDatabase } from './database.ts'
import { until } from './until.ts'

/** A night in seconds: quick looks, short back-offs; who does not answer is given up. */
export const quickPolicy: Policy = {
  ...defaultPolicy,
  offline: 'skip',
  maxAttempts: 3,
  backoffScale: 0.01,
  restartSeconds: 20,
  armSeconds: 120,
}

type RollOutOptions = Partial<Omit<NewRollout, 'policy'>> & {
  readonly selection?: Selection
  readonly policy?: Partial<Policy>
}

export interface Office {
  readonly dir: string
  readonly db: Database
  readonly config: Config
  readonly queues: QueueBackend
  readonly conductor: RunningConductor
  readonly log: Log
  readonly publicKey: string
  readonly database: TestDatabase
  startWorker(): Promise<RunningWorker>
  /** Environment for a worker in a process of its own. */
  readonly env: Readonly<Record<string, string>>
  addPackage(options?: {
    version?: number
    size?: number
  }): Promise<{ id: string; sha256: string; size: number }>
  rollOut(packageId: string, options?: RollOutOptions): Promise<string>
  close(): Promise<void>
}

export async function openOffice(
  options: {
    redisUrl?: string
    leaseSeconds?: number
    /** More of the environment, for the parts in this process and for those in their own. */
    settings?: Readonly<Record<string, string>>
  } = {},
): Promise<Office> {
  const dir = await mkdtemp(path.join(tmpdir(), 'nightshift-office-'))
  const database = await createDatabase()
  const env = {
    DATABASE_URL: database.url,
    NIGHTSHIFT_DATA: dir,
    NIGHTSHIFT_PORT: '0',
    NIGHTSHIFT_LOG: 'warn',
    NIGHTSHIFT_POLL_MS: '50',
    // What is signed is tried in test/signing; here packages are random bytes.
    NIGHTSHIFT_UNSIGNED: 'allow',
    // Conductor and worker share this process: what keeps it from running for seconds must cost nobody an attempt.
    NIGHTSHIFT_LEASE_SECONDS: String(options.leaseSeconds ?? 30),
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    ...options.settings,
  }
  const config = loadConfig(env)
  const log = createLog(config.logLevel)
  const { privateKey, publicLine } = newKeyPair()
  await mkdir(config.keysFolder, { recursive: true })
  await mkdir(config.packagesFolder, { recursive: true })
  await writeFile(path.join(config.keysFolder, 'default'), privateKey, { mode: 0o600 })
  const db = openDatabase(database.url, { name: 'office' })
  const queues = createQueueBackend({ databaseUrl: database.url, redisUrl: options.redisUrl, log })
  const conductor = startConductor({
    db,
    queues,
    log,
    limits: { total: config.totalLimit, leaseSeconds: config.leaseSeconds },
  })
  const workers: RunningWorker[] = []
  const workerQueues: QueueBackend[] = []

  return {
    dir,
    db,
    config,
    queues,
    conductor,
    log,
    env,
    publicKey: publicLine,
    database,
    startWorker: async () => {
      const own = createQueueBackend({ databaseUrl: database.url, redisUrl: options.redisUrl, log })
      workerQueues.push(own)
      const worker = await startWorker({ db, queues: own, config, log })
      workers.push(worker)
      return worker
    },
    addPackage: async ({ version = 96_000, size = 200_000 } = {}) => {
      const bytes = randomBytes(size)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await writeFile(path.join(config.packagesFolder, `${sha256}.pkg`), bytes)
      const row = await addPackage(db, { kind: 'till', version, fileName: 'till.tgz', size, sha256 }, 'test')
      if (row === undefined) throw new Error('this version is there already')
      return { id: row.id, sha256, size }
    },
    rollOut: async (packageId, { policy = {}, ...wanted } = {}) => {
      const target = await db.prisma.package.findUniqueOrThrow({ where: { id: packageId } })
      const made = await createRollout(db, {
        name: 'night',
        kind: 'update',
        target,
        serverTarget: null,
        selection: {},
        waves: { template: 'single' },
        actor: 'test',
        ...wanted,
        policy: { ...quickPolicy, ...policy },
      })
      if (!made.ok) throw new Error(`no plan: ${JSON.stringify(made.problems)}`)
      const started = await startRollout(db, made.row.id, 'test')
      if (!started.ok) throw new Error(`it did not start: ${JSON.stringify(started)}`)
      return made.row.id
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()))
      await conductor.close()
      await Promise.all([...workerQueues, queues].map((backend) => backend.close()))
      await db.close()
      await database.drop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** A fleet that this office can sign in to, imported. */
export async function openFleet(office: Office, options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const fleet = await startFleet({
    dir: path.join(office.dir, 'fleet'),
    stores: 1,
    tills: 3,
    version: 95_000,
    clientKey: office.publicKey,
    ...options,
  })
  await importInventory(office, fleet.inventory)
  return fleet
}

export async function importInventory(
  office: Office,
  inventory: {
    stores: readonly (Omit<Inventory['stores'][number], 'maxDownloads' | 'maxInstalls'> & {
      maxInstalls?: number
    })[]
  },
): Promise<void> {
  const stores = inventory.stores.map((store) => ({ maxDownloads: 4, maxInstalls: 1, ...store }))
  await importFleet(office.db, { stores }, 'test')
}

/** Each device's state and reason, by cash id. */
export async function updateStates(office: Office, rolloutId: string): Promise<Record<string, string>> {
  const rows = await office.db.prisma.deviceUpdate.findMany({
    where: { rolloutId },
    include: { device: true },
    orderBy: { device: { cashId: 'asc' } },
  })
  return Object.fromEntries(
    rows.map((row) => [row.device.cashId, row.reason === null ? row.state : `${row.state}: ${row.reason}`]),
  )
}

/** Waits for the rollout's end; what is left tells where it hangs. */
export async function rolloutEnds(office: Office, rolloutId: string, within = 120_000): Promise<string> {
  let last = ''
  return until(
    async () => {
      const row = await office.db.prisma.rollout.findUniqueOrThrow({ where: { id: rolloutId } })
      if (row.state === 'finished' || row.state === 'cancelled') return row.state
      last = JSON.stringify(await updateStates(office, rolloutId))
      throw new Error(`${row.state}: ${last}`)
    },
    { within, label: 'the rollout ends', every: 100 },
  )
}

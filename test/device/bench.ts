/** A database, queues, a worker and a simulated fleet, and the test in the conductor's place: it claims, one step at a time. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { type Config, loadConfig } from '../../src/config.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { moveUpdate } from '../../src/db/transition.ts'
import { createQueueBackend, type QueueBackend } from '../../src/jobs/backend.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { createLog } from '../../src/log.ts'
import { claimEvents, type DeviceStep } from '../../src/rollout/due.ts'
import type { Policy } from '../../src/rollout/policy.ts'
import { type Fleet, type FleetOptions, startFleet } from '../../src/sim/fleet.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { startWorker } from '../../src/workers/main.ts'
import { createDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { policyOf } from './rig.ts'

export interface Row {
  readonly kind?: 'update' | 'rollback'
  readonly state: string
  readonly carried?: boolean
  readonly latestStart?: Date
  readonly policy?: Partial<Policy>
}

export interface Bench {
  readonly db: Database
  readonly fleet: Fleet
  /** The conductor's connection. */
  readonly leader: pg.Client
  readonly queues: QueueBackend
  deviceId(cashId: string): Promise<string>
  /** A device update of a rollout of its own, from 95000 to 96000. */
  addRow(cashId: string, row: Row): Promise<string>
  /** Claims without enqueueing: the job is lost. @returns the generation */
  claim(updateId: string, step: DeviceStep, leaseSeconds?: number): Promise<number>
  /** Claims and waits until the worker has ended the attempt. */
  step(
    updateId: string,
    step: DeviceStep,
  ): Promise<{ state: string; reason: string | null; attempts: number; params: unknown }>
  close(): Promise<void>
}

const LEASE_SECONDS = 20

async function makeOffice(dir: string, url: string): Promise<{ config: Config; publicLine: string }> {
  const config = loadConfig({
    DATABASE_URL: url,
    NIGHTSHIFT_DATA: dir,
    NIGHTSHIFT_LOG: 'error',
    NIGHTSHIFT_UNSIGNED: 'allow',
    NIGHTSHIFT_POLL_MS: '30',
    NIGHTSHIFT_LEASE_SECONDS: String(LEASE_SECONDS),
  })
  const { privateKey, publicLine } = newKeyPair()
  await mkdir(config.keysFolder, { recursive: true })
  await writeFile(path.join(config.keysFolder, 'default'), privateKey, { mode: 0o600 })
  return { config, publicLine }
}

/** Rows of a rollout with one device, in the state that a test wants. */
function rowMaker(db: Database) {
  let count = 0
  return async (deviceId: string, row: Row): Promise<string> => {
    count += 1
    const device = await db.prisma.device.findUniqueOrThrow({ where: { id: deviceId } })
    const size = { size: 1000n, sha256: String(count).padStart(64, '0'), fileName: 'p' }
    const pack = await db.prisma.package.upsert({
      where: { kind_version: { kind: device.kind, version: 96_000 } },
      create: { kind: device.kind, version: 96_000, ...size },
      update: {},
    })
    const rollout = await db.prisma.rollout.create({
      data: {
        ...{ name: 'r', kind: row.kind ?? 'update', packageId: pack.id, state: 'running', createdBy: 'test' },
        ...{ plan: {}, planHash: '', policy: JSON.parse(JSON.stringify(policyOf(row.policy))) },
      },
    })
    const made = await db.prisma.deviceUpdate.create({
      data: {
        ...{ rolloutId: rollout.id, deviceId, storeId: device.storeId, packageId: pack.id },
        ...{ state: row.state, carried: row.carried ?? false, fromVersion: 95_000, toVersion: 96_000 },
        latestStart: row.latestStart ?? null,
      },
    })
    return made.id
  }
}

/** As the conductor claims: generation, lease, the attempt's record. */
function claimer(db: Database) {
  return async (updateId: string, step: DeviceStep, leaseSeconds: number): Promise<number> => {
    const { rows } = await db.pool.query<{ generation: number }>(
      `UPDATE device d SET generation = d.generation + 1 FROM device_update u
       WHERE u.id = $1 AND d.id = u.device_id RETURNING d.generation`,
      [updateId],
    )
    const generation = rows[0]?.generation ?? 0
    const claim = { generation, leaseSeconds }
    const moved = await moveUpdate(db.pool, updateId, claimEvents[step], { actor: 'test', claim })
    if (moved === undefined) throw new Error(`cannot claim ${step}`)
    await db.prisma.stepRun.create({ data: { updateId, step, attempt: 1, generation } })
    return generation
  }
}

export async function openBench(options: Partial<FleetOptions> = {}): Promise<Bench> {
  const dir = await mkdtemp(path.join(tmpdir(), 'nightshift-bench-'))
  const database = await createDatabase()
  const { config, publicLine } = await makeOffice(dir, database.url)
  const log = createLog(config.logLevel)
  const db = openDatabase(database.url)
  const queues = createQueueBackend({ databaseUrl: database.url, log })
  const leader = new pg.Client({ connectionString: database.url, application_name: 'test leader' })
  await leader.connect()
  const fleet = await startFleet({
    ...{ dir: path.join(dir, 'fleet'), stores: 1, tills: 3, version: 95_000, clientKey: publicLine },
    ...{ speed: { restartMs: 60 }, ...options },
  })
  const stores = fleet.inventory.stores.map((store) => ({ maxDownloads: 4, maxInstalls: 1, ...store }))
  await importFleet(db, { stores }, 'test')
  const worker = await startWorker({ db, queues, config, log })
  const add = rowMaker(db)
  const claim = claimer(db)
  const deviceId = async (cashId: string) =>
    (await db.prisma.device.findUniqueOrThrow({ where: { cashId } })).id

  return {
    ...{ db, fleet, leader, queues, deviceId },
    addRow: async (cashId, row) => add(await deviceId(cashId), row),
    claim: (updateId, step, leaseSeconds = LEASE_SECONDS) => claim(updateId, step, leaseSeconds),
    step: async (updateId, step) => {
      const generation = await claim(updateId, step, LEASE_SECONDS)
      await enqueue(queues, [{ step, id: updateId, generation }])
      return until(
        async () => {
          const run = await db.prisma.stepRun.findFirstOrThrow({ where: { updateId, generation } })
          if (run.endedAt === null) return undefined
          const row = await db.prisma.deviceUpdate.findUniqueOrThrow({ where: { id: updateId } })
          return { state: row.state, reason: row.reason, attempts: row.attempts, params: run.params }
        },
        { within: 30_000, label: `${step} ends` },
      )
    },
    close: async () => {
      await worker.close()
      await queues.close()
      await leader.end()
      await db.close()
      await fleet.stop()
      await database.drop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Broken installations as people make them: what is wrong is said, and how to mend it; mended, it is well. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { doctorLines, examine, type Looked } from '../../src/cli/doctor.ts'
import { startConductor } from '../../src/conductor/main.ts'
import { loadConfig } from '../../src/config.ts'
import { openDatabase } from '../../src/db/database.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { createUser } from '../../src/db/users.ts'
import { createQueueBackend } from '../../src/jobs/backend.ts'
import { createLog } from '../../src/log.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { startWorker } from '../../src/workers/main.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { describeWith } from '../support/needs.ts'
import { startProcess } from '../support/process.ts'
import { startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

let folder: string
let database: TestDatabase
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-doctor-'))
  database = await createDatabase()
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

type Env = Record<string, string | undefined>

/** An installation that is well, but for the fleet and the processes. */
async function install(): Promise<Env> {
  const keys = path.join(folder, 'keys')
  await mkdir(keys, { mode: 0o700 })
  await mkdir(path.join(folder, 'packages'))
  await writeFile(path.join(keys, 'default'), newKeyPair().privateKey, { mode: 0o600 })
  await writeFile(
    path.join(folder, 'allowed_signers'),
    `releases@example.org namespaces="nightshift-package" ${newKeyPair().publicLine}\n`,
  )
  return {
    DATABASE_URL: database.url,
    NIGHTSHIFT_DATA: folder,
    NIGHTSHIFT_PORT: '1',
    NIGHTSHIFT_LOG: 'silent',
  }
}

const of = (looked: readonly Looked[], id: string) => looked.find((one) => one.id === id)?.findings ?? []
const grades = (looked: readonly Looked[], id: string) => of(looked, id).map((one) => one.grade)
/** Everything that has to be mended, as it is printed. */
const failures = (looked: readonly Looked[]) =>
  looked.flatMap(({ id, findings }) =>
    findings.filter((one) => one.grade === 'fail').map((one) => ({ id, ...one })),
  )

const store = (credential: string, hostKeys: string[] = []) => ({
  ...{
    code: 'M1',
    name: 'M1',
    timeZone: 'Europe/Moscow',
    phone: null,
    host: '10.0.0.1',
    port: 22,
    user: 'nightshift',
  },
  ...{
    credential,
    hostKeys,
    packageFolder: '/srv/p',
    packageUrl: 'http://10.0.0.1/p',
    maxDownloads: 4,
    maxInstalls: 1,
  },
  devices: [],
})

async function onDatabase<T>(work: (db: ReturnType<typeof openDatabase>) => Promise<T>): Promise<T> {
  const db = openDatabase(database.url, { name: 'doctor test' })
  return work(db).finally(() => db.close())
}

describe('a broken installation', () => {
  test('settings that cannot be used: named, each with what it should be', async () => {
    const looked = await examine({ NIGHTSHIFT_PORT: 'seven', DATABASE_URL: 'mysql://x' })
    expect(failures(looked)).toMatchObject([
      {
        id: 'settings',
        says: expect.stringMatching(/DATABASE_URL[\s\S]*NIGHTSHIFT_PORT/),
        mend: expect.stringContaining('.env.example'),
      },
    ])
  })

  test('a database that is not there: said without its password, and nothing else is guessed', async () => {
    const env = {
      ...(await install()),
      DATABASE_URL: 'postgresql://nightshift:verysecret@127.0.0.1:1/nightshift',
    }
    const looked = await examine(env)
    expect(failures(looked).filter((one) => one.id === 'database')).toMatchObject([
      { says: expect.stringContaining('ECONNREFUSED'), mend: expect.stringContaining('psql') },
    ])
    expect(grades(looked, 'migrations')).toEqual(['skipped'])
    expect(doctorLines(looked).join('\n')).not.toContain('verysecret')
  })

  test('nobody migrated it', async () => {
    const env = await install()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query('DROP SCHEMA public CASCADE')
    await client.query('CREATE SCHEMA public')
    await client.end()
    const looked = await examine(env)
    expect(failures(looked).find((one) => one.id === 'migrations')).toMatchObject({
      says: expect.stringContaining('_first'),
      mend: 'nightshift migrate',
    })
    const mended = startProcess(['migrate'], { DATABASE_URL: database.url, NIGHTSHIFT_DATA: folder })
    expect(await mended.ended(60_000)).toBe('0')
    expect(grades(await examine(env), 'migrations')).toEqual(['ok'])
  })

  test('keys: missing, open to others, of the wrong kind, each with its own way out', async () => {
    const env = await install()
    const key = path.join(folder, 'keys', 'default')
    await onDatabase((db) => importFleet(db, { stores: [store('default')] }, 'test'))
    expect(grades(await examine(env), 'credentials')).toEqual(['ok'])
    const mendOf = async () =>
      of(await examine(env), 'credentials').map(({ says, mend }) => `${says} | ${mend}`)
    await chmod(key, 0o644)
    expect(await mendOf()).toEqual([expect.stringMatching(/readableByOthers.*chmod 600/)])
    await writeFile(key, newKeyPair().publicLine)
    await chmod(key, 0o600)
    expect(await mendOf()).toEqual([expect.stringMatching(/notAPrivateKey.*\.pub/)])
    await rm(key)
    expect(await mendOf()).toEqual([expect.stringMatching(/notFound.*keys folder/)])
  })

  test('packages whose files are elsewhere, and stores that nobody enrolled', async () => {
    const env = await install()
    await onDatabase(async (db) => {
      await importFleet(db, { stores: [store('default')] }, 'test')
      await db.pool.query(
        `INSERT INTO package (id, kind, version, file_name, size, sha256) VALUES (gen_random_uuid(), 'till', 96000, 'x.tgz', 5, repeat('a', 64))`,
      )
    })
    const looked = await examine(env)
    expect(failures(looked).find((one) => one.id === 'packages')?.says).toContain('till 00096000')
    expect(of(looked, 'hosts')).toMatchObject([{ grade: 'warn', says: expect.stringContaining('M1') }])
    expect(of(looked, 'hours')).toMatchObject([{ grade: 'warn', says: expect.stringContaining('M1') }])
    await writeFile(path.join(folder, 'packages', `${'a'.repeat(64)}.pkg`), '12345')
    expect(grades(await examine(env), 'packages')).toEqual(['ok'])
  })

  test('nobody leads, nobody works, nobody administers: said, until somebody does', async () => {
    const env = await install()
    const before = await examine(env)
    expect(failures(before).map((one) => one.id)).toEqual(
      expect.arrayContaining(['conductor', 'workers', 'people']),
    )
    const config = loadConfig(env)
    const log = createLog('silent')
    const db = openDatabase(database.url, { name: 'doctor test' })
    const queues = createQueueBackend({ databaseUrl: database.url, redisUrl: undefined, log })
    const conductor = startConductor({ db, queues, log, limits: { total: 10, leaseSeconds: 5 } })
    const worker = await startWorker({ db, queues, config, log })
    for (const login of ['anna', 'boris'])
      await createUser(db, { login, name: login, role: 'admin', storeGroups: [], createdBy: 'test' })
    await until(() => conductor.isLeader(), { within: 60_000, label: 'it leads' })
    const after = await examine(env)
    expect([grades(after, 'conductor'), grades(after, 'workers'), grades(after, 'people')]).toEqual([
      ['ok'],
      ['ok'],
      ['ok'],
    ])
    expect(failures(after)).toEqual([])
    await worker.close()
    await conductor.close()
    await queues.close()
    await db.close()
  })

  test('a database put back from another server, by other means than ours', async () => {
    const env = await install()
    await onDatabase((db) =>
      db.pool.query(
        `INSERT INTO event (code, actor, xid, params) VALUES ('freezeLifted', 'anna', 999999999, '{}')`,
      ),
    )
    expect(failures(await examine(env)).find((one) => one.id === 'restored')?.mend).toBe(
      'nightshift after-restore',
    )
    const mended = startProcess(['after-restore'], { DATABASE_URL: database.url, NIGHTSHIFT_DATA: folder })
    expect(await mended.ended(60_000)).toBe('0')
    expect(grades(await examine(env), 'restored')).toEqual(['ok'])
  })

  test('the command: its status, JSON, and that it makes no database in an empty folder', async () => {
    const env = { NIGHTSHIFT_DATA: path.join(folder, 'none'), NIGHTSHIFT_LOG: 'warn' }
    const one = startProcess(['doctor', '--json'], env)
    expect(await one.ended(60_000)).toBe('1')
    const looked = JSON.parse(one.output()) as Looked[]
    expect(of(looked, 'database')).toMatchObject([{ grade: 'warn' }])
    expect(grades(looked, 'folders')).toEqual(['warn'])
  })
})

describeWith(['redis-server'], 'Redis', () => {
  test('one that throws jobs away, and forgets them', async () => {
    const redis = await startRedis()
    const client = new Redis(redis.url)
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    client.disconnect()
    const env = { ...(await install()), REDIS_URL: redis.url }
    const looked = await examine(env)
    expect(failures(looked).filter((one) => one.id === 'redis')).toMatchObject([
      { says: expect.stringContaining('allkeys-lru'), mend: expect.stringContaining('noeviction') },
    ])
    expect(of(looked, 'redis').some((one) => one.grade === 'warn' && one.mend?.includes('appendonly'))).toBe(
      true,
    )
    await redis.stop()
    expect(of(await examine(env), 'redis')).toMatchObject([
      { grade: 'fail', mend: expect.stringContaining('redis-cli') },
    ])
  })
})

/** Schedules on real rows: one rollout for each run, whoever runs it and whenever it died. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runSchedules } from '../../src/conductor/schedules.ts'
import { approveRollout } from '../../src/db/approval.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { namedId } from '../../src/db/named-id.ts'
import { addPackage } from '../../src/db/packages.ts'
import {
  addSchedule,
  approveSchedule,
  endSchedule,
  findSchedule,
  type ScheduleRow,
  type ScheduleTemplate,
} from '../../src/db/schedules.ts'
import { createLog } from '../../src/log.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const log = createLog('silent')
let database: TestDatabase
let db: Database
let version = 96_000

beforeAll(async () => {
  database = await createDatabase()
  db = openDatabase(database.url, { name: 'schedules' })
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})

const tills = (store: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'till',
    cashId: `${store}-${i + 1}`,
    number: i + 1,
    name: `Касса ${i + 1}`,
    host: '127.0.0.1',
    port: 22,
    user: 'nightshift',
    credential: 'default',
    hostKeys: [],
    agent: 'nightctl',
    blocked: false,
    labels: [],
  }))

async function newPackage(): Promise<string> {
  version += 1
  const sha256 = version.toString(16).padStart(64, '0')
  const row = await addPackage(
    db,
    { kind: 'till', version, fileName: 'till.tgz', size: 1000, sha256 },
    'test',
  )
  return row?.id ?? ''
}

/** An empty chain but for one store of three tills. */
beforeEach(async () => {
  await db.pool.query(
    'TRUNCATE event, wave, rollout_store, device_update, store_package, rollout, schedule, command, report, device_status, device, store, package CASCADE',
  )
  const access = { host: '127.0.0.1', port: 22, user: 'u', credential: 'default', hostKeys: [] }
  const store = {
    ...{ code: '001', name: 'На Ленина', timeZone: 'Europe/Moscow', phone: null, ...access },
    ...{ packageFolder: '/p', packageUrl: 'http://10.0.0.1/p', maxDownloads: 4, maxInstalls: 1, labels: [] },
    devices: tills('001', 3),
  }
  await importFleet(db, { stores: [store] }, 'test')
})

const nightly = async (change: Partial<ScheduleTemplate> = {}, actor = 'anna'): Promise<ScheduleRow> => {
  const template: ScheduleTemplate = {
    name: 'Ночь',
    package: { newest: 'till' },
    serverPackageId: null,
    selection: {},
    waves: { template: 'single' },
    policy: defaultPolicy,
    ...change,
  }
  const wanted = { name: 'Каждую ночь', cron: '0 18 * * *', timeZone: 'Europe/Moscow', template, actor }
  return addSchedule(db, wanted, Date.now())
}

const atOf = (row: ScheduleRow | undefined): number => row?.nextAt?.getTime() ?? Number.NaN
const rollouts = (scheduleId: string) =>
  db.prisma.rollout.findMany({ where: { scheduleId }, orderBy: { createdAt: 'asc' } })
const events = async (code: string) => (await db.prisma.event.findMany({ where: { code } })).length

describe('a schedule', () => {
  test('makes its rollout when its time has come, and starts it under the standing approval', async () => {
    await newPackage()
    const newest = await newPackage()
    const row = await nightly()
    expect(await approveSchedule(db, row.id, 'boris')).toEqual({ ok: true })
    const at = atOf(row)
    expect(await runSchedules(db, at - 1, log)).toEqual([])
    const runs = await runSchedules(db, at, log)
    const [made] = await rollouts(row.id)
    expect(runs).toEqual([{ rolloutId: made?.id, reason: null, next: at + 24 * HOUR }])
    expect(made).toMatchObject({
      state: 'running',
      createdBy: 'anna',
      approvedBy: 'boris',
      packageId: newest,
    })
    expect(made?.name).toMatch(/^Ночь \d{4}-\d\d-\d\d$/)
    // Over before the next one is planned, so that its tills are free for that.
    expect(made?.policy).toMatchObject({ endsAt: new Date(at + 24 * HOUR - MINUTE).toISOString() })
    expect(await db.prisma.deviceUpdate.count({ where: { rolloutId: made?.id ?? '' } })).toBe(3)
    expect(await findSchedule(db, row.id)).toMatchObject({ lastReason: null, lastAt: new Date(at) })
    expect(await events('scheduleRan')).toBe(1)
    expect(await runSchedules(db, at + MINUTE, log)).toEqual([])
  })

  test('without an approval leaves a rollout that waits for one, of another person where the policy says so', async () => {
    await newPackage()
    const row = await nightly({ policy: { ...defaultPolicy, twoPersons: true } })
    expect(await approveSchedule(db, row.id, 'anna')).toMatchObject({ ok: false, why: 'samePerson' })
    const [run] = await runSchedules(db, atOf(row), log)
    expect(run?.reason).toBe('approvalNeeded')
    const [made] = await rollouts(row.id)
    expect(made).toMatchObject({ state: 'awaitingApproval', approvedBy: null })
    const { id = '', planHash = '' } = made ?? {}
    expect(await approveRollout(db, id, planHash, 'anna')).toMatchObject({ why: 'samePerson' })
    expect(await approveRollout(db, id, planHash, 'boris')).toMatchObject({ ok: true, state: 'running' })
  })

  test('with nothing to do says so quietly, and comes again the next day', async () => {
    await newPackage()
    const row = await nightly()
    await approveSchedule(db, row.id, 'boris')
    const at = atOf(row)
    await runSchedules(db, at, log)
    // All three tills are still in the first night's rollout.
    const [run] = await runSchedules(db, at + 24 * HOUR, log)
    expect(run).toEqual({ rolloutId: null, reason: 'nothingToDo', next: at + 48 * HOUR })
    expect(await rollouts(row.id)).toHaveLength(1)
    expect(await events('scheduleSkipped')).toBe(1)
    expect(await findSchedule(db, row.id)).toMatchObject({ lastReason: 'nothingToDo', endedAt: null })
  })

  test('of a package that was retired makes nothing, and says why', async () => {
    const id = await newPackage()
    const row = await nightly({ package: { id } })
    await db.prisma.package.update({ where: { id }, data: { retiredAt: new Date() } })
    expect(await runSchedules(db, atOf(row), log)).toMatchObject([{ reason: 'packageUnknown' }])
  })

  test('that was ended makes nothing more', async () => {
    await newPackage()
    const row = await nightly()
    expect(await endSchedule(db, row.id, 'boris')).toEqual({ ok: true })
    expect(await endSchedule(db, row.id, 'boris')).toMatchObject({ why: 'notAllowed' })
    expect(await approveSchedule(db, row.id, 'boris')).toMatchObject({ why: 'notAllowed' })
    expect(await runSchedules(db, atOf(row), log)).toEqual([])
    expect(await runSchedules(db, Date.now() + 100 * HOUR, log)).toEqual([])
    expect(await rollouts(row.id)).toEqual([])
  })

  test('whose head office was off for days runs once, not once for each', async () => {
    await newPackage()
    const row = await nightly()
    const at = atOf(row)
    const late = at + 3 * 24 * HOUR + HOUR
    expect(await runSchedules(db, late, log)).toMatchObject([{ next: at + 4 * 24 * HOUR }])
    expect(await runSchedules(db, late + MINUTE, log)).toEqual([])
    expect(await rollouts(row.id)).toHaveLength(1)
  })
})

describe('a run is made once', () => {
  test('by two conductors at the same moment', async () => {
    await newPackage()
    const row = await nightly()
    await approveSchedule(db, row.id, 'boris')
    const other = openDatabase(database.url, { name: 'the other conductor' })
    const runs = await Promise.all([db, other, db, other].map((one) => runSchedules(one, atOf(row), log)))
    await other.close()
    expect(runs.flat()).toHaveLength(1)
    const made = await rollouts(row.id)
    expect(made.map((one) => one.state)).toEqual(['running'])
    expect([await events('scheduleRan'), await events('rolloutApproved')]).toEqual([1, 1])
  })

  test.each([
    ['before it was approved', 'draft'],
    ['after it was started', 'running'],
  ] as const)('when the process died %s', async (_when, state) => {
    await newPackage()
    const row = await nightly()
    await approveSchedule(db, row.id, 'boris')
    const at = atOf(row)
    await runSchedules(db, at, log)
    const [first] = await rollouts(row.id)
    // As it stood when the process died: the run was not closed.
    await db.prisma.schedule.update({ where: { id: row.id }, data: { nextAt: new Date(at), lastAt: null } })
    if (state === 'draft') {
      await db.pool.query('DELETE FROM device_update; DELETE FROM wave; DELETE FROM rollout_store')
      await db.pool.query(
        "UPDATE rollout SET state = 'draft', approved_by = NULL, approved_at = NULL, started_at = NULL",
      )
    }
    expect(await runSchedules(db, at + MINUTE, log)).toMatchObject([{ rolloutId: first?.id, reason: null }])
    const made = await rollouts(row.id)
    expect(made.map((one) => [one.id, one.state])).toEqual([
      [namedId('schedule', row.id, new Date(at).toISOString()), 'running'],
    ])
    expect(await db.prisma.deviceUpdate.count()).toBe(3)
  })

  test('and one that fails does not hold up the others', async () => {
    const id = await newPackage()
    const broken = await nightly()
    const sound = await nightly({ package: { id } })
    await db.pool.query(`UPDATE schedule SET template = '{}' WHERE id = $1`, [broken.id])
    const runs = await runSchedules(db, atOf(sound), log)
    expect(runs).toHaveLength(1)
    expect(await rollouts(sound.id)).toHaveLength(1)
    expect(await findSchedule(db, broken.id)).toMatchObject({ nextAt: broken.nextAt })
  })
})

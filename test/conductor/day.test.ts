/** First receipts on real rows, and the loop that looks at all of the day. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDay, runDay } from '../../src/conductor/day.ts'
import { startConductor } from '../../src/conductor/main.ts'
import { lookForReceipts } from '../../src/conductor/receipts.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { addPackage } from '../../src/db/packages.ts'
import { confirmReceipts } from '../../src/db/receipts.ts'
import { createRollout } from '../../src/db/rollouts.ts'
import { addSchedule } from '../../src/db/schedules.ts'
import { saveStatus } from '../../src/db/status.ts'
import type { Status } from '../../src/device/contract.ts'
import { createQueueBackend } from '../../src/jobs/backend.ts'
import { createLog } from '../../src/log.ts'
import type { StoreHours } from '../../src/rollout/inventory.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { weekdays } from '../../src/rollout/time/calendar.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const log = createLog('silent')
let database: TestDatabase
let db: Database
let packageId: string

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
const iso = (ms: number): string => new Date(ms).toISOString()
const closed: StoreHours = { windows: [], opening: [], exceptions: [] }
const openFrom = (from: number): StoreHours => ({
  ...closed,
  opening: [{ days: weekdays, from: clock(from), to: clock(from + 4 * HOUR) }],
})

const device = (kind: string, cashId: string, number: number) => ({
  ...{ kind, cashId, number, name: `Касса ${number}`, host: '127.0.0.1', port: 22, user: 'u' },
  ...{ credential: 'default', hostKeys: [], agent: 'nightctl', blocked: false, labels: [] },
})

/** One store in UTC: a till, a self-checkout, and its server. */
async function setHours(calendar: StoreHours | null): Promise<void> {
  const store = {
    ...{
      code: '001',
      name: 'На Ленина',
      timeZone: 'UTC',
      phone: null,
      host: '127.0.0.1',
      port: 22,
      user: 'u',
    },
    ...{ credential: 'default', hostKeys: [], packageFolder: '/p', packageUrl: 'http://10.0.0.1/p' },
    ...{ maxDownloads: 4, maxInstalls: 1, labels: [], calendar },
    devices: [device('till', 't1', 1), device('selfCheckout', 's1', 0), device('storeServer', 'v1', 0)],
  }
  await importFleet(db, { stores: [store] }, 'test')
}

const idOf = async (cashId: string) => (await db.prisma.device.findUniqueOrThrow({ where: { cashId } })).id

/** An update of these that ended at this time. */
async function updated(finishedAt: number, cashIds: readonly string[], state = 'succeeded'): Promise<void> {
  const { rows } = await db.pool.query<{ id: string }>(
    `INSERT INTO rollout (id, name, package_id, state, plan, plan_hash, policy, created_by, started_at, finished_at)
     VALUES (gen_random_uuid(), 'night', $1, 'finished', '{}', 'x', '{}', 'test', now(), now()) RETURNING id`,
    [packageId],
  )
  await db.pool.query(
    `INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, state, to_version, install_at, finished_at)
     SELECT gen_random_uuid(), $1, d.id, d.store_id, $2, $5, 96000, $3::timestamptz - interval '5 minutes', $3 FROM device d WHERE d.cash_id = ANY($4)`,
    [rows[0]?.id, packageId, iso(finishedAt), cashIds, state],
  )
}

/** What a till says now: when it sold last, and what its own clock shows. */
async function says(
  cashId: string,
  receiptAt: number | null,
  clockAt: number | string | null,
): Promise<void> {
  const status: Pick<Status, 'clock' | 'lastReceipt'> = {
    clock: typeof clockAt === 'number' ? iso(clockAt) : clockAt,
    lastReceipt: receiptAt === null ? null : { number: 7, at: iso(receiptAt) },
  }
  const lastReceiptAt = receiptAt === null ? null : new Date(receiptAt)
  await saveStatus(db, await idOf(cashId), { source: 'look', version: 96_000, status, lastReceiptAt })
}

const confirmed = async (cashId: string): Promise<Date | null> => {
  const row = await db.prisma.deviceUpdate.findFirstOrThrow({
    where: { device: { cashId } },
    orderBy: { finishedAt: 'desc' },
  })
  return row.confirmedAt
}
const events = () => db.prisma.event.findMany({ where: { code: 'firstReceipt' } })

beforeAll(async () => {
  database = await createDatabase()
  db = openDatabase(database.url, { name: 'day' })
  const file = { kind: 'till', version: 96_000, fileName: 'till.tgz', size: 1000, sha256: '9'.repeat(64) }
  packageId = (await addPackage(db, file, 'test'))?.id ?? ''
})
beforeEach(async () => {
  await db.pool.query(
    'TRUNCATE event, wave, rollout_store, device_update, rollout, schedule, command, report, device_status, device, store CASCADE',
  )
  await setHours(closed)
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})

describe('the first receipt after an update', () => {
  test('confirms it, once, with an event', async () => {
    const now = Date.now()
    await updated(now - 2 * HOUR, ['t1', 's1'])
    await says('t1', now - HOUR, now)
    await says('s1', now - 3 * HOUR, now)
    expect(await confirmReceipts(db, now)).toBe(1)
    expect((await confirmed('t1'))?.getTime()).toBeCloseTo(now - HOUR, -5)
    expect(await confirmed('s1')).toBeNull()
    expect((await events()).map(({ actor, params }) => [actor, params])).toMatchObject([
      ['conductor', { cashId: 't1', number: 7 }],
    ])
    await says('t1', now - MINUTE, now)
    expect(await confirmReceipts(db, now)).toBe(0)
    expect(await events()).toHaveLength(1)
  })

  test('is confirmed once by two conductors', async () => {
    const now = Date.now()
    await updated(now - 2 * HOUR, ['t1', 's1'])
    for (const cashId of ['t1', 's1']) await says(cashId, now - HOUR, now)
    const counts = await Promise.all([confirmReceipts(db, now), confirmReceipts(db, now)])
    expect(counts.reduce((sum, count) => sum + count)).toBe(2)
    expect(await events()).toHaveLength(2)
  })

  test.each([
    ['a clock that is an hour ahead: sold before the update', 3600, -30, false],
    ['a clock that is an hour ahead: sold after it', 3600, 90, true],
    ['a clock that is an hour behind: sold after it', -3600, -30, true],
    ['a clock that is an hour behind: sold before it', -3600, -90, false],
    ['a clock that was put back since: a receipt of the future', 0, 24 * 60, false],
  ])('is judged by the till’s own clock: %s', async (_name, skewSeconds, minutesAfter, isConfirmed) => {
    const now = Date.now()
    const ended = now - 2 * HOUR
    await updated(ended, ['t1'])
    await says('t1', ended + minutesAfter * MINUTE, now + skewSeconds * 1000)
    expect(await confirmReceipts(db, now)).toBe(isConfirmed ? 1 : 0)
  })

  test('is not made up from a clock that cannot be read, or from what was read before', async () => {
    const now = Date.now()
    await updated(now - 2 * HOUR, ['t1', 's1'])
    await says('t1', now - HOUR, 'yesterday, about noon')
    await says('s1', now - HOUR, null)
    await says('s1', null, now)
    // Without a clock the till's time counts as ours; without a receipt in this reading nothing does.
    expect(await confirmReceipts(db, now)).toBe(1)
    expect([await confirmed('t1'), await confirmed('s1')]).toEqual([expect.any(Date), null])
  })

  test('confirms the newest update alone, and none that did not arrive', async () => {
    const now = Date.now()
    await updated(now - 5 * HOUR, ['t1'])
    await updated(now - 2 * HOUR, ['t1'])
    await updated(now - 2 * HOUR, ['s1'], 'failed')
    for (const cashId of ['t1', 's1']) await says(cashId, now - HOUR, now)
    expect(await confirmReceipts(db, now)).toBe(1)
    expect(await db.prisma.deviceUpdate.count({ where: { confirmedAt: { not: null } } })).toBe(1)
  })
})

describe('looks for receipts', () => {
  const asked = () => db.prisma.command.findMany({ where: { kind: 'look' }, include: { device: true } })

  test('begin when the shop opens, come every ten minutes, and end after two hours', async () => {
    const now = Date.now()
    await updated(now - 5 * HOUR, ['t1', 's1', 'v1'])
    await setHours(openFrom(now + MINUTE))
    expect(await lookForReceipts(db, now)).toBe(0)
    // It opened an hour ago; what was said in the night is not the morning.
    await setHours(openFrom(now - HOUR))
    expect(await lookForReceipts(db, now)).toBe(2)
    expect((await asked()).map((one) => one.device.cashId).sort()).toEqual(['s1', 't1'])
    expect(await lookForReceipts(db, now + 9 * MINUTE)).toBe(0)
    expect(await lookForReceipts(db, now + 11 * MINUTE)).toBe(2)
    expect(await lookForReceipts(db, now + 62 * MINUTE)).toBe(0)
  })

  test('are made of nobody who was seen to sell', async () => {
    const now = Date.now()
    await updated(now - 5 * HOUR, ['t1', 's1'])
    await setHours(openFrom(now - HOUR))
    await says('t1', now - 30 * MINUTE, now)
    await db.pool.query("UPDATE device_status SET asked_at = asked_at - interval '20 minutes'")
    await confirmReceipts(db, now)
    expect(await lookForReceipts(db, now)).toBe(1)
    expect((await asked()).map((one) => one.device.cashId)).toEqual(['s1'])
  })

  test('go by the end of the window where nobody knows when the shop opens', async () => {
    const now = Date.now()
    const windows = [{ days: weekdays, from: clock(now - 4 * HOUR), to: clock(now - HOUR) }]
    await updated(now - 3 * HOUR, ['t1'])
    await setHours({ windows, opening: null, exceptions: [] })
    expect(await lookForReceipts(db, now - 2 * HOUR)).toBe(0)
    expect(await lookForReceipts(db, now)).toBe(1)
    expect(await lookForReceipts(db, now + 20 * MINUTE)).toBe(0)
    expect(await lookForReceipts(db, now + 31 * MINUTE)).toBe(1)
  })
})

describe('the loop', () => {
  const settings = { hours: { evening: '17:00', morning: '06:30' }, language: 'ru' as const }
  const template = {
    ...{ name: 'Ночь', package: { newest: 'till' }, serverPackageId: null, selection: {} },
    ...{ waves: { template: 'single' } as const, policy: defaultPolicy },
  }

  test('goes on with the rest when one part fails', async () => {
    const now = Date.now()
    await updated(now - 2 * HOUR, ['t1'])
    await says('t1', now - HOUR, now)
    await db.pool.query('ALTER TABLE schedule RENAME TO schedule_away')
    try {
      await runDay(db, now, settings, log)
    } finally {
      await db.pool.query('ALTER TABLE schedule_away RENAME TO schedule')
    }
    expect(await confirmed('t1')).not.toBeNull()
  })

  test('looks once a minute, and never twice at a time', async () => {
    let runs = 0
    let finish: () => void = () => {}
    const run = () => {
      runs += 1
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    }
    const day = createDay(run, async () => 1, log)
    day.look()
    day.look()
    await until(() => runs === 1, { within: 60_000, label: 'it runs' })
    day.look()
    finish()
    await day.settled()
    day.look()
    await day.settled()
    expect(runs).toBe(1)
  })

  test('runs beside the tick of whoever leads', async () => {
    // Half a day from now: a night that its next run would end at once is none.
    const cron = `0 ${(new Date().getUTCHours() + 12) % 24} * * *`
    const row = await addSchedule(
      db,
      { name: 'night', cron, timeZone: 'UTC', template, actor: 'anna' },
      Date.now(),
    )
    await db.prisma.schedule.update({ where: { id: row.id }, data: { nextAt: new Date(Date.now() - 1000) } })
    const queues = createQueueBackend({ databaseUrl: database.url, redisUrl: undefined, log })
    const limits = { total: 10, leaseSeconds: 5 }
    const conductors = [1, 2].map(() => startConductor({ db, queues, limits, day: settings, log }))
    await until(() => db.prisma.rollout.count({ where: { scheduleId: row.id, state: 'awaitingApproval' } }), {
      within: 60_000,
      label: 'the leader makes the rollout',
    })
    await Promise.all(conductors.map((one) => one.close()))
    await queues.close()
    expect(await db.prisma.rollout.count()).toBe(1)
  })

  test('a way back is confirmed by its receipt too', async () => {
    const now = Date.now()
    await updated(now - 2 * HOUR, ['t1'], 'rolledBack')
    await says('t1', now - HOUR, now)
    // Of an update that went back by itself nothing is confirmed.
    expect(await confirmReceipts(db, now)).toBe(0)
    await db.pool.query("UPDATE rollout SET kind = 'rollback'")
    expect(await confirmReceipts(db, now)).toBe(1)
  })

  test('a rollout of a schedule has its own id only where one is given', async () => {
    const target = await db.prisma.package.findUniqueOrThrow({ where: { id: packageId } })
    const wanted = {
      name: 'n',
      kind: 'update',
      target,
      serverTarget: null,
      selection: {},
      actor: 'a',
    } as const
    const plan = { ...wanted, waves: { template: 'single' }, policy: defaultPolicy } as const
    const id = '00000000-0000-8000-8000-000000000001'
    expect(await createRollout(db, { ...plan, id })).toMatchObject({ ok: true, row: { id } })
    // Made twice, as by a leader that died in between: the first one stays as it is.
    const again = await createRollout(db, { ...plan, name: 'another', id })
    expect(again).toMatchObject({ ok: true, row: { id, name: 'n' } })
    expect(await db.prisma.rollout.count({ where: { id } })).toBe(1)
  })
})

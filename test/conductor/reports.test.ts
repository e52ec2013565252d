/** The evening list and the morning report of a real night: looks first, then made once, with the message that goes with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeReports } from '../../src/conductor/reports.ts'
import { openDatabase } from '../../src/db/database.ts'
import { readReportHead } from '../../src/db/report-rollouts.ts'
import { type AnyReport, findReport, listReports, makeReport } from '../../src/db/reports.ts'
import type { StoreHours } from '../../src/rollout/inventory.ts'
import type { EveningReport } from '../../src/rollout/report/evening.ts'
import type { MorningReport } from '../../src/rollout/report/morning.ts'
import { weekdays } from '../../src/rollout/time/calendar.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { openShift } from '../../src/sim/scene.ts'
import { importInventory, type Office, openFleet, openOffice, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let office: Office
let fleet: Fleet
let rolloutId: string
/** The evening hour of UTC: some ten minutes from now. */
let at: number
/** When tonight's window begins. */
let windowFrom: number

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
const span = (from: number, to: number) => [{ days: weekdays, from: clock(from), to: clock(to) }]

/** A window that begins in two hours; the shop opened half an hour ago, or opens when the test says. */
function hours(now: number, opening: StoreHours['opening'] = null): StoreHours {
  return { windows: span(now + 2 * HOUR, now + 7 * HOUR), opening, exceptions: [] }
}

const setHours = async (timeZones: Readonly<Record<string, string>>, calendar: StoreHours) => {
  const stores = fleet.inventory.stores.map((store) => ({
    ...store,
    timeZone: timeZones[store.code] ?? 'UTC',
    calendar,
    maxInstalls: 4,
  }))
  await importInventory(office, { stores })
}

const settings = () => ({
  // The morning is half a day away from whatever is tried here.
  hours: { evening: clock(at), morning: clock(at + 12 * HOUR) },
  language: 'ru' as const,
})
const make = (now: number) => makeReports(office.db, now, settings(), office.log)
const commands = (kind: string) => office.db.prisma.command.findMany({ where: { kind } })
const ended = (kind: string) =>
  until(async () => (await commands(kind)).every((one) => one.finishedAt !== null), {
    within: 60_000,
    label: `every ${kind} has ended`,
  })

/** As if nobody had asked for an hour, and the rollout had been approved in the afternoon. */
async function anHourAgo(): Promise<void> {
  await office.db.pool.query(
    "UPDATE device_status SET asked_at = asked_at - interval '1 hour', read_at = read_at - interval '1 hour'",
  )
  await office.db.pool.query(
    "UPDATE rollout SET started_at = now() - interval '3 hours', approved_at = now() - interval '3 hours'",
  )
}

async function kept(id: string | undefined): Promise<AnyReport> {
  const row = await findReport(office.db, id ?? '')
  if (row === undefined) throw new Error('it was not kept')
  return row.report
}

const till = (store: string, place: number) => {
  const found = fleet.store(store).devices[place]
  if (found === undefined) throw new Error(`no till ${place} in ${store}`)
  return found
}

/** Each device's group and the code of its first cause. */
const told = (report: EveningReport | MorningReport): Record<string, string> =>
  Object.fromEntries(
    report.stores.flatMap((store) =>
      store.devices.map(({ cashId, group, causes: [main] }) => [
        cashId,
        main === undefined ? group : `${group}: ${main.code}`,
      ]),
    ),
  )

beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 3, tills: 12 })
  const now = Date.now()
  windowFrom = Math.floor((now + 2 * HOUR) / MINUTE) * MINUTE
  at = Math.ceil((now + 10 * MINUTE) / MINUTE) * MINUTE
  // M3 is seven hours to the east: its own clock shows another hour.
  await setHours({ M3: 'Asia/Krasnoyarsk' }, hours(now))
  await office.startWorker()
  const { id } = await office.addPackage()
  rolloutId = await office.rollOut(id, { policy: { closeShift: 'ask' } })
  await until(
    async () => {
      const states = Object.values(await updateStates(office, rolloutId))
      return states.every((state) => state === 'ready')
    },
    { within: 60_000, label: 'all are preloaded' },
  )
  await openShift(till('M1', 0))
  await openShift(till('M3', 0))
  await till('M1', 1).setFault({ kind: 'off' })
  await anHourAgo()
})
afterAll(async () => {
  await fleet?.stop()
  await office?.close()
})

describe('the evening list', () => {
  test('begins with a look at the devices of its zone, once', async () => {
    expect(await make(at - 16 * MINUTE)).toEqual([])
    expect(await commands('look')).toEqual([])
    expect(await make(at - 14 * MINUTE)).toEqual([])
    await Promise.all([make(at - 13 * MINUTE), make(at - 12 * MINUTE)])
    const looks = await commands('look')
    const asked = await office.db.prisma.device.findMany({
      where: { id: { in: looks.map((look) => look.deviceId) } },
      include: { store: true },
    })
    expect(new Set(asked.map((device) => device.store.code))).toEqual(new Set(['M1', 'M2']))
    expect(looks).toHaveLength(8)
    await ended('look')
    expect(await make(at - 1)).toEqual([])
    expect(await commands('look')).toHaveLength(8)
    expect(await commands('message')).toEqual([])
  })

  test('is made once at its hour, by whoever comes, and says who is not ready and why', async () => {
    // Nothing was ever heard of this one.
    const { id: unknown } = await office.db.prisma.device.findUniqueOrThrow({
      where: { cashId: till('M2', 3).cashId },
    })
    await office.db.prisma.deviceStatus.delete({ where: { deviceId: unknown } })
    const other = openDatabase(office.database.url, { name: 'the other conductor' })
    const made = await Promise.all(
      [office.db, other, office.db].map((db) => makeReports(db, at, settings(), office.log)),
    )
    await other.close()
    expect(made.flat()).toHaveLength(1)
    expect(await make(at + MINUTE)).toEqual([])
    const report = (await kept(made.flat()[0])) as EveningReport
    expect(report).toMatchObject({ kind: 'evening', timeZone: 'UTC', madeAt: at, rollout: { id: rolloutId } })
    expect(told(report)).toEqual({
      [till('M1', 0).cashId]: 'blocked: shiftOpen',
      [till('M1', 1).cashId]: 'unreachable: tillOffline',
      [till('M1', 2).cashId]: expect.stringMatching(/^ready/),
      [till('M1', 3).cashId]: expect.stringMatching(/^ready/),
      [till('M2', 0).cashId]: expect.stringMatching(/^ready/),
      [till('M2', 1).cashId]: expect.stringMatching(/^ready/),
      [till('M2', 2).cashId]: expect.stringMatching(/^ready/),
      [till('M2', 3).cashId]: 'unknown: notLookedAt',
    })
    expect(report.totals).toMatchObject({ devices: 8, needSomebody: 3, storesNotTonight: 0 })
    const [store] = report.stores
    expect(store?.phone).toMatch(/^\+7/)
    // Tonight's window, and the last moment at which something may begin in it: 40 minutes before its end.
    const window = { windowFrom, windowTo: windowFrom + 5 * HOUR, latestStart: windowFrom + 260 * MINUTE }
    expect(store).toMatchObject({ ...window, fits: true, because: null })
    const events = await office.db.prisma.event.findMany({ where: { code: 'reportMade' } })
    expect(events.map((event) => event.params)).toMatchObject([{ kind: 'evening', devices: 8, asked: 1 }])
    expect(await listReports(office.db, { kind: 'evening' }, 10)).toHaveLength(1)
  })

  test('sends the message where a shift is open, once, and nowhere else', async () => {
    await ended('message')
    const sent = await commands('message')
    expect(sent).toMatchObject([
      { state: 'done', body: 'Ночью обновление. Закройте смену, кассу и ККТ не выключайте' },
    ])
    const heard = fleet.devices.filter((device) => device.machine.state.messages.length > 0)
    expect(heard.map((device) => device.cashId)).toEqual([till('M1', 0).cashId])
    expect(heard[0]?.machine.state.messages).toEqual([sent[0]?.body])
    await make(at + 2 * MINUTE)
    expect(await commands('message')).toHaveLength(1)
  })

  test('comes to another zone at its own hour', async () => {
    const before = (await listReports(office.db, {}, 10)).length
    const own = at + (DAY - 7 * HOUR)
    await office.db.pool.query("UPDATE rollout SET started_at = now() - interval '3 hours'")
    const made = await make(own)
    expect(made).toHaveLength(1)
    expect(await kept(made[0])).toMatchObject({
      timeZone: 'Asia/Krasnoyarsk',
      totals: { stores: 1, devices: 4 },
    })
    expect(await listReports(office.db, {}, 10)).toHaveLength(before + 1)
  })

  test('of a rollout that was approved after the hour comes a quarter of an hour after that, once it was looked at', async () => {
    await office.db.pool.query('DELETE FROM report')
    await office.db.pool.query('DELETE FROM command')
    await anHourAgo()
    const approved = at + 30 * MINUTE
    await office.db.prisma.rollout.update({
      where: { id: rolloutId },
      data: { approvedAt: new Date(approved) },
    })
    expect(await make(at)).toEqual([])
    expect(await make(approved + MINUTE)).toEqual([])
    expect((await commands('look')).length).toBeGreaterThan(0)
    // What a look finds late would be fresh in the next test.
    await ended('look')
    expect(await make(approved + 16 * MINUTE)).toHaveLength(1)
    await ended('message')
    // A head office that was off for longer than three hours owes nobody the list of this evening.
    await office.db.pool.query('DELETE FROM report')
    expect(await make(at + 4 * HOUR)).toEqual([])
  })

  test('asks nobody to close a shift where the policy does not say so', async () => {
    await office.db.pool.query('DELETE FROM report')
    await office.db.pool.query('DELETE FROM command')
    await anHourAgo()
    const rule = (closeShift: string) =>
      office.db.pool.query(
        `UPDATE rollout SET policy = policy || jsonb_build_object('closeShift', $1::text), approved_at = now() - interval '3 hours'`,
        [closeShift],
      )
    for (const closeShift of ['never', 'auto']) {
      await rule(closeShift)
      expect(await make(at)).toHaveLength(1)
      expect(await commands('message')).toEqual([])
      await office.db.pool.query('DELETE FROM report')
    }
    await rule('ask')
  })

  test('of a rollout that begins later asks whom its plan names, and tells of them', async () => {
    await office.db.pool.query('DELETE FROM report; DELETE FROM command')
    await anHourAgo()
    // Nobody begins it while this looks: its time is tomorrow.
    await office.db.pool.query(
      `UPDATE rollout SET state = 'scheduled', started_at = NULL,
         policy = policy || jsonb_build_object('preloadFrom', now() + interval '1 day')`,
    )
    expect(await make(at - MINUTE)).toEqual([])
    expect(await commands('look')).toHaveLength(8)
    const made = await make(at)
    const report = (await kept(made[0])) as EveningReport
    expect(report).toMatchObject({ rollout: { state: 'scheduled' }, totals: { devices: 8 } })
    await ended('look')
    await ended('message')
    await office.db.pool.query(
      `UPDATE rollout SET state = 'running', started_at = now(), policy = policy || '{"preloadFrom": null}'`,
    )
    await office.db.pool.query('DELETE FROM report; DELETE FROM command')
  })

  test('says where nothing will be installed tonight, and why', async () => {
    const now = Date.now()
    const short = { ...hours(now), windows: span(now + 2 * HOUR, now + 2 * HOUR + 20 * MINUTE) }
    const evening = async (): Promise<EveningReport> => {
      const head = await readReportHead(office.db.pool, rolloutId)
      if (head === undefined) throw new Error('no such rollout')
      const { report } = await makeReport(office.db.pool, 'evening', head, { now, timeZone: null })
      return report as EveningReport
    }
    await setHours({}, short)
    expect(
      (await evening()).stores.map(({ fits, because, latestStart }) => [fits, because, latestStart]),
    ).toEqual(Array.from({ length: 3 }, () => [false, 'windowTooShort', null]))
    await setHours({}, { ...short, windows: [] })
    const closed = await evening()
    expect(closed.stores.map((store) => store.because)).toEqual([
      'windowClosed',
      'windowClosed',
      'windowClosed',
    ])
    expect(closed.totals).toMatchObject({ storesNotTonight: 3, ready: 0, counts: { noTime: 12 } })
  })
})

/** Nothing is tried at this device any more. */
const holdAtRest = (cashId: string) =>
  until(
    async () => {
      const { rowCount } = await office.db.pool.query(
        `UPDATE device_update u SET not_before = now() + interval '1 hour' FROM device d
         WHERE d.id = u.device_id AND d.cash_id = $1 AND u.rollout_id = $2 AND u.state = 'ready' AND u.lease_until IS NULL`,
        [cashId, rolloutId],
      )
      return rowCount === 1
    },
    { within: 60_000, label: `${cashId} rests` },
  )

describe('the morning report', () => {
  // Where it is some four in the morning while this runs: it opens on the same date.
  const offset = ((4 - new Date().getUTCHours() + 36) % 24) - 12
  const zone = `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`
  const there = { M1: zone, M2: zone, M3: zone }
  const local = (ms: number): number => ms + offset * HOUR

  test('says, in order of opening, who sells, who does not, and who is still on the old version', async () => {
    await till('M2', 0).setFault({ kind: 'healthFails', stay: true }, { kind: 'rollbackFails' })
    await till('M2', 1).setFault({ kind: 'healthFails' })
    const allDay = [{ days: weekdays, from: '00:00', to: '24:00' }]
    const now = Date.now()
    const open = {
      windows: allDay,
      opening: span(local(now + 2 * HOUR), local(now + 10 * HOUR)),
      exceptions: [],
    }
    await office.db.pool.query(
      `UPDATE rollout SET policy = jsonb_set(policy, '{gate,failurePercent}', '100') || '{"offline": "skip"}'`,
    )
    await office.db.prisma.rolloutStore.updateMany({
      where: { rolloutId },
      data: { calendar: { timeZone: 'UTC', windows: allDay, opening: [], exceptions: [] } },
    })
    await setHours({}, { windows: allDay, opening: [], exceptions: [] })
    office.db.poke()
    await until(
      async () => {
        const states = Object.values(await updateStates(office, rolloutId))
        const over = states.filter((state) => /^(succeeded|broken|rolledBack)/.test(state)).length
        if (over >= 9) return true
        throw new Error(states.join())
      },
      { within: 90_000, label: 'the night is over, but for an open shift and a till that is off' },
    )
    // The till that is off has been given up; those with an open shift are between two tries, and stay there.
    await until(
      async () => (await updateStates(office, rolloutId))[till('M1', 1).cashId]?.startsWith('skipped'),
      {
        within: 60_000,
        label: 'the till that is off is skipped',
      },
    )
    for (const { cashId } of [till('M1', 0), till('M3', 0)]) await holdAtRest(cashId)
    await setHours(there, open)
    const head = await readReportHead(office.db.pool, rolloutId)
    if (head === undefined) throw new Error('no such rollout')
    const { report } = await makeReport(office.db.pool, 'morning', head, { now: Date.now(), timeZone: null })
    const morning = report as MorningReport
    const groups = told(morning)
    expect(groups[till('M2', 0).cashId]).toBe('cannotSell: broken')
    expect(groups[till('M2', 1).cashId]).toMatch(/^readyOld/)
    expect(groups[till('M2', 2).cashId]).toBe('ready')
    expect(groups[till('M1', 1).cashId]).toMatch(/^unknown: tillOffline/)
    expect(groups[till('M1', 0).cashId]).toMatch(/^readyOld: (ready|shiftOpen)/)
    expect(morning.stores[0]).toMatchObject({ code: 'M2', worst: 'cannotSell', phone: expect.any(String) })
    expect(morning.totals).toMatchObject({ devices: 12, receipts: { overdue: 0, confirmed: 0 } })
    // Half an hour after opening nobody has sold: such stores are on top.
    const later = await makeReport(office.db.pool, 'morning', head, {
      now: now + 2 * HOUR + 31 * MINUTE,
      timeZone: null,
    })
    const silent = later.report as MorningReport
    expect(silent.stores.filter((store) => store.isSilent).map((store) => store.code)).toEqual([
      'M2',
      'M1',
      'M3',
    ])
    expect(silent.totals.receipts.overdue).toBe(morning.totals.receipts.notYet)
  })

  test('is made once for its zone and date, and compares with the rollout before', async () => {
    await office.db.pool.query(
      `INSERT INTO rollout (id, name, kind, package_id, state, plan, plan_hash, policy, created_by, started_at, finished_at)
       SELECT gen_random_uuid(), 'the night before', kind, package_id, 'finished', plan, plan_hash, policy, created_by,
         now() - interval '2 days', now() - interval '40 hours' FROM rollout WHERE id = $1`,
      [rolloutId],
    )
    const morningAt = {
      hours: { evening: clock(local(at + 12 * HOUR)), morning: clock(local(at)) },
      language: 'ru' as const,
    }
    const made = await makeReports(office.db, at, morningAt, office.log)
    expect(made).toHaveLength(1)
    expect(await makeReports(office.db, at + MINUTE, morningAt, office.log)).toEqual([])
    const report = (await kept(made[0])) as MorningReport
    expect(report).toMatchObject({
      kind: 'morning',
      timeZone: zone,
      comparison: { before: { name: 'the night before' } },
    })
    expect(await commands('message')).toEqual([])
  })
})

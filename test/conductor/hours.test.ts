/** Windows, freezes, opening hours and lanes: when and how many, on real rows and devices. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readDue } from '../../src/db/due-now.ts'
import { addFreeze, liftFreeze } from '../../src/db/freezes.ts'
import type { StoreHours } from '../../src/rollout/inventory.ts'
import { weekdays } from '../../src/rollout/time/calendar.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import {
  importInventory,
  type Office,
  openFleet,
  openOffice,
  rolloutEnds,
  updateStates,
} from '../support/office.ts'
import { until } from '../support/until.ts'

const allDay = [{ days: weekdays, from: '00:00', to: '24:00' }]
const night: StoreHours = { windows: allDay, opening: [], exceptions: [] }
const trading: StoreHours = { windows: allDay, opening: allDay, exceptions: [] }
/** Open for a minute, a quarter of a day ago: closed whenever this runs. */
const longAgo = (): StoreHours => {
  const hour = (new Date().getUTCHours() + 18) % 24
  const at = (minute: string) => `${String(hour).padStart(2, '0')}:${minute}`
  return { windows: [{ days: weekdays, from: at('00'), to: at('59') }], opening: [], exceptions: [] }
}

let office: Office
let fleet: Fleet
let version = 96_000

beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 3, tills: 12, speed: { restartMs: 400 } })
  await office.startWorker()
})
afterEach(async () => {
  await setHours(night)
})
afterAll(async () => {
  await fleet?.stop()
  await office?.close()
})

async function setHours(
  hours: StoreHours,
  codes: readonly string[] = ['M1', 'M2', 'M3'],
  maxInstalls = 4,
): Promise<void> {
  const stores = fleet.inventory.stores
    .filter((store) => codes.includes(store.code))
    .map((store) => ({ ...store, timeZone: 'UTC', calendar: hours, maxInstalls }))
  await importInventory(office, { stores })
}

const newPackage = async () => {
  version += 1000
  return (await office.addPackage({ version })).id
}

/** All of a store's are ready: the others' may be so for a moment as well, on their way. */
const untilReady = (rolloutId: string, storeCode: string, count: number) =>
  until(
    async () => {
      const where = { rolloutId, state: 'ready', store: { code: storeCode } }
      return (await office.db.prisma.deviceUpdate.count({ where })) === count
    },
    { within: 120_000, label: `${count} of ${storeCode} are ready` },
  )

async function whatFor(rolloutId: string, storeCode: string): Promise<unknown> {
  const row = await office.db.prisma.deviceUpdate.findFirstOrThrow({
    where: { rolloutId, store: { code: storeCode } },
  })
  const due = await readDue(office.db, row.id)
  return due?.due.do === 'wait' ? due.due.for : (due?.bounded ?? due?.due)
}

/** How many staffed tills of a store were being installed at once, at most: from the attempts' own times. */
async function atOnce(rolloutId: string): Promise<number> {
  const { rows } = await office.db.pool.query<{ most: number }>(
    `WITH span AS (SELECT u.store_id, u.install_at AS begun, u.finished_at AS ended FROM device_update u JOIN device d ON d.id = u.device_id
       WHERE u.rollout_id = $1 AND d.kind = 'till' AND u.install_at IS NOT NULL)
     SELECT max((SELECT count(*) FROM span b WHERE b.store_id = a.store_id AND b.begun <= a.begun AND b.ended > a.begun))::int AS most FROM span a`,
    [rolloutId],
  )
  return rows[0]?.most ?? 0
}

test('outside its window a store is preloaded, and nothing is installed', async () => {
  await setHours(longAgo(), ['M1'])
  const rolloutId = await office.rollOut(await newPackage())
  await until(
    async () => {
      const counts = await office.db.prisma.deviceUpdate.groupBy({
        by: ['state'],
        where: { rolloutId },
        _count: true,
      })
      const by = Object.fromEntries(counts.map((one) => [one.state, one._count]))
      return by.succeeded === 8 && by.ready === 4
    },
    { within: 120_000, label: 'the others are done, this store waits' },
  )
  expect(await whatFor(rolloutId, 'M1')).toBe('windowClosed')
  const touched = await office.db.prisma.deviceUpdate.count({
    where: { rolloutId, store: { code: 'M1' }, installAt: { not: null } },
  })
  expect(touched).toBe(0)
  // What was approved holds: a store that opens its window afterwards waits for a new approval.
  await setHours(night, ['M1'])
  expect(await whatFor(rolloutId, 'M1')).toBe('windowClosed')
  await office.db.prisma.rolloutStore.updateMany({
    where: { rolloutId },
    data: { calendar: { timeZone: 'UTC', ...night } as object },
  })
  await setHours(night, ['M1'])
  office.db.poke()
  expect(await rolloutEnds(office, rolloutId)).toBe('finished')
})

test('a freeze that is declared holds at once, and is over when it is lifted', async () => {
  const freeze = await addFreeze(
    office.db,
    { name: 'audit', scope: { kind: 'store', name: 'M2' }, from: '2020-01-01T00:00', to: '2099-01-01T00:00' },
    'test',
  )
  const rolloutId = await office.rollOut(await newPackage())
  await untilReady(rolloutId, 'M2', 4)
  expect(await whatFor(rolloutId, 'M2')).toBe('frozen')
  await liftFreeze(office.db, freeze, 'test')
  expect(await rolloutEnds(office, rolloutId)).toBe('finished')
})

test('one that overrides the freeze, with its reason, goes on', async () => {
  const freezeId = await addFreeze(
    office.db,
    { name: 'New Year', scope: { kind: 'chain' }, from: '2020-01-01T00:00', to: '2099-01-01T00:00' },
    'test',
  )
  const overrideFreezes = [{ freezeId, reason: 'tills do not sell alcohol' }]
  const rolloutId = await office.rollOut(await newPackage(), { policy: { overrideFreezes } })
  expect(await rolloutEnds(office, rolloutId)).toBe('finished')
  await liftFreeze(office.db, freezeId, 'test')
})

test('while a shop trades, two of three tills stay open; when it is closed, as many go as its limit allows', async () => {
  await setHours(trading)
  // Nothing is known of a till that was never asked: its lane counts as closed until it answers.
  const open = await office.rollOut(await newPackage())
  expect(await rolloutEnds(office, open)).toBe('finished')
  expect(await atOnce(open)).toBe(1)
  await setHours(night)
  // All are ready before the first may begin: those that come one by one might be done one by one.
  const freeze = await addFreeze(
    office.db,
    { name: 'first all', scope: { kind: 'chain' }, from: '2020-01-01T00:00', to: '2099-01-01T00:00' },
    'test',
  )
  const closed = await office.rollOut(await newPackage())
  for (const code of ['M1', 'M2', 'M3']) await untilReady(closed, code, 4)
  await liftFreeze(office.db, freeze, 'test')
  expect(await rolloutEnds(office, closed)).toBe('finished')
  expect(await atOnce(closed)).toBeGreaterThan(1)
})

test('a store whose hours cannot be read waits, and holds up nobody else', async () => {
  await setHours(night)
  const id = await newPackage()
  const zone = (name: string) =>
    office.db.pool.query(`UPDATE store SET time_zone = $1, changed_at = now() WHERE code = 'M3'`, [name])
  const rolloutId = await office.rollOut(id)
  await zone('Nowhere/Nothing')
  await until(
    async () => {
      const states = Object.values(await updateStates(office, rolloutId))
      return states.filter((state) => state === 'succeeded').length >= 8
    },
    { within: 120_000, label: 'the other stores are done' },
  )
  await zone('UTC')
  office.db.poke()
  expect(await rolloutEnds(office, rolloutId)).toBe('finished')
})

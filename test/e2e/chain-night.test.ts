/**
 * A night of a chain in miniature: 20 stores in 9 zones, 200 devices over real SSH, windows of minutes. What a thousand
 * simulated nights ask of the core (test/nights) is asked here of everything: queue, database, workers, devices.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { steerRollout } from '../../src/db/rollouts.ts'
import type { StoreHours } from '../../src/rollout/inventory.ts'
import { laneMinimum } from '../../src/rollout/lanes.ts'
import { defaultGate, defaultPolicy } from '../../src/rollout/policy.ts'
import { isTerminalUpdate, laneClosedStates } from '../../src/rollout/states.ts'
import { type Calendar, type WeeklySpan, weekdays } from '../../src/rollout/time/calendar.ts'
import { windowsOf } from '../../src/rollout/time/window.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { importInventory, type Office, openFleet, openOffice, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'

const ZONES = [
  'Europe/Kaliningrad',
  'Europe/Moscow',
  'Europe/Samara',
  'Asia/Yekaterinburg',
  'Asia/Krasnoyarsk',
  'Asia/Vladivostok',
  'Asia/Kamchatka',
  'America/New_York',
  'Australia/Lord_Howe',
]
const MINUTE = 60_000
const begun = Date.now()
/** Minutes from now: also a machine that is ten times slower is through by then. */
const END = 20

/** The store's own clock, so many minutes from now. */
function clockAt(timeZone: string, minutes: number): string {
  const at = new Date(begun + minutes * MINUTE)
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at)
}
const span = (timeZone: string, from: number, to: number): WeeklySpan[] => [
  { days: weekdays, from: clockAt(timeZone, from), to: clockAt(timeZone, to) },
]

/** The first are closed and open later today, in every other the window begins with the next minute; then shops that trade. */
function hoursOf(place: number, timeZone: string): StoreHours {
  if (place < 14) {
    const begins = place % 2 === 0 ? -60 : 1
    return { windows: span(timeZone, begins, END), opening: span(timeZone, END + 1, 300), exceptions: [] }
  }
  if (place < 18)
    return { windows: span(timeZone, -60, END), opening: span(timeZone, -120, 120), exceptions: [] }
  if (place === 18) return { windows: span(timeZone, -60, END), opening: 'always', exceptions: [] }
  return { windows: span(timeZone, 600, 610), opening: span(timeZone, 700, 900), exceptions: [] }
}

interface Moved {
  readonly at: number
  readonly storeId: string
  readonly deviceId: string
  readonly kind: string
  readonly to: string
  readonly latestStart: number | null
  readonly armedUntil: number | null
  readonly releasedAt: number
}

describe('a night of a chain', () => {
  let office: Office
  let fleet: Fleet
  let rolloutId: string
  let size: number
  let moves: Moved[]
  const calendars = new Map<string, Calendar>()

  beforeAll(async () => {
    office = await openOffice({ settings: { NIGHTSHIFT_LOG: 'error' } })
    fleet = await openFleet(office, { stores: 20, tills: 200, timeZones: ZONES, speed: { restartMs: 300 } })
    const stores = fleet.inventory.stores.map((store, place) => ({
      ...store,
      calendar: hoursOf(place, store.timeZone),
      maxInstalls: 3,
    }))
    await importInventory(office, { stores })
    for (const row of await office.db.prisma.store.findMany()) {
      const store = stores.find((one) => one.code === row.code)
      if (store !== undefined) calendars.set(row.id, { ...store.calendar, timeZone: store.timeZone })
    }
    await office.startWorker()
    await office.startWorker()
    await night()
    moves = await readMoves()
  }, 900_000)
  afterAll(async () => {
    await office?.close()
    await fleet?.stop()
  })

  const till = (code: string, place: number) => {
    const device = fleet.store(code).devices[place]
    if (device === undefined) throw new RangeError(`${code} has no till ${place}`)
    return device
  }

  async function night(): Promise<void> {
    await till('M3', 0).setOff(true)
    await till('M4', 1).setFault({ kind: 'healthFails' })
    await till('M5', 2).setStatus({
      shift: { open: true, number: 7, openedAt: new Date(begun - 9 * 3_600_000).toISOString() },
    })
    await till('M6', 0).setFault({ kind: 'dieDuringRestart', backAfterMs: 500 })
    await till('M7', 1).setFault({ kind: 'dieAfterArm', backAfterMs: 500 })
    await till('M8', 2).setActivity('receipt')
    await till('M15', 0).setFault({ kind: 'healthFails' })
    const made = await office.addPackage({ size: 100_000 })
    size = made.size
    rolloutId = await office.rollOut(made.id, {
      waves: [{ by: 'stores', stores: ['M1', 'M2'], name: 'pilot' }, { by: 'rest' }],
      policy: {
        need: { installSeconds: 20, confirmSeconds: 5, rollbackSeconds: 20, marginSeconds: 15 },
        lanes: defaultPolicy.lanes,
        // Two of its tills fail, whichever come first.
        gate: { ...defaultGate, minimumSample: 10, failurePercent: 100 },
        armSeconds: 3600,
      },
    })
    const waits = async () =>
      Object.values(await updateStates(office, rolloutId)).filter(
        (state) => !isTerminalUpdate(state.split(':')[0] ?? ''),
      )
    // The receipt ends in the middle of the night; the open shift does not, and the last store has no window tonight.
    await until(async () => (await waits()).length < 60, {
      within: 400_000,
      label: 'most are done',
      every: 500,
    })
    await till('M8', 2).setActivity('idle')
    await until(
      async () => {
        const left = await waits()
        if (left.length === 11) return true
        throw new Error(left.join())
      },
      { within: 400_000, label: 'only those wait that must', every: 500 },
    )
    await steerRollout(office.db, rolloutId, 'stop', { actor: 'test' })
    await until(async () => (await waits()).length === 0, { within: 60_000, label: 'the rest is cancelled' })
  }

  async function readMoves(): Promise<Moved[]> {
    const { rows } = await office.db.pool.query<Moved>(
      `SELECT (extract(epoch FROM e.at) * 1000)::float8 AS at, e.store_id AS "storeId", e.device_id AS "deviceId", d.kind,
         e.params->>'to' AS "to", (extract(epoch FROM u.latest_start) * 1000)::float8 AS "latestStart",
         (extract(epoch FROM u.armed_until) * 1000)::float8 AS "armedUntil",
         (extract(epoch FROM w.released_at) * 1000)::float8 AS "releasedAt"
       FROM event e JOIN device_update u ON u.id = e.update_id JOIN device d ON d.id = u.device_id
       JOIN wave w ON w.rollout_id = u.rollout_id AND w.number = u.wave
       WHERE e.code = 'updateMoved' AND e.rollout_id = $1 ORDER BY e.id`,
      [rolloutId],
    )
    return rows
  }

  test('every device is where its row says, and was activated once at most', async () => {
    const states = await updateStates(office, rolloutId)
    for (const device of fleet.devices) {
      const state = states[device.cashId] ?? ''
      expect([device.cashId, device.version], state).toEqual([
        device.cashId,
        state === 'succeeded' ? 96_000 : 95_000,
      ])
      expect(device.activations, `${device.cashId} ${state}`).toBeLessThanOrEqual(
        state === 'succeeded' ? 1 : 2,
      )
    }
    const counts = Object.values(states).reduce<Record<string, number>>((sums, state) => {
      sums[state] = (sums[state] ?? 0) + 1
      return sums
    }, {})
    expect(counts).toEqual({
      succeeded: 186,
      'skipped: tillOffline': 1,
      'rolledBack: healthFailed': 2,
      cancelled: 11,
    })
  })

  test('nothing began outside its window, after its latest start, or before its wave', () => {
    const installs = moves.filter((move) => move.to === 'activating')
    expect(installs.length).toBeGreaterThanOrEqual(188)
    for (const { at, storeId, latestStart, armedUntil, releasedAt } of installs) {
      const calendar = calendars.get(storeId)
      expect(calendar && windowsOf(calendar, null, at, at + 1)).toHaveLength(1)
      expect(at).toBeLessThanOrEqual(latestStart ?? 0)
      expect(at).toBeGreaterThanOrEqual(releasedAt)
      // The device itself refuses to install later.
      expect(armedUntil ?? 0).toBeLessThanOrEqual((latestStart ?? 0) + 1000)
    }
  })

  test('no store was below its lanes while it traded, or above its limit at any time', () => {
    for (const [storeId, calendar] of calendars) {
      const own = moves.filter((move) => move.storeId === storeId)
      const isTrading = calendar.opening === 'always' || clockIn(calendar, begun)
      const tills = new Set(own.filter((move) => move.kind === 'till').map((move) => move.deviceId))
      const closed = new Set<string>()
      for (const move of own) {
        if (laneClosedStates.has(move.to as never)) closed.add(move.deviceId)
        else closed.delete(move.deviceId)
        expect(closed.size).toBeLessThanOrEqual(3)
        const open = [...tills].filter((id) => !closed.has(id)).length
        const trading = calendar.opening === 'always' ? 'always' : 'trading'
        if (isTrading)
          expect(open).toBeGreaterThanOrEqual(laneMinimum(tills.size, 'till', defaultPolicy.lanes, trading))
      }
    }
  })

  test('the package crossed the line to every store once', () => {
    expect(fleet.stores.map((store) => store.sftpBytesReceived)).toEqual(fleet.stores.map(() => size))
  })

  test('every store can open: a staffed till sells in each', async () => {
    for (const store of fleet.stores) {
      const staffed = store.devices.filter((device) => device.kind === 'till' && device.isPowered)
      const selling = staffed.filter((device) => device.state.health === 'healthy')
      expect(selling.length, store.code).toBe(staffed.length)
      expect(selling.length, store.code).toBeGreaterThan(0)
    }
  })
})

/** Trading hours of this test lie around its beginning or after it. */
function clockIn(calendar: Calendar, at: number): boolean {
  return (
    windowsOf({ ...calendar, windows: calendar.opening as readonly WeeklySpan[] }, null, at, at + 1).length >
    0
  )
}

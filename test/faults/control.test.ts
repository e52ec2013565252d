/** A person pauses, resumes, stops and retries; limits hold at every instant; the night ends when it should. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningConductor, startConductor } from '../../src/conductor/main.ts'
import { steerRollout } from '../../src/db/rollouts.ts'
import { requestRetry } from '../../src/db/updates.ts'
import { type Fleet, type SimDevice, startFleet } from '../../src/sim/fleet.ts'
import {
  importInventory,
  type Office,
  openFleet,
  openOffice,
  rolloutEnds,
  updateStates,
} from '../support/office.ts'
import { until } from '../support/until.ts'

const by = { actor: 'test', via: 'test' }
/** The device refuses to restart, so it stays armed as long as this lasts. */
const staysArmed = { kind: 'refuseVerb', verb: 'restart', reason: 'receiptOpen' } as const
const facts = (till: SimDevice) => [till.version, till.activations]

describe('pause, resume, stop, retry, the end of the night', () => {
  let office: Office
  let fleet: Fleet
  let packageId: string
  let second: RunningConductor | undefined

  beforeAll(async () => {
    office = await openOffice()
    fleet = await openFleet(office, { stores: 7, tills: 21, speed: { restartMs: 1500 } })
    packageId = (await office.addPackage()).id
    await office.startWorker()
  })
  afterAll(async () => {
    await second?.close()
    await office?.close()
    await fleet?.stop()
  })

  const tillsOf = (code: string) => fleet.store(code).devices
  const steer = async (rollout: string, event: 'pause' | 'resume' | 'stop') =>
    expect(await steerRollout(office.db, rollout, event, { actor: 'test' })).toEqual({ ok: true })
  const states = async (rollout: string) => Object.values(await updateStates(office, rollout))
  const untilStates = (rollout: string, expected: readonly string[]) =>
    until(
      async () => {
        const now = (await states(rollout)).map((text) => text.split(':')[0] ?? '').sort()
        if (now.join() === [...expected].sort().join()) return true
        throw new Error(now.join())
      },
      { within: 60_000, label: `the states are ${expected.join()}` },
    )
  const generations = async (rollout: string) =>
    (
      await office.db.prisma.deviceUpdate.findMany({ where: { rolloutId: rollout }, orderBy: { id: 'asc' } })
    ).map((row) => row.generation)

  test('a pause takes an arming back, claims nothing new, and a resume carries on', async () => {
    for (const till of tillsOf('M1')) await till.setFault(staysArmed)
    // One till's switch stood on before: that is how it must stand afterwards.
    for (const till of tillsOf('M1').slice(0, 1)) till.machine.state.autoUpdate = true
    const rollout = await office.rollOut(packageId, { selection: { stores: ['M1'] } })
    await untilStates(rollout, ['armed', 'ready', 'ready'])
    const armed = tillsOf('M1').find((till) => till.state.armed !== null)
    expect(armed?.state.autoUpdate).toBe(true)
    await steer(rollout, 'pause')
    await untilStates(rollout, ['ready', 'ready', 'ready'])
    expect(tillsOf('M1').map((till) => [till.state.armed, till.state.autoUpdate])).toEqual([
      [null, true],
      [null, false],
      [null, false],
    ])
    const before = await generations(rollout)
    for (const till of tillsOf('M1')) await till.setFault(null)
    // Another rollout goes from its start to its end meanwhile: the conductor looks, and leaves this one alone.
    const other = await office.rollOut(packageId, { selection: { stores: ['M2'] } })
    expect(await rolloutEnds(office, other)).toBe('finished')
    expect(await generations(rollout)).toEqual(before)
    expect(tillsOf('M1').map(facts)).toEqual(Array(3).fill([95_000, 0]))
    await steer(rollout, 'resume')
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await states(rollout)).toEqual(Array(3).fill('succeeded'))
    expect(tillsOf('M1').map(facts)).toEqual(Array(3).fill([96_000, 1]))
    expect(tillsOf('M1').map((till) => till.state.autoUpdate)).toEqual([true, false, false])
  })

  test('a stop disarms what is armed, lets finish what restarts, and cancels the rest', async () => {
    for (const till of tillsOf('M3')) await till.setFault(staysArmed)
    const rollout = await office.rollOut(packageId, { selection: { stores: ['M3', 'M4'] } })
    const restarting = () =>
      until(() => tillsOf('M4').find((till) => till.state.install !== null), {
        within: 60_000,
        label: 'a till of M4 restarts',
      })
    await until(() => tillsOf('M3').some((till) => till.state.armed !== null), {
      within: 60_000,
      label: 'a till of M3 is armed',
    })
    const running = await restarting()
    await steer(rollout, 'stop')
    expect(await rolloutEnds(office, rollout)).toBe('cancelled')
    const result = await updateStates(office, rollout)
    expect(result[running.cashId]).toBe('succeeded')
    expect(tillsOf('M3').map((till) => result[till.cashId]?.split(':')[0])).toEqual(
      Array(3).fill('cancelled'),
    )
    expect(tillsOf('M3').map(facts)).toEqual(Array(3).fill([95_000, 0]))
    for (const till of [...tillsOf('M3'), ...tillsOf('M4')]) {
      expect(till.state).toMatchObject({ armed: null, autoUpdate: false, install: null })
      expect(facts(till)).toEqual(result[till.cashId] === 'succeeded' ? [96_000, 1] : [95_000, 0])
    }
    const [cancelled] = await office.db.prisma.deviceUpdate.findMany({
      where: { rolloutId: rollout, state: 'cancelled' },
    })
    expect(await requestRetry(office.db, cancelled?.id ?? '', by)).toMatchObject({
      ok: false,
      why: 'rolloutCancelled',
    })
  })

  /** The night is over in two seconds: for a conductor that reads so at its start, terms are not read twice. */
  async function nightEndsSoon(rollout: string): Promise<void> {
    await office.conductor.close()
    await office.db.pool.query(
      `UPDATE rollout SET policy = policy || jsonb_build_object('endsAt', $2::text) WHERE id = $1`,
      [rollout, new Date(Date.now() + 2000).toISOString()],
    )
    const { db, queues, log, config } = office
    const limits = { total: config.totalLimit, leaseSeconds: config.leaseSeconds }
    second = startConductor({ db, queues, log, limits })
  }

  test('a night that is over skips what has not begun, and disarms what would come too late', async () => {
    const past = new Date(Date.now() - 1000).toISOString()
    const late = await office.rollOut(packageId, { selection: { stores: ['M5'] }, policy: { endsAt: past } })
    expect(await rolloutEnds(office, late)).toBe('finished')
    expect(await states(late)).toEqual(Array(3).fill('skipped: nightOver'))
    expect(tillsOf('M5').map((till) => till.state.generation)).toEqual([0, 0, 0])

    for (const till of tillsOf('M5')) await till.setFault(staysArmed)
    const endsAt = new Date(Date.now() + 3_600_000).toISOString()
    const rollout = await office.rollOut(packageId, { selection: { stores: ['M5'] }, policy: { endsAt } })
    await until(async () => (await states(rollout)).includes('armed: receiptOpen'), {
      within: 60_000,
      label: 'one is armed and has refused its restart',
    })
    await nightEndsSoon(rollout)
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect((await states(rollout)).map((text) => text.split(':')[0])).toEqual(Array(3).fill('skipped'))
    // The one that was armed keeps why it could not restart; the others waited for the end of the night.
    expect((await states(rollout)).sort()).toEqual([
      'skipped: nightOver',
      'skipped: nightOver',
      'skipped: receiptOpen',
    ])
    for (const till of tillsOf('M5')) {
      expect(till.state).toMatchObject({ armed: null, autoUpdate: false, install: null })
      expect(facts(till)).toEqual([95_000, 0])
    }
  })

  test('a retry after the end opens the rollout again, and carries the device to the new version', async () => {
    const [full, sick, well] = tillsOf('M6') as [SimDevice, SimDevice, SimDevice]
    await full.setFault({ kind: 'diskFull' })
    await sick.setFault({ kind: 'healthFails', times: 1 })
    const rollout = await office.rollOut(packageId, { selection: { stores: ['M6'] } })
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await updateStates(office, rollout)).toEqual({
      [full.cashId]: 'failed: diskFull',
      [sick.cashId]: 'rolledBack: healthFailed',
      [well.cashId]: 'succeeded',
    })
    await full.setFault(null)
    const rows = await office.db.prisma.deviceUpdate.findMany({
      where: { rolloutId: rollout },
      include: { device: true },
    })
    const retry = (till: SimDevice) =>
      requestRetry(office.db, rows.find((row) => row.device.cashId === till.cashId)?.id ?? '', by)
    expect(await retry(well)).toMatchObject({ ok: false, why: 'notRetryable' })
    expect(await retry(sick)).toMatchObject({ ok: true, state: 'inDoubt' })
    expect(await retry(full)).toMatchObject({ ok: true, state: 'waiting' })
    const codes = async () =>
      (await office.db.prisma.event.findMany({ where: { rolloutId: rollout } })).map((event) => event.code)
    expect(await codes()).toContain('rolloutReopened')
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await states(rollout)).toEqual(Array(3).fill('succeeded'))
    expect([full, sick, well].map(facts)).toEqual([
      [96_000, 1],
      [96_000, 2],
      [96_000, 1],
    ])
    expect((await codes()).filter((code) => code === 'rolloutFinished')).toHaveLength(2)
  })
})

describe('limits', () => {
  const MAX_INSTALLS = 2
  const MAX_DOWNLOADS = 3
  const TOTAL = 4
  /** How many attempts of a rollout were under way at once, in all, and downloads and installations of each store. */
  const AT_ONCE = `
    WITH run AS (
      SELECT r.step, r.claimed_at AS begun, r.ended_at AS ended, s.code FROM step_run r
      JOIN device_update u ON u.id = r.update_id JOIN store s ON s.id = u.store_id WHERE u.rollout_id = $1
      UNION ALL SELECT r.step, r.claimed_at, r.ended_at, s.code FROM step_run r
      JOIN store_package p ON p.id = r.store_package_id JOIN store s ON s.id = p.store_id
      JOIN rollout o ON o.package_id = p.package_id WHERE o.id = $1
    ), span AS (
      SELECT 'leases' AS what, begun, ended FROM run
      UNION ALL SELECT code || ' downloads', begun, ended FROM run WHERE step = 'download'
      UNION ALL SELECT s.code || ' installs', u.install_at, u.finished_at FROM device_update u JOIN store s ON s.id = u.store_id
      WHERE u.rollout_id = $1
    )
    SELECT what, max((SELECT count(*) FROM span b WHERE b.what = a.what AND b.begun <= a.begun AND b.ended > a.begun))::int AS most
    FROM span a GROUP BY what`
  let office: Office
  let fleet: Fleet

  beforeAll(async () => {
    office = await openOffice()
    fleet = await startFleet({
      dir: path.join(office.dir, 'fleet'),
      stores: 3,
      tills: 24,
      version: 95_000,
      clientKey: office.publicKey,
      speed: { downloadBytesPerSecond: 400_000, restartMs: 300 },
    })
    const stores = fleet.inventory.stores.map((store) => ({
      ...store,
      maxInstalls: MAX_INSTALLS,
      maxDownloads: MAX_DOWNLOADS,
    }))
    await importInventory(office, { stores })
    await office.startWorker()
  })
  afterAll(async () => {
    await office?.close()
    await fleet?.stop()
  })

  /**
   * The most of everything at one instant, until the rollout has ended: of tills as they were seen every few ms, of rows by
   * their own times, since a look at the database may come late.
   */
  async function watch(rollout: string, codes: readonly string[]) {
    const most: Record<string, number> = {}
    const saw = (what: string, count: number) => {
      most[what] = Math.max(most[what] ?? 0, count)
    }
    const sample = () => {
      for (const code of codes) {
        const { devices } = fleet.store(code)
        saw(`${code} transfers`, devices.filter((till) => till.state.transfer?.state === 'running').length)
        saw(`${code} closed`, devices.filter((till) => till.state.install ?? till.state.armed).length)
      }
    }
    const timer = setInterval(sample, 2)
    try {
      // Few at a time take long on a slow machine.
      expect(await rolloutEnds(office, rollout, 240_000)).toBe('finished')
    } finally {
      clearInterval(timer)
    }
    const { rows } = await office.db.pool.query<{ what: string; most: number }>(AT_ONCE, [rollout])
    for (const { what, most: count } of rows) saw(what, count)
    return most
  }

  test('a store never carries more downloads and closed lanes than it may, and as many as it may', async () => {
    const { id } = await office.addPackage({ size: 200_000 })
    const rollout = await office.rollOut(id, { selection: { stores: ['M1', 'M2'] } })
    const most = await watch(rollout, ['M1', 'M2'])
    expect(new Set(Object.values(await updateStates(office, rollout)))).toEqual(new Set(['succeeded']))
    for (const code of ['M1', 'M2']) {
      expect(most).toMatchObject({
        [`${code} downloads`]: MAX_DOWNLOADS,
        [`${code} transfers`]: MAX_DOWNLOADS,
        [`${code} installs`]: MAX_INSTALLS,
        [`${code} closed`]: MAX_INSTALLS,
      })
    }
    expect(most.leases).toBeGreaterThan(TOTAL)
  })

  test('the limit of all steps together holds', async () => {
    await office.conductor.close()
    const conductor = startConductor({
      db: office.db,
      queues: office.queues,
      log: office.log,
      limits: { total: TOTAL, leaseSeconds: office.config.leaseSeconds },
    })
    try {
      const { id } = await office.addPackage({ size: 200_000, version: 96_001 })
      const rollout = await office.rollOut(id, { selection: {} })
      const most = await watch(rollout, ['M1', 'M2', 'M3'])
      expect(new Set(Object.values(await updateStates(office, rollout)))).toEqual(new Set(['succeeded']))
      expect(most.leases).toBe(TOTAL)
    } finally {
      await conductor.close()
    }
  })
})

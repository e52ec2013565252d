/** Redis is emptied, or dies and comes back empty, in the middle of a night: the rows are the truth, so nobody notices. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeWorker, reportWorker } from '../../src/db/leases.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { failedJobs, theStorePackage, untilSome } from '../support/faults.ts'
import { describeWith } from '../support/needs.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

describeWith(['redis-server'], 'a Redis that loses everything', () => {
  let redis: TestRedis
  let office: Office
  let fleet: Fleet
  let target: { id: string; size: number }

  beforeAll(async () => {
    redis = await startRedis()
    office = await openOffice({ redisUrl: redis.url, settings: { NIGHTSHIFT_LOG: 'silent' } })
    fleet = await openFleet(office, {
      stores: 4,
      tills: 12,
      speed: { downloadBytesPerSecond: 400_000, restartMs: 600 },
    })
    target = await office.addPackage({ size: 600_000 })
  })
  afterAll(async () => {
    await office?.close()
    await fleet?.stop()
    await redis?.stop()
  })

  /** As if nothing had happened: every till was installed once, and each store got the package once. */
  async function expectGoodNight(rollout: string, codes: readonly string[]): Promise<void> {
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(new Set(Object.values(await updateStates(office, rollout)))).toEqual(new Set(['succeeded']))
    for (const code of codes) {
      const store = fleet.store(code)
      expect(store.sftpBytesReceived).toBe(target.size)
      expect(Number((await theStorePackage(office, code, target.id)).wanBytes)).toBe(target.size)
      expect(store.httpBytesServed).toBe(target.size * store.devices.length)
      for (const till of store.devices) {
        expect([till.version, till.activations]).toEqual([96_000, 1])
        expect(till.log.filter((line) => line.startsWith('activated'))).toHaveLength(1)
      }
    }
    expect(await failedJobs(office)).toEqual([])
  }

  let hasWorker = false
  const needWorker = async () => {
    if (!hasWorker) await office.startWorker()
    hasWorker = true
  }

  const unbegun = (step: string) =>
    until(async () => office.db.prisma.stepRun.count({ where: { step, startedAt: null, endedAt: null } }), {
      within: 60_000,
      label: `a claim of ${step} waits in the queue`,
      every: 10,
    })

  test('emptied while distributing, downloading and restarting', async () => {
    // Capacity without anybody behind it: the jobs are in Redis, and lost there before a worker has seen them.
    await reportWorker(office.db, 'nobody', 64)
    const rollout = await office.rollOut(target.id, { selection: { stores: ['M1', 'M2'] } })
    await unbegun('distribute')
    await until(async () => (await office.queues.queue('distribute').getWaitingCount()) === 2, {
      within: 60_000,
      label: 'the jobs are queued',
    })
    await redis.flush()
    await removeWorker(office.db, 'nobody')
    await needWorker()
    for (const state of ['downloading', 'restarting'] as const) {
      await untilSome(office, rollout, state)
      await redis.flush()
    }
    await expectGoodNight(rollout, ['M1', 'M2'])
  }, 480_000)

  test('killed while downloading, and started again on its port when the next jobs could not be queued', async () => {
    await needWorker()
    const rollout = await office.rollOut(target.id, { selection: { stores: ['M3', 'M4'] } })
    await until(
      () => office.db.prisma.deviceUpdate.count({ where: { rolloutId: rollout, doneBytes: { gt: 0 } } }),
      { within: 60_000, label: 'a download is under way', every: 10 },
    )
    await redis.kill()
    await unbegun('verify')
    redis = await redis.startAgain()
    await untilSome(office, rollout, 'restarting')
    await redis.kill()
    redis = await redis.startAgain()
    await expectGoodNight(rollout, ['M3', 'M4'])
  }, 480_000)
})

/** A package that is not good stops its rollouts, whoever else has them locked. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { distrustPackage } from '../../src/db/distrust.ts'
import { type Bench, openBench } from '../device/bench.ts'
import { until } from '../support/until.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('claims that hold two of them in the other order wait for nobody, and nobody is undone', async () => {
  for (const cashId of ['50001002', '50001003']) await bench.addRow(cashId, { state: 'ready' })
  const [first, second] = await bench.db.prisma.rollout.findMany({ orderBy: { id: 'asc' } })
  const row = await bench.db.prisma.package.findFirstOrThrow()
  const share = (id = '') => bench.leader.query('SELECT 1 FROM rollout WHERE id = $1 FOR SHARE', [id])
  await bench.leader.query('BEGIN')
  await share(second?.id)
  const paused = distrustPackage(bench.db, row, 'signatureInvalid', { actor: 'w', always: false })
  await until(
    async () =>
      ((
        await bench.db.pool.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      ).rowCount ?? 0) > 0,
    { within: 60_000, label: 'it waits for the second' },
  )
  await share(first?.id)
  await bench.leader.query('COMMIT')
  expect(await paused).toBe(2)
  const states = await bench.db.prisma.rollout.findMany({ select: { state: true, reason: true } })
  expect(states).toEqual([1, 2].map(() => ({ state: 'paused', reason: 'signatureInvalid' })))
  const told = await bench.db.prisma.event.findMany({ where: { code: 'packageDistrusted' } })
  expect(told.map((one) => one.params)).toMatchObject([{ rollouts: 2 }])
})

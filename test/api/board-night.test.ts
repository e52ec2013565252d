/** The queue board's retry on a whole night: a request that carries the till on to the end, or a refusal with its reason. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type RunningApi, startApi } from '../../src/api/server.ts'
import { createToken } from '../../src/db/tokens.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { describeWith } from '../support/needs.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const list = z.object({
  queues: z.array(
    z.object({
      name: z.string(),
      jobs: z.array(z.object({ id: z.string(), failedReason: z.string().optional() })),
    }),
  ),
})

function boardNight(startBackend: () => Promise<{ redisUrl?: string; stop(): Promise<void> }>): void {
  let office: Office
  let fleet: Fleet
  let api: RunningApi
  let token: string
  let backend: { redisUrl?: string; stop(): Promise<void> }

  beforeAll(async () => {
    backend = await startBackend()
    office = await openOffice(backend.redisUrl === undefined ? {} : { redisUrl: backend.redisUrl })
    fleet = await openFleet(office, { stores: 2, tills: 4 })
    api = await startApi({ db: office.db, queues: office.queues, config: office.config, log: office.log })
    token = await createToken(office.db, 'Anna')
    await office.startWorker()
  })
  afterAll(async () => {
    await api?.close()
    await fleet?.stop()
    await office?.close()
    await backend?.stop()
  })

  const board = (method: string, path: string) =>
    fetch(`${api.url}/queues/api${path}`, { method, headers: { authorization: `Bearer ${token}` } })

  async function failedJobs(queue: string) {
    const answer = await board('GET', `/queues?activeQueue=${queue}&status=failed&page=1&jobsPerPage=20`)
    return list.parse(await answer.json()).queues.find((one) => one.name === queue)?.jobs ?? []
  }

  const codes = async (updateId?: string) =>
    (await office.db.prisma.event.findMany({ where: updateId === undefined ? {} : { updateId } })).map(
      (one) => [one.code, one.actor],
    )

  test('carries a till that failed its first health check to succeeded', async () => {
    const [failing] = fleet.store('M1').devices
    if (failing === undefined) throw new Error('no till')
    await failing.setFault({ kind: 'healthFails', times: 1 })
    const { id } = await office.addPackage()
    const rollout = await office.rollOut(id, { selection: { stores: ['M1'] } })
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect((await updateStates(office, rollout))[failing.cashId]).toBe('rolledBack: healthFailed')
    expect(failing.version).toBe(95_000)

    const jobs = await until(
      async () => ((await failedJobs('rollback')).length > 0 ? failedJobs('rollback') : undefined),
      {
        within: 30_000,
        label: 'the board lists the till that needs somebody',
      },
    )
    expect(jobs.map((job) => job.failedReason)).toEqual([`${failing.cashId}: healthFailed`])
    const retry = await board('PUT', `/queues/rollback/${jobs[0]?.id}/retry`)
    expect([retry.status, await retry.text()]).toEqual([expect.any(Number), expect.any(String)])
    expect(retry.ok).toBe(true)

    await until(async () => (await updateStates(office, rollout))[failing.cashId] === 'succeeded', {
      within: 60_000,
      label: 'it ends updated',
    })
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect([failing.version, failing.log.filter((line) => line.startsWith('activated')).length]).toEqual([
      96_000, 2,
    ])
    expect(await failedJobs('rollback')).toEqual([])
    const row = await office.db.prisma.deviceUpdate.findFirstOrThrow({
      where: { rolloutId: rollout, device: { cashId: failing.cashId } },
    })
    expect(await codes(row.id)).toContainEqual(['boardAction', 'Anna'])
    expect(await codes(row.id)).toContainEqual(['retryRequested', 'Anna'])
  })

  test('is refused with the reason when the rollout was stopped', async () => {
    const [failing, slow] = fleet.store('M2').devices
    if (failing === undefined || slow === undefined) throw new Error('no tills')
    await failing.setFault({ kind: 'wrongCashId', cashId: 'somebody else' })
    await slow.setActivity('receipt')
    const { id } = await office.addPackage({ version: 97_000 })
    const rollout = await office.rollOut(id, { selection: { stores: ['M2'] } })
    await until(async () => (await updateStates(office, rollout))[failing.cashId] === 'failed: wrongDevice', {
      within: 40_000,
      label: 'the wrong device stops',
    })
    await fetch(`${api.url}/api/v1/rollouts/${rollout}/stop`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await rolloutEnds(office, rollout)).toBe('cancelled')

    const [job] = await until(
      async () => ((await failedJobs('download')).length > 0 ? failedJobs('download') : undefined),
      {
        within: 30_000,
        label: 'the board lists it',
      },
    )
    const retry = await board('PUT', `/queues/download/${job?.id}/retry`)
    expect(retry.status).toBe(409)
    expect(await retry.text()).toContain('rolloutCancelled')
    expect(await failedJobs('download')).toHaveLength(1)
    expect((await updateStates(office, rollout))[failing.cashId]).toBe('failed: wrongDevice')
    expect(await codes()).toContainEqual(['retryRefused', 'Anna'])
    expect([failing.version, failing.activations]).toEqual([95_000, 0])
  })
}

describeWith([], 'a retry from the board, queues in PostgreSQL', () =>
  boardNight(async () => ({ stop: async () => {} })),
)
describeWith(['redis-server'], 'a retry from the board, queues in Redis', () =>
  boardNight(async () => {
    const redis = await startRedis()
    return { redisUrl: redis.url, stop: () => redis.stop() }
  }),
)

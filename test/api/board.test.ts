/** The queue board, on both backends: it shows everything, retries what may be retried, and does nothing else. */
import { appRoutes } from '@bull-board/api/dist/routes.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { moveRollout, moveUpdate } from '../../src/db/transition.ts'
import { jobId } from '../../src/jobs/job.ts'
import { describeWith } from '../support/needs.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { type HeadOffice, openHeadOffice, uploadPackage } from './head-office.ts'
import {
  type Claim,
  claimDownload,
  endUpdate,
  failJobs,
  failStorePackage,
  importTills,
  startRolloutTo,
} from './rows.ts'

const QUEUES = [
  ...['distribute', 'download', 'verify', 'activate', 'restart', 'disarm', 'rollback', 'observe'],
  ...['remove', 'command', 'enrol'],
]
const API = '//queues/api/queues'

let stores = 0

/** A running rollout of four tills: all failed, all in the failed list. */
async function openNight(office: HeadOffice) {
  stores += 1
  const code = `s${stores}`
  const cashIds = [1, 2, 3, 4].map((number) => `${code}-${number}`)
  await importTills(office, code, cashIds)
  const rollout = await startRolloutTo(office, code)
  const claims: Claim[] = []
  for (const cashId of cashIds) {
    const claim = await claimDownload(office, rollout.updates[cashId] as string)
    await endUpdate(office, claim, 'fail', 'hostKeyChanged')
    claims.push(claim)
  }
  await failJobs(office, 'download', claims)
  return { ...rollout, cashIds, claims: claims as [Claim, Claim, Claim, Claim] }
}

async function journal(office: HeadOffice, code: string) {
  const { rows } = await office.db.pool.query<{
    actor: string
    update_id: string | null
    params: Record<string, unknown>
  }>('SELECT actor, update_id, params FROM event WHERE code = $1 ORDER BY id', [code])
  return rows
}

function boardSuite(open: () => Promise<HeadOffice>): void {
  let office: HeadOffice
  beforeAll(async () => {
    office = await open()
  })
  afterAll(() => office.close())

  const stateOf = async (claim: Claim) =>
    (await office.queues.queue('download').getJob(jobId('download', claim)))?.getState()
  const retry = (claim: Claim) => office.ask('PUT', `${API}/download/${jobId('download', claim)}/retry`)
  const emptyQueue = async () => {
    await office.queues.queue('download').obliterate({ force: true })
  }

  test('the page and all that it loads, in the same house', async () => {
    const page = await office.ask('GET', '//queues')
    expect(page.status).toBe(200)
    expect(page.text).toContain('<title>Nightshift</title>')
    const policy = page.headers.get('content-security-policy') ?? ''
    // Neither of the two that bull-board asks of elsewhere: its style sheet of fonts, and the fonts.
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("style-src 'self' 'unsafe-inline';")
    const files = [...page.text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map((found) => found[1] ?? '')
    expect(files.length).toBeGreaterThan(4)
    for (const file of files) {
      const reply = await office.ask('GET', `//queues/${file}`)
      expect([file, reply.status]).toEqual([file, 200])
      expect(reply.headers.get('content-type')).not.toContain('html')
    }
    // No script of the page is written into it, so the policy lets all of them run.
    expect([...page.text.matchAll(/<script(?![^>]*\bsrc=)(?![^>]*application\/json)/g)]).toEqual([])
    expect((await office.ask('GET', '//queues/queue/download')).status).toBe(200)
  })

  test('every queue, and the failed list', async () => {
    const { claims } = await openNight(office)
    const reply = await office.ask('GET', `${API}?activeQueue=download&status=failed&page=1&jobsPerPage=10`)
    expect(reply.status).toBe(200)
    const queues = reply.json.queues as { name: string; counts: { failed: number }; jobs: { id: string }[] }[]
    expect(queues.map((queue) => queue.name)).toEqual(QUEUES)
    const download = queues.find((queue) => queue.name === 'download')
    expect(download?.counts.failed).toBe(4)
    expect(new Set(download?.jobs.map((job) => job.id))).toEqual(
      new Set(claims.map((claim) => jobId('download', claim))),
    )
    const one = await office.ask('GET', `${API}/download/${jobId('download', claims[0])}`)
    expect(one.json).toMatchObject({ job: { data: { id: claims[0].id, generation: 1 } }, status: 'failed' })
    await emptyQueue()
  })

  test('nothing adds, edits, promotes, pauses, cleans or empties', async () => {
    const { claims } = await openNight(office)
    const job = jobId('download', claims[0])
    const isRetry = (route: string) => route.includes('/retry')
    const changing = appRoutes.api.flatMap(({ method, route }) => {
      const methods = [method].flat().filter((one) => one !== 'get')
      const paths = [route].flat().filter((one) => !isRetry(one))
      return methods.flatMap((one) => paths.map((path) => ({ method: one.toUpperCase(), path })))
    })
    expect(changing.length).toBeGreaterThan(15)
    const before = (await journal(office, 'boardActionRefused')).length
    for (const { method, path } of changing) {
      const where = path
        .replace(':queueName', 'download')
        .replace(':jobId', job)
        .replace(':queueStatus', 'failed')
        .replace(':schedulerId', 'x')
      const json = {
        name: 'x',
        data: {},
        options: {},
        jobData: {},
        force: true,
        concurrency: 1,
        priority: 1,
        delay: 1,
      }
      const reply = await office.ask(method, `//queues${where}`, { json })
      expect([method, path, reply.status]).toEqual([method, path, 403])
    }
    const told = (await journal(office, 'boardActionRefused')).slice(before)
    expect(told.map((event) => event.params.action)).toEqual(
      changing.map(({ method, path }) => `${method.toLowerCase()} ${path}`),
    )
    expect(told.every((event) => event.actor === 'night operator')).toBe(true)
    const queue = office.queues.queue('download')
    expect(await queue.isPaused()).toBe(false)
    expect(await queue.getJobCounts('failed', 'wait', 'delayed', 'active')).toEqual({
      failed: 4,
      wait: 0,
      delayed: 0,
      active: 0,
    })
    expect((await queue.getJob(job))?.data).toEqual({ id: claims[0].id, generation: claims[0].generation })
    await emptyQueue()
  })

  test('a retry that its row allows goes back into the queue, and the journal says who asked', async () => {
    const { claims } = await openNight(office)
    const reply = await retry(claims[0])
    expect(reply.status).toBe(204)
    expect(await stateOf(claims[0])).toBe('waiting')
    expect((await journal(office, 'boardAction')).at(-1)).toMatchObject({
      actor: 'night operator',
      update_id: claims[0].id,
      params: { action: 'retry', queue: 'download', job: jobId('download', claims[0]) },
    })
    expect((await retry({ ...claims[0], generation: 99 })).status).toBe(404)
    await emptyQueue()
  })

  test('a retry that its row refuses stays where it is, with the reason', async () => {
    const { claims, cashIds, id, updates } = await openNight(office)
    const expectRefused = async (claim: Claim, why: string) => {
      const reply = await retry(claim)
      expect([reply.status, reply.json.message]).toEqual([409, `retry refused: ${why}`])
      expect(await stateOf(claim)).toBe('failed')
      expect((await journal(office, 'retryRefused')).at(-1)).toMatchObject({
        actor: 'night operator',
        update_id: claim.id,
        params: { why, via: 'board' },
      })
    }
    // Another claim has come since.
    await office.ask('POST', `/updates/${claims[0].id}/retry`)
    const newer = await claimDownload(office, claims[0].id)
    expect(newer.generation).toBeGreaterThan(claims[0].generation)
    await endUpdate(office, newer, 'fail', 'hostKeyChanged')
    await failJobs(office, 'download', [claims[0]])
    await expectRefused(claims[0], 'superseded')
    // It has succeeded after all.
    await moveUpdate(office.db.pool, claims[1].id, 'retryLook', { actor: 'test' })
    await moveUpdate(office.db.pool, claims[1].id, 'seenNew', { actor: 'test' })
    await expectRefused(claims[1], 'notRetryable')
    // Another rollout has the till now.
    const packageId = await uploadPackage(office)
    const json = { name: 'other', packageId, cashIds: [cashIds[2]] }
    const other = await office.ask('POST', '/rollouts', { json })
    await office.ask('POST', `/rollouts/${other.json.id}/start`)
    await expectRefused(claims[2], 'ownedByRollout')
    // The rollout was stopped.
    await office.ask('POST', `/rollouts/${id}/stop`)
    await expectRefused(claims[3], 'rolloutCancelled')
    await moveRollout(office.db.pool, id, 'stopped', { actor: 'test' })
    await expectRefused(claims[3], 'rolloutCancelled')
    expect(Object.keys(updates)).toHaveLength(4)
    await emptyQueue()
  })

  test('retry all: those that their rows allow, the others stay', async () => {
    const night = await openNight(office)
    const stopped = await openNight(office)
    await office.ask('POST', `/rollouts/${stopped.id}/stop`)
    const reply = await office.ask('PUT', `${API}/download/retry/failed`)
    expect([reply.status, reply.json]).toEqual([200, { retried: 4, skipped: 4 }])
    for (const claim of night.claims) expect(await stateOf(claim)).toBe('waiting')
    for (const claim of stopped.claims) expect(await stateOf(claim)).toBe('failed')
    expect((await office.ask('PUT', `${API}/download/retry/completed`)).status).toBe(403)
    expect((await office.ask('PUT', `${API}/nothing/retry/failed`)).status).toBe(403)
    await emptyQueue()
  })

  test('the upload to a store: retried while somebody wants it, and those it left behind go on', async () => {
    stores += 1
    const code = `s${stores}`
    await importTills(office, code, [`${code}-1`, `${code}-2`])
    const rollout = await startRolloutTo(office, code)
    const claim = await failStorePackage(office, rollout.storePackageId, 'hostKeyChanged')
    await failJobs(office, 'distribute', [claim])
    const left = rollout.updates[`${code}-1`] as string
    const skip = { actor: 'conductor', reason: 'hostKeyChanged' } as const
    await moveUpdate(office.db.pool, left, 'skip', skip)
    const job = jobId('distribute', claim)
    const ask = () => office.ask('PUT', `${API}/distribute/${job}/retry`)
    expect((await ask()).status).toBe(204)
    expect(await (await office.queues.queue('distribute').getJob(job))?.getState()).toBe('waiting')
    expect((await office.ask('GET', `/updates/${left}`)).json).toMatchObject({
      state: 'waiting',
      reason: null,
    })

    await office.queues.queue('distribute').obliterate({ force: true })
    await failJobs(office, 'distribute', [claim])
    await office.ask('POST', `/rollouts/${rollout.id}/stop`)
    const refused = await ask()
    expect([refused.status, refused.json.message]).toEqual([409, 'retry refused: notRetryable'])
    await office.queues.queue('distribute').obliterate({ force: true })
  })
}

describe('the board on PostgreSQL', () => boardSuite(() => openHeadOffice()))

describeWith(['redis-server'], 'the board on Redis', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())
  boardSuite(() => openHeadOffice({ redisUrl: redis.url }))

  test('health tells that Redis is gone', async () => {
    const lost = await startRedis()
    const office = await openHeadOffice({ redisUrl: lost.url })
    expect((await office.ask('GET', '/health')).status).toBe(200)
    await lost.stop()
    const reply = await office.ask('GET', '/health')
    expect([reply.status, reply.json.queues]).toEqual([503, { kind: 'redis', up: false }])
    await office.close()
  })
})

/** Rollouts and device updates by the API: what may be done when, and what came of it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveStatus } from '../../src/db/status.ts'
import { jobId } from '../../src/jobs/job.ts'
import { passedHorizon } from '../support/horizon.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { claimDownload, endUpdate, failJobs, importTills, startRolloutTo } from './rows.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const stateOf = async (id: string) => (await office.ask('GET', `/rollouts/${id}`)).json.state

test('a plan says whom it reaches, and whom it leaves out and why', async () => {
  const devices = [till('101'), till('102', { blocked: true }), till('103', { host: null }), till('104')]
  await office.ask('POST', '/fleet', { json: { stores: [store('1', devices)] } })
  const device = await office.db.prisma.device.findUniqueOrThrow({ where: { cashId: '104' } })
  await saveStatus(office.db, device.id, {
    source: 'device',
    version: 99_000_000,
    status: { activity: 'idle' },
  })
  const packageId = await uploadPackage(office)
  const policy = { maxAttempts: 3, endsAt: '2099-11-23T06:00:00+03:00', gate: { minimumSample: 5 } }
  const json = { name: 'Ночь "A"', packageId, stores: ['1'], policy }
  const made = await office.ask('POST', '/rollouts', { json })
  expect(made.status).toBe(201)
  expect(made.headers.get('location')).toBe(`/api/v1/rollouts/${made.json.id}`)
  expect(made.json).toMatchObject({
    name: 'Ночь "A"',
    state: 'draft',
    allowed: ['submit', 'approve', 'start', 'stop', 'revise'],
    planHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    policy: {
      ...{ maxAttempts: 3, backoffScale: 1, armSeconds: 1800, restartSeconds: 600, endsAt: policy.endsAt },
      gate: { minimumSample: 5, successPercent: 95 },
    },
    cut: { template: 'single' },
    wavesBy: 'default',
    plan: {
      targets: 1,
      stores: 1,
      waves: [{ number: 1, name: 'all', devices: 1, stores: 1, gate: { minimumSample: 1 } }],
      leftOut: 3,
      leftOutByReason: { tillBlocked: 1, noAddress: 1, versionLower: 1 },
    },
    leftOut: [
      { reason: 'tillBlocked', count: 1, devices: [{ cashId: '102', store: '1' }] },
      { reason: 'noAddress', count: 1, devices: [{ cashId: '103', store: '1' }] },
      { reason: 'versionLower', count: 1, devices: [{ cashId: '104', store: '1' }] },
    ],
    createdBy: 'night operator',
  })
  expect(made.json.fullPlan).toBeUndefined()
  const again = await office.ask('POST', '/rollouts', { json })
  expect(again.json.planHash).toBe(made.json.planHash)
  const shown = await office.ask('GET', '/devices/104')
  expect(shown.json.status).toMatchObject({
    source: 'device',
    reason: null,
    version: '99000000',
    display: '99000',
    ageSeconds: expect.any(Number),
  })
  expect(shown.json.said).toEqual({ activity: 'idle' })
  const list = await office.ask('GET', '/devices?store=1&limit=2')
  expect(list.json).toMatchObject({ items: [{ cashId: '101', store: '1' }, { cashId: '102' }], more: true })
})

test('what does not exist is listed, all of it', async () => {
  const packageId = await uploadPackage(office)
  const json = { name: 'x', packageId, stores: ['1', 'nowhere'], cashIds: ['101', '9', '8'] }
  const reply = await office.ask('POST', '/rollouts', { json })
  expect([reply.status, reply.json.code]).toEqual([422, 'storeUnknown'])
  expect(reply.json.errors).toEqual([
    { code: 'storeUnknown', path: 'stores.1', value: 'nowhere' },
    { code: 'deviceUnknown', path: 'cashIds.1', value: '9' },
    { code: 'deviceUnknown', path: 'cashIds.2', value: '8' },
  ])
  const other = await office.ask('POST', '/rollouts', {
    json: { name: 'x', packageId: '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11' },
  })
  expect([other.status, other.json.code]).toEqual([422, 'packageUnknown'])
  const odd = await office.ask('POST', '/rollouts', {
    json: { name: 'x', packageId, policy: { maxAttempts: 0, endsAt: 'tomorrow', force: true } },
  })
  expect(odd.json.errors.map((one: { path: string }) => one.path)).toEqual([
    'policy.maxAttempts',
    'policy.endsAt',
    'policy.force',
  ])
})

test('start, pause, resume, stop: each answers what came of it, and refuses what is not allowed now', async () => {
  await importTills(office, '2', ['201', '202'])
  const { id } = await startRolloutTo(office, '2')
  const whileRunning = ['pause', 'stop', 'release', 'skip', 'retry', 'revise', 'rollback']
  const whilePaused = ['resume', 'stop', 'skip', 'retry', 'revise', 'rollback']
  const expectRefused = async (verb: string, state: string, allowed: string[]) => {
    const reply = await office.ask('POST', `/rollouts/${id}/${verb}`)
    expect(reply.json).toMatchObject({ status: 409, code: 'notAllowed', state, allowed })
  }
  await expectRefused('start', 'running', whileRunning)
  await expectRefused('resume', 'running', whileRunning)
  const paused = await office.ask('POST', `/rollouts/${id}/pause`, { json: {} })
  expect(paused.json).toEqual({
    id,
    state: 'paused',
    allowed: whilePaused,
    counts: { total: 2, byState: { waiting: 2 }, byBucket: { waiting: 2 }, byReason: {} },
  })
  await expectRefused('pause', 'paused', whilePaused)
  const update = (await office.ask('GET', `/rollouts/${id}/updates?state=waiting&limit=1`)).json
  expect(update.more).toBe(true)
  expect((await office.ask('GET', `/updates/${update.items[0].id}`)).json.waitsFor).toBe('paused')
  expect((await office.ask('POST', `/rollouts/${id}/resume`)).json.state).toBe('running')
  const stopped = await office.ask('POST', `/rollouts/${id}/stop`, { json: { reason: 'a shop complains' } })
  expect(stopped.json.state).toBe('stopping')
  // What led there is told by where it led: a draft's stop ends it, this one only begins to.
  await passedHorizon(office.db.pool)
  const { items } = (await office.ask('GET', `/events?rolloutId=${id}&filter=code:rolloutStopping`)).json
  expect(items[0].text.en).toContain('a shop complains')
  for (const verb of ['start', 'pause', 'resume', 'stop', 'retry']) await expectRefused(verb, 'stopping', [])
})

test('the whole of one update: attempts, what it waits for, events, bytes', async () => {
  await importTills(office, '3', ['301', '302'])
  const { id, updates, storePackageId } = await startRolloutTo(office, '3')
  const first = updates['301'] as string
  expect((await office.ask('GET', `/updates/${first}`)).json).toMatchObject({
    waitsFor: 'storePackage',
    due: null,
  })
  const claim = await claimDownload(office, first)
  await office.db.pool.query('UPDATE store_package SET wan_bytes = 5000000000 WHERE id = $1', [
    storePackageId,
  ])
  await endUpdate(office, claim, 'fail', 'hostKeyChanged')
  const shown = (await office.ask('GET', `/updates/${first}`)).json
  expect(shown).toMatchObject({
    state: 'failed',
    reason: 'hostKeyChanged',
    waitsFor: 'terminal',
    device: { cashId: '301' },
    store: { code: '3', timeZone: 'Europe/Moscow' },
    attempts: [
      {
        step: 'download',
        attempt: 1,
        generation: claim.generation,
        outcome: 'fail',
        reason: 'hostKeyChanged',
      },
    ],
  })
  // An event is shown when every transaction that began before it has ended.
  await passedHorizon(office.db.pool)
  const { events } = (await office.ask('GET', `/updates/${first}`)).json
  expect(events.map((event: { code: string }) => event.code)).toContain('updateMoved')
  const rollout = (await office.ask('GET', `/rollouts/${id}`)).json
  expect(rollout).toMatchObject({
    counts: { total: 2, byState: { failed: 1, waiting: 1 }, byReason: { hostKeyChanged: 1 } },
    plan: { targets: 2, waves: [{ number: 1, devices: 2 }], leftOut: 0 },
    waves: [{ number: 1, devices: 2, passedAt: null, releasedBy: 'night operator', counts: { total: 2 } }],
    wanBytes: 5_000_000_000,
    storePackages: [{ store: '3', state: 'absent', wanBytes: 5_000_000_000 }],
  })
})

test('retry of one: it goes on, its failed job is forgotten; a second one has nothing to retry', async () => {
  await importTills(office, '4', ['401'])
  const { updates } = await startRolloutTo(office, '4')
  const id = updates['401'] as string
  const claim = await claimDownload(office, id)
  await endUpdate(office, claim, 'fail', 'hostKeyChanged')
  await failJobs(office, 'download', [claim])
  const reply = await office.ask('POST', `/updates/${id}/retry`)
  expect([reply.status, reply.json]).toEqual([200, { id, state: 'waiting', generation: claim.generation }])
  expect(await office.queues.queue('download').getJob(jobId('download', claim))).toBeUndefined()
  const again = await office.ask('POST', `/updates/${id}/retry`)
  expect(again.json).toMatchObject({ status: 409, code: 'notRetryable', state: 'waiting' })
})

test('retry of a rollout: everyone who ended without the new version, each refusal with its reason', async () => {
  await importTills(office, '5', ['501', '502', '503', '504'])
  const one = await startRolloutTo(office, '5')
  const idOf = (cashId: string) => one.updates[cashId] as string
  for (const cashId of ['501', '502']) {
    await endUpdate(office, await claimDownload(office, idOf(cashId)), 'fail', 'hostKeyChanged')
  }
  await endUpdate(office, await claimDownload(office, idOf('503')), 'skip', 'tillOffline')
  await endUpdate(office, await claimDownload(office, idOf('504')), 'downloaded')
  // Another rollout takes 502 meanwhile.
  const packageId = await uploadPackage(office)
  const other = await office.ask('POST', '/rollouts', {
    json: { name: 'other', packageId, cashIds: ['502'] },
  })
  await office.ask('POST', `/rollouts/${other.json.id}/start`)
  const reply = await office.ask('POST', `/rollouts/${one.id}/retry`)
  expect(reply.json).toMatchObject({
    retried: [idOf('501')],
    refused: [{ id: idOf('502'), why: 'ownedByRollout' }],
    counts: { byState: { waiting: 1, failed: 1, skipped: 1, downloaded: 1 } },
  })
  const skipped = await office.ask('POST', `/rollouts/${one.id}/retry`, { json: { states: ['skipped'] } })
  expect(skipped.json).toMatchObject({ retried: [idOf('503')], refused: [] })
  const wrong = await office.ask('POST', `/rollouts/${one.id}/retry`, { json: { states: ['succeeded'] } })
  expect([wrong.status, wrong.json.code]).toEqual([422, 'fieldInvalid'])
  const owned = await office.ask('POST', `/updates/${idOf('502')}/retry`)
  expect([owned.status, owned.json.code]).toEqual([409, 'ownedByRollout'])
  await office.ask('POST', `/rollouts/${one.id}/stop`)
  expect(await stateOf(one.id)).toBe('stopping')
  const late = await office.ask('POST', `/updates/${idOf('502')}/retry`)
  expect([late.status, late.json.code]).toEqual([409, 'rolloutCancelled'])
})

/** From a plan to a rollout that runs: who may say so, to which hash, and what happens when the fleet changed meanwhile. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createToken } from '../../src/db/tokens.ts'
import { alwaysNight } from '../../src/sim/inventory.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { told } from './rows.ts'

let office: HeadOffice
let boss: string
let packageId: string
let stores = 0
let code = ''
beforeAll(async () => {
  office = await openHeadOffice()
  boss = await createToken(office.db, 'boss')
})
afterAll(() => office.close())
beforeEach(async () => {
  packageId = await uploadPackage(office)
  stores += 1
  code = `S${stores}`
  await importStore()
})

const importStore = (more: object = {}, devices = [1, 2].map((number) => till(`${code}-${number}`))) =>
  office.ask('POST', '/fleet', { json: { stores: [store(code, devices, { ...more })] } })
const post = (path: string, json: object = {}, token = office.token) =>
  office.ask('POST', path, { json, token, headers: path.endsWith('/revise') ? { 'If-Match': '*' } : {} })
const setHours = (calendar: object) =>
  office.ask('POST', `/stores/${code}/calendar`, { json: { calendar }, headers: { 'If-Match': '*' } })
const get = async (path: string) => (await office.ask('GET', path)).json
const draft = async (more: object = {}) =>
  (await post('/rollouts', { name: 'night', packageId, stores: [code], ...more })).json as {
    id: string
    planHash: string
    allowed: string[]
  }
const cashIdsOf = async (id: string): Promise<string[]> =>
  ((await get(`/rollouts/${id}/updates`)).items as { device: { cashId: string } }[]).map(
    (one) => one.device.cashId,
  )

describe('approval', () => {
  const twoPersons = { policy: { twoPersons: true } }

  test('a draft that asked for two persons goes on asking, whoever plans it anew', async () => {
    const { id } = await draft(twoPersons)
    const off = { policy: { twoPersons: false } }
    for (const token of [office.token, boss]) {
      const weaker = await post(`/rollouts/${id}/revise`, off, token)
      expect([weaker.status, weaker.json.code, weaker.json.path]).toEqual([
        422,
        'policyInvalid',
        'policy.twoPersons',
      ])
    }
    const revised = await post(`/rollouts/${id}/revise`, { policy: { maxAttempts: 5 } }, boss)
    expect([revised.status, revised.json.policy.twoPersons]).toEqual([200, true])
    expect((await post(`/rollouts/${id}/start`, {}, boss)).json.code).toBe('approvalNeeded')
    // It is the plan of who made it last.
    const { planHash } = revised.json
    expect((await post(`/rollouts/${id}/approve`, { planHash }, boss)).json.code).toBe('samePerson')
    expect((await post(`/rollouts/${id}/approve`, { planHash })).json.state).toBe('running')
  })

  test('who made the plan may not approve it where two persons are asked for', async () => {
    const { id, planHash, allowed } = await draft(twoPersons)
    expect(allowed).toEqual(['submit', 'approve', 'stop', 'revise'])
    const started = await post(`/rollouts/${id}/start`)
    expect([started.status, started.json.code]).toEqual([409, 'approvalNeeded'])
    const own = await post(`/rollouts/${id}/approve`, { planHash })
    expect([own.status, own.json.code, own.json.createdBy]).toEqual([403, 'samePerson', 'night operator'])
    expect(await get(`/rollouts/${id}`)).toMatchObject({
      state: 'draft',
      approvedBy: null,
      counts: { total: 0 },
    })
    const agreed = await post(`/rollouts/${id}/approve`, { planHash }, boss)
    expect([agreed.status, agreed.json.state]).toEqual([200, 'running'])
    expect(await get(`/rollouts/${id}`)).toMatchObject({ approvedBy: 'boss', counts: { total: 2 } })
  })

  test('another hash than the plan’s is refused, also at a start', async () => {
    const { id, planHash } = await draft()
    for (const verb of ['approve', 'start']) {
      const reply = await post(`/rollouts/${id}/${verb}`, { planHash: '0'.repeat(64) })
      expect([reply.status, reply.json.code, reply.json.planHash]).toEqual([409, 'planHashDiffers', planHash])
    }
    const none = await post(`/rollouts/${id}/approve`)
    expect([none.status, none.json.path]).toEqual([422, 'planHash'])
    expect((await post(`/rollouts/${id}/start`, { planHash })).json.state).toBe('running')
  })

  test('submitted, sent back with a reason, submitted again', async () => {
    const { id, planHash } = await draft(twoPersons)
    expect((await post(`/rollouts/${id}/submit`)).json).toMatchObject({
      state: 'awaitingApproval',
      allowed: ['approve', 'reject', 'stop'],
    })
    expect((await post(`/rollouts/${id}/submit`)).json.code).toBe('notAllowed')
    expect((await post(`/rollouts/${id}/reject`)).json).toMatchObject({ status: 422, path: 'reason' })
    expect((await post(`/rollouts/${id}/reject`, { reason: 'too many' }, boss)).json.state).toBe('draft')
    const events = await told(office, 3, () => true, id)
    expect(events.map((one) => one.code)).toEqual(['rolloutCreated', 'rolloutSubmitted', 'rolloutRejected'])
    expect(events.at(-1)?.text.en).toContain('too many')
    await post(`/rollouts/${id}/submit`)
    expect((await post(`/rollouts/${id}/approve`, { planHash }, boss)).json.state).toBe('running')
  })

  test('what is to be carried later waits for its time, and starts when somebody says so', async () => {
    const preloadFrom = new Date(Date.now() + 3600_000).toISOString()
    const { id, planHash } = await draft({ policy: { preloadFrom } })
    expect((await post(`/rollouts/${id}/approve`, { planHash })).json).toMatchObject({
      state: 'scheduled',
      allowed: ['start', 'stop', 'revise'],
    })
    expect((await post(`/rollouts/${id}/start`)).json.state).toBe('running')
  })
})

describe('a plan approved, then the fleet changed', () => {
  const changesOf = async (id: string, planHash: string) => {
    const reply = await post(`/rollouts/${id}/approve`, { planHash })
    expect([reply.status, reply.json.code]).toEqual([409, 'planChanged'])
    expect(await office.db.prisma.deviceUpdate.count({ where: { rolloutId: id } })).toBe(0)
    const drift = await get(`/rollouts/${id}/drift`)
    expect(drift.changes).toEqual(reply.json.changes)
    return reply.json.changes as { code: string; params: Record<string, unknown> }[]
  }

  test('other windows: refused, with the stores', async () => {
    const { id, planHash } = await draft()
    await setHours({ ...alwaysNight, windows: [{ from: '22:00', to: '04:00' }] })
    expect(await changesOf(id, planHash)).toEqual([
      { code: 'windowsChanged', params: { count: 1, stores: [code] } },
    ])
  })

  test('a till that stands in another store: refused, with the till', async () => {
    const { id, planHash } = await draft()
    await office.ask('POST', '/fleet', { json: { stores: [store(`${code}x`, [till(`${code}-1`)])] } })
    const [change] = await changesOf(id, planHash)
    expect(change).toMatchObject({
      code: 'targetsChanged',
      params: { count: 1, devices: [{ how: 'moved' }] },
    })
  })

  test('a package that was retired: refused', async () => {
    const { id, planHash } = await draft()
    await office.db.prisma.package.update({ where: { id: packageId }, data: { retiredAt: new Date() } })
    expect((await changesOf(id, planHash)).map((one) => one.code)).toEqual(['packageRetired'])
  })

  test('blocked, another version, a newcomer: listed, and it runs', async () => {
    const { id, planHash } = await draft()
    await post(`/devices/${code}-1/block`, { on: true, reason: 'no papers' })
    const device = await office.db.prisma.device.findUniqueOrThrow({ where: { cashId: `${code}-2` } })
    await office.db.prisma.deviceStatus.create({
      data: {
        deviceId: device.id,
        askedAt: new Date(),
        readAt: new Date(),
        source: 'look',
        version: 99_000_000,
      },
    })
    await office.ask('POST', '/fleet', { json: { stores: [store(code, [till(`${code}-3`)])] } })
    const expected = {
      count: 3,
      byCode: { nowBlocked: 1, nowDone: 1, newcomer: 1 },
      devices: [
        { code: 'nowBlocked', cashId: `${code}-1`, store: code },
        { code: 'nowDone', cashId: `${code}-2`, store: code },
        { code: 'newcomer', cashId: `${code}-3`, store: code },
      ],
    }
    const drift = await get(`/rollouts/${id}/drift`)
    expect(drift).toMatchObject({ id, planHash, changes: [] })
    const byCashId = (one: { devices: { cashId: string }[] }) => ({
      ...one,
      devices: [...one.devices].sort((a, b) => (a.cashId < b.cashId ? -1 : 1)),
    })
    expect(byCashId(drift.drift)).toEqual(expected)
    const reply = await post(`/rollouts/${id}/approve`, { planHash })
    expect([reply.status, reply.json.state, byCashId(reply.json.drift)]).toEqual([200, 'running', expected])
    expect(await cashIdsOf(id)).toEqual([`${code}-1`, `${code}-2`])
  })
})

describe('a revision', () => {
  test('of a draft: another plan and hash, of who revised it; the former hash is refused', async () => {
    const { id, planHash } = await draft({ policy: { twoPersons: true, gate: { soakMinutes: 7 } } })
    const policy = { gate: { failurePercent: 1 } }
    const json = { cashIds: [`${code}-1`], waves: [{ by: 'rest', name: 'only' }], policy }
    const revised = await post(`/rollouts/${id}/revise`, json, boss)
    expect(revised.json).toMatchObject({
      ...{ id, state: 'draft', revision: 2, createdBy: 'boss', name: 'night' },
      plan: { targets: 1, waves: [{ name: 'only' }] },
      policy: { twoPersons: true, gate: { soakMinutes: 7, failurePercent: 1 } },
    })
    expect(revised.json.planHash).not.toBe(planHash)
    expect((await post(`/rollouts/${id}/approve`, { planHash })).json.code).toBe('planHashDiffers')
    const next = { planHash: revised.json.planHash }
    expect((await post(`/rollouts/${id}/approve`, next, boss)).json.code).toBe('samePerson')
    expect((await post(`/rollouts/${id}/approve`, next)).json.state).toBe('running')
    expect(await cashIdsOf(id)).toEqual([`${code}-1`])
  })

  test('of a draft takes in who came since, and answers like a plan when it cannot be', async () => {
    const { id } = await draft()
    await importStore({}, [till(`${code}-3`)])
    expect((await post(`/rollouts/${id}/revise`)).json.plan.targets).toBe(3)
    const bad = await post(`/rollouts/${id}/revise`, { policy: { windows: [] } })
    expect([bad.status, bad.json.code]).toEqual([422, 'windowNeverOpens'])
    expect((await post(`/rollouts/${id}/revise`, { stores: ['nowhere'] })).json.code).toBe('storeUnknown')
  })

  test('of a draft leaves its package for store servers, or takes it out where it is said', async () => {
    const serverPackageId = await uploadPackage(office, 'storeServer')
    const { id } = await draft({ serverPackageId })
    const kept = await post(`/rollouts/${id}/revise`, { name: 'another' })
    expect([kept.json.name, kept.json.serverPackageId]).toEqual(['another', serverPackageId])
    const without = await post(`/rollouts/${id}/revise`, { serverPackageId: null })
    expect([without.status, without.json.serverPackageId]).toEqual([200, null])
    expect(without.json.planHash).not.toBe(kept.json.planHash)
  })

  test('of a rollout that runs: newcomers come into the last wave once the new hash is approved', async () => {
    const waves = [{ by: 'cashIds', cashIds: [`${code}-1`], name: 'pilot' }, { by: 'rest' }]
    const { id, planHash } = await draft({ waves, policy: { twoPersons: true } })
    await post(`/rollouts/${id}/approve`, { planHash }, boss)
    expect((await post(`/rollouts/${id}/revise`)).json.code).toBe('noNewcomers')
    await importStore({}, [till(`${code}-3`), till(`${code}-4`, { blocked: true })])
    // A window that changed since does not undo what was approved for the others.
    await setHours({ ...alwaysNight, windows: [{ from: '20:00', to: '08:00' }] })
    const asked = await post(`/rollouts/${id}/revise`)
    expect(asked.json).toMatchObject({
      ...{ state: 'running', planHash, revision: 1 },
      newcomers: [{ cashId: `${code}-3`, store: code, kind: 'till' }],
      next: { by: 'night operator', plan: { targets: 3, waves: [{ devices: 1 }, { devices: 2 }] } },
    })
    expect(asked.json.allowed).toContain('approve')
    expect(await cashIdsOf(id)).toHaveLength(2)
    const next = { planHash: asked.json.next.planHash as string }
    expect((await get(`/rollouts/${id}/plan`)).next.plan.waves[1].deviceIds).toHaveLength(2)
    expect((await post(`/rollouts/${id}/approve`, { planHash }, boss)).json.code).toBe('planHashDiffers')
    expect((await post(`/rollouts/${id}/approve`, next)).json.code).toBe('samePerson')
    const agreed = await post(`/rollouts/${id}/approve`, next, boss)
    expect([agreed.status, agreed.json.state]).toEqual([200, 'running'])
    const shown = await get(`/rollouts/${id}`)
    expect(shown).toMatchObject({ ...next, revision: 2, next: null, approvedBy: 'boss' })
    expect(shown.waves.map((wave: { counts: { byState: object } }) => wave.counts.byState.valueOf())).toEqual(
      [{ waiting: 1 }, { waiting: 2, skipped: 1 }],
    )
    expect((await post(`/rollouts/${id}/approve`, next, boss)).json.code).toBe('notAllowed')
  })

  test('of a rollout that runs changes nothing else; one that waits for its approval is sent back first', async () => {
    const { id } = await draft()
    await post(`/rollouts/${id}/submit`)
    expect((await post(`/rollouts/${id}/revise`)).json.code).toBe('notAllowed')
    await post(`/rollouts/${id}/reject`, { reason: 'x' })
    await post(`/rollouts/${id}/start`)
    const reply = await post(`/rollouts/${id}/revise`, { stores: [code] })
    expect([reply.status, reply.json.code, reply.json.path]).toEqual([409, 'planFixed', 'stores'])
  })

  test('a newcomer that changed before the approval: refused, and proposed anew', async () => {
    await importStore({ group: `g${code}` })
    const made = await draft({ stores: undefined, selection: { groups: [`g${code}`] } })
    await post(`/rollouts/${made.id}/start`)
    const other = `${code}y`
    const join = (more: object) =>
      office.ask('POST', '/fleet', {
        json: { stores: [store(other, [till(`${other}-1`)], { group: `g${code}`, ...more })] },
      })
    await join({})
    const asked = await post(`/rollouts/${made.id}/revise`)
    await join({ calendar: { ...alwaysNight, windows: [{ from: '01:00', to: '05:00' }] } })
    const refused = await post(`/rollouts/${made.id}/approve`, { planHash: asked.json.next.planHash })
    expect(refused.json).toMatchObject({
      ...{ status: 409, code: 'planChanged' },
      changes: [{ code: 'windowsChanged', params: { stores: [other] } }],
    })
    const again = await post(`/rollouts/${made.id}/revise`)
    const agreed = await post(`/rollouts/${made.id}/approve`, { planHash: again.json.next.planHash })
    expect(agreed.status).toBe(200)
    expect(await cashIdsOf(made.id)).toEqual([`${code}-1`, `${code}-2`, `${other}-1`])
  })
})

describe('where the head office always asks for two persons', () => {
  let strict: HeadOffice
  beforeAll(async () => {
    strict = await openHeadOffice({ settings: { NIGHTSHIFT_TWO_PERSONS: 'always' } })
  })
  afterAll(() => strict.close())

  test('every plan and schedule does, and no policy turns it off', async () => {
    const id = await uploadPackage(strict)
    await strict.ask('POST', '/fleet', { json: { stores: [store('A', [till('a1')])] } })
    const plan = { name: 'night', packageId: id }
    const made = await strict.ask('POST', '/rollouts', { json: { ...plan, start: true } })
    expect([made.status, made.json.started, made.json.why]).toEqual([201, false, 'approvalNeeded'])
    expect(made.json.policy.twoPersons).toBe(true)
    const off = await strict.ask('POST', '/rollouts', { json: { ...plan, policy: { twoPersons: false } } })
    expect([off.status, off.json.code]).toEqual([422, 'policyInvalid'])
    const schedule = { name: 'n', cron: '0 12 * * *', timeZone: 'Europe/Moscow', template: plan }
    const kept = await strict.ask('POST', '/schedules', { json: schedule })
    expect(kept.status).toBe(201)
    const own = await strict.ask('POST', `/schedules/${kept.json.id}/approve`, { json: {} })
    expect([own.status, own.json.code]).toEqual([403, 'samePerson'])
  })
})

/** What a person does to a rollout that runs, and what it would do: told first, refused where it must be, kept in the journal. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { breach, claimDownload, endAs, endUpdate, told } from './rows.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

let nights = 0
let code = ''
let id = ''
let updates: Record<string, string> = {}

const post = (path: string, json: object = {}) => office.ask('POST', `/rollouts/${id}${path}`, { json })
const get = async (path = '') => (await office.ask('GET', `/rollouts/${id}${path}`)).json
const cash = (number: number) => `${code}-${number}`
const update = (number: number) => updates[cash(number)] as string
const texts = async (event: string) =>
  (await told(office, 1, ({ code: found }) => found === event, id)).map((one) => one.text)

async function begin(traits: string, waves: object): Promise<void> {
  nights += 1
  code = `N${nights}`
  const tills = [1, 2, 3, 4, 5, 6].map((number) => till(`${code}-${number}`, { number }))
  await office.ask('POST', '/fleet', { json: { stores: [store(code, tills)] } })
  const packageId = await uploadPackage(office, 'till', traits)
  const made = await office.ask('POST', '/rollouts', {
    json: { name: 'night', packageId, stores: [code], waves },
  })
  id = made.json.id
  await post('/start')
  const { items } = await get('/updates')
  const pairs = (items as { id: string; device: { cashId: string } }[]).map((one) => [
    one.device.cashId,
    one.id,
  ])
  updates = Object.fromEntries(pairs)
}

/** Tills 1 and 2, then 3 and 4, then the rest; nothing runs by itself here. */
beforeEach(() =>
  begin('', [
    { by: 'cashIds', cashIds: [`N${nights + 1}-1`, `N${nights + 1}-2`], name: 'pilot' },
    { by: 'cashIds', cashIds: [`N${nights + 1}-3`, `N${nights + 1}-4`] },
    { by: 'rest' },
  ]),
)

describe('waves', () => {
  test('their gates are shown in numbers; over one that is not fulfilled only with a reason', async () => {
    const shown = (await get()).waves
    expect(shown).toMatchObject([
      {
        ...{ number: 1, name: 'pilot', devices: 2, passedAt: null, counts: { byState: { waiting: 2 } } },
        gate: {
          verdict: {
            says: 'waits',
            for: 'sample',
            stuck: false,
            numbers: { size: 2, judged: 0, pending: 2 },
          },
        },
      },
      { number: 2, releasedAt: null, gate: { verdict: null }, counts: { total: 2 } },
      { number: 3, releasedAt: null },
    ])
    expect(Date.parse(shown[0].releasedAt)).not.toBeNaN()
    const bare = await post('/waves/2/release')
    expect(bare.json).toMatchObject({
      ...{ status: 422, code: 'reasonNeeded', path: 'reason' },
      gates: [{ wave: 1, says: 'waits', for: 'sample', numbers: { succeeded: 0 } }],
    })
    expect((await get()).waves[1].releasedAt).toBeNull()
    const third = await post('/waves/3/release', { reason: 'hurry' })
    expect([third.status, third.json.code]).toEqual([409, 'notAllowed'])
    const released = await post('/waves/2/release', { reason: 'the pilot stands since noon' })
    expect([released.status, released.json.wave]).toEqual([200, 2])
    const [first, second] = (await get()).waves
    expect([second.releasedBy, first.passedAt]).toEqual(['night operator', expect.any(String)])
    const [text] = await texts('waveReleased')
    expect(text?.en).toContain('Wave 2 released: 2 devices. Why: the pilot stands since noon')
    expect((await post('/waves/2/release', { reason: 'again' })).json.code).toBe('notAllowed')
    expect((await post('/waves/x/release')).status).toBe(404)
  })

  test('a fulfilled gate that only waits for a person needs no reason', async () => {
    await begin('', [
      { by: 'cashIds', cashIds: [`N${nights + 1}-1`], gate: { approval: true } },
      { by: 'rest' },
    ])
    await endAs(office, [update(1)], 'succeeded')
    expect((await get()).waves[0].gate.verdict).toMatchObject({ says: 'waits', for: 'approval' })
    expect((await post('/waves/2/release')).status).toBe(200)
  })

  test('not while it is paused', async () => {
    await post('/pause')
    expect((await post('/waves/2/release', { reason: 'x' })).json).toMatchObject({
      code: 'notAllowed',
      state: 'paused',
    })
  })
})

describe('a gate that stopped it', () => {
  test('says why in numbers and words; going on needs a reason, and begins a new sample', async () => {
    await endAs(office, [update(1)], 'failed', 'healthFailed')
    await breach(office, id)
    const shown = await get()
    expect(shown).toMatchObject({
      ...{ state: 'paused', reason: 'failures' },
      pausedBecause: {
        code: 'failures',
        params: { wave: 1, count: 3, of: 41, allowed: 5, minimumSample: 20 },
        text: {
          en: '3 of 41 judged failed: 7.3%, allowed 5%, minimum sample 20',
          ru: 'не удалось 3 из 41 оценённых: 7,3%, допустимо 5%, наименьшая выборка 20',
        },
      },
    })
    const [text] = await texts('rolloutPaused')
    expect(text?.en).toContain('paused, wave 1: 3 of 41 judged failed: 7.3%, allowed 5%, minimum sample 20')
    const before = shown.waves[0].sampleFrom
    expect((await post('/resume')).json).toMatchObject({ status: 422, code: 'reasonNeeded', path: 'reason' })
    expect((await get()).state).toBe('paused')
    expect((await post('/resume', { reason: 'papers were missing' })).json.state).toBe('running')
    expect((await texts('rolloutResumed'))[0]?.ru).toContain('papers were missing')
    const after = await get()
    expect(Date.parse(after.waves[0].sampleFrom)).toBeGreaterThan(Date.parse(before))
    expect(after.waves[0].gate.verdict.numbers).toMatchObject({ judged: 0, failed: 0 })
    expect(after.pausedBecause).toBeNull()
  })

  test('a person who paused it needs none', async () => {
    expect((await post('/pause', { reason: 'lunch' })).json.state).toBe('paused')
    expect((await get()).pausedBecause).toBeNull()
    expect((await texts('rolloutPaused'))[0]?.en).toContain('paused: lunch')
    expect((await post('/resume')).json.state).toBe('running')
  })
})

describe('skip', () => {
  test('takes out those at rest, refuses those under way, and needs a reason', async () => {
    await claimDownload(office, update(2))
    await endAs(office, [update(3)], 'succeeded')
    expect((await post('/skip', { cashIds: [cash(1)] })).json).toMatchObject({ status: 422, path: 'reason' })
    const meant = [1, 2, 3].map((number) => `cashIds=${cash(number)}`).join('&')
    const before = await get(`/consequences?verb=skip&${meant}`)
    expect(before.devices).toMatchObject({ skipped: 1, refused: 1, unchanged: 4 })
    const reply = await post('/skip', {
      cashIds: [cash(1), cash(2), cash(3), 'nobody'],
      reason: 'is rebuilt',
    })
    expect(reply.json).toMatchObject({
      skipped: [cash(1)],
      refused: [
        { cashId: 'nobody', why: 'notInRollout' },
        { cashId: cash(2), why: 'running', state: 'downloading' },
        { cashId: cash(3), why: 'terminal', state: 'succeeded' },
      ],
      counts: { byState: { skipped: 1, downloading: 1 }, byReason: { skippedByPerson: 1 } },
    })
    expect((await texts('deviceSkipped'))[0]?.en).toContain('is rebuilt')
    const retried = await post('/retry', { states: ['skipped'] })
    expect(retried.json.retried).toEqual([update(1)])
  })
})

describe('retry', () => {
  test('a preview says who, who not and why, and changes nothing; the retry it names does just that', async () => {
    await endAs(office, [update(1), update(2), update(3)], 'failed', 'hostKeyChanged')
    // Another rollout takes the second meanwhile.
    const packageId = await uploadPackage(office)
    const other = await office.ask('POST', '/rollouts', {
      json: { name: 'x', packageId, cashIds: [cash(2)] },
    })
    await office.ask('POST', `/rollouts/${other.json.id}/start`)
    const line = (number: number) => ({
      ...{ id: update(number), cashId: cash(number), store: code },
      ...{ state: 'failed', reason: 'hostKeyChanged' },
    })
    const preview = (await post('/retry', { preview: true })).json
    expect(preview).toMatchObject({
      preview: true,
      states: ['failed', 'broken', 'rolledBack'],
      retries: [line(1), line(3)],
      refused: [{ ...line(2), why: 'ownedByRollout' }],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect((await get()).counts.byState).toMatchObject({ failed: 3 })
    // Since then one more failed, and one of those shown was retried by somebody else.
    await endAs(office, [update(4)], 'failed', 'hostKeyChanged')
    await office.ask('POST', `/updates/${update(3)}/retry`)
    const { previewId, hash } = preview
    const wrong = await post('/retry', { previewId, hash: '0'.repeat(64) })
    expect(wrong.json).toMatchObject({ status: 409, code: 'previewDiffers', hash })
    const reply = await post('/retry', { previewId, hash })
    expect(reply.json).toMatchObject({
      retried: [update(1)],
      refused: [{ id: update(3), why: 'changedSincePreview' }],
      counts: { byState: { failed: 2 } },
    })
    const unknown = await post('/retry', { previewId: '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11' })
    expect(unknown.json).toMatchObject({ status: 409, code: 'previewDiffers', path: 'previewId' })
  })

  test('history is kept: the attempt that failed is still told', async () => {
    const claim = await claimDownload(office, update(1))
    await endUpdate(office, claim, 'fail', 'hostKeyChanged')
    await post('/retry')
    const shown = (await office.ask('GET', `/updates/${update(1)}`)).json
    expect(shown).toMatchObject({
      state: 'waiting',
      attempts: [{ outcome: 'fail', reason: 'hostKeyChanged' }],
    })
  })
})

describe('rollback', () => {
  beforeEach(() => endAs(office, [update(1), update(2), update(3)], 'succeeded'))
  const readVersion = async (numbers: readonly number[]) => {
    const { version } = await office.db.prisma.package.findUniqueOrThrow({
      where: { id: (await get()).package.id },
    })
    for (const number of numbers) {
      const { id: deviceId } = await office.db.prisma.device.findUniqueOrThrow({
        where: { cashId: cash(number) },
      })
      const status = { askedAt: new Date(), readAt: new Date(), source: 'look', version }
      await office.db.prisma.deviceStatus.create({ data: { deviceId, ...status } })
    }
  }

  test('of a rollout, a wave or devices: a draft of its own kind, planned and gated like any', async () => {
    await readVersion([1, 2, 3])
    const all = await post('/rollback')
    expect([all.status, all.json.kind, all.json.state]).toEqual([201, 'rollback', 'draft'])
    expect(all.json).toMatchObject({
      ...{ ofRolloutId: id, name: '↩ night', wavesBy: 'default', plan: { targets: 3 } },
      allowed: ['submit', 'approve', 'start', 'stop', 'revise'],
    })
    expect(Date.parse(all.json.policy.endsAt)).toBeGreaterThan(Date.now())
    const wave = await post('/rollback', { wave: 1, name: 'pilot back' })
    expect(wave.json).toMatchObject({ name: 'pilot back', plan: { targets: 2 } })
    const named = await post('/rollback', { cashIds: [cash(1), cash(5)] })
    expect(named.json).toMatchObject({
      plan: { targets: 1 },
      notIncluded: [{ cashId: cash(5), why: 'notSucceeded', state: 'waiting' }],
    })
    const started = await office.ask('POST', `/rollouts/${all.json.id}/start`)
    expect([started.status, started.json.counts]).toMatchObject([200, { byState: { ready: 3 } }])
    const twice = await office.ask('POST', `/rollouts/${all.json.id}/rollback`)
    expect([twice.status, twice.json.code]).toEqual([409, 'notAllowed'])
  })

  test('tells before whom it would take: those that the API would refuse stay as they are', async () => {
    const told = async () => (await get('/consequences?verb=rollback')).devices
    expect(await told()).toMatchObject({ perhapsGoesBack: 0, unchanged: 3 })
    await readVersion([1, 2, 3])
    expect(await told()).toMatchObject({ perhapsGoesBack: 3, unchanged: 0 })
    await office.db.prisma.device.update({ where: { cashId: cash(1) }, data: { blocked: true } })
    await office.db.prisma.deviceStatus.updateMany({
      where: { device: { cashId: cash(2) } },
      data: { version: 1 },
    })
    expect(await told()).toMatchObject({ perhapsGoesBack: 1, unchanged: 2 })
    expect((await post('/rollback')).json).toMatchObject({ plan: { targets: 1 } })
    const back = (await office.ask('GET', '/rollouts?filter=kind:rollback&sort=-createdAt')).json.items[0]
    await office.ask('POST', `/rollouts/${back.id}/start`)
    expect(await told()).toMatchObject({ perhapsGoesBack: 0, unchanged: 3 })
    expect((await post('/rollback')).json).toMatchObject({ status: 422, code: 'nothingToDo' })
  })

  test('nobody succeeded there, nobody of that name', async () => {
    expect((await post('/rollback', { wave: 3 })).json).toMatchObject({ status: 422, code: 'nothingToDo' })
    const unknown = await post('/rollback', { cashIds: [cash(1), 'nobody'] })
    expect(unknown.json).toMatchObject({ status: 422, code: 'deviceUnknown', path: 'cashIds.1' })
  })

  test('a package that cannot be left says so: before, and when somebody asks for it', async () => {
    await begin('canGoBack=false', { template: 'single' })
    await endAs(office, [update(1)], 'succeeded')
    await readVersion([1])
    expect((await get('/consequences?verb=rollback')).devices).toMatchObject({ cannotGoBack: 1, refused: 5 })
    expect((await post('/rollback')).json).toMatchObject({
      ...{ status: 422, code: 'rollbackUnsupported', path: 'selection' },
      errors: [{ params: { leftOut: { rollbackUnsupported: 1 } } }],
    })
  })
})

describe('consequences', () => {
  test('are told before: who finishes, who is disarmed, who does not begin', async () => {
    await office.db.pool.query("UPDATE device_update SET state = 'armed' WHERE id = $1", [update(1)])
    await claimDownload(office, update(3))
    await endAs(office, [update(4)], 'failed', 'healthFailed')
    const sum = (devices: Record<string, number>) => Object.values(devices).reduce((all, one) => all + one, 0)
    const paused = await get('/consequences?verb=pause')
    expect(paused).toMatchObject({
      ...{ id, verb: 'pause', state: 'running', isAllowed: true },
      devices: { armed: 1, transferring: 1, notStarted: 3, unchanged: 1 },
    })
    expect(sum(paused.devices)).toBe(6)
    const release = await get('/consequences?verb=release&wave=2')
    expect(release.devices).toMatchObject({ starts: 1, unchanged: 5 })
    await endAs(office, [update(5)], 'rolledBack', 'healthFailed')
    expect((await get('/consequences?verb=retry')).devices).toMatchObject({ retried: 2, unchanged: 4 })
    const gone = { where: { cashId: cash(4) } }
    await office.db.prisma.device.update({ ...gone, data: { removedAt: new Date() } })
    expect((await get('/consequences?verb=retry')).devices).toMatchObject({ retried: 1, unchanged: 5 })
    const troubles = (await get('/troubles')).items as { reason: string; retryable: number; held: number }[]
    expect(troubles.map(({ retryable, held }) => [retryable, held]).sort()).toEqual([
      [0, 1],
      [1, 0],
    ])
    await office.db.prisma.device.update({ ...gone, data: { removedAt: null } })
    await office.db.pool.query("UPDATE rollout SET kind = 'rollback' WHERE id = $1", [id])
    expect((await get('/consequences?verb=retry')).devices).toMatchObject({ retried: 1, unchanged: 5 })
    expect((await get('/consequences?verb=resume')).isAllowed).toBe(false)
    expect((await get('/consequences?verb=start')).code).toBe('fieldInvalid')
    expect((await get('/consequences')).path).toBe('verb')
  })
})

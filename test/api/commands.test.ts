import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createToken } from '../../src/db/tokens.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'
import { startRolloutTo } from './rows.ts'

let office: HeadOffice
const send = (json: unknown, token?: string) =>
  office.ask('POST', '/commands', { json, ...(token === undefined ? {} : { token }) })
const ids = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await office.db.prisma.device.findMany()).map(({ cashId, id }) => [cashId, id]))
const scopedToken = (role: string, storeGroups: readonly string[], scopes: readonly string[] = []) =>
  createToken(office.db, `t ${randomUUID()}`, { role, storeGroups, scopes })

beforeAll(async () => {
  office = await openHeadOffice()
  const stores = [
    store('N1', [till('n1'), till('n2', { labels: ['sco'] }), till('n3', { host: null })], {
      group: 'north',
      labels: ['big'],
    }),
    store(
      'N2',
      [till('n4'), { ...till('srv'), kind: 'storeServer' }, { ...till('pc'), kind: 'priceChecker' }],
      {
        group: 'north',
      },
    ),
    store('S1', [till('s1'), till('s2')], { group: 'south' }),
  ]
  const reply = await office.ask('POST', '/fleet', { json: { stores } })
  expect(reply.text).not.toContain('problem')
})
afterAll(() => office?.close())
beforeEach(async () => {
  await office.db.pool.query('DELETE FROM command')
  await office.db.pool.query('UPDATE device SET blocked = false')
})

describe('whom it reaches', () => {
  test.each([
    [{ selection: {} }, ['n1', 'n2', 'n4', 's1', 's2'], { noAddress: 1, wrongKind: 2 }],
    [{ cashIds: ['n1', 's1'] }, ['n1', 's1'], {}],
    [{ selection: { stores: ['N1'] } }, ['n1', 'n2'], { noAddress: 1 }],
    [{ selection: { groups: ['south'] } }, ['s1', 's2'], {}],
    [{ selection: { labels: ['sco'] } }, ['n2'], {}],
    [{ selection: { labels: ['big'], kinds: ['till'] } }, ['n1', 'n2'], { noAddress: 1 }],
    [{ selection: { groups: ['north'], exclude: [{ stores: ['N1'] }] } }, ['n4'], { wrongKind: 2 }],
  ])('%j', async (whom, reached, leftOut) => {
    const asked = { kind: 'message', text: 'привет', ...whom }
    const preview = await send({ ...asked, preview: true })
    expect(preview.status, preview.text).toBe(200)
    expect(preview.json).toMatchObject({ preview: true, devices: reached.length, leftOut })
    expect(preview.json.targets.map((one: { cashId: string }) => one.cashId)).toEqual(reached)
    expect(await office.count('command')).toBe(0)
    const sent = await send(asked)
    expect(sent.status).toBe(202)
    expect(sent.headers.get('location')).toBe(`/api/v1/commands/${sent.json.id}`)
    const shown = await office.ask('GET', `/commands/${sent.json.id}`)
    expect(shown.json).toMatchObject({
      kind: 'message',
      text: 'привет',
      isOver: false,
      devices: reached.length,
    })
    expect(shown.json.items.map((one: { cashId: string }) => one.cashId)).toEqual(reached)
  })

  test('a look reaches servers too, a version those that run it', async () => {
    const look = await send({ kind: 'look', selection: { stores: ['N2'] }, preview: true })
    expect(look.json).toMatchObject({ devices: 2, leftOut: { wrongKind: 1 } })
    const byId = await ids()
    await office.db.pool.query(
      `INSERT INTO device_status (device_id, asked_at, source, version) VALUES ($1, now(), 'look', 95001)`,
      [byId.n1],
    )
    const some = await send({ kind: 'look', selection: { versions: ['00095001'] }, preview: true })
    expect(some.json.targets.map((one: { cashId: string }) => one.cashId)).toEqual(['n1'])
  })

  test('a name that nothing has is a problem, and so is nobody at all', async () => {
    const unknown = await send({ kind: 'look', cashIds: ['n1', 'n9'] })
    expect(unknown.json).toMatchObject({ code: 'deviceUnknown', path: 'cashIds.1' })
    const group = await send({ kind: 'look', selection: { groups: ['west'] } })
    expect(group.json).toMatchObject({ code: 'groupUnknown', path: 'selection.groups.0' })
    const nobody = await send({ kind: 'message', text: 'x', cashIds: ['n3'] })
    expect(nobody.status).toBe(422)
    expect(nobody.json).toMatchObject({ code: 'nobodyReached', leftOut: { noAddress: 1 } })
  })
})

describe('what is refused', () => {
  test.each([
    [{ kind: 'look' }],
    [{ kind: 'look', cashIds: [] }],
    [{ kind: 'look', cashIds: ['n1'], selection: { cashIds: ['n2'] } }],
    [{ kind: 'look', cashIds: ['n1'], text: 'x' }],
    [{ kind: 'reboot', cashIds: ['n1'] }],
    [{ kind: 'message', cashIds: ['n1'] }],
    [{ kind: 'message', cashIds: ['n1'], text: ' \n ' }],
    [{ kind: 'message', cashIds: ['n1'], text: 'я'.repeat(1001) }],
    [{ kind: 'message', cashIds: ['n1'], text: 'a\u0000b' }],
    [{ kind: 'message', cashIds: ['n1'], text: 'a\u001b[31m' }],
    [{ kind: 'message', cashIds: ['n1'], text: '\ud800' }],
    [{ kind: 'block', cashIds: ['n1'] }],
    [{ kind: 'autoUpdate', cashIds: ['n1'], on: 'yes' }],
    [{ kind: 'look', cashIds: ['n1'], expiresInSeconds: 1 }],
    [{ kind: 'look', cashIds: ['n1'], expiresInSeconds: 1e9 }],
    [{ kind: 'look', selection: { remaining: true } }],
    [{ kind: 'downloadStart', cashIds: ['n1'], packageId: 'x' }],
  ])('%j', async (json) => {
    const reply = await send(json)
    expect(reply.status, reply.text).toBe(422)
    expect(await office.count('command')).toBe(0)
  })

  test('a text of 1000 characters of four bytes with quotes and lines is kept as it is', async () => {
    const text = `"'\`$(id)\n${'😀'.repeat(990)}`
    const sent = await send({ kind: 'message', cashIds: ['n1'], text, expiresInSeconds: 60 })
    expect(sent.status, sent.text).toBe(202)
    const row = await office.db.prisma.command.findFirstOrThrow()
    expect(row.body).toBe(text)
    expect(row.notAfter.getTime() - row.createdAt.getTime()).toBe(60_000)
    expect(row.requestedBy).toBe('night operator')
  })
})

describe('block', () => {
  test('is written down at once, also of who has no address, and told', async () => {
    const sent = await send({ kind: 'block', on: true, text: 'ремонт', cashIds: ['n1', 'n3'] })
    expect(sent.json).toMatchObject({ devices: 1, leftOut: { noAddress: 1 } })
    const rows = await office.db.prisma.device.findMany({
      where: { blocked: true },
      orderBy: { cashId: 'asc' },
    })
    expect(rows.map((row) => row.cashId)).toEqual(['n1', 'n3'])
    const told = await office.db.prisma.event.findMany({ where: { code: 'deviceBlocked' } })
    expect(told.map((one) => one.params)).toEqual(
      expect.arrayContaining([
        { cashId: 'n1', why: 'ремонт' },
        { cashId: 'n3', why: 'ремонт' },
      ]),
    )
    const shown = await office.ask('GET', `/commands/${sent.json.id}`)
    expect(shown.json).toMatchObject({ kind: 'block', on: true, devices: 1 })
    expect(shown.json.text).toBeUndefined()
  })

  test('needs the permission to edit the fleet as well', async () => {
    const token = await scopedToken('operator', [], ['commands.send'])
    const refused = await send({ kind: 'block', on: true, cashIds: ['n1'] }, token)
    expect(refused.json).toMatchObject({ code: 'permissionMissing', permission: 'fleet.edit' })
    expect((await send({ kind: 'look', cashIds: ['n1'] }, token)).status).toBe(202)
  })
})

describe('who may', () => {
  test('a viewer reads, and sends nothing', async () => {
    const token = await scopedToken('viewer', [])
    expect((await send({ kind: 'look', cashIds: ['n1'] }, token)).status).toBe(403)
    expect((await office.ask('GET', '/commands', { token })).status).toBe(200)
  })

  test('who has one group reaches it alone, and names nobody else', async () => {
    const token = await scopedToken('operator', ['south'])
    const all = await send({ kind: 'look', selection: {} }, token)
    expect(all.json).toMatchObject({ devices: 2, leftOut: {} })
    const foreign = await send({ kind: 'look', cashIds: ['s1', 'n1'] }, token)
    expect(foreign.status).toBe(403)
    expect(foreign.json).toMatchObject({ code: 'outOfScope', path: 'cashIds.1' })
    for (const selection of [{ stores: ['N1'] }, { groups: ['north'] }])
      expect((await send({ kind: 'look', selection }, token)).json.code).toBe('outOfScope')
  })

  test('of a request to several groups they see their part, and cannot cancel it', async () => {
    const token = await scopedToken('operator', ['south'])
    const sent = await send({ kind: 'look', cashIds: ['n1', 's1', 's2'] })
    const north = await send({ kind: 'look', cashIds: ['n1'] })
    const part = await office.ask('GET', `/commands/${sent.json.id}`, { token })
    expect(part.json).toMatchObject({ devices: 2, counts: { waiting: 2 } })
    const list = await office.ask('GET', '/commands', { token })
    expect(list.json.items).toHaveLength(1)
    expect(list.json.items[0]).toMatchObject({ id: sent.json.id, devices: 2 })
    expect((await office.ask('GET', `/commands/${north.json.id}`, { token })).status).toBe(404)
    expect((await office.ask('POST', `/commands/${sent.json.id}/cancel`, { token })).status).toBe(403)
  })
})

describe('lists', () => {
  test('requests each once, the newest first, in pages', async () => {
    const sent: string[] = []
    for (const cashIds of [['n1', 'n2'], ['n1'], ['s1', 's2', 'n1']])
      sent.push((await send({ kind: 'look', cashIds })).json.id)
    const all = await office.ask('GET', '/commands')
    expect(all.json.items.map((one: { id: string }) => one.id)).toEqual(sent.toReversed())
    expect(all.json.items[0]).toMatchObject({
      kind: 'look',
      devices: 3,
      counts: { waiting: 3 },
      isOver: false,
    })
    const first = await office.ask('GET', '/commands?limit=2')
    expect(first.json.items).toHaveLength(2)
    const rest = await office.ask('GET', `/commands?limit=2&cursor=${first.json.next}`)
    expect(rest.json.items.map((one: { id: string }) => one.id)).toEqual([sent[0]])
    const none = await office.ask('GET', '/commands?filter=kind:message')
    expect(none.json.items).toEqual([])
  })

  test('of one device, with what became of each', async () => {
    await send({ kind: 'look', cashIds: ['n1', 'n2'] })
    await send({ kind: 'autoUpdate', on: false, cashIds: ['n1'] })
    const list = await office.ask('GET', '/devices/n1/commands')
    expect(list.json.items).toMatchObject([
      { kind: 'autoUpdate', on: false, state: 'waiting', reason: null },
      { kind: 'look', state: 'waiting' },
    ])
    expect((await office.ask('GET', '/devices/n9/commands')).status).toBe(404)
  })

  test('a request that nobody made is not found', async () => {
    for (const [method, more] of [
      ['GET', ''],
      ['POST', '/cancel'],
    ] as const)
      expect((await office.ask(method, `/commands/${randomUUID()}${more}`)).status).toBe(404)
  })
})

describe('cancelling', () => {
  test('ends what has not begun, leaves what runs, and tells', async () => {
    const { json } = await send({ kind: 'message', text: 'x', cashIds: ['n1', 'n2', 's1'] })
    const byId = await ids()
    await office.db.pool.query(
      `UPDATE command SET state = 'running', lease_until = now() + interval '1 minute', generation = 1 WHERE device_id = $1`,
      [byId.n1],
    )
    const cancelled = await office.ask('POST', `/commands/${json.id}/cancel`)
    expect(cancelled.json).toMatchObject({
      cancelled: 2,
      counts: { running: 1, cancelled: 2 },
      isOver: false,
    })
    const again = await office.ask('POST', `/commands/${json.id}/cancel`)
    expect(again.json).toMatchObject({ cancelled: 0 })
    const told = await office.db.prisma.event.findMany({ where: { code: 'commandsCancelled' } })
    expect(told).toHaveLength(1)
    expect(told[0]?.params).toMatchObject({ devices: 2, kind: 'message' })
  })
})

describe('downloads', () => {
  const lies = (packageId: string, code: string) =>
    office.db.pool.query(
      `INSERT INTO store_package (id, store_id, package_id, state, present_at)
       SELECT gen_random_uuid(), id, $1, 'present', now() FROM store WHERE code = $2`,
      [packageId, code],
    )

  test('without a package: for each the newest that lies on its store server', async () => {
    const older = await uploadPackage(office)
    const newer = await uploadPackage(office)
    await lies(older, 'N1')
    await lies(newer, 'N1')
    await lies(older, 'S1')
    const preview = await send({ kind: 'downloadStart', selection: { kinds: ['till'] }, preview: true })
    const chosen = Object.fromEntries(
      preview.json.targets.map((one: { cashId: string; packageId: string }) => [one.cashId, one.packageId]),
    )
    expect(chosen).toEqual({ n1: newer, n2: newer, s1: older, s2: older })
    expect(preview.json.leftOut).toEqual({ storePackageMissing: 1, noAddress: 1 })
    const named = await send({ kind: 'downloadStart', packageId: newer, selection: { kinds: ['till'] } })
    expect(named.json).toMatchObject({ devices: 2, leftOut: { storePackageMissing: 3, noAddress: 1 } })
    const rows = await office.db.prisma.command.findMany({ where: { requestId: named.json.id } })
    expect(rows.map((row) => row.packageId)).toEqual([newer, newer])
  })

  test('of what is retired, of another kind, or runs already: left out or refused', async () => {
    const packageId = await uploadPackage(office)
    const server = await uploadPackage(office, 'storeServer')
    await lies(packageId, 'S1')
    await lies(server, 'S1')
    expect((await send({ kind: 'downloadStart', packageId: server, cashIds: ['s1'] })).json).toMatchObject({
      code: 'nobodyReached',
      leftOut: { wrongKind: 1 },
    })
    const byId = await ids()
    await office.db.pool.query(
      `INSERT INTO device_status (device_id, asked_at, source, version) VALUES ($1, now(), 'look', 99999)`,
      [byId.s1],
    )
    expect((await send({ kind: 'downloadStart', packageId, cashIds: ['s1', 's2'] })).json).toMatchObject({
      devices: 1,
      leftOut: { notNeeded: 1 },
    })
    await office.ask('POST', `/packages/${packageId}/retire`)
    expect((await send({ kind: 'downloadStart', packageId, cashIds: ['s2'] })).json.code).toBe(
      'packageRetired',
    )
    expect((await send({ kind: 'downloadStart', packageId: randomUUID(), cashIds: ['s2'] })).json.code).toBe(
      'packageUnknown',
    )
  })

  test('beside a rollout that has the device: refused; a look, a message, a block and `off` are not', async () => {
    await office.db.pool.query('DELETE FROM device_status')
    await startRolloutTo(office, 'N2')
    const packageId = await uploadPackage(office)
    await lies(packageId, 'N2')
    for (const asked of [
      { kind: 'downloadStart', packageId },
      { kind: 'downloadStop' },
      { kind: 'autoUpdate', on: true },
    ])
      expect((await send({ ...asked, cashIds: ['n4'] })).json, asked.kind).toMatchObject({
        code: 'nobodyReached',
        leftOut: { ownedByRollout: 1 },
      })
    for (const asked of [
      { kind: 'look' },
      { kind: 'message', text: 'x' },
      { kind: 'block', on: true },
      { kind: 'closeShift' },
      { kind: 'autoUpdate', on: false },
    ])
      expect((await send({ ...asked, cashIds: ['n4'] })).status, asked.kind).toBe(202)
  })
})

describe('batch updates', () => {
  const plan = async (more: Record<string, unknown> = {}, token?: string) =>
    office.ask('POST', '/rollouts', {
      json: {
        name: 'batch',
        packageId: await uploadPackage(office),
        selection: { stores: ['N1'] },
        start: true,
        ...more,
      },
      ...(token === undefined ? {} : { token }),
    })
  /** Its devices are free for the next. */
  const drop = (id: string) =>
    office.db.pool.query(
      `UPDATE device_update SET state = 'cancelled', finished_at = now() WHERE rollout_id = $1 AND finished_at IS NULL`,
      [id],
    )

  test('are planned and started in one request', async () => {
    const made = await plan()
    expect(made.status, made.text).toBe(201)
    expect(made.json).toMatchObject({ started: true, state: 'running', approvedBy: 'night operator' })
    expect(await office.db.prisma.deviceUpdate.count({ where: { rolloutId: made.json.id } })).toBe(3)
    await drop(made.json.id)
  })

  test('where two persons are needed they are submitted, and say so', async () => {
    const made = await plan({ policy: { twoPersons: true } })
    expect(made.json).toMatchObject({ started: false, why: 'approvalNeeded', state: 'awaitingApproval' })
    expect(await office.db.prisma.deviceUpdate.count({ where: { rolloutId: made.json.id } })).toBe(0)
    await drop(made.json.id)
  })

  test('need the permission to start, and keep nothing without it', async () => {
    const before = await office.count('rollout')
    const token = await scopedToken('operator', [], ['rollouts.plan'])
    expect((await plan({}, token)).json).toMatchObject({ code: 'permissionMissing' })
    expect(await office.count('rollout')).toBe(before)
  })
})

describe('retiring', () => {
  test('leaves a package out of new plans until it is unretired; saying it twice is saying it once', async () => {
    const id = await uploadPackage(office)
    const plan = () =>
      office.ask('POST', '/rollouts', { json: { name: 'r', packageId: id, selection: { stores: ['S1'] } } })
    for (const _ of [1, 2])
      expect((await office.ask('POST', `/packages/${id}/retire`)).json.retiredAt).not.toBeNull()
    expect((await plan()).json.code).toBe('packageRetired')
    expect((await office.ask('POST', `/packages/${id}/unretire`)).json.retiredAt).toBeNull()
    expect((await plan()).status).toBe(201)
    const told = await office.db.prisma.event.findMany({
      where: { code: { in: ['packageRetired', 'packageUnretired'] } },
      orderBy: { id: 'asc' },
    })
    const own = told.filter((one) => (one.params as { packageId: string }).packageId === id)
    expect(own.map((one) => one.code)).toEqual(['packageRetired', 'packageUnretired'])
    expect((await office.ask('POST', `/packages/${randomUUID()}/retire`)).status).toBe(404)
  })
})

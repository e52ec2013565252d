/** Every route that takes an Idempotency-Key does its work in transactions that mark the key: each is tried, none is left out. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isIdempotent } from '../../src/api/idempotency.ts'
import { routes } from '../../src/api/routes.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { type Asked, type HeadOffice, openHeadOffice, type Reply, store, till } from './head-office.ts'
import { endAs } from './rows.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const wanted = routes.filter(isIdempotent).map((route) => `POST ${route.path}`)
const tried = new Set<string>()

/** Asks twice under one key: the work is marked, and the second answer is the first one. */
async function once(route: string, path = route, asked: Asked = { json: {} }): Promise<Reply> {
  const key = randomUUID()
  const ask = () =>
    office.ask('POST', path, { ...asked, headers: { ...asked.headers, 'Idempotency-Key': key } })
  const first = await ask()
  expect([route, first.status, first.status < 300 ? '' : first.text]).toEqual([route, first.status, ''])
  const { rows } = await office.db.pool.query<{ xid: string | null; body: string }>(
    'SELECT xid, body FROM idempotency_key WHERE key = $1',
    [key],
  )
  expect([route, typeof rows[0]?.xid]).toEqual([route, 'string'])
  const events = await office.count('event')
  const again = await ask()
  expect([route, again.headers.get('idempotency-replayed')]).toEqual([route, 'true'])
  expect(await office.count('event')).toBe(events)
  const answersOnce = routes.find((one) => one.path === route && one.method === 'post')?.answersOnce === true
  if (answersOnce) {
    expect(again.json).toMatchObject({ recovered: true })
    for (const secret of secretsOf(first.json)) expect(rows[0]?.body).not.toContain(secret)
  } else expect([again.status, again.json]).toEqual([first.status, first.json])
  tried.add(`POST ${route}`)
  return first
}

const secretsOf = (json: Readonly<Record<string, unknown>>): string[] =>
  ['token', 'link', 'url', 'secret'].flatMap((name) => (typeof json[name] === 'string' ? [json[name]] : []))

let versions = 0
async function upload(kind = 'till'): Promise<string> {
  versions += 1
  const query = `kind=${kind}&version=${String(96_000 + versions).padStart(8, '0')}&fileName=x.tgz`
  const made = await once('/packages', `/packages?${query}`, {
    body: `package ${kind} ${versions}`,
    headers: { 'Content-Type': 'application/octet-stream' },
  })
  return made.json.id as string
}

async function draft(packageId: string, code: string, more: object = {}): Promise<string> {
  const json = { name: 'r', packageId, stores: [code], ...more }
  return (await once('/rollouts', '/rollouts', { json })).json.id as string
}

test('fleet and hours', async () => {
  const stores = ['S1', 'S2', 'S3', 'S4'].map((code) =>
    store(code, [till(`${code}-1`, { number: 1 }), till(`${code}-2`, { number: 2 })], { group: 'north' }),
  )
  await once('/fleet', '/fleet', { json: { stores } })
  const file = JSON.stringify({ stores: [store('S5', [till('S5-1')])] })
  const shown = await office.ask('POST', '/fleet/preview', {
    body: file,
    headers: { 'Content-Type': 'application/json' },
  })
  const { previewId, hash } = shown.json
  await once('/fleet/apply', '/fleet/apply', { json: { previewId, hash } })
  await once('/stores/:code/calendar', '/stores/S1/calendar', {
    json: { calendar: null },
    headers: { 'If-Match': '*' },
  })
  const block = (on: boolean) =>
    once('/devices/:cashId/block', '/devices/S1-1/block', { json: { on, reason: 'r' } })
  await block(true)
  await block(false)
  const freeze = { name: 'f', scope: { kind: 'chain' }, from: '2031-12-25T00:00', to: '2031-12-26T00:00' }
  const made = await once('/freezes', '/freezes', { json: freeze })
  await once('/freezes/:id/lift', `/freezes/${made.json.id}/lift`)
})

test('packages', async () => {
  const id = await upload()
  await once('/packages/:id/distribute', `/packages/${id}/distribute`, { json: { stores: ['S1'] } })
  await once('/packages/:id/withdraw', `/packages/${id}/withdraw`, { json: { stores: ['S1'] } })
  await once('/packages/:id/retire', `/packages/${id}/retire`, { json: {} })
  await once('/packages/:id/unretire', `/packages/${id}/unretire`, { json: {} })
})

test('rollouts', async () => {
  const packageId = await upload()
  const id = await draft(packageId, 'S1', {
    waves: [{ by: 'cashIds', cashIds: ['S1-1'] }, { by: 'rest' }],
    policy: { twoPersons: false },
  })
  const at = (verb: string, json: object = {}, rollout = id) =>
    once(`/rollouts/:id/${verb}`, `/rollouts/${rollout}/${verb}`, { json })
  const asSeen = { json: { name: 'r2' }, headers: { 'If-Match': '"1"' } }
  await once('/rollouts/:id/revise', `/rollouts/${id}/revise`, asSeen)
  await at('submit')
  await at('reject', { reason: 'no' })
  await at('start')
  await at('pause')
  await at('resume')
  const release = `/rollouts/${id}/waves/2/release`
  await once('/rollouts/:id/waves/:number/release', release, { json: { reason: 'now' } })
  await at('skip', { cashIds: ['S1-2'], reason: 'r' })
  const { json } = await office.ask('GET', `/rollouts/${id}/updates`)
  const update = (json.items as { id: string; device: { cashId: string } }[]).find(
    (one) => one.device.cashId === 'S1-1',
  )?.id as string
  await endAs(office, [update], 'failed', 'healthFailed')
  await at('retry')
  await endAs(office, [update], 'failed', 'healthFailed')
  await once('/updates/:id/retry', `/updates/${update}/retry`)
  await endAs(office, [update], 'succeeded')
  await office.db.pool.query(
    `INSERT INTO device_status (device_id, asked_at, read_at, source, version)
     SELECT u.device_id, now(), now(), 'look', u.to_version FROM device_update u WHERE u.id = $1`,
    [update],
  )
  await at('rollback')
  const other = await draft(packageId, 'S2')
  const { planHash } = (await office.ask('GET', `/rollouts/${other}`)).json
  await at('approve', { planHash }, other)
  await at('stop', {}, other)
  const looks = { name: 'd', packageId, stores: ['S3'], live: true }
  await once('/rollouts/dry-run', '/rollouts/dry-run', { json: looks })
  const report = { kind: 'morning', rollout: id }
  await once('/reports', '/reports', { json: report })
})

test('schedules and commands', async () => {
  const template = { name: 'n', newest: 'till', stores: ['S4'] }
  const json = { name: 's', cron: '0 20 * * *', timeZone: 'Europe/Moscow', template }
  const made = await once('/schedules', '/schedules', { json })
  await once('/schedules/:id/approve', `/schedules/${made.json.id}/approve`)
  await once('/schedules/:id/end', `/schedules/${made.json.id}/end`)
  const sent = await once('/commands', '/commands', { json: { kind: 'look', cashIds: ['S4-1'] } })
  const id = sent.headers.get('location')?.split('/').at(-1)
  await once('/commands/:id/cancel', `/commands/${id}/cancel`)
})

test('hosts', async () => {
  const [A, B, C] = [1, 2, 3].map(() => newKeyPair().publicLine) as [string, string, string]
  const enrol = async (code: string): Promise<string> => {
    const made = await once('/enrolments', '/enrolments', { json: { stores: [code], what: 'storeServers' } })
    const { rows } = await office.db.pool.query<{ id: string }>(
      `UPDATE enrolment e SET state = 'shown', keys = $2, host = s.host, port = s.port FROM store s
       WHERE e.request_id = $1 AND s.id = e.store_id AND e.device_id IS NULL RETURNING e.id`,
      [made.json.requestId, [A]],
    )
    return rows[0]?.id as string
  }
  const fingerprints = [fingerprintOf(A)]
  await once('/enrolments/:id/confirm', `/enrolments/${await enrol('S1')}/confirm`, {
    json: { fingerprints },
  })
  await once('/enrolments/:id/refuse', `/enrolments/${await enrol('S2')}/refuse`)
  const enrolments = [{ id: await enrol('S3'), fingerprints }]
  await once('/enrolments/confirm', '/enrolments/confirm', { json: { enrolments } })
  await office.db.pool.query("UPDATE store SET host_keys = $1 WHERE code = 'S4'", [[A, B]])
  const retire = { store: 'S4', fingerprint: fingerprintOf(B) }
  await once('/host-keys/retire', '/host-keys/retire', { json: retire })
  await office.db.pool.query("UPDATE store SET host = 'store2.example' WHERE code = 'S2'")
  const keys = { format: 'knownHosts', text: `store2.example ${C}\n` }
  const shown = await office.ask('POST', '/host-keys/import', { json: keys })
  const json = { ...keys, previewHash: shown.json.previewHash ?? shown.json.hash }
  await once('/host-keys/import', '/host-keys/import', { json })
  await office.db.pool.query(
    "UPDATE device SET public_key = $1, key_authorised_at = now() WHERE cash_id = 'S1-1'",
    [C],
  )
  await office.db.pool.query("UPDATE store SET device_keys_file = '/home/reader/.ssh/authorized_keys'")
  await once('/devices/:cashId/key/revoke', '/devices/S1-1/key/revoke')
})

test('people', async () => {
  const user = await once('/users', '/users', { json: { login: 'anna', name: 'Anna', role: 'viewer' } })
  await once('/users/:id/link', `/users/${user.json.id}/link`)
  await once('/tokens', '/tokens', { json: { name: 'a script', user: null, role: 'viewer' } })
})

test('no route was left out', () => {
  expect(wanted.filter((route) => !tried.has(route))).toEqual([])
  expect([...tried].filter((route) => !wanted.includes(route))).toEqual([])
})

/** Enrolments and pinned keys over the API: who may, what is shown, what must be named, and files. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tellChangedKey } from '../../src/db/host-key-alarms.ts'
import { createToken } from '../../src/db/tokens.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'

const [A, B, C] = [1, 2, 3].map(() => newKeyPair().publicLine) as [string, string, string]
let office: HeadOffice
let reader: string
let northern: string
beforeAll(async () => {
  office = await openHeadOffice()
  const stores = [
    store('M1', [till('T1'), till('T2', { host: '10.0.0.8' })], { host: 'store1', group: 'north' }),
    store('M2', [till('T3'), till('T4', { host: null })], { host: 'store2', group: 'south', hostKeys: [A] }),
  ]
  const made = await office.ask('POST', '/fleet', { json: { stores } })
  if (made.status >= 300) throw new Error(made.text)
  reader = await createToken(office.db, 'reader')
  northern = await createToken(office.db, 'northern')
  await office.db.pool.query("UPDATE api_token SET role = 'operator' WHERE name = 'reader'")
  await office.db.pool.query("UPDATE api_token SET store_groups = '{north}' WHERE name = 'northern'")
})
afterAll(() => office.close())
beforeEach(() =>
  office.db.pool.query("UPDATE store SET host_keys = CASE code WHEN 'M2' THEN ARRAY[$1] ELSE '{}' END", [A]),
)
afterEach(async () => {
  for (const table of ['enrolment', 'host_key_alarm']) await office.db.pool.query(`DELETE FROM ${table}`)
  await office.db.pool.query("UPDATE device SET host_keys = '{}'")
})

const post = (path: string, json: object = {}, token?: string) =>
  office.ask('POST', path, { json, ...(token === undefined ? {} : { token }) })
const get = (path: string, token?: string) => office.ask('GET', path, token === undefined ? {} : { token })
const [fA, fB, fC] = [A, B, C].map(fingerprintOf) as [string, string, string]

/** As a worker leaves them: what each host of the request shows. */
async function found(requestId: string, keys: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [name, shown] of Object.entries(keys))
    await office.db.pool.query(
      `UPDATE enrolment e SET state = 'shown', keys = $3, host = coalesce(d.host, s.host), port = coalesce(d.port, s.port)
       FROM store s LEFT JOIN device d ON d.store_id = s.id AND d.cash_id = $2
       WHERE e.request_id = $1 AND s.id = e.store_id AND e.device_id IS NOT DISTINCT FROM d.id AND (d.cash_id = $2 OR s.code = $2)`,
      [requestId, name, shown],
    )
}
const request = async (json: object = {}, token?: string): Promise<string> => {
  const made = await post('/enrolments', json, token)
  expect(made.status, made.text).toBe(202)
  return made.json.requestId as string
}
const listed = async (requestId: string) => (await get(`/enrolments?request=${requestId}`)).json.items

describe('asking', () => {
  test('202, one for each host, and who is left out', async () => {
    const made = await post('/enrolments', { what: 'both' })
    expect(made.status).toBe(202)
    expect(made.json).toMatchObject({
      enrolments: 5,
      leftOutCount: 1,
      leftOut: [{ cashId: 'T4', reason: 'noAddress' }],
    })
    const reply = await get(made.headers.get('location')?.replace('/api/v1', '') ?? '')
    expect(
      reply.json.items.map((one: { store: string; cashId: string | null }) => [one.store, one.cashId]),
    ).toEqual(
      expect.arrayContaining([
        ['M1', null],
        ['M1', 'T1'],
        ['M1', 'T2'],
        ['M2', null],
        ['M2', 'T3'],
      ]),
    )
    const waiting = reply.json.items.filter((one: { waitsForStore: boolean }) => one.waitsForStore)
    expect(waiting.map((one: { cashId: string }) => one.cashId).sort()).toEqual(['T1', 'T2'])
  })

  test.each([
    [{ stores: ['M9'] }, 422, 'storeUnknown'],
    [{ cashIds: ['T9'] }, 422, 'deviceUnknown'],
    [{ labels: ['none'] }, 422, 'labelUnknown'],
    [{ what: 'all' }, 422, 'fieldInvalid'],
    [{ cashIds: ['T4'], what: 'devices' }, 422, 'nothingToEnrol'],
    [{ what: 'deviceKeys' }, 422, 'nothingToEnrol'],
  ])('%o: %i %s', async (json, status, code) => {
    const reply = await post('/enrolments', json)
    expect([reply.status, reply.json.code]).toEqual([status, code])
    expect(await office.count('enrolment')).toBe(0)
  })

  test('an operator may look and not enrol; who has one group sees and touches it alone', async () => {
    expect((await post('/enrolments', {}, reader)).status).toBe(403)
    const all = await request()
    expect((await get(`/enrolments?request=${all}`, reader)).json.items.length).toBe(5)
    const seen = (await get(`/enrolments?request=${all}`, northern)).json.items
    expect(seen.map((one: { store: string }) => one.store)).toEqual(['M1', 'M1', 'M1'])
    expect((await post('/enrolments', { stores: ['M2'] }, northern)).json.code).toBe('outOfScope')
    const own = await request({}, northern)
    expect((await listed(own)).length).toBe(3)
    const foreign = (await listed(all)).find((one: { store: string }) => one.store === 'M2')
    expect((await get(`/enrolments/${foreign.id}`, northern)).status).toBe(404)
    await found(all, { M2: [B] })
    const many = await post(
      '/enrolments/confirm',
      { enrolments: [{ id: foreign.id, fingerprints: [fB] }] },
      northern,
    )
    expect(many.json).toMatchObject({ confirmed: 0, notConfirmed: [{ code: 'notFound' }] })
    expect((await post('/host-keys/retire', { store: 'M2', fingerprint: fA }, northern)).json.code).toBe(
      'outOfScope',
    )
    expect((await get('/host-keys', northern)).json.items.length).toBe(3)
  })
})

describe('deciding', () => {
  test('what was found beside what is pinned; only what is named is pinned', async () => {
    const id = await request({ what: 'storeServers' })
    await found(id, { M1: [B, C], M2: [B] })
    const [one, two] = (await listed(id)).sort((a: { store: string }, b: { store: string }) =>
      a.store < b.store ? -1 : 1,
    )
    expect(one).toMatchObject({
      ...{ store: 'M1', state: 'shown', verdict: 'new', pinned: [], allowed: ['confirm', 'refuse'] },
      found: [
        { type: 'ssh-ed25519', bits: 256, fingerprint: fB, isPinned: false },
        { fingerprint: fC, isPinned: false },
      ],
    })
    expect(two).toMatchObject({ verdict: 'changed', pinned: [{ fingerprint: fA }] })
    const missing = await post(`/enrolments/${one.id}/confirm`, {})
    expect([missing.status, missing.json.code]).toEqual([422, 'fieldInvalid'])
    const wrong = await post(`/enrolments/${one.id}/confirm`, { fingerprints: [fA] })
    expect([wrong.status, wrong.json.code, wrong.json.path]).toEqual([
      422,
      'fingerprintUnknown',
      'fingerprints',
    ])
    const done = await post(`/enrolments/${one.id}/confirm`, { fingerprints: [fC] })
    expect(done.json).toMatchObject({
      state: 'confirmed',
      decidedBy: 'night operator',
      pinned: [{ fingerprint: fC }],
    })
    const again = await post(`/enrolments/${one.id}/confirm`, { fingerprints: [fC] })
    expect([again.status, again.json]).toMatchObject([
      409,
      { code: 'notAllowed', state: 'confirmed', allowed: [] },
    ])
    const added = await post(`/enrolments/${two.id}/confirm`, { fingerprints: [fB], mode: 'add' })
    expect(added.json.pinned.map((key: { fingerprint: string }) => key.fingerprint)).toEqual([fA, fB])
  })

  test('refused: nothing is pinned', async () => {
    const id = await request({ stores: ['M1'], what: 'storeServers' })
    await found(id, { M1: [B] })
    const [one] = await listed(id)
    const reply = await post(`/enrolments/${one.id}/refuse`, { why: 'nobody knows this key' })
    expect(reply.json).toMatchObject({ state: 'refused', pinned: [] })
  })

  test('a file of what people read aloud in the stores: those are pinned, and every other host is named', async () => {
    const id = await request()
    await found(id, { M1: [B, C], T1: [A], T2: [C], M2: [C] })
    const file = `store,cashId,fingerprint\nM1,,${fB}\nM1;T1;${fA}\nM1,T2,${fA}\n`
    const bad = await post('/enrolments/confirm', { request: id, file: `${file}M1,T1,SHA256:x\n` })
    expect([bad.status, bad.json.errors]).toMatchObject([422, [{ path: 'file.5', detail: 'fingerprint' }]])
    const preview = await post('/enrolments/confirm', { request: id, file, preview: true })
    expect(preview.json).toMatchObject({ preview: true, confirmed: 0, passedOver: [{ cashId: 'T2' }, {}] })
    expect(preview.json.wouldPin).toMatchObject([
      { store: 'M1', cashId: null, fingerprints: [fB] },
      { store: 'M1', cashId: 'T1', fingerprints: [fA] },
    ])
    expect(await office.count("enrolment WHERE state = 'confirmed'")).toBe(0)
    const reply = await post('/enrolments/confirm', { request: id, file })
    expect(reply.json).toMatchObject({ confirmed: 2, notConfirmed: [] })
    expect(reply.json.passedOver).toMatchObject([
      { store: 'M1', cashId: 'T2', found: [fC], inFile: [fA] },
      { store: 'M2', cashId: null, inFile: [] },
    ])
    const { hostKeys } = await office.db.prisma.store.findUniqueOrThrow({ where: { code: 'M1' } })
    expect(hostKeys).toEqual([B])
  })

  test('requests that wait for a person are told whole, however many hosts there are, and only to who may see them', async () => {
    const waiting = async (token?: string) => (await get('/enrolments/requests', token)).json.items
    const first = await request({ stores: ['M1'], what: 'storeServers' })
    const second = await request({ stores: ['M2'], what: 'storeServers' })
    expect(await waiting()).toEqual([])
    await found(first, { M1: [B] })
    await found(second, { M2: [B] })
    expect(await waiting()).toMatchObject([
      { id: second, shown: 1, requestedBy: 'night operator' },
      { id: first, shown: 1 },
    ])
    expect(await waiting(northern)).toMatchObject([{ id: first }])
    const [one] = await listed(second)
    await post(`/enrolments/${one.id}/refuse`, {})
    expect((await waiting()).map(({ id }: { id: string }) => id)).toEqual([first])
  })

  test('fifty who confirm one at once: it is pinned once', async () => {
    const id = await request({ stores: ['M1'], what: 'storeServers' })
    await found(id, { M1: [B] })
    const [one] = await listed(id)
    const before = await office.count("event WHERE code = 'hostKeyEnrolled'")
    const confirm = () => post(`/enrolments/${one.id}/confirm`, { fingerprints: [fB] })
    const replies = await Promise.all(Array.from({ length: 50 }, confirm))
    expect(replies.filter((reply) => reply.status === 200).length).toBe(1)
    expect(await office.count("event WHERE code = 'hostKeyEnrolled'")).toBe(before + 1)
  })
})

describe('pinned keys', () => {
  test('listed with their fingerprints; a host that shows another one until somebody decides', async () => {
    const all = (await get('/host-keys')).json.items
    expect(all.map((one: { store: string; cashId: string | null }) => [one.store, one.cashId])).toEqual([
      ['M1', null],
      ['M1', 'T1'],
      ['M1', 'T2'],
      ['M2', null],
      ['M2', 'T3'],
    ])
    expect((await get('/host-keys?state=unpinned')).json.items.length).toBe(4)
    expect((await get('/host-keys?state=changed')).json.items).toEqual([])
    await tellChangedKey(office.db, { store: { host: 'store2', port: 22 }, shown: fB }, 'worker')
    await tellChangedKey(office.db, { store: { host: 'store2', port: 22 }, shown: fA }, 'worker')
    // A device that has no key of a pinned type at all.
    await office.db.pool.query("UPDATE device SET host_keys = '{rubbish}' WHERE cash_id = 'T2'")
    const t2 = { store: { host: 'store1', port: 22 }, device: { host: '10.0.0.8', port: 22 }, shown: '' }
    await Promise.all([1, 2, 3].map(() => tellChangedKey(office.db, t2, 'worker')))
    const [device] = (await get('/host-keys?state=changed&store=M1')).json.items
    expect(device).toMatchObject({ cashId: 'T2', alarms: [{ shown: null, seen: 3 }] })
    await office.db.pool.query("DELETE FROM host_key_alarm WHERE shown = ''")
    const changed = (await get('/host-keys?state=changed')).json.items
    expect(changed).toMatchObject([
      { store: 'M2', cashId: null, changed: true, alarms: [{ shown: fB, seen: 1 }] },
    ])
    const id = await request({ stores: ['M2'], what: 'storeServers' })
    await found(id, { M2: [B] })
    const [one] = await listed(id)
    await post(`/enrolments/${one.id}/confirm`, { fingerprints: [fB] })
    expect((await get('/host-keys?state=changed')).json.items).toEqual([])
    const pinned = (await get('/host-keys?store=M2')).json.items[0]
    expect(pinned.keys).toMatchObject([{ fingerprint: fB, confirmedAt: expect.any(String) }])
  })

  test('the last key of a host is not retired', async () => {
    const last = await post('/host-keys/retire', { store: 'M2', fingerprint: fA })
    expect([last.status, last.json.code]).toEqual([409, 'lastHostKey'])
    await office.db.pool.query("UPDATE store SET host_keys = $1 WHERE code = 'M2'", [[A, B]])
    const done = await post('/host-keys/retire', { store: 'M2', fingerprint: fA })
    expect(done.json.keys).toMatchObject([{ fingerprint: fB }])
    const nobody = await post('/host-keys/retire', { cashId: 'T9', fingerprint: fA })
    expect([nobody.status, nobody.json.code]).toEqual([422, 'hostUnknown'])
  })

  test('a known_hosts file: a preview, then exactly that, or nothing', async () => {
    const file = `store1 ${B}\nstore2 ${C}\n10.0.0.8 ${C}\nelsewhere ${C}\n@revoked * ${A}\nbroken\n`
    const body = { format: 'knownHosts', text: file }
    const preview = await post('/host-keys/import', body)
    expect(preview.status).toBe(200)
    expect(preview.json).toMatchObject({
      preview: true,
      changes: [
        { store: 'M1', cashId: null, verdict: 'new', after: [{ fingerprint: fB }], lines: [1] },
        { store: 'M1', cashId: 'T2', verdict: 'new' },
      ],
      contradictions: [{ store: 'M2', verdict: 'contradicts', lines: [2] }],
      unmatched: [4],
      pinnedRevoked: [{ store: 'M2', key: { fingerprint: fA } }],
    })
    expect(
      preview.json.faults.map((one: { line: number; problem: string }) => [one.line, one.problem]),
    ).toEqual([
      [5, 'keyRevoked'],
      [6, 'lineUnreadable'],
    ])
    const { previewHash } = preview.json
    // Somebody else pins meanwhile: what was shown is not what would be done.
    await office.db.pool.query("UPDATE device SET host_keys = $1 WHERE cash_id = 'T2'", [[A]])
    const late = await post('/host-keys/import', { ...body, previewHash })
    expect([late.status, late.json.code]).toEqual([409, 'previewDiffers'])
    expect((await office.db.prisma.store.findUniqueOrThrow({ where: { code: 'M1' } })).hostKeys).toEqual([])
    await office.db.pool.query("UPDATE device SET host_keys = '{}' WHERE cash_id = 'T2'")
    const done = await post('/host-keys/import', { ...body, previewHash })
    expect(done.json).toMatchObject({ preview: false, pinned: 2 })
    expect((await office.db.prisma.store.findUniqueOrThrow({ where: { code: 'M1' } })).hostKeys).toEqual([B])
    const kept = (await listed(done.json.requestId)) as { source: string; state: string }[]
    expect(kept.map((one) => [one.source, one.state])).toEqual([
      ['knownHosts', 'confirmed'],
      ['knownHosts', 'confirmed'],
    ])
    expect((await post('/host-keys/import', body, reader)).status).toBe(403)
  })

  test('a list by store and cash id, in place of what is pinned', async () => {
    const body = { format: 'csv', text: `store,cashId,key\nM2,,${C}\nM2,T3,${B}\n`, mode: 'replace' }
    const preview = await post('/host-keys/import', body)
    expect(preview.json.changes).toMatchObject([{ verdict: 'contradicts', cashId: null }, { cashId: 'T3' }])
    const done = await post('/host-keys/import', { ...body, previewHash: preview.json.previewHash })
    expect(done.json.pinned).toBe(2)
    expect((await office.db.prisma.store.findUniqueOrThrow({ where: { code: 'M2' } })).hostKeys).toEqual([C])
  })
})

describe('a device’s own key', () => {
  test('made where it fetches by sftp; its line is shown for a person; revoked', async () => {
    await office.db.pool.query(
      "UPDATE store SET package_url = 'sftp://dist@10.0.0.1/p'; UPDATE device SET host_keys = ARRAY['x'] WHERE cash_id IN ('T1', 'T3')",
    )
    const made = await post('/enrolments', { what: 'deviceKeys' })
    expect(made.json).toMatchObject({ enrolments: 2 })
    expect(made.json.leftOut).toEqual(
      expect.arrayContaining([
        { cashId: 'T2', reason: 'hostKeyUnknown' },
        { cashId: 'T4', reason: 'noAddress' },
      ]),
    )
    await found(made.json.requestId, { T1: [A] })
    const one = (await listed(made.json.requestId)).find((row: { cashId: string }) => row.cashId === 'T1')
    expect(one.line).toBe(`restrict ${A} nightshift:T1`)
    expect((await post('/devices/T1/key/revoke')).json.code).toBe('noOwnKey')
    const confirmed = await post(`/enrolments/${one.id}/confirm`, { fingerprints: [fA] })
    expect(confirmed.json.state).toBe('confirmed')
    const device = (await get('/devices/T1')).json
    expect(device).toMatchObject({ publicKey: A, hostKeys: ['x'] })
    expect((await post('/devices/T1/key/revoke')).status).toBe(202)
    expect((await post('/devices/T9/key/revoke')).status).toBe(404)
  })
})

describe('a thousand stores at once', () => {
  test('imported, shown and confirmed from a file in good time', async () => {
    const stores = Array.from({ length: 1000 }, (_, i) =>
      store(`B${i}`, [till(`B${i}-1`)], { host: `b${i}.example` }),
    )
    expect((await office.ask('POST', '/fleet', { json: { stores } })).status).toBeLessThan(300)
    const keys = stores.map(() => newKeyPair().publicLine)
    const text = stores.map((one, i) => `${one.host} ${keys[i]}\n`).join('')
    const began = performance.now()
    const preview = await post('/host-keys/import', { format: 'knownHosts', text })
    expect(preview.json.changes.length).toBe(1000)
    const done = await post('/host-keys/import', {
      ...{ format: 'knownHosts', text, previewHash: preview.json.previewHash },
    })
    expect(done.json.pinned).toBe(1000)
    expect(performance.now() - began).toBeLessThan(40_000)
    expect((await get('/host-keys?state=unpinned&limit=10000')).json.items.length).toBeGreaterThanOrEqual(
      1000,
    )
  })
})

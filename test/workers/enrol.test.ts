/** Enrolments as they are carried out: claimed, found at simulated hosts, shown, decided; and devices' own keys. */
import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimCommands } from '../../src/db/command-claims.ts'
import { addCommands } from '../../src/db/commands.ts'
import { inTransaction } from '../../src/db/database.ts'
import { claimEnrolments, expireEnrolments, revokeRemoved } from '../../src/db/enrolment-claims.ts'
import { confirmEnrolment, refuseEnrolment } from '../../src/db/enrolment-decisions.ts'
import {
  findEnrolment,
  type NewEnrolments,
  readShown,
  requestEnrolments,
  requestRevocation,
} from '../../src/db/enrolments.ts'
import { takeErrand } from '../../src/db/errands.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { readInventory } from '../../src/db/fleet-state.ts'
import { tellChangedKey } from '../../src/db/host-key-alarms.ts'
import { retireKey } from '../../src/db/host-keys.ts'
import { removeFromFleet } from '../../src/db/remove-fleet.ts'
import { readEvening } from '../../src/db/report-facts.ts'
import { readReportHead } from '../../src/db/report-rollouts.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { evening } from '../../src/rollout/report/evening.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { type Bench, openBench } from '../device/bench.ts'
import { until } from '../support/until.ts'

let bench: Bench
const TILLS = ['50001002', '50001003', '50001004']
const [FIRST = '', SECOND = ''] = TILLS
let storeKeys: string[]
let deviceKeys: Map<string, string[]>
beforeAll(async () => {
  bench = await openBench()
  storeKeys = (await bench.db.prisma.store.findFirstOrThrow()).hostKeys
  deviceKeys = new Map((await bench.db.prisma.device.findMany()).map((one) => [one.cashId, one.hostKeys]))
})
afterAll(() => bench.close())

const store = () => bench.db.prisma.store.findFirstOrThrow()
const device = (cashId: string) => bench.db.prisma.device.findUniqueOrThrow({ where: { cashId } })
const unpin = () =>
  bench.db.pool.query("UPDATE device SET host_keys = '{}'; UPDATE store SET host_keys = '{}'")
const pinAll = async () => {
  await bench.db.pool.query('UPDATE store SET host_keys = $1', [storeKeys])
  for (const [cashId, keys] of deviceKeys)
    await bench.db.pool.query('UPDATE device SET host_keys = $2 WHERE cash_id = $1', [cashId, keys])
}
beforeEach(pinAll)
afterEach(async () => {
  for (const table of ['enrolment', 'host_key_alarm', 'command', 'step_run', 'device_update'])
    await bench.db.pool.query(`DELETE FROM ${table}`)
  await bench.db.pool.query(
    'UPDATE device SET removed_at = NULL, public_key = NULL, key_authorised_at = NULL; UPDATE store SET device_keys_file = NULL',
  )
})

const ask = async (what: NewEnrolments['what'], more: Partial<NewEnrolments> = {}) => {
  const wanted = { what, selection: {}, storeGroups: null, renew: false, requestedBy: 'Анна', ...more }
  const made = await requestEnrolments(bench.db, wanted, false)
  if (made === 'outOfScope') throw new Error('out of scope')
  return made
}
const claim = (limit = 100) => claimEnrolments(bench.leader, limit, 20)
const rows = async (requestId: string) =>
  (await bench.db.prisma.enrolment.findMany({ where: { requestId }, include: { device: true } })).map(
    (row) => ({
      ...row,
      cashId: row.device?.cashId ?? null,
    }),
  )
/** Claims what may begin, again and again, until nothing of the request waits for a worker. */
const carryOut = (requestId: string, idle: readonly string[] = []) =>
  until(
    async () => {
      await enqueue(bench.queues, await claim())
      const now = await rows(requestId)
      return (
        now.every(
          (row) => row.state !== 'running' && (row.state !== 'waiting' || idle.includes(row.cashId ?? '')),
        ) && now
      )
    },
    { within: 40_000, label: 'carried out' },
  )
const events = async (code: string) =>
  (await bench.db.prisma.event.findMany({ where: { code }, orderBy: { id: 'desc' } })).map(
    ({ actor, params }) => ({
      actor,
      params,
    }),
  )
const shownOf = async (requestId: string) => readShown(bench.db.pool, requestId, null)

describe('host keys', () => {
  test('the store server first; devices wait until its key is confirmed, then come through it', async () => {
    await unpin()
    const { requestId, enrolments } = await ask('both')
    expect(enrolments).toBe(4)
    const before = await carryOut(requestId, TILLS)
    const own = before.find((row) => row.deviceId === null)
    expect(own).toMatchObject({ state: 'shown', keys: storeKeys, host: '127.0.0.1' })
    expect(before.filter((row) => row.deviceId !== null).map((row) => row.state)).toEqual([
      'waiting',
      'waiting',
      'waiting',
    ])
    const waiting = before.find((row) => row.cashId === FIRST)
    expect(await findEnrolment(bench.db.pool, waiting?.id ?? '')).toMatchObject({ waitsForStore: true })

    const fingerprints = storeKeys.map(fingerprintOf)
    expect(
      await confirmEnrolment(bench.db, { id: own?.id ?? '', fingerprints, mode: 'replace' }, 'Пётр'),
    ).toBe('done')
    expect((await store()).hostKeys).toEqual(storeKeys)
    await carryOut(requestId)
    for (const row of await shownOf(requestId)) {
      expect(row.keys).toEqual(deviceKeys.get(row.cashId ?? ''))
      expect(row.pinned).toEqual([])
      const one = { id: row.id, fingerprints: row.keys.map(fingerprintOf), mode: 'replace' } as const
      expect(await confirmEnrolment(bench.db, one, 'Пётр')).toBe('done')
      expect((await device(row.cashId ?? '')).hostKeys).toEqual(row.keys)
    }
    expect((await events('hostKeyEnrolled')).length).toBe(4)
    // All is pinned: the fleet is spoken to again.
    const look = await addCommands(bench.db, {
      ...{ kind: 'look', requestedBy: 'Анна', notAfterSeconds: 60, deviceIds: [await bench.deviceId(FIRST)] },
    })
    await enqueue(bench.queues, await claimCommands(bench.leader, 9, 20))
    await until(
      async () =>
        (await bench.db.prisma.command.findFirstOrThrow({ where: { requestId: look } })).state === 'done',
      { within: 20_000, label: 'the look is done' },
    )
  })

  test('nothing is pinned but what the person named; who decides second is refused', async () => {
    await unpin()
    const { requestId } = await ask('storeServers')
    await carryOut(requestId)
    const [row] = await shownOf(requestId)
    const id = row?.id ?? ''
    const named = (fingerprints: string[]) =>
      confirmEnrolment(bench.db, { id, fingerprints, mode: 'replace' }, 'Пётр')
    expect(await named([fingerprintOf(newKeyPair().publicLine)])).toBe('fingerprintUnknown')
    expect(await named([...storeKeys.map(fingerprintOf), 'SHA256:x'])).toBe('fingerprintUnknown')
    expect(await named([])).toBe('fingerprintUnknown')
    expect((await store()).hostKeys).toEqual([])
    await bench.db.pool.query('UPDATE store SET port = port + 1')
    expect(await named(storeKeys.map(fingerprintOf))).toBe('hostMoved')
    await bench.db.pool.query('UPDATE store SET port = port - 1')
    const both = await Promise.all([named(storeKeys.map(fingerprintOf)), named(storeKeys.map(fingerprintOf))])
    expect(both.sort()).toEqual(['done', 'notAllowed'])
    expect((await events('hostKeyEnrolled'))[0]?.actor).toBe('Пётр')
  })

  test('a rotation: the new key is added, both hold, the old one is retired; the last one stays', async () => {
    const next = newKeyPair().publicLine
    const host = { storeId: (await store()).id, deviceId: null }
    await bench.db.pool.query('UPDATE store SET host_keys = $1', [[next]])
    const { requestId } = await ask('storeServers')
    const [row] = await carryOut(requestId)
    const fingerprints = storeKeys.map(fingerprintOf)
    await confirmEnrolment(bench.db, { id: row?.id ?? '', fingerprints, mode: 'add' }, 'Пётр')
    expect((await store()).hostKeys).toEqual([next, ...storeKeys])
    const retire = (fingerprint: string) => retireKey(bench.db, { host, fingerprint, actor: 'Пётр' })
    expect(await retire('SHA256:x')).toBe('keyUnknown')
    expect(await retire(fingerprintOf(next))).toBe('retired')
    expect((await store()).hostKeys).toEqual(storeKeys)
    expect(await retire(fingerprints[0] ?? '')).toBe('lastKey')
    expect((await store()).hostKeys).toEqual(storeKeys)
  })

  test('asked for again: the former request’s are over; refused: nothing is pinned', async () => {
    const one = await ask('devices')
    const two = await ask('devices', { selection: { cashIds: [FIRST] } })
    const states = (await rows(one.requestId)).map((row) => [row.cashId, row.state])
    expect(Object.fromEntries(states)).toMatchObject({ [FIRST]: 'expired', [SECOND]: 'waiting' })
    const [row] = await carryOut(two.requestId)
    await bench.db.pool.query("UPDATE device SET host_keys = '{}' WHERE cash_id = $1", [FIRST])
    expect(await refuseEnrolment(bench.db, { id: row?.id ?? '', why: 'nobody was told' }, 'Пётр')).toBe(
      'done',
    )
    expect((await device(FIRST)).hostKeys).toEqual([])
    expect(await refuseEnrolment(bench.db, { id: row?.id ?? '' }, 'Пётр')).toBe('notAllowed')
    expect((await events('hostKeyRefused'))[0]?.params).toMatchObject({ why: 'nobody was told' })
  })

  test('only hosts without a key; nobody of another group; devices without address are left out', async () => {
    await bench.db.pool.query("UPDATE device SET host_keys = '{}' WHERE cash_id = $1", [FIRST])
    expect((await ask('both', { selection: { unpinned: true } })).enrolments).toBe(1)
    expect((await ask('both', { storeGroups: ['north'] })).enrolments).toBe(0)
    const named = { what: 'both', selection: { cashIds: [FIRST] }, storeGroups: ['north'] } as const
    expect(await requestEnrolments(bench.db, { ...named, renew: false, requestedBy: 'x' }, true)).toBe(
      'outOfScope',
    )
    const { host } = await device(FIRST)
    await bench.db.pool.query('UPDATE device SET host = NULL WHERE cash_id = $1', [FIRST])
    expect((await ask('devices')).leftOut).toEqual([{ cashId: FIRST, reason: 'noAddress' }])
    await bench.db.pool.query('UPDATE device SET host = $2 WHERE cash_id = $1', [FIRST, host])
  })

  test('a claim is taken once; a lost one is given back, and what nobody decides expires', async () => {
    const { requestId } = await ask('storeServers')
    const [made] = await claim()
    expect(made).toMatchObject({ step: 'enrol', generation: 1 })
    expect(await takeErrand(bench.db.pool, 'enrolment', made as never, 'w', 20)).toBe(true)
    expect(await takeErrand(bench.db.pool, 'enrolment', made as never, 'w', 20)).toBe(false)
    await bench.db.pool.query("UPDATE enrolment SET lease_until = now() - interval '1 s'")
    expect(await expireEnrolments(bench.leader)).toBe(1)
    expect((await rows(requestId))[0]).toMatchObject({
      state: 'waiting',
      attempts: 1,
      reason: 'leaseExpired',
    })
    await bench.db.pool.query("UPDATE enrolment SET not_after = now() - interval '1 s'")
    expect(await expireEnrolments(bench.leader)).toBe(1)
    expect((await rows(requestId))[0]?.state).toBe('expired')
    expect((await events('enrolmentEnded'))[0]?.params).toMatchObject({ what: 'hostKeys', state: 'expired' })
  })

  test('nobody answers: tried again; a device that is off holds nobody up', async () => {
    const off = bench.fleet.devices.find((one) => one.cashId === FIRST)
    await off?.setOff(true)
    const { requestId } = await ask('devices')
    const now = await carryOut(requestId, [FIRST])
    await off?.setOff(false)
    expect(now.filter((row) => row.state === 'shown').length).toBe(TILLS.length - 1)
    expect(now.find((row) => row.cashId === FIRST)).toMatchObject({ state: 'waiting', reason: 'tillOffline' })
  })
})

describe('a key that changed', () => {
  const look = async (cashId: string) => {
    const deviceIds = [await bench.deviceId(cashId)]
    const asked = { kind: 'look', requestedBy: 'Анна', notAfterSeconds: 60, deviceIds } as const
    const requestId = await addCommands(bench.db, asked)
    await enqueue(bench.queues, await claimCommands(bench.leader, 9, 20))
    return until(
      async () => {
        const row = await bench.db.prisma.command.findFirstOrThrow({ where: { requestId } })
        return row.finishedAt !== null && row
      },
      { within: 20_000, label: 'the look has ended' },
    )
  }
  const alarms = () => bench.db.prisma.hostKeyAlarm.findMany()

  test('of a device: one alarm an hour, open until somebody has decided', async () => {
    const wrong = newKeyPair().publicLine
    const before = (await events('hostKeyChanged')).length
    await bench.db.pool.query('UPDATE device SET host_keys = $2 WHERE cash_id = $1', [FIRST, [wrong]])
    expect(await look(FIRST)).toMatchObject({ state: 'failed', reason: 'hostKeyChanged' })
    await look(FIRST)
    const [alarm, ...others] = await alarms()
    expect(others).toEqual([])
    const shown = fingerprintOf(deviceKeys.get(FIRST)?.[0] ?? '')
    expect(alarm).toMatchObject({ deviceId: await bench.deviceId(FIRST), shown, seen: 2, settledAt: null })
    expect((await events('hostKeyChanged')).length).toBe(before + 1)
    expect((await events('hostKeyChanged'))[0]?.params).toMatchObject({
      shown,
      host: expect.stringContaining(FIRST),
    })
    // After an hour it is told again.
    await bench.db.pool.query("UPDATE host_key_alarm SET told_at = now() - interval '61 minutes'")
    await look(FIRST)
    expect((await events('hostKeyChanged')).length).toBe(before + 2)

    const { requestId } = await ask('devices', { selection: { cashIds: [FIRST] } })
    const [row] = await carryOut(requestId)
    await confirmEnrolment(bench.db, { id: row?.id ?? '', fingerprints: [shown], mode: 'replace' }, 'Пётр')
    expect((await alarms())[0]).toMatchObject({ settledBy: 'Пётр' })
    expect((await look(FIRST)).state).toBe('done')
  })

  test('stands in the evening list as what is in the way, until it was answered again or settled', async () => {
    const updateId = await bench.addRow(FIRST, { state: 'ready' })
    const { rolloutId } = await bench.db.prisma.deviceUpdate.findUniqueOrThrow({ where: { id: updateId } })
    await bench.db.pool.query('UPDATE rollout SET started_at = now() WHERE id = $1', [rolloutId])
    const causeOf = async () => {
      const head = await readReportHead(bench.db.pool, rolloutId)
      if (head === undefined) throw new Error('no rollout')
      const now = Date.now()
      const { facts } = await readEvening(bench.db.pool, head, { now, timeZone: null })
      const device = evening(facts).stores.flatMap((one) => one.devices)[0]
      return [device?.group, device?.causes[0]?.code, device?.causes[0]?.owner]
    }
    const { host, port } = await store()
    await look(FIRST)
    expect((await causeOf())[0]).not.toBe('unreachable')
    await tellChangedKey(
      bench.db,
      { store: { host, port }, shown: fingerprintOf(newKeyPair().publicLine) },
      'w',
    )
    expect(await causeOf()).toEqual(['unreachable', 'hostKeyChanged', 'store'])
    await bench.db.pool.query('UPDATE host_key_alarm SET settled_at = now()')
    expect((await causeOf())[0]).not.toBe('unreachable')
  })

  test('of the store server: its own alarm, whatever was to be done behind it', async () => {
    await bench.db.pool.query('UPDATE store SET host_keys = $1', [[newKeyPair().publicLine]])
    expect(await look(SECOND)).toMatchObject({ state: 'failed', reason: 'hostKeyChanged' })
    expect(await alarms()).toMatchObject([{ deviceId: null, shown: fingerprintOf(storeKeys[0] ?? '') }])
    const { requestId } = await ask('storeServers')
    const [row] = await carryOut(requestId)
    await refuseEnrolment(bench.db, { id: row?.id ?? '', why: 'an engineer drives there' }, 'Пётр')
    expect((await alarms())[0]?.settledBy).toBe('Пётр')
    // Refused is no pin: it is told of again at the next try.
    await look(SECOND)
    expect((await alarms()).filter((one) => one.settledAt === null).length).toBe(1)
  })
})

describe('a device’s own key', () => {
  const FOREIGN = '# tills\nrestrict ssh-ed25519 AAAAfromsomebody another\n'
  let file: string
  beforeEach(async () => {
    const [sim] = bench.fleet.stores
    file = path.join(sim?.options.root ?? '', 'device_keys')
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, FOREIGN)
    await bench.db.pool.query(
      "UPDATE store SET package_url = 'sftp://dist@10.0.0.1:2022/packages', device_keys_file = $1",
      [file],
    )
  })

  const till = () => bench.fleet.devices.find((one) => one.cashId === FIRST)
  const make = async (renew = false) => {
    const { requestId } = await ask('deviceKeys', { renew, selection: { cashIds: [FIRST] } })
    const [row] = await carryOut(requestId)
    return row
  }

  test('is made there, written down at the store server beside what others wrote, and made once', async () => {
    expect(await make()).toMatchObject({ state: 'confirmed', kind: 'deviceKey' })
    const { publicKey, keyAuthorisedAt, generation } = await device(FIRST)
    expect(publicKey).toBe(till()?.state.ownKey?.publicKey)
    expect(keyAuthorisedAt).not.toBeNull()
    expect(await readFile(file, 'utf8')).toBe(`${FOREIGN}restrict ${publicKey} nightshift:${FIRST}\n`)
    expect(till()?.state.knownHosts).toBe(storeKeys.map((key) => `[10.0.0.1]:2022 ${key}\n`).join(''))
    expect(till()?.state.generation).toBe(generation)
    const { ino } = await stat(file)
    expect(await make()).toMatchObject({ state: 'confirmed' })
    expect((await device(FIRST)).publicKey).toBe(publicKey)
    expect((await stat(file)).ino).toBe(ino)
    // Renewed: the old line is gone with the old key.
    await make(true)
    const renewed = (await device(FIRST)).publicKey
    expect(renewed).not.toBe(publicKey)
    expect(await readFile(file, 'utf8')).toBe(`${FOREIGN}restrict ${renewed} nightshift:${FIRST}\n`)
  })

  test('a line that nobody understands is refused, for a person to see; nothing is changed', async () => {
    const theirs = `${FOREIGN}restrict sk-ssh-ed25519@openssh.com AAAA nightshift:${FIRST}\n`
    await writeFile(file, theirs)
    const row = await make()
    expect(row).toMatchObject({ state: 'failed', reason: 'contractViolation' })
    expect(JSON.stringify(row?.params)).toContain('keyLineUnclear line=3')
    expect(await readFile(file, 'utf8')).toBe(theirs)
    expect((await device(FIRST)).keyAuthorisedAt).toBeNull()
  })

  test('renewed while its store server cannot be written: it goes on with the old one', async () => {
    await make()
    const { publicKey } = await device(FIRST)
    // A folder in the way of what is written beside.
    await mkdir(`${file}.part`)
    const { requestId } = await ask('deviceKeys', { renew: true, selection: { cashIds: [FIRST] } })
    await enqueue(bench.queues, await claim())
    await until(async () => (await rows(requestId))[0]?.attempts === 1, { within: 20_000, label: 'tried' })
    expect(till()?.state.ownKey?.publicKey).toBe(publicKey)
    expect(await device(FIRST)).toMatchObject({ publicKey, keyAuthorisedAt: expect.any(Date) })
    expect(await readFile(file, 'utf8')).toBe(`${FOREIGN}restrict ${publicKey} nightshift:${FIRST}\n`)
    await rmdir(`${file}.part`)
    await bench.db.pool.query('UPDATE enrolment SET not_before = NULL')
    expect((await carryOut(requestId))[0]?.state).toBe('confirmed')
    const renewed = till()?.state.ownKey?.publicKey
    expect(renewed).not.toBe(publicKey)
    expect((await device(FIRST)).publicKey).toBe(renewed)
    expect(await readFile(file, 'utf8')).toBe(`${FOREIGN}restrict ${renewed} nightshift:${FIRST}\n`)
  })

  test('renewed where no file is ours: it changes when a person says that the new line is there', async () => {
    await bench.db.pool.query('UPDATE store SET device_keys_file = NULL')
    const first = await make()
    const say = (row: typeof first) => {
      const fingerprints = row?.keys.map(fingerprintOf) ?? []
      return confirmEnrolment(bench.db, { id: row?.id ?? '', fingerprints, mode: 'replace' }, 'Пётр')
    }
    await say(first)
    const { publicKey } = await device(FIRST)
    const shown = await make(true)
    expect(shown?.state).toBe('shown')
    const [next] = shown?.keys ?? []
    expect(next).not.toBe(publicKey)
    // Until then it fetches as before, and nobody says otherwise.
    expect(till()?.state.ownKey?.publicKey).toBe(publicKey)
    expect(await device(FIRST)).toMatchObject({ publicKey, keyAuthorisedAt: expect.any(Date) })
    expect(await say(shown)).toBe('done')
    expect(till()?.state.ownKey?.publicKey).toBe(publicKey)
    const all = await carryOut(shown?.requestId ?? '')
    expect(all.map((row) => row.state)).toEqual(['confirmed', 'confirmed'])
    expect(till()?.state.ownKey?.publicKey).toBe(next)
    expect(await device(FIRST)).toMatchObject({ publicKey: next, keyAuthorisedAt: expect.any(Date) })
    expect((await events('deviceKeyAuthorised'))[0]?.params).toMatchObject({
      fingerprint: fingerprintOf(next ?? ''),
    })
  })

  test('two devices of one store write one file, one after the other', async () => {
    const { requestId } = await ask('deviceKeys')
    const claimed = await claim()
    expect(claimed.length).toBe(1)
    expect(await claim()).toEqual([])
    await enqueue(bench.queues, claimed)
    expect((await carryOut(requestId)).map((row) => row.state)).toEqual(TILLS.map(() => 'confirmed'))
    const text = await readFile(file, 'utf8')
    for (const cashId of TILLS) expect(text).toContain(` nightshift:${cashId}\n`)
    expect(text.startsWith(FOREIGN)).toBe(true)
  })

  test('where no file is ours, its line is shown, and a person says that it is there', async () => {
    await bench.db.pool.query('UPDATE store SET device_keys_file = NULL')
    const row = await make()
    expect(row?.state).toBe('shown')
    expect((await device(FIRST)).keyAuthorisedAt).toBeNull()
    const fingerprints = row?.keys.map(fingerprintOf) ?? []
    expect(
      await confirmEnrolment(bench.db, { id: row?.id ?? '', fingerprints, mode: 'replace' }, 'Пётр'),
    ).toBe('done')
    expect((await device(FIRST)).keyAuthorisedAt).not.toBeNull()
    // A device's own key is no host key.
    expect((await device(FIRST)).hostKeys).toEqual(deviceKeys.get(FIRST))
    expect(await readFile(file, 'utf8')).toBe(FOREIGN)
  })

  test('waits while the device is changed, and is left out where it is not needed', async () => {
    const deviceIds = [await bench.deviceId(FIRST)]
    await addCommands(bench.db, { kind: 'closeShift', requestedBy: 'x', notAfterSeconds: 60, deviceIds })
    await claimCommands(bench.leader, 9, 20)
    await ask('deviceKeys', { selection: { cashIds: [FIRST] } })
    expect(await claim()).toEqual([])
    await bench.db.pool.query('DELETE FROM command')
    expect((await claim()).length).toBe(1)
    await bench.db.pool.query("UPDATE store SET package_url = 'http://10.0.0.1/packages'")
    const { enrolments, leftOut } = await ask('deviceKeys')
    expect([enrolments, leftOut.map((one) => one.reason)]).toEqual([0, TILLS.map(() => 'notNeeded')])
  })

  test('revoked by a person, and by itself when the device leaves the fleet', async () => {
    await make()
    expect(await requestRevocation(bench.db, 'nobody', 'Пётр')).toBeUndefined()
    expect(await requestRevocation(bench.db, SECOND, 'Пётр')).toBeNull()
    const requestId = (await requestRevocation(bench.db, FIRST, 'Пётр')) ?? ''
    expect((await carryOut(requestId))[0]).toMatchObject({ state: 'confirmed', kind: 'revokeKey' })
    expect(await readFile(file, 'utf8')).toBe(FOREIGN)
    expect(await device(FIRST)).toMatchObject({ publicKey: null, keyAuthorisedAt: null })

    await make()
    await bench.db.pool.query('UPDATE device SET removed_at = now() WHERE cash_id = $1', [FIRST])
    expect(await revokeRemoved(bench.leader)).toBe(1)
    expect(await revokeRemoved(bench.leader)).toBe(0)
    const [revoked] = await bench.db.prisma.enrolment.findMany({
      where: { kind: 'revokeKey', state: 'waiting' },
    })
    await carryOut(revoked?.requestId ?? '')
    expect(await readFile(file, 'utf8')).toBe(FOREIGN)
    expect((await device(FIRST)).publicKey).toBeNull()
    expect((await events('deviceKeyRevoked')).length).toBe(2)
  })

  const leave = (isGone: boolean) =>
    bench.db.pool.query('UPDATE device SET removed_at = CASE WHEN $2 THEN now() END WHERE cash_id = $1', [
      FIRST,
      isGone,
    ])

  test('is kept where the device is back in the fleet before its store server was reached', async () => {
    await make()
    const text = await readFile(file, 'utf8')
    await leave(true)
    await revokeRemoved(bench.leader)
    await leave(false)
    expect(await claim()).toEqual([])
    await revokeRemoved(bench.leader)
    const [revocation] = await bench.db.prisma.enrolment.findMany({ where: { kind: 'revokeKey' } })
    expect(revocation).toMatchObject({ state: 'expired', reason: 'superseded' })
    expect(await readFile(file, 'utf8')).toBe(text)
    // It leaves again: that counts anew.
    await leave(true)
    expect(await revokeRemoved(bench.leader)).toBe(1)
  })

  test('is not made anew for a device that has left the fleet', async () => {
    await make()
    const { requestId } = await ask('deviceKeys', { renew: true, selection: { cashIds: [FIRST] } })
    await bench.db.pool.query(
      "UPDATE enrolment SET not_before = now() + interval '1 hour' WHERE state = 'waiting'",
    )
    await leave(true)
    await revokeRemoved(bench.leader)
    const [revoked] = await bench.db.prisma.enrolment.findMany({
      where: { kind: 'revokeKey', state: 'waiting' },
    })
    await carryOut(revoked?.requestId ?? '')
    expect(await readFile(file, 'utf8')).toBe(FOREIGN)
    await bench.db.pool.query('UPDATE enrolment SET not_before = NULL')
    expect(await claim()).toEqual([])
    await revokeRemoved(bench.leader)
    expect((await rows(requestId))[0]?.state).toBe('expired')
    expect(await readFile(file, 'utf8')).toBe(FOREIGN)
  })

  describe('of a device that moves to another store', () => {
    let other: { id: string; code: string }
    let elsewhere: string
    beforeEach(async () => {
      elsewhere = `${file}.other`
      await writeFile(elsewhere, '')
      const { id: _id, calendar: _calendar, ...same } = await store()
      other = await bench.db.prisma.store.create({
        data: { ...same, code: 'another', deviceKeysFile: elsewhere },
      })
    })
    afterEach(async () => {
      await bench.db.pool.query('DELETE FROM enrolment')
      await moveTo(bench.fleet.stores[0]?.code ?? '')
      await bench.db.pool.query('DELETE FROM event WHERE store_id = $1', [other.id])
      await bench.db.prisma.store.delete({ where: { id: other.id } })
    })
    /** As an import does. */
    const moveTo = async (code: string) => {
      const all = await readInventory(bench.db.pool, null)
      const one = all.flatMap((each) => each.devices).find((each) => each.cashId === FIRST)
      const target = all.find((each) => each.code === code)
      if (one === undefined || target === undefined) throw new Error(`${code} is not there`)
      await importFleet(bench.db, { stores: [{ ...target, devices: [{ ...one, number: 77 }] }] }, 'Анна')
    }
    const revocations = () =>
      bench.db.prisma.enrolment.findMany({ where: { kind: 'revokeKey' }, orderBy: { createdAt: 'asc' } })

    test('it opens the old server no more, and the new one when it was enrolled there', async () => {
      await make()
      const { publicKey, storeId } = await device(FIRST)
      await ask('deviceKeys', { renew: true, selection: { cashIds: [FIRST] } })
      await moveTo('another')
      expect(await device(FIRST)).toMatchObject({ storeId: other.id, publicKey, keyAuthorisedAt: null })
      expect((await events('deviceKeyLeft'))[0]).toMatchObject({
        actor: 'Анна',
        params: { cashId: FIRST, store: bench.fleet.stores[0]?.code, to: 'another' },
      })
      const [revocation] = await revocations()
      expect(revocation).toMatchObject({ storeId, state: 'waiting', keys: [publicKey] })
      // What was asked for at the old store is needless, its revocation is not.
      expect((await claim()).map((one) => one.id)).toEqual([revocation?.id])
      await bench.db.pool.query(
        "UPDATE enrolment SET lease_until = now() - interval '1 s' WHERE state = 'running'",
      )
      await expireEnrolments(bench.leader)
      await revokeRemoved(bench.leader)
      expect((await carryOut(revocation?.requestId ?? ''))[0]?.state).toBe('confirmed')
      expect(await readFile(file, 'utf8')).toBe(FOREIGN)
      expect(await device(FIRST)).toMatchObject({ publicKey, keyAuthorisedAt: null })

      expect(await make()).toMatchObject({ state: 'confirmed', storeId: other.id })
      expect(await readFile(elsewhere, 'utf8')).toBe(`restrict ${publicKey} nightshift:${FIRST}\n`)
      expect((await device(FIRST)).keyAuthorisedAt).not.toBeNull()
      // A revocation at the old server, however late, says nothing of the new one.
      await bench.db.pool.query("UPDATE enrolment SET state = 'waiting', finished_at = NULL WHERE id = $1", [
        revocation?.id,
      ])
      await carryOut(revocation?.requestId ?? '')
      expect(await device(FIRST)).toMatchObject({ publicKey, keyAuthorisedAt: expect.any(Date) })
    })

    test('where no file is ours at the old store, a person is shown what is to be taken off', async () => {
      await make()
      await bench.db.pool.query('UPDATE store SET device_keys_file = NULL WHERE id <> $1', [other.id])
      await moveTo('another')
      const [revocation] = await revocations()
      const [row] = await carryOut(revocation?.requestId ?? '')
      const { publicKey } = await device(FIRST)
      expect(row).toMatchObject({ state: 'shown', keys: [publicKey] })
      const said = { id: row?.id ?? '', fingerprints: [fingerprintOf(publicKey ?? '')] }
      expect(await confirmEnrolment(bench.db, { ...said, mode: 'replace' }, 'Пётр')).toBe('done')
      expect((await device(FIRST)).publicKey).toBe(publicKey)
      expect((await events('deviceKeyRevoked'))[0]?.actor).toBe('Пётр')
    })

    test('behind one server with one file it stays; back again before it was revoked, it is enrolled anew', async () => {
      await make()
      const text = await readFile(file, 'utf8')
      await bench.db.prisma.store.update({ where: { id: other.id }, data: { deviceKeysFile: file } })
      await moveTo('another')
      expect(await revocations()).toEqual([])
      expect((await device(FIRST)).keyAuthorisedAt).not.toBeNull()
      await moveTo(bench.fleet.stores[0]?.code ?? '')
      await bench.db.prisma.store.update({ where: { id: other.id }, data: { deviceKeysFile: elsewhere } })
      await moveTo('another')
      await moveTo(bench.fleet.stores[0]?.code ?? '')
      expect(await claim()).toEqual([])
      await revokeRemoved(bench.leader)
      expect((await revocations()).map((one) => one.reason)).toEqual(['superseded'])
      expect(await readFile(file, 'utf8')).toBe(text)
      expect((await device(FIRST)).keyAuthorisedAt).toBeNull()
      expect((await make())?.state).toBe('confirmed')
      expect(await readFile(file, 'utf8')).toBe(text)
    })
  })

  test('out of the fleet and back, it says no more that it may fetch until it is enrolled', async () => {
    await make()
    const deviceIds = [await bench.deviceId(FIRST)]
    await inTransaction(bench.db, (client) =>
      removeFromFleet(client, { storeIds: [], deviceIds, actor: 'Анна' }),
    )
    expect(await device(FIRST)).toMatchObject({ publicKey: expect.any(String), keyAuthorisedAt: null })
  })

  test('two stores behind one server: their keys are written one after the other too', async () => {
    const { id, calendar: _calendar, ...same } = await store()
    const other = await bench.db.prisma.store.create({
      data: { ...same, code: 'another' },
    })
    try {
      await bench.db.pool.query('UPDATE device SET store_id = $2 WHERE cash_id = $1', [FIRST, other.id])
      await ask('deviceKeys')
      expect((await claim()).length).toBe(1)
      expect(await claim()).toEqual([])
    } finally {
      await bench.db.pool.query('UPDATE device SET store_id = $2 WHERE cash_id = $1', [FIRST, id])
      await bench.db.pool.query('DELETE FROM enrolment')
      await bench.db.prisma.store.delete({ where: { id: other.id } })
    }
  })
})

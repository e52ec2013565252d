import { describe, expect, test } from 'vitest'
import { claimCommands } from '../../src/db/command-claims.ts'
import { addCommands } from '../../src/db/commands.ts'
import { expireEnrolments } from '../../src/db/enrolment-claims.ts'
import { confirmEnrolment, refuseEnrolment } from '../../src/db/enrolment-decisions.ts'
import { findEnrolment, requestEnrolments } from '../../src/db/enrolments.ts'
import { takeErrand } from '../../src/db/errands.ts'
import { retireKey } from '../../src/db/host-keys.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { until } from '../support/until.ts'
import {
  ask,
  bench,
  carryOut,
  claim,
  device,
  deviceKeys,
  events,
  FIRST,
  rows,
  SECOND,
  shownOf,
  store,
  storeKeys,
  TILLS,
  unpin,
  withEnrolments,
} from './enrolling.ts'

withEnrolments()

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
      { within: 60_000, label: 'the look is done' },
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

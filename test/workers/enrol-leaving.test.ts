/** A device’s own key when the device goes: revoked, out of the fleet and back, or at another store. */
import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '../../src/db/database.ts'
import { expireEnrolments, revokeRemoved } from '../../src/db/enrolment-claims.ts'
import { confirmEnrolment } from '../../src/db/enrolment-decisions.ts'
import { requestRevocation } from '../../src/db/enrolments.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { readInventory } from '../../src/db/fleet-state.ts'
import { removeFromFleet } from '../../src/db/remove-fleet.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import {
  ask,
  bench,
  carryOut,
  claim,
  device,
  events,
  FIRST,
  FOREIGN,
  file,
  make,
  rows,
  SECOND,
  store,
  withEnrolments,
  withOwnKeys,
} from './enrolling.ts'

withEnrolments()
withOwnKeys()

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

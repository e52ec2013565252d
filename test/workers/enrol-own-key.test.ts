/** A device’s own key: made there, written down at its store server, renewed, shown where no file is ours. */
import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { claimCommands } from '../../src/db/command-claims.ts'
import { addCommands } from '../../src/db/commands.ts'
import { confirmEnrolment } from '../../src/db/enrolment-decisions.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
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
  FOREIGN,
  file,
  make,
  rows,
  store,
  storeKeys,
  TILLS,
  till,
  withEnrolments,
  withOwnKeys,
} from './enrolling.ts'

withEnrolments()
withOwnKeys()

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
  await until(async () => (await rows(requestId))[0]?.attempts === 1, { within: 60_000, label: 'tried' })
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
  expect(await confirmEnrolment(bench.db, { id: row?.id ?? '', fingerprints, mode: 'replace' }, 'Пётр')).toBe(
    'done',
  )
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

import { describe, expect, test } from 'vitest'
import { claimCommands } from '../../src/db/command-claims.ts'
import { addCommands } from '../../src/db/commands.ts'
import { confirmEnrolment, refuseEnrolment } from '../../src/db/enrolment-decisions.ts'
import { tellChangedKey } from '../../src/db/host-key-alarms.ts'
import { readEvening } from '../../src/db/report-facts.ts'
import { readReportHead } from '../../src/db/report-rollouts.ts'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { evening } from '../../src/rollout/report/evening.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { until } from '../support/until.ts'
import {
  ask,
  bench,
  carryOut,
  deviceKeys,
  events,
  FIRST,
  SECOND,
  store,
  storeKeys,
  withEnrolments,
} from './enrolling.ts'

withEnrolments()

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
      { within: 60_000, label: 'the look has ended' },
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

/** A store server that says no has answered: what is kept of it is that it was reached, and the till has the reason. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { findStore } from '../../src/db/stores.ts'
import { createLog } from '../../src/log.ts'
import { forwardFailure, handshakeFailure, SshFailure } from '../../src/ssh/failure.ts'
import { contactPool, contactReason } from '../../src/workers/contact-pool.ts'
import { Bench, expectFailure } from '../ssh/bench.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { describeSshd } from '../support/sshd.ts'
import { until } from '../support/until.ts'

const refused = (reason: number) => Object.assign(new Error('(SSH) Channel open failure'), { reason })
const signIn = Object.assign(new Error('All configured authentication methods failed'), {
  level: 'client-authentication',
})

describe('what a failure says of the store server', () => {
  // RFC 4254, 5.1
  test.each<[string, unknown, string | null | undefined]>([
    ['it forbids forwarding', forwardFailure(refused(1)), null],
    ['it cannot connect to the till', forwardFailure(refused(2)), null],
    ['it has no channel left', forwardFailure(refused(4)), null],
    [
      'it opens no session',
      new SshFailure('throttled', { params: { hop: 'store', problem: 'channelRefused' } }),
      null,
    ],
    ['the till refuses us', handshakeFailure(signIn, 'device', true), null],
    ['it refuses us', handshakeFailure(signIn, 'store', true), 'signInRefused'],
    [
      'it hangs up before a word',
      handshakeFailure(new Error('Connection lost before handshake'), 'store', false),
      'throttled',
    ],
    [
      'nobody is there',
      new SshFailure('storeOffline', { params: { problem: 'ECONNREFUSED' } }),
      'storeOffline',
    ],
    ['another key', new SshFailure('hostKeyChanged', { params: { hop: 'store' } }), 'hostKeyChanged'],
    ['the call was too short', new SshFailure('timedOut'), undefined],
    ['none of SSH', new Error('x'), undefined],
  ])('%s', (_what, failure, reason) => {
    expect(contactReason(failure)).toBe(reason)
  })
})

describeSshd('a store server without forwarding', () => {
  let bench: Bench
  let database: TestDatabase
  let db: Database
  beforeAll(async () => {
    bench = await Bench.start()
    database = await createDatabase()
    db = openDatabase(database.url, { name: 'contact test' })
  })
  afterAll(async () => {
    await bench.end()
    await db.close()
    await database.drop()
  })

  it.each([
    ['M1', 'AllowTcpForwarding no'],
    ['M2', 'DisableForwarding yes'],
    ['M3', 'PermitOpen none'],
  ])('%s: %s: the till cannot be reached through it, and it was reached', async (code, config) => {
    const [server, till] = [await bench.sshd({ extraConfig: [config] }), await bench.sshd()]
    const store = bench.endpoint(server)
    const more = { timeZone: 'Europe/Moscow', phone: null, maxDownloads: 4, maxInstalls: 1, devices: [] }
    const place = { packageFolder: bench.dir, packageUrl: 'http://h/p' }
    await importFleet(
      db,
      { stores: [{ code, name: code, ...store, ...place, ...more, hostKeys: [...store.hostKeys] }] },
      'test',
    )
    const pool = contactPool(bench.pool(), { db, log: createLog('silent'), worker: 'worker-1' })
    const route = { store, device: bench.endpoint(till) }
    const call = pool.exec(route, ['true'], { deadlineMs: 30_000 })
    const failure = await expectFailure(call, 'signInRefused', false)
    expect(failure.params).toMatchObject({ hop: 'store', problem: 'forwardingForbidden' })
    const contact = await until(async () => (await findStore(db, code))?.contact, {
      within: 60_000,
      label: 'a contact',
    })
    expect(contact).toMatchObject({ reason: null, latencyMs: expect.any(Number) })
    expect(Number(contact.totalBytes)).toBeGreaterThan(0)
    await pool.close()
  })
})

/** What workers learn of store servers on their way. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addCommands } from '../../src/db/commands.ts'
import { findStore } from '../../src/db/stores.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { until } from '../support/until.ts'

const WITHIN = 60_000
let office: Office
let fleet: Fleet
beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 2, tills: 4 })
  await office.startWorker()
})
afterAll(async () => {
  await office?.close()
  await fleet?.stop()
})

async function look(code: string): Promise<void> {
  const found = await findStore(office.db, code)
  const deviceIds = (found?.devices ?? []).map((device) => device.id)
  await addCommands(office.db, { deviceIds, kind: 'look', requestedBy: 'test', notAfterSeconds: 60 })
}
const contactOf = async (code: string) => (await findStore(office.db, code))?.contact

it('a look at a till tells of its server: when it answered, how fast, and its disk', async () => {
  expect(await contactOf('M1')).toBeNull()
  await look('M1')
  const contact = await until(() => contactOf('M1'), { within: WITHIN, label: 'a contact' })
  expect(contact).toMatchObject({ reason: null })
  expect(contact.source).toMatch(/^worker-/)
  expect(contact.latencyMs).toBeGreaterThanOrEqual(0)
  expect(contact.latencyMs).toBeLessThan(20_000)
  expect(contact.diskAt).toEqual(contact.readAt)
  expect(Number(contact.totalBytes)).toBeGreaterThan(Number(contact.freeBytes))
  expect(await contactOf('M2')).toBeNull()
})

it('is throttled, but a server that goes silent is told at once, with what it said before', async () => {
  const before = await contactOf('M1')
  expect(before?.reason).toBeNull()
  await fleet.store('M1').setFault({ kind: 'refuse' })
  await look('M1')
  const silent = await until(
    async () => {
      const now = await contactOf('M1')
      return now?.reason === null ? undefined : now
    },
    { within: WITHIN, label: 'a silent server' },
  )
  expect(silent).toMatchObject({
    ...{ reason: 'storeOffline', readAt: before?.readAt, latencyMs: before?.latencyMs },
  })
})

/** Two hundred tills at once, by the conductor and a worker over SSH. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addCommands, type NewCommands, readRequest } from '../../src/db/commands.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { until } from '../support/until.ts'

const STORES = 10
const TILLS = 200
const OFF = 7
const TEXT = 'Ночью обновление.\n"Закройте смену", кассу и ККТ не выключайте 😀'
let office: Office
let fleet: Fleet

beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: STORES, tills: TILLS })
  await office.startWorker()
})
afterAll(async () => {
  await office?.close()
  await fleet?.stop()
})

async function ask(kind: NewCommands['kind'], more: Partial<NewCommands> = {}): Promise<string> {
  const devices = await office.db.prisma.device.findMany()
  const deviceIds = devices.map((device) => device.id)
  return addCommands(office.db, { kind, deviceIds, requestedBy: 'Анна', notAfterSeconds: 600, ...more })
}
const countsAre = (
  id: string,
  counts: Readonly<Record<string, number>>,
  holds: (now: NonNullable<Awaited<ReturnType<typeof readRequest>>>) => boolean = () => true,
) =>
  until(
    async () => {
      const now = await readRequest(office.db, id)
      if (now === undefined) throw new Error('no such request')
      const areSo = Object.entries(counts).every(([state, count]) => now.counts[state as 'done'] === count)
      if (areSo && holds(now)) return now
      throw new Error(JSON.stringify(now.counts))
    },
    { within: 60_000, label: JSON.stringify(counts), every: 200 },
  )

test('a message reaches all that are on, once, and waits for the others; a look says at once who is off', async () => {
  const off = fleet.devices.slice(0, OFF)
  for (const till of off) await till.setOff(true)
  const all = fleet.devices.length
  expect(all).toBe(TILLS)
  const message = await ask('message', { body: TEXT })
  const look = await ask('look')
  // Those that wait have been tried: till then they wait for their turn.
  await countsAre(
    message,
    { done: all - OFF, waiting: OFF },
    ({ outcomes }) => outcomes.filter((one) => one.reason === 'tillOffline').length === OFF,
  )
  await countsAre(look, { done: all - OFF, failed: OFF })
  for (const till of off) await till.setOff(false)
  await office.db.pool.query('UPDATE command SET not_before = NULL')
  const over = await countsAre(message, { done: all })
  expect(over.isOver).toBe(true)
  for (const till of fleet.devices) expect(till.state.messages, till.cashId).toEqual([TEXT])
}, 300_000)

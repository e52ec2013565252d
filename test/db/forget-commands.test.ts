import { afterAll, beforeAll, expect, test } from 'vitest'
import { addCommands, forgetCommands } from '../../src/db/commands.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'

let office: Office
let end: () => Promise<void>

beforeAll(async () => {
  office = await openOffice()
  const fleet = await openFleet(office, { stores: 1, tills: 3 })
  end = fleet.stop
})
afterAll(async () => {
  await end?.()
  await office?.close()
})

test('what ended long ago is forgotten; what ended lately or waits is kept', async () => {
  const devices = await office.db.prisma.device.findMany({ orderBy: { cashId: 'asc' } })
  const deviceIds = devices.map((device) => device.id)
  await addCommands(office.db, { kind: 'look', deviceIds, requestedBy: 'test', notAfterSeconds: 600 })
  const ended = `UPDATE command SET state = 'done', finished_at = now() - $2::interval WHERE device_id = $1`
  await office.db.pool.query(ended, [deviceIds[0], '31 days'])
  await office.db.pool.query(ended, [deviceIds[1], '29 days'])
  expect(await forgetCommands(office.db)).toBe(1)
  const left = await office.db.prisma.command.findMany({ select: { deviceId: true } })
  expect(new Set(left.map((row) => row.deviceId))).toEqual(new Set([deviceIds[1], deviceIds[2]]))
})

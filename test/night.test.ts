import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fleet } from '../src/sim/fleet.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from './support/office.ts'

let office: Office
let fleet: Fleet

beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 2, tills: 6 })
  await office.startWorker()
})
afterAll(async () => {
  await fleet?.stop()
  await office?.close()
})

test('a rollout carries the package once per store and leaves every till on the new version', async () => {
  const { id, size } = await office.addPackage()
  const rollout = await office.rollOut(id)
  expect(await rolloutEnds(office, rollout)).toBe('finished')
  expect(new Set(Object.values(await updateStates(office, rollout)))).toEqual(new Set(['succeeded']))
  expect(fleet.devices.map((device) => [device.version, device.activations])).toEqual(
    fleet.devices.map(() => [96_000, 1]),
  )
  expect(fleet.stores.map((store) => store.sftpBytesReceived)).toEqual([size, size])
})

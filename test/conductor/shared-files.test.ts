/** One file on a store server that several rows stand for: it goes with the last of them. */
import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wantPackage, withdrawPackage } from '../../src/db/distribution.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { until } from '../support/until.ts'

let office: Office
let fleet: Fleet

beforeEach(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 2, tills: 1 })
})
afterEach(async () => {
  await office?.close()
  await fleet?.stop()
})

const filesAt = (place: number) => readdir(fleet.stores[place]?.packageFolder ?? '')
const stores = () => office.db.prisma.store.findMany({ orderBy: { code: 'asc' } })
const rowOf = (storeId: string, packageId: string) =>
  office.db.prisma.storePackage.findFirstOrThrow({ where: { storeId, packageId } })
const is = (storeId: string, packageId: string, state: string, isWithdrawn: boolean) =>
  until(
    async () => {
      const row = await rowOf(storeId, packageId)
      return row.state === state && (row.withdrawnBy !== null) === isWithdrawn
    },
    { within: 30_000, label: `${state} ${isWithdrawn}` },
  )

test('of two packages that are one file: withdrawing one leaves it to the other', async () => {
  const [first] = await stores()
  const storeId = first?.id ?? ''
  const one = await office.addPackage()
  const {
    id: _id,
    kind: _kind,
    ...same
  } = await office.db.prisma.package.findUniqueOrThrow({
    where: { id: one.id },
  })
  const two = await office.db.prisma.package.create({
    data: { ...same, kind: 'storeServer' },
  })
  await office.startWorker()
  for (const packageId of [one.id, two.id]) {
    await wantPackage(office.db, { packageId, storeIds: [storeId], actor: 'Анна' })
    await is(storeId, packageId, 'present', false)
  }
  await withdrawPackage(office.db, { packageId: one.id, storeIds: [storeId], actor: 'Анна' })
  await is(storeId, one.id, 'absent', false)
  expect((await rowOf(storeId, two.id)).state).toBe('present')
  expect(await filesAt(0)).toEqual([`nightshift-${one.sha256}.pkg`])
  await withdrawPackage(office.db, { packageId: two.id, storeIds: [storeId], actor: 'Анна' })
  await is(storeId, two.id, 'absent', false)
  expect(await filesAt(0)).toEqual([])
})

test('of two stores behind one server: withdrawing it from one leaves it to the other', async () => {
  const [first, second] = await stores()
  if (first === undefined || second === undefined) throw new Error('no stores')
  const { host, port, user, credential, hostKeys, packageFolder, packageUrl } = first
  await office.db.prisma.store.update({
    where: { id: second.id },
    data: { host, port, user, credential, hostKeys, packageFolder, packageUrl },
  })
  const { id: packageId, sha256 } = await office.addPackage()
  await office.startWorker()
  const ask = (what: typeof wantPackage, storeId: string) =>
    what(office.db, { packageId, storeIds: [storeId], actor: 'Анна' })
  for (const { id } of [first, second]) {
    await ask(wantPackage, id)
    await is(id, packageId, 'present', false)
  }
  await ask(withdrawPackage, first.id)
  await is(first.id, packageId, 'absent', false)
  expect((await rowOf(second.id, packageId)).state).toBe('present')
  expect(await filesAt(0)).toEqual([`nightshift-${sha256}.pkg`])
  await ask(withdrawPackage, second.id)
  await is(second.id, packageId, 'absent', false)
  expect(await filesAt(0)).toEqual([])
})

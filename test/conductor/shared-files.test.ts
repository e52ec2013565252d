/** One file on a store server that several rows stand for: it goes with the last of them. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
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
    { within: 60_000, label: `${state} ${isWithdrawn}` },
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

/** The second store's server is the first one's. */
async function oneServer() {
  const [first, second] = await stores()
  if (first === undefined || second === undefined) throw new Error('no stores')
  const { host, port, user, credential, hostKeys, packageFolder, packageUrl } = first
  await office.db.prisma.store.update({
    where: { id: second.id },
    data: { host, port, user, credential, hostKeys, packageFolder, packageUrl },
  })
  return [first, second] as const
}

test('of two stores behind one server, wanted at once: it is brought once, by one after the other', async () => {
  const both = await oneServer()
  const { id: packageId, sha256, size } = await office.addPackage({ size: 3_000_000 })
  fleet.stores[0]?.faults.set({ kind: 'slow', bytesPerSecond: 2_000_000 })
  await wantPackage(office.db, { packageId, storeIds: both.map((one) => one.id), actor: 'Анна' })
  // Two workers: neither knows what the other one brings.
  await office.startWorker()
  await office.startWorker()
  let most = 0
  let mostParts = 0
  await until(
    async () => {
      const rows = await Promise.all(both.map((one) => rowOf(one.id, packageId)))
      most = Math.max(most, rows.filter((row) => row.state === 'uploading').length)
      mostParts = Math.max(mostParts, (await filesAt(0)).filter((name) => name.endsWith('.part')).length)
      return rows.every((row) => row.state === 'present')
    },
    { within: 60_000, label: 'it is there', every: 10 },
  )
  expect(most).toBe(1)
  expect(mostParts).toBeLessThanOrEqual(1)
  expect(await filesAt(0)).toEqual([`nightshift-${sha256}.pkg`])
  expect(fleet.stores[0]?.sftpBytesReceived).toBe(size)
  const rows = await Promise.all(both.map((one) => rowOf(one.id, packageId)))
  expect(rows.map((row) => [row.attempts, Number(row.wanBytes)]).sort()).toEqual([
    [0, 0],
    [0, size],
  ])
})

test('what was begun for a row that is withdrawn goes with it, though the file stays for another', async () => {
  const [first, second] = await oneServer()
  const { id: packageId, sha256 } = await office.addPackage()
  const folder = fleet.stores[0]?.packageFolder ?? ''
  await wantPackage(office.db, { packageId, storeIds: [first.id], actor: 'Анна' })
  await office.startWorker()
  await is(first.id, packageId, 'present', false)
  await wantPackage(office.db, { packageId, storeIds: [second.id], actor: 'Анна' })
  await is(second.id, packageId, 'present', false)
  const part = `nightshift-${sha256}.pkg.${(await rowOf(second.id, packageId)).id}.part`
  await writeFile(path.join(folder, part), 'begun')
  await withdrawPackage(office.db, { packageId, storeIds: [second.id], actor: 'Анна' })
  await is(second.id, packageId, 'absent', false)
  expect(await filesAt(0)).toEqual([`nightshift-${sha256}.pkg`])
})

test('of two stores behind one server: withdrawing it from one leaves it to the other', async () => {
  const [first, second] = await oneServer()
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

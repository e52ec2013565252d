/** Packages on store servers without a rollout, over SSH: brought there, taken away, and never from under a rollout. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readStores, wantPackage, withdrawPackage } from '../../src/db/distribution.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice, rolloutEnds } from '../support/office.ts'
import { startProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

let office: Office
let fleet: Fleet

beforeEach(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 3, tills: 2 })
})
afterEach(async () => {
  await office?.close()
  await fleet?.stop()
})

const filesAt = (place: number) => readdir(fleet.stores[place]?.packageFolder ?? '')
const nameOf = (sha256: string) => `nightshift-${sha256}.pkg`
const codes = () => fleet.stores.map((one) => one.code)
const storesOf = async (wanted: readonly string[]) =>
  (await readStores(office.db.pool, { stores: wanted }, null)).map((one) => one.id)
const ask = async (what: typeof wantPackage, packageId: string, stores = codes()) =>
  what(office.db, { packageId, storeIds: await storesOf(stores), actor: 'Анна' })
async function rows(packageId: string) {
  const found = await office.db.prisma.storePackage.findMany({
    where: { packageId },
    include: { store: true },
    orderBy: { store: { code: 'asc' } },
  })
  return found.map(({ state, reason, store, wantedBy, withdrawnBy }) => ({
    ...{ store: store.code, state, reason, wantedBy, withdrawnBy },
  }))
}
const states = async (packageId: string) => (await rows(packageId)).map((row) => row.state)
const become = (packageId: string, wanted: readonly string[], within = 60_000) =>
  until(
    async () => {
      const now = await states(packageId)
      if (JSON.stringify(now) === JSON.stringify(wanted)) return true
      throw new Error(JSON.stringify(await rows(packageId)))
    },
    { within, label: `become ${wanted.join(', ')}` },
  )
const tellsOf = (code: string) => office.db.prisma.event.count({ where: { code } })

describe('distributing', () => {
  test('brings it to every store once; one that is down gets it when it is back; withdrawn, all are gone', async () => {
    const [first, second, down] = fleet.stores
    await down?.setFault({ kind: 'off' })
    const { id, sha256, size } = await office.addPackage()
    await office.startWorker()
    expect(await ask(wantPackage, id)).toBe(3)
    await become(id, ['present', 'present', 'absent'])
    await until(async () => (await rows(id))[2]?.reason === 'storeOffline', { within: 60_000, label: 'why' })
    expect(await filesAt(0)).toEqual([nameOf(sha256)])
    expect([first?.sftpBytesReceived, second?.sftpBytesReceived]).toEqual([size, size])

    await down?.setFault(null)
    // Asked for again, it is tried at once; for the others that is no news.
    expect(await ask(wantPackage, id)).toBe(1)
    await become(id, ['present', 'present', 'present'])
    expect(first?.sftpBytesReceived).toBe(size)
    expect(await tellsOf('storePackageWanted')).toBe(4)

    await writeFile(path.join(first?.packageFolder ?? '', 'live.tgz'), 'not ours')
    expect(await ask(withdrawPackage, id)).toBe(3)
    await become(id, ['absent', 'absent', 'absent'])
    await until(async () => (await rows(id)).every((row) => row.withdrawnBy === null), {
      within: 60_000,
      label: 'removed',
    })
    expect(await filesAt(0)).toEqual(['live.tgz'])
    expect(await filesAt(2)).toEqual([])
    expect(await tellsOf('storePackageWithdrawn')).toBe(3)
    const removed = await office.db.prisma.stepRun.findMany({ where: { step: 'remove' } })
    expect(removed.map((run) => run.outcome)).toEqual(['removed', 'removed', 'removed'])
  })

  test('a removal that finds the store down is made when it is back, also of what an upload left', async () => {
    const [store] = fleet.stores
    const { id, sha256 } = await office.addPackage()
    await office.startWorker()
    await ask(wantPackage, id, [store?.code ?? ''])
    await become(id, ['present'])
    await store?.setFault({ kind: 'off' })
    await ask(withdrawPackage, id, [store?.code ?? ''])
    await until(async () => (await rows(id))[0]?.reason === 'storeOffline', {
      within: 60_000,
      label: 'tried',
    })
    expect((await rows(id))[0]).toMatchObject({ state: 'absent', withdrawnBy: 'Анна' })
    expect(await filesAt(0)).toEqual([nameOf(sha256)])
    await store?.setFault(null)
    await office.db.pool.query('UPDATE store_package SET not_before = NULL')
    await until(async () => (await filesAt(0)).length === 0, { within: 60_000, label: 'gone' })
    await until(async () => (await rows(id))[0]?.withdrawnBy === null, { within: 60_000, label: 'written' })
  })
})

describe('a worker that dies', () => {
  test.each(['remove.beforeAct', 'remove.beforeWrite'])(
    'at %s leaves the rest to the next one',
    async (point) => {
      const [store] = fleet.stores
      const { id } = await office.addPackage()
      const stores = [store?.code ?? '']
      // Its own leases are short: who comes after it need not wait long.
      const env = { NIGHTSHIFT_CRASH_AT: point, NIGHTSHIFT_LEASE_SECONDS: '5' }
      const dying = startProcess(['worker'], { ...office.env, ...env })
      try {
        await ask(wantPackage, id, stores)
        await become(id, ['present'], 60_000)
        await ask(withdrawPackage, id, stores)
        expect(await dying.ended(60_000)).toBe('SIGKILL')
      } finally {
        dying.kill()
      }
      await office.startWorker()
      await until(async () => (await rows(id))[0]?.withdrawnBy === null, { within: 60_000, label: 'removed' })
      expect(await filesAt(0)).toEqual([])
      expect(await states(id)).toEqual(['absent'])
    },
    240_000,
  )
})

describe('a rollout', () => {
  test('keeps what it needs, however often it is withdrawn; after its end it goes', async () => {
    const { id, sha256 } = await office.addPackage()
    const other = await office.addPackage({ version: 97_000 })
    await office.startWorker()
    await ask(wantPackage, id)
    await ask(wantPackage, other.id)
    await become(id, ['present', 'present', 'present'])
    await become(other.id, ['present', 'present', 'present'])
    // Nothing is installed for now: its updates stay live.
    for (const till of fleet.devices) await till.setActivity('receipt')
    const [first] = fleet.stores
    const rollout = await office.rollOut(id, { selection: { stores: [first?.code ?? ''] } })
    expect(await ask(withdrawPackage, id)).toBe(3)
    await become(id, ['present', 'absent', 'absent'])
    await until(async () => (await rows(id))[2]?.withdrawnBy === null, { within: 60_000, label: 'removed' })
    expect(await filesAt(0)).toContain(nameOf(sha256))
    for (const till of fleet.devices) await till.setActivity('idle')
    await office.db.pool.query('UPDATE device_update SET not_before = NULL')
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    await become(id, ['absent', 'absent', 'absent'])
    // The other one was nobody's to take.
    expect(await states(other.id)).toEqual(['present', 'present', 'present'])
    expect(await filesAt(0)).toEqual([nameOf(other.sha256)])
  })

  test('that stops takes nothing: what nobody withdrew stays', async () => {
    const { id, sha256 } = await office.addPackage()
    await office.startWorker()
    const [first] = fleet.stores
    const rollout = await office.rollOut(id, { selection: { stores: [first?.code ?? ''] } })
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await states(id)).toEqual(['present'])
    expect(await filesAt(0)).toEqual([nameOf(sha256)])
  })
})

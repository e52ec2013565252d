/** Store servers and their tills: the server first; where it brings its tills along, both are one unit. */
import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readDue } from '../../src/db/due-now.ts'
import type { Package } from '../../src/db/generated/client.ts'
import { addPackage } from '../../src/db/packages.ts'
import { saveStatus } from '../../src/db/status.ts'
import type { Fleet, FleetOptions } from '../../src/sim/fleet.ts'
import { type Office, openFleet, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'

let office: Office
let fleet: Fleet

async function open(options: Partial<FleetOptions>): Promise<void> {
  fleet = await openFleet(office, { stores: 2, tills: 4, storeServers: true, ...options })
  await office.startWorker()
}

beforeEach(async () => {
  office = await openOffice()
})
afterEach(async () => {
  await fleet?.stop()
  await office?.close()
})

async function packageOf(kind: string, version: number, more: Partial<Package> = {}): Promise<Package> {
  const bytes = randomBytes(50_000)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await writeFile(path.join(office.config.packagesFolder, `${sha256}.pkg`), bytes)
  const row = await addPackage(
    office.db,
    { kind, version, fileName: `${kind}.tgz`, size: bytes.length, sha256 },
    'test',
  )
  return office.db.prisma.package.update({ where: { id: row?.id ?? '' }, data: more })
}

interface Times {
  readonly kind: string
  readonly storeId: string
  readonly installAt: Date | null
  readonly finishedAt: Date | null
}
const timesOf = async (rolloutId: string): Promise<Times[]> => {
  const rows = await office.db.prisma.deviceUpdate.findMany({
    where: { rolloutId },
    include: { device: true },
  })
  return rows.map(({ device, storeId, installAt, finishedAt }) => ({
    kind: device.kind,
    storeId,
    installAt,
    finishedAt,
  }))
}

describe('the server first, its tills after', () => {
  test('no till begins before its server has succeeded', async () => {
    await open({})
    const server = await packageOf('storeServer', 96_000)
    const till = await packageOf('till', 96_000, { needsServer: true })
    const rolloutId = await office.rollOut(till.id, { serverTarget: server })
    expect(await rolloutEnds(office, rolloutId)).toBe('finished')
    expect(new Set(Object.values(await updateStates(office, rolloutId)))).toEqual(new Set(['succeeded']))
    const times = await timesOf(rolloutId)
    expect(times).toHaveLength(6)
    for (const one of times.filter((each) => each.kind !== 'storeServer')) {
      const own = times.find((each) => each.kind === 'storeServer' && each.storeId === one.storeId)
      expect(one.installAt?.getTime()).toBeGreaterThanOrEqual(own?.finishedAt?.getTime() ?? Infinity)
    }
  })

  test('where the server fails, its tills are left alone', async () => {
    await open({})
    const server = await packageOf('storeServer', 96_000)
    const till = await packageOf('till', 96_000, { needsServer: true })
    await fleet.device('M1').setFault({ kind: 'healthFails' })
    const gate = {
      successPercent: 0,
      failurePercent: 100,
      minimumSample: 1,
      unreachablePercent: 100,
      silentPercent: 100,
      soakMinutes: 0,
      approval: false,
    }
    const rolloutId = await office.rollOut(till.id, { serverTarget: server, policy: { gate } })
    expect(await rolloutEnds(office, rolloutId)).toBe('finished')
    const states = await updateStates(office, rolloutId)
    const [first, second] = fleet.stores
    expect(first?.devices.map((device) => states[device.cashId])).toEqual([
      'skipped: serverBehind',
      'skipped: serverBehind',
    ])
    expect(first?.devices.map((device) => [device.version, device.activations])).toEqual([
      [95_000, 0],
      [95_000, 0],
    ])
    expect(second?.devices.map((device) => states[device.cashId])).toEqual(['succeeded', 'succeeded'])
    expect(states.M1).toMatch(/^rolledBack/)
  })

  test('a package that needs a newer server leaves its tills out while there is none', async () => {
    await open({})
    const till = await packageOf('till', 96_000, { needsServer: true })
    await office.db.prisma.deviceStatus.createMany({
      data: (await office.db.prisma.device.findMany({ where: { kind: 'storeServer' } })).map((device) => ({
        deviceId: device.id,
        askedAt: new Date(),
        readAt: new Date(),
        source: 'test',
        version: 95_000,
        status: {},
      })),
    })
    await expect(office.rollOut(till.id)).rejects.toThrow('nothingToDo')
  })

  test('and where nobody knows what the server runs, they wait for it', async () => {
    await open({})
    const till = await packageOf('till', 96_000, { needsServer: true })
    const rolloutId = await office.rollOut(till.id)
    const untilAll = (states: readonly string[]) =>
      until(
        async () => {
          const now = Object.values(await updateStates(office, rolloutId))
          if (now.join() === states.join()) return true
          throw new Error(now.join())
        },
        { within: 60_000, label: `they are ${states.join()}` },
      )
    await untilAll(['ready', 'ready', 'ready', 'ready', 'skipped: wrongKind', 'skipped: wrongKind'])
    const [row] = await office.db.prisma.deviceUpdate.findMany({ where: { rolloutId, state: 'ready' } })
    expect((await readDue(office.db, row?.id ?? ''))?.due).toEqual({ do: 'wait', for: 'serverBehind' })
    const servers = await office.db.prisma.device.findMany({ where: { kind: 'storeServer' } })
    for (const server of servers)
      await saveStatus(office.db, server.id, { source: 'test', version: 96_000, status: {} })
    office.db.poke()
    expect(await rolloutEnds(office, rolloutId)).toBe('finished')
  })
})

describe('where the server brings its tills along', () => {
  test('both are one unit: the tills are looked at, and nothing is sent to them', async () => {
    await open({ updatesTills: true })
    const server = await packageOf('storeServer', 96_000, { updatesTills: true })
    const rolloutId = await office.rollOut(server.id)
    expect(await rolloutEnds(office, rolloutId)).toBe('finished')
    const states = await updateStates(office, rolloutId)
    expect(Object.values(states)).toEqual(Object.keys(states).map(() => 'succeeded'))
    expect(Object.keys(states)).toHaveLength(6)
    const tills = fleet.stores.flatMap((store) => store.devices)
    expect(tills.map((till) => till.version)).toEqual(tills.map(() => 96_000))
    const sent = await office.db.prisma.stepRun.findMany({
      where: { update: { rolloutId, carried: true } },
      select: { step: true },
    })
    expect(new Set(sent.map((run) => run.step))).toEqual(new Set(['activate']))
  })
})

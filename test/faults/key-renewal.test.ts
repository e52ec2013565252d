/** A worker is killed at each point of a key's renewal: the key that the device uses is always one that its store server lets in. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requestEnrolments } from '../../src/db/enrolments.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { bounded } from '../support/bounded.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { startProcess, type TestProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

let office: Office
let fleet: Fleet
let file: string
let workers: TestProcess[]

beforeEach(async () => {
  workers = []
  office = await openOffice({ leaseSeconds: 15 })
  fleet = await openFleet(office, { tills: 1 })
  file = path.join(fleet.stores[0]?.options.root ?? '', 'device_keys')
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, '')
  await office.db.pool.query(
    "UPDATE store SET package_url = 'sftp://dist@10.0.0.1/packages', device_keys_file = $1",
    [file],
  )
})
afterEach(async () => {
  for (const one of workers) one.kill()
  await bounded(Promise.all(workers.map((one) => one.ended(60_000))), {
    within: 60_000,
    label: 'workers end',
  })
  await bounded(fleet.stop(), { within: 60_000, label: 'the fleet stops' })
  await bounded(office.close(), { within: 60_000, label: 'the office closes' })
})

function workerProcess(env: Record<string, string> = {}): TestProcess {
  const started = startProcess(['worker'], { ...office.env, ...env })
  workers.push(started)
  return started
}

const own = () => fleet.devices[0]?.state.ownKey?.publicKey ?? 'none'
const keysThere = async () => {
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  return lines.map((line) => line.split(' ').slice(1, 3).join(' '))
}

async function ask(renew: boolean): Promise<void> {
  const wanted = { what: 'deviceKeys', selection: {}, storeGroups: null, requestedBy: 'test' } as const
  const made = await requestEnrolments(office.db, { ...wanted, renew }, false)
  expect(made).toMatchObject({ enrolments: 1 })
}

const allConfirmed = () =>
  until(
    async () => {
      const rows = await office.db.prisma.enrolment.findMany()
      if (rows.every((row) => row.state === 'confirmed')) return true
      throw new Error(rows.map((row) => `${row.state} ${row.reason}`).join(', '))
    },
    { within: 60_000, label: 'all are confirmed', every: 50 },
  )

test('killed at any point, and by a line that is cut, it fetches all the time; in the end one key is left', async () => {
  const first = workerProcess()
  await ask(false)
  await allConfirmed()
  first.kill()
  await first.ended(60_000)
  const former = own()
  expect(await keysThere()).toEqual([former])

  await ask(true)
  const next = () => fleet.devices[0]?.state.nextKey?.publicKey ?? own()
  for (const [point, usesNext, lines] of [
    ['enrol.afterKeyMade', false, 1],
    ['enrol.afterKeyAdded', false, 2],
    ['enrol.afterKeyUsed', true, 2],
    ['enrol.beforeWrite', true, 1],
  ] as const) {
    const victim = workerProcess({ NIGHTSHIFT_CRASH_AT: point, NIGHTSHIFT_LEASE_SECONDS: '2' })
    expect(await victim.ended(60_000), point).toBe('SIGKILL')
    expect(own() === former, point).toBe(!usesNext)
    expect(await keysThere(), point).toContain(own())
    expect(await keysThere(), point).toHaveLength(lines)
    if (lines === 2) expect((await keysThere())[1], point).toBe(next())
  }
  workerProcess()
  await allConfirmed()
  expect(own()).not.toBe(former)
  expect(await keysThere()).toEqual([own()])
  expect(await office.db.prisma.device.findFirstOrThrow()).toMatchObject({
    publicKey: own(),
    keyAuthorisedAt: expect.any(Date),
  })
}, 600_000)

/** A dry run that looks: a real worker asks a simulated fleet, and the answer says who would be blocked and whom to ring. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../../src/api/server.ts'
import { saveStatus } from '../../src/db/status.ts'
import { createToken } from '../../src/db/tokens.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { openShift } from '../../src/sim/scene.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { until } from '../support/until.ts'

let office: Office
let fleet: Fleet
let api: RunningApi
let token: string
beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 2, tills: 6 })
  api = await startApi({ db: office.db, queues: office.queues, config: office.config, log: office.log })
  token = await createToken(office.db, 'planner')
})
afterAll(async () => {
  await api?.close()
  await office?.close()
  await fleet?.stop()
})

async function ask(method: string, path: string, json?: object) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const body = json === undefined ? null : JSON.stringify(json)
  const reply = await fetch(`${api.url}/api/v1${path}`, { method, headers, body })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  return { status: reply.status, location: reply.headers.get('location'), json: (await reply.json()) as any }
}

test('who would be blocked tonight, why, whom to ring, and whether it fits', async () => {
  const [open, off, busy, strange] = fleet.devices
  if (!open || !off || !busy || !strange) throw new Error('six tills')
  await openShift(open, { hours: 3, cashier: 'Петров' })
  await off.setOff(true)
  await strange.setOff(true)
  const { id: offId } = await office.db.prisma.device.findUniqueOrThrow({ where: { cashId: off.cashId } })
  await saveStatus(office.db, offId, { source: 'look', version: 95_000, status: {} })
  await busy.setActivity('payment')
  const { id: packageId } = await office.addPackage()
  const rollouts = await office.db.prisma.rollout.count()

  const asked = await ask('POST', '/rollouts/dry-run', {
    packageId,
    live: true,
    policy: { closeShift: 'ask' },
  })
  expect(asked.status).toBe(202)
  expect(asked.json).toMatchObject({ dryRun: true, plan: { targets: 6 }, looks: { total: 6 } })
  expect(asked.location).toBe(`/api/v1/dry-runs/${asked.json.id}`)
  const path = `/dry-runs/${asked.json.id}`

  // Nobody was looked at yet, so nothing is known of anybody.
  const early = (await ask('GET', path)).json
  expect(early).toMatchObject({ planHash: asked.json.planHash, looks: { total: 6, done: 0, isOver: false } })
  expect(early.tonight.totals.counts).toMatchObject({ unknown: 6, ready: 0 })

  await office.startWorker()
  const result = await until(
    async () => {
      const { json } = await ask('GET', path)
      if (!json.looks.isOver) throw new Error(JSON.stringify(json.looks))
      return json
    },
    { within: 60_000, label: 'everybody was looked at' },
  )
  expect(result.looks).toMatchObject({ total: 6, done: 6, byState: { done: 4, failed: 2 } })
  const { totals, stores } = result.tonight
  expect(totals).toMatchObject({ devices: 6, ready: 2, counts: { blocked: 2, unreachable: 1, apart: 1 } })
  const rung = stores.flatMap((one: { code: string; phone: string; fits: boolean; devices: object[] }) =>
    one.devices.map((device) => ({ store: one.code, phone: one.phone, fits: one.fits, ...device })),
  ) as {
    cashId: string
    group: string
    phone: string
    fits: boolean
    causes: { code: string; params: object }[]
  }[]
  const of = (cashId: string) => rung.find((one) => one.cashId === cashId)
  expect(rung).toHaveLength(4)
  expect(of(open.cashId)).toMatchObject({ group: 'blocked', fits: true, phone: expect.any(String) })
  expect(of(open.cashId)?.causes.map((one) => one.code)).toEqual(
    expect.arrayContaining(['shiftOpen', 'cashierSignedIn']),
  )
  expect(of(busy.cashId)?.causes[0]).toMatchObject({ code: 'receiptOpen', params: { activity: 'payment' } })
  expect(of(off.cashId)).toMatchObject({
    group: 'unreachable',
    causes: [{ from: 'reach', code: 'tillOffline' }],
  })
  expect(of(strange.cashId)).toMatchObject({ group: 'apart', causes: [{ code: 'neverAnswered' }] })
  // Nothing was kept, and nothing was done to any device.
  expect(await office.db.prisma.rollout.count()).toBe(rollouts)
  expect(fleet.devices.every((device) => device.version === 95_000 && device.activations === 0)).toBe(true)
})

test('no such dry run; a report of another kind is none', async () => {
  expect((await ask('GET', '/dry-runs/0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11')).status).toBe(404)
})

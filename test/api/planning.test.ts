/** A plan is asked for: whom it reaches, in which waves, what to expect; and everything that makes it impossible. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alwaysNight } from '../../src/sim/inventory.ts'
import { type HeadOffice, openHeadOffice, store, till, uploadPackage } from './head-office.ts'

let office: HeadOffice
let packageId: string
beforeAll(async () => {
  office = await openHeadOffice()
  const tills = (code: string, count: number, more = {}) =>
    Array.from({ length: count }, (_, i) => till(`${code}${i + 1}`, { number: i + 1, ...more }))
  const stores = [
    store('A', tills('A', 3), { group: 'north', labels: ['pilot'] }),
    store('B', [...tills('B', 2), till('B9', { kind: 'selfCheckout', labels: ['glass'] })], {
      group: 'south',
      timeZone: 'Asia/Vladivostok',
    }),
    store('C', tills('C', 2, { inReserve: true }), { group: 'south' }),
    // Nobody knows when it trades, so that lanes are kept at any time.
    store('D', tills('D', 3), { calendar: { ...alwaysNight, opening: null } }),
  ]
  const reply = await office.ask('POST', '/fleet', { json: { stores } })
  expect([reply.status, reply.text]).toEqual([200, JSON.stringify({ stores: 4, devices: 11 })])
  packageId = await uploadPackage(office)
})
afterAll(() => office.close())

const dryRun = (json: object) => office.ask('POST', '/rollouts/dry-run', { json: { packageId, ...json } })
const errorsOf = async (json: object) => {
  const { status, json: body } = await dryRun(json)
  const errors = (body.errors ?? []) as { code: string; path: string; detail?: string }[]
  return {
    status,
    code: body.code,
    errors: errors.map(({ code, path }) => [code, path]),
    detail: body.detail,
  }
}
const targetsOf = async (json: object): Promise<string[]> => {
  const { json: body } = await office.ask('POST', '/rollouts/dry-run?full=true', {
    json: { packageId, ...json },
  })
  const ids = body.fullPlan.waves.flatMap((wave: { deviceIds: string[] }) => wave.deviceIds) as string[]
  const rows = await office.db.prisma.device.findMany({ where: { id: { in: ids } } })
  return rows.map((row) => row.cashId).sort()
}

describe('whom', () => {
  test.each<[string, object, string[]]>([
    ['stores, as before', { stores: ['A'] }, ['A1', 'A2', 'A3']],
    ['stores of the selection', { selection: { stores: ['B'] } }, ['B1', 'B2', 'B9']],
    ['cash ids, as before', { cashIds: ['A2', 'B1'] }, ['A2', 'B1']],
    ['a group', { selection: { groups: ['south'] } }, ['B1', 'B2', 'B9']],
    ['a label of the store', { selection: { labels: ['pilot'] } }, ['A1', 'A2', 'A3']],
    ['a label of the device', { selection: { labels: ['glass'] } }, ['B9']],
    ['a kind', { selection: { kinds: ['selfCheckout'] } }, ['B9']],
    ['what is excluded', { stores: ['A'], selection: { exclude: [{ cashIds: ['A1'] }] } }, ['A2', 'A3']],
    ['narrowed from both sides', { stores: ['A'], selection: { cashIds: ['A1', 'B1'] } }, ['A1']],
  ])('by %s', async (_label, json, expected) => {
    expect(await targetsOf(json)).toEqual(expected)
  })

  test('by version, eight digits; and all that remain', async () => {
    const rows = await office.db.prisma.device.findMany({ where: { cashId: { in: ['A1', 'A2'] } } })
    const [first, second] = rows.sort((a, b) => (a.cashId < b.cashId ? -1 : 1))
    for (const [row, version] of [
      [first, 95_000],
      [second, 99_000],
    ] as const)
      await office.db.prisma.deviceStatus.create({
        data: {
          deviceId: row?.id as string,
          askedAt: new Date(),
          readAt: new Date(),
          source: 'look',
          version,
        },
      })
    expect(await targetsOf({ selection: { versions: ['00095000'] } })).toEqual(['A1'])
    const all = await dryRun({ stores: ['A'] })
    expect(all.json.plan).toMatchObject({ targets: 2, leftOutByReason: { versionLower: 1 } })
    const remaining = await dryRun({ stores: ['A'], selection: { remaining: true } })
    expect(remaining.json.plan).toMatchObject({ targets: 2, leftOut: 0 })
    await office.db.prisma.deviceStatus.deleteMany({})
  })

  test('an unknown store, group, label, cash id or zone is a problem, each with its place', async () => {
    const found = await errorsOf({
      selection: {
        stores: ['A', 'nowhere'],
        groups: ['west'],
        labels: ['pilto'],
        cashIds: ['A1', '9'],
        exclude: [{ stores: ['X'] }],
      },
      waves: [
        { by: 'groups', groups: ['north', 'east'] },
        { by: 'zones', zones: ['Mars/Olympus'] },
        { by: 'rest' },
      ],
    })
    expect([found.status, found.code]).toEqual([422, 'storeUnknown'])
    expect(found.errors).toEqual([
      ['storeUnknown', 'selection.stores.1'],
      ['deviceUnknown', 'selection.cashIds.1'],
      ['groupUnknown', 'selection.groups.0'],
      ['labelUnknown', 'selection.labels.0'],
      ['storeUnknown', 'selection.exclude.0.stores.0'],
      ['groupUnknown', 'waves.0.groups.1'],
      ['timeZoneUnknown', 'waves.1.zones.0'],
    ])
  })

  test('what is named in both places, what nobody knows', async () => {
    const twice = await errorsOf({ stores: ['A'], selection: { stores: ['B'] } })
    expect([twice.status, twice.errors]).toEqual([422, [['fieldInvalid', 'stores']]])
    const unknown = await errorsOf({ selection: { store: 'A' }, wave: [] })
    expect(unknown.errors).toEqual([
      ['fieldUnknown', 'selection.store'],
      ['fieldUnknown', 'wave'],
    ])
  })
})

describe('a plan', () => {
  /** The end that nobody names is a full hour: who asks again within an hour has the same plan. */
  async function withinAnHour<T>(work: () => Promise<T>): Promise<T> {
    const hour = () => Math.floor(Date.now() / 3_600_000)
    const began = hour()
    const found = await work()
    return hour() === began ? found : work()
  }

  test('a dry run is the answer of the rollout, with the same hash, and nothing is kept', async () => {
    const json = { selection: { groups: ['north', 'south'] }, waves: { template: 'pilotEvenOdd' } }
    const [dry, made] = await withinAnHour(async () => {
      const before = [await office.count('rollout'), await office.count('event')]
      const shown = await dryRun(json)
      expect([shown.status, shown.json.dryRun, shown.json.id]).toEqual([200, true, undefined])
      expect([await office.count('rollout'), await office.count('event')]).toEqual(before)
      return [shown, await office.ask('POST', '/rollouts', { json: { name: 'x', packageId, ...json } })]
    })
    expect(made.json.planHash).toBe(dry.json.planHash)
    for (const key of ['plan', 'leftOut', 'warnings', 'cut', 'wavesBy'])
      expect(made.json[key]).toEqual(dry.json[key])
  })

  test('waves with their gates, who is left out and why, bytes and an end for every store, warnings', async () => {
    const { json } = await dryRun({
      selection: { groups: ['north', 'south'] },
      waves: [
        { by: 'labels', labels: ['pilot'], name: 'pilot', gate: { approval: true, soakMinutes: 30 } },
        { by: 'rest' },
      ],
      policy: { lanes: { till: { count: 2 } }, gate: { failurePercent: 3 } },
    })
    expect(json).toMatchObject({
      wavesBy: 'asked',
      plan: {
        targets: 6,
        stores: 2,
        waves: [
          {
            ...{ number: 1, name: 'pilot', devices: 3, stores: 1 },
            gate: { approval: true, soakMinutes: 30, failurePercent: 3, minimumSample: 3 },
          },
          { number: 2, name: 'rest', devices: 3, stores: 1, gate: { approval: false, soakMinutes: 0 } },
        ],
        leftOutByReason: { inReserve: 2 },
      },
      leftOut: [{ reason: 'inReserve', count: 2, devices: [{ cashId: 'C1', store: 'C' }, { cashId: 'C2' }] }],
    })
    const size = Number((await office.ask('GET', `/packages/${packageId}`)).json.size)
    expect(json.forecast).toMatchObject({ wanBytes: 2 * size, lanBytes: 6 * size, fits: true })
    expect(json.forecast.stores.map((one: { store: string }) => one.store)).toEqual(['A', 'B'])
    for (const one of json.forecast.stores) {
      expect(one).toMatchObject({ devices: 3, wanBytes: size, lanBytes: 3 * size, fits: true })
      expect(Date.parse(one.estimatedEnd)).toBeGreaterThan(Date.now())
    }
    const codes = json.warnings.map((one: { code: string }) => one.code)
    expect(codes).toEqual(expect.arrayContaining(['rollbackUnknown', 'needAssumed', 'uncovered']))
    expect(json.fullPlan).toBeUndefined()
  })

  test('a policy is merged member by member; without an end it is over in a fortnight', async () => {
    const json = {
      name: 'x',
      packageId,
      stores: ['A'],
      policy: { gate: { soakMinutes: 5 }, preconditions: { ofdQueueOld: { limit: 10 } } },
    }
    const { policy } = (await office.ask('POST', '/rollouts', { json })).json
    expect(policy).toMatchObject({
      maxAttempts: 5,
      gate: { soakMinutes: 5, successPercent: 95 },
      preconditions: {
        ofdQueueOld: { level: 'block', limit: 10, warnLimit: 1 },
        shiftOpen: { level: 'block' },
      },
      lanes: { till: { count: 1, percent: 50 } },
    })
    const days = (Date.parse(policy.endsAt) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(13.9)
    expect(days).toBeLessThan(14.1)
    const never = await office.ask('POST', '/rollouts', { json: { ...json, policy: { endsAt: null } } })
    expect(never.json.policy.endsAt).toBeNull()
  })

  test('more than a hundred devices begin with a canary, when nobody says anything of waves', async () => {
    const many = ['L1', 'L2', 'L3'].map((code) =>
      store(
        code,
        Array.from({ length: 34 }, (_, i) => till(`${code}-${i}`)),
        { group: 'large' },
      ),
    )
    await office.ask('POST', '/fleet', { json: { stores: many } })
    const large = await dryRun({ selection: { groups: ['large'] } })
    expect(large.json).toMatchObject({
      wavesBy: 'default',
      cut: { template: 'canary' },
      plan: { targets: 102 },
    })
    expect(large.json.plan.waves[0]).toMatchObject({ name: 'canary', devices: 34, stores: 1 })
    const hundred = await dryRun({
      selection: { groups: ['large'], exclude: [{ cashIds: ['L1-0', 'L1-1'] }] },
    })
    expect(hundred.json).toMatchObject({ cut: { template: 'single' }, plan: { targets: 100 } })
    expect(hundred.json.plan.waves).toHaveLength(1)
  })

  test('the whole plan: as it was hashed, with everybody’s name', async () => {
    const json = { name: 'x', packageId, stores: ['A'] }
    const made = await office.ask('POST', '/rollouts?full=true', { json })
    const { json: whole } = await office.ask('GET', `/rollouts/${made.json.id}/plan`)
    expect(whole).toMatchObject({
      planHash: made.json.planHash,
      revision: 1,
      plan: made.json.fullPlan,
      next: null,
    })
    const ids = whole.plan.waves[0].deviceIds as string[]
    expect(ids.map((id) => whole.devices[id])).toEqual(
      ['A1', 'A2', 'A3'].map((cashId) => ({ cashId, store: 'A' })),
    )
  })
})

describe('what cannot be planned', () => {
  test.each<[string, object, string, string]>([
    [
      'waves that leave somebody over',
      { stores: ['A', 'B'], waves: [{ by: 'count', count: 1 }] },
      'wavesDoNotAddUp',
      'waves',
    ],
    [
      'waves of more than all',
      {
        waves: [
          { by: 'percent', percent: 60 },
          { by: 'percent', percent: 50 },
        ],
      },
      'wavesDoNotAddUp',
      'waves',
    ],
    [
      'a wave of 120%',
      { waves: [{ by: 'percent', percent: 120 }, { by: 'rest' }] },
      'thresholdInvalid',
      'waves.0.percent',
    ],
    [
      'a threshold of 120%',
      { policy: { gate: { failurePercent: 120 } } },
      'thresholdInvalid',
      'policy.gate.failurePercent',
    ],
    [
      'a threshold of a wave',
      { waves: [{ by: 'rest', gate: { successPercent: -1 } }] },
      'thresholdInvalid',
      'waves.0.gate.successPercent',
    ],
    [
      'a threshold of the pilot',
      { waves: { template: 'canary', pilotGate: { silentPercent: 101 } } },
      'thresholdInvalid',
      'waves.pilotGate.silentPercent',
    ],
    [
      'lanes larger than the store',
      { stores: ['D'], policy: { lanes: { till: { count: 9 } } } },
      'lanesImpossible',
      'policy.lanes',
    ],
    ['a window that never opens', { policy: { windows: [] } }, 'windowNeverOpens', 'policy.windows'],
    [
      'a window of no day',
      { policy: { windows: [{ days: [], from: '23:00', to: '05:00' }] } },
      'windowNeverOpens',
      'policy.windows',
    ],
    [
      'a window of no time',
      { policy: { windows: [{ from: '25:00', to: '05:00' }] } },
      'policyInvalid',
      'policy.windows.0.from',
    ],
    [
      'an end before its beginning',
      { policy: { startsAt: '2027-01-02T00:00:00Z', endsAt: '2027-01-01T00:00:00Z' } },
      'policyInvalid',
      'policy.endsAt',
    ],
    [
      'a freeze that is none',
      { policy: { overrideFreezes: [{ freezeId: '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11', reason: 'x' }] } },
      'freezeUnknown',
      'policy.overrideFreezes.0.freezeId',
    ],
    ['nobody', { stores: ['C'] }, 'nothingToDo', 'selection'],
    [
      'a wave of no store',
      { waves: [{ by: 'stores', stores: [] }, { by: 'rest' }] },
      'waveInvalid',
      'waves.0.stores',
    ],
    [
      'a wave of half a store',
      { waves: [{ by: 'count', count: 0.5 }, { by: 'rest' }] },
      'waveInvalid',
      'waves.0.count',
    ],
    ['waves that nobody knows', { waves: { template: 'westToEast' } }, 'fieldInvalid', 'waves.template'],
    ['no waves', { waves: [] }, 'fieldInvalid', 'waves'],
  ])('%s', async (_label, json, code, path) => {
    const found = await errorsOf({ stores: ['A'], ...json })
    expect([found.status, found.code, found.errors]).toEqual([422, code, [[code, path]]])
    expect(found.detail).toEqual(expect.any(String))
  })

  test('the numbers are told: lanes, and who is left out', async () => {
    const lanes = await errorsOf({ stores: ['D'], policy: { lanes: { till: { count: 9 } } } })
    expect(lanes.detail).toBe('D has 3 of kind till in service, and 9 are to stay open')
    const nobody = await dryRun({ stores: ['C'] })
    expect(nobody.json.errors[0].params).toEqual({ leftOut: { inReserve: 2 } })
  })

  test('a version below the package’s minimum: one is left out, all of them are a problem', async () => {
    const needy = await uploadPackage(office, 'till', 'minVersion=00096000')
    const device = await office.db.prisma.device.findUniqueOrThrow({ where: { cashId: 'A1' } })
    const status = { askedAt: new Date(), readAt: new Date(), source: 'look' }
    await office.db.prisma.deviceStatus.create({ data: { deviceId: device.id, ...status, version: 95_000 } })
    const alone = await errorsOf({ packageId: needy, cashIds: ['A1'] })
    expect([alone.status, alone.code, alone.errors]).toEqual([
      422,
      'versionBelowMinimum',
      [['versionBelowMinimum', 'selection']],
    ])
    const other = await office.db.prisma.device.findUniqueOrThrow({ where: { cashId: 'A2' } })
    await office.db.prisma.deviceStatus.create({ data: { deviceId: other.id, ...status, version: 96_000 } })
    const both = await dryRun({ packageId: needy, cashIds: ['A1', 'A2'] })
    expect(both.json).toMatchObject({
      plan: { targets: 1, leftOutByReason: { versionChain: 1 } },
      leftOut: [{ reason: 'versionChain', devices: [{ cashId: 'A1' }] }],
    })
    await office.db.prisma.deviceStatus.deleteMany({})
  })

  test('packages that are none, or not for servers', async () => {
    const missing = '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11'
    const none = await errorsOf({ packageId: missing, serverPackageId: missing })
    expect(none.errors).toEqual([
      ['packageUnknown', 'packageId'],
      ['packageUnknown', 'serverPackageId'],
    ])
    const unfit = await errorsOf({ serverPackageId: packageId })
    expect(unfit.errors).toEqual([['packageUnfit', 'serverPackageId']])
  })
})

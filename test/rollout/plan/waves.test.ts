import { describe, expect, test } from 'vitest'
import type { PlanDevice, PlanInput } from '../../../src/rollout/plan/plan-types.ts'
import { isEven } from '../../../src/rollout/plan/wave-pick.ts'
import type { WavePlan } from '../../../src/rollout/plan/wave-types.ts'
import {
  dayShop,
  idsOf,
  inputOf,
  namesOf,
  packageOf,
  planned,
  problemsOf,
  serverOf,
  serverPackageOf,
  storeOf,
  tillOf,
  warningsOf,
} from './plan-fleet.ts'

const storesOf = (ids: readonly string[]): string[] => [...new Set(ids.map((id) => id.split('-')[0] ?? ''))]
const wavesOf = (waves: WavePlan, change: Partial<PlanInput> = {}, stores = 10, tills = 2) =>
  planned(inputOf({ waves, ...change }, stores, tills)).plan
const sizes = (waves: WavePlan, stores = 10, tills = 2): number[] =>
  wavesOf(waves, {}, stores, tills).waves.map((wave) => wave.deviceIds.length)

describe('parity', () => {
  test.each<[string, number, string, boolean]>([
    ['an even number', 2, '1', true],
    ['an odd number', 3, '2', false],
    ['no number, an even cash id', 0, '50001002', true],
    ['no number, an odd cash id', 0, '50001003', false],
    ['letters after the digits', 0, 'SCO-7B', false],
    ['no digit at all', 0, 'SCO', true],
  ])('%s', (_label, number, cashId, even) => {
    expect(isEven({ number, cashId })).toBe(even)
  })
})

describe('templates', () => {
  test('single', () => {
    const made = wavesOf({ template: 'single' })
    expect(namesOf(made)).toEqual(['all'])
    expect(idsOf(made)[0]).toHaveLength(20)
  })

  test('pilot → even → odd', () => {
    const made = wavesOf({ template: 'pilotEvenOdd', pilotStores: 2 }, {}, 4, 3)
    expect(namesOf(made)).toEqual(['pilot', 'even', 'odd'])
    const [pilot = [], even = [], odd = []] = idsOf(made)
    expect(pilot).toHaveLength(6)
    expect(storesOf(pilot)).toHaveLength(2)
    expect(even.every((id) => id.endsWith('-2'))).toBe(true)
    expect(odd.every((id) => /-[13]$/.test(id))).toBe(true)
    expect([even.length, odd.length]).toEqual([2, 4])
  })

  test('canary store → 5% → 25% → all, together with what was before', () => {
    expect(sizes({ template: 'canary' }, 100, 1)).toEqual([1, 4, 20, 75])
    const made = wavesOf({ template: 'canary' }, {}, 100, 1)
    expect(namesOf(made)).toEqual(['canary', '5%', '25%', 'rest'])
  })

  test('of a small chain: 5% are the canary already, and that wave vanishes', () => {
    const { plan: made, forecast } = planned(inputOf({ waves: { template: 'canary' } }, 8, 1))
    expect(namesOf(made)).toEqual(['canary', '25%', 'rest'])
    expect(made.waves.map((wave) => wave.number)).toEqual([1, 2, 3])
    expect(warningsOf(forecast, 'emptyWave')).toEqual([{ place: 2, name: '5%' }])
  })

  test('east to west, one wave per offset', () => {
    const zones = [
      'Europe/Moscow',
      'Asia/Kamchatka',
      'Europe/Kaliningrad',
      'Asia/Vladivostok',
      'Europe/Minsk',
      'Asia/Kolkata',
    ]
    const stores = zones.map((zone, i) => storeOf(`M${i + 1}`, { calendar: dayShop(zone) }))
    const made = wavesOf({ template: 'eastToWest' }, { stores }, 6, 1)
    expect(made.waves.map((wave) => [wave.name, storesOf(wave.deviceIds)])).toEqual([
      ['UTC+12:00', ['M2']],
      ['UTC+10:00', ['M4']],
      ['UTC+05:30', ['M6']],
      ['UTC+03:00', ['M1', 'M5']],
      ['UTC+02:00', ['M3']],
    ])
  })

  test('the offset is that of the moment: Berlin is Moscow’s neighbour in summer only', () => {
    const stores = ['Europe/Berlin', 'Europe/Kaliningrad'].map((zone, i) =>
      storeOf(`M${i + 1}`, { calendar: dayShop(zone) }),
    )
    const at = (text: string) =>
      namesOf(wavesOf({ template: 'eastToWest' }, { stores, now: Date.parse(text) }, 2, 1))
    expect(at('2026-07-01T00:00Z')).toEqual(['UTC+02:00'])
    expect(at('2026-12-01T00:00Z')).toEqual(['UTC+02:00', 'UTC+01:00'])
  })

  test('stratified pilot: the first wave has seen everything', () => {
    const devices = Array.from({ length: 12 }, (_, i) =>
      tillOf(`M${i + 1}`, 1, { configuration: i < 10 ? 'usual' : `odd${i}` }),
    )
    const { plan: made, forecast } = planned(
      inputOf({ waves: { template: 'stratifiedPilot', percent: 50 }, devices }, 12),
    )
    expect(made.waves.map((wave) => wave.deviceIds.length)).toEqual([3, 3, 6])
    expect(idsOf(made)[0]).toEqual(expect.arrayContaining(['M11-1', 'M12-1']))
    expect(warningsOf(forecast, 'uncovered')).toEqual([])
  })

  test('what its stores may not show is listed', () => {
    const devices = [
      tillOf('M1', 1, { configuration: 'usual' }),
      tillOf('M2', 1, { configuration: 'usual' }),
      tillOf('M2', 2, { configuration: 'rare' }),
    ]
    const waves: WavePlan = [{ by: 'cover', notStores: ['M2'] }, { by: 'rest' }]
    const { plan: made, forecast } = planned(inputOf({ waves, devices }))
    expect(idsOf(made)).toEqual([['M1-1'], ['M2-1', 'M2-2']])
    expect(warningsOf(forecast, 'uncovered')).toEqual([
      { count: 1, combinations: [{ kind: 'till', version: 95_000, configuration: 'rare', devices: 1 }] },
    ])
  })

  test('the pilot may have a gate of its own', () => {
    const made = wavesOf({ template: 'canary', pilotGate: { approval: true } })
    expect(made.waves.map((wave) => wave.gate.approval)).toEqual([true, false, false])
  })
})

describe('waves by their own rules', () => {
  const labelled: PlanDevice[] = [
    tillOf('M1', 1),
    tillOf('M2', 1, { labels: ['new'] }),
    tillOf('M2', 2),
    tillOf('M3', 1, { group: 'west' }),
  ]
  const stores = [
    storeOf('M1', { labels: ['pilot'] }),
    storeOf('M2', { calendar: dayShop('Asia/Omsk') }),
    storeOf('M3', { group: 'west' }),
  ]
  const first = (spec: Exclude<WavePlan, { template: string }>[number]) =>
    idsOf(wavesOf([spec, { by: 'rest' }], { devices: labelled, stores }))[0]

  test.each<[string, Exclude<WavePlan, { template: string }>[number], string[]]>([
    ['stores with a label', { by: 'labels', labels: ['pilot', 'x'] }, ['M1-1']],
    [
      'devices with a label, or whose store has it',
      { by: 'labels', of: 'devices', labels: ['pilot', 'new'] },
      ['M1-1', 'M2-1'],
    ],
    ['groups', { by: 'groups', groups: ['west'] }, ['M3-1']],
    ['zones', { by: 'zones', zones: ['Asia/Omsk'] }, ['M2-1', 'M2-2']],
    ['stores', { by: 'stores', stores: ['M3', 'M1', 'nowhere'] }, ['M1-1', 'M3-1']],
    ['cash ids', { by: 'cashIds', cashIds: ['M2002'] }, ['M2-2']],
    ['parity', { by: 'parity', parity: 'even' }, ['M2-2']],
  ])('%s', (_label, spec, ids) => {
    expect(first(spec)).toEqual(ids)
  })

  test('percents are of all, each on its own', () => {
    expect(
      sizes(
        [
          { by: 'percent', percent: 10 },
          { by: 'percent', percent: 30 },
          { by: 'percent', percent: 60 },
        ],
        10,
        1,
      ),
    ).toEqual([1, 3, 6])
  })

  test('three thirds leave nobody over', () => {
    const third = { by: 'percent', percent: 100 / 3 } as const
    expect(sizes([third, third, third], 10, 1)).toEqual([4, 3, 3])
  })

  test('of devices, over the stores', () => {
    const made = wavesOf([{ by: 'percent', of: 'devices', percent: 25 }, { by: 'rest' }], {}, 10, 10)
    expect(made.waves.map((wave) => wave.deviceIds.length)).toEqual([25, 75])
    expect(storesOf(idsOf(made)[0] ?? []).length).toBeGreaterThan(5)
  })

  test('another package begins in other stores, the same one in the same', () => {
    const pilots = (sha256: string) =>
      storesOf(
        idsOf(wavesOf({ template: 'canary', stores: 3 }, { package: packageOf({ sha256 }) }, 50))[0] ?? [],
      )
    expect(pilots('a'.repeat(64))).toEqual(pilots('a'.repeat(64)))
    expect(pilots('a'.repeat(64))).not.toEqual(pilots('b'.repeat(64)))
  })
})

describe('a server and its tills', () => {
  const devices = [serverOf('M1'), tillOf('M1', 1), tillOf('M1', 2), serverOf('M2'), tillOf('M2', 2)]
  const both = { devices, serverPackage: serverPackageOf() }
  const waves: WavePlan = [
    { by: 'parity', parity: 'odd' },
    { by: 'parity', parity: 'even' },
  ]

  test('forward it is in no later wave than any of them', () => {
    // Server numbers are 0, and their cash ids end in 1 and 2.
    expect(idsOf(wavesOf(waves, both))).toEqual([
      ['M1-server', 'M1-1'],
      ['M1-2', 'M2-server', 'M2-2'],
    ])
    const tillsFirst: WavePlan = [{ by: 'cashIds', cashIds: ['M2002'] }, { by: 'rest' }]
    expect(idsOf(wavesOf(tillsFirst, both))[0]).toEqual(['M2-server', 'M2-2'])
  })

  test('nor in an earlier one on the way back', () => {
    const old = devices.map((device) => ({ ...device, version: 96_000 }))
    const serversFirst: WavePlan = [{ by: 'cashIds', cashIds: ['M1', 'M1001'] }, { by: 'rest' }]
    const made = wavesOf(serversFirst, { ...both, devices: old, kind: 'rollback' })
    expect(idsOf(made)).toEqual([['M1-1'], ['M1-server', 'M1-2', 'M2-server', 'M2-2']])
  })

  test('a wave of servers that all went ahead vanishes', () => {
    const serversLast: WavePlan = [
      { by: 'parity', parity: 'even' },
      { by: 'cashIds', cashIds: ['M1001', 'M1002'] },
      { by: 'cashIds', cashIds: ['M1'] },
    ]
    const { plan: made, forecast } = planned(inputOf({ ...both, waves: serversLast }))
    expect(idsOf(made)[0]).toContain('M1-server')
    expect(warningsOf(forecast, 'emptyWave')).toEqual([{ place: 3, name: 'cashIds' }])
  })
})

describe('waves that are none', () => {
  test.each<[string, WavePlan, string, string, object]>([
    [
      'do not reach everybody',
      [
        { by: 'percent', percent: 50 },
        { by: 'percent', percent: 30 },
      ],
      'wavesDoNotAddUp',
      'waves',
      { missing: 4, cashIds: expect.any(Array) },
    ],
    ['none at all', [], 'wavesDoNotAddUp', 'waves', { missing: 20, cashIds: expect.any(Array) }],
    [
      'more than there is',
      [
        { by: 'percent', percent: 60 },
        { by: 'percent', percent: 50 },
      ],
      'wavesDoNotAddUp',
      'waves',
      { of: 'stores', percent: 110 },
    ],
    [
      'falling',
      [
        { by: 'percent', percent: 60, cumulative: true },
        { by: 'percent', percent: 50, cumulative: true },
        { by: 'rest' },
      ],
      'wavesDoNotAddUp',
      'waves.1.percent',
      { value: 50, before: 60 },
    ],
    ['120%', [{ by: 'percent', percent: 120 }], 'thresholdInvalid', 'waves.0.percent', { value: 120 }],
    [
      'no number',
      [{ by: 'percent', percent: Number.NaN }],
      'thresholdInvalid',
      'waves.0.percent',
      { value: Number.NaN },
    ],
    [
      'half a store',
      [{ by: 'count', count: 0.5 }, { by: 'rest' }],
      'waveInvalid',
      'waves.0.count',
      { value: 0.5 },
    ],
    ['no labels', [{ by: 'labels', labels: [] }, { by: 'rest' }], 'waveInvalid', 'waves.0.labels', {}],
    [
      'too many',
      Array.from({ length: 101 }, () => ({ by: 'rest' }) as const),
      'waveInvalid',
      'waves',
      { count: 101, most: 100 },
    ],
    [
      'a template of no store',
      { template: 'canary', stores: 0 },
      'waveInvalid',
      'waves.0.count',
      { value: 0 },
    ],
    [
      'a template that falls',
      { template: 'canary', percents: [25, 5] },
      'wavesDoNotAddUp',
      'waves.2.percent',
      { value: 5, before: 25 },
    ],
  ])('%s', (_label, waves, code, path, params) => {
    expect(problemsOf(inputOf({ waves }, 10, 2))).toEqual([{ code, path, params }])
  })
})

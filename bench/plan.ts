// A rollout of 10,000 devices in 500 stores of 9 zones, planned whole: waves, calendars, forecast, hash, and the drift.
// Prints one JSON object. Run: node --import tsx bench/plan.ts

import { comparePlan } from '../src/rollout/plan/drift.ts'
import { plan } from '../src/rollout/plan/plan.ts'
import { planHash } from '../src/rollout/plan/plan-hash.ts'
import type { PlanDevice, PlanInput, PlanPackage, PlanStore } from '../src/rollout/plan/plan-types.ts'
import type { WavePlan } from '../src/rollout/plan/wave-types.ts'
import { defaultPolicy } from '../src/rollout/policy.ts'
import type { Calendar } from '../src/rollout/time/calendar.ts'

const STORES = 500
const DEVICES = 20
const RUNS = 5
const ZONES = [
  'Asia/Kamchatka',
  'Asia/Vladivostok',
  'Asia/Yakutsk',
  'Asia/Irkutsk',
  'Asia/Krasnoyarsk',
  'Asia/Yekaterinburg',
  'Europe/Samara',
  'Europe/Moscow',
  'Europe/Kaliningrad',
]
const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Every store with hours of its own: the worst case, nothing is shared. */
const calendarOf = (store: number): Calendar => ({
  timeZone: ZONES[store % ZONES.length] ?? 'Europe/Moscow',
  windows: [{ days: week, from: `22:${String(store % 60).padStart(2, '0')}`, to: '06:00' }],
  opening: [{ days: week, from: `08:${String(Math.floor(store / 60)).padStart(2, '0')}`, to: '22:00' }],
  exceptions: [],
})
const storeOf = (store: number): PlanStore => ({
  id: `store-${store}`,
  code: `M${store}`,
  name: `M${store}`,
  group: null,
  labels: [],
  calendar: calendarOf(store),
  maxInstalls: 2,
  maxDownloads: 4,
  lanes: { till: { all: 14, inService: 14 }, selfCheckout: { all: 5, inService: 5 } },
  bytesPerSecond: 100_000,
  offlineRate: 0.02,
  hasPackage: false,
})
const kindOf = (place: number): string => (place === 0 ? 'storeServer' : place < 15 ? 'till' : 'selfCheckout')
const deviceOf = (store: number, place: number): PlanDevice => ({
  id: `00000000-0000-0000-${String(store).padStart(4, '0')}-${String(place).padStart(12, '0')}`,
  storeId: `store-${store}`,
  storeCode: `M${store}`,
  group: null,
  labels: [],
  kind: kindOf(place),
  version: 95_000 + (place % 3),
  cashId: place === 0 ? `M${store}` : String(50_000_000 + store * 100 + place),
  number: place < 15 ? place : 0,
  host: '10.0.0.2',
  blocked: false,
  inReserve: false,
  configuration: `c${(store * place) % 7}`,
  owned: false,
})
const packageOf = (kind: string): PlanPackage => ({
  id: kind,
  kind,
  version: 96_000,
  sha256: '0'.repeat(64),
  size: 300_000_000,
  minVersion: null,
  needsServer: kind === 'till',
  updatesTills: false,
  canGoBack: true,
  measured: { installSeconds: 240, samples: 500 },
})

const input = (waves: WavePlan): PlanInput => ({
  now: Date.parse('2026-04-15T12:00:00Z'),
  kind: 'update',
  package: packageOf('till'),
  serverPackage: packageOf('storeServer'),
  devices: Array.from({ length: STORES * DEVICES }, (_, i) => deviceOf(Math.floor(i / DEVICES), i % DEVICES)),
  stores: Array.from({ length: STORES }, (_, store) => storeOf(store)),
  serverVersions: new Map(Array.from({ length: STORES }, (_, store) => [`store-${store}`, 95_000])),
  freezes: [],
  waves,
  policy: defaultPolicy,
})

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
function time(work: () => unknown): number {
  const began = performance.now()
  work()
  return Math.round((performance.now() - began) * 10) / 10
}

const templates = ['single', 'pilotEvenOdd', 'canary', 'eastToWest', 'stratifiedPilot'] as const
const first = time(() => plan(input({ template: 'canary' })))
const planMs = Object.fromEntries(
  templates.map((template) => {
    const given = input({ template })
    return [template, median(Array.from({ length: RUNS }, () => time(() => plan(given))))]
  }),
)
const given = input({ template: 'canary' })
const made = plan(given)
if (!made.ok) throw new Error(JSON.stringify(made.problems))

console.log(
  JSON.stringify({
    bench: 'plan',
    stores: STORES,
    devices: STORES * DEVICES,
    firstPlanMs: first,
    planMs,
    hashMs: median(Array.from({ length: RUNS }, () => time(() => planHash(made.plan)))),
    compareMs: median(Array.from({ length: RUNS }, () => time(() => comparePlan(made.plan, given)))),
    planBytes: JSON.stringify(made.plan).length,
  }),
)

/** Small chains for the tests of planning. */
import fc from 'fast-check'
import { plan } from '../../../src/rollout/plan/plan.ts'
import type {
  Forecast,
  Plan,
  PlanDevice,
  PlanInput,
  PlanPackage,
  PlanProblem,
  PlanStore,
} from '../../../src/rollout/plan/plan-types.ts'
import { defaultPolicy, type Policy } from '../../../src/rollout/policy.ts'
import { calendarOf, moment } from '../time/clock.ts'

/** A Wednesday noon in Moscow. */
export const NOON = moment('2026-04-15T12:00+03:00')

export const packageOf = (change: Partial<PlanPackage> = {}): PlanPackage => ({
  id: 'p96',
  kind: 'till',
  version: 96_000,
  sha256: 'a'.repeat(64),
  size: 1_000_000,
  minVersion: null,
  needsServer: false,
  updatesTills: false,
  canGoBack: true,
  measured: null,
  ...change,
})

export const serverPackageOf = (change: Partial<PlanPackage> = {}): PlanPackage =>
  packageOf({ id: 's96', kind: 'storeServer', sha256: 'b'.repeat(64), size: 5_000_000, ...change })

/** Trades from eight to ten, and is installed at night. */
export const dayShop = (timeZone: string) =>
  calendarOf(timeZone, {
    opening: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '08:00', to: '22:00' }],
  })

export const storeOf = (code: string, change: Partial<PlanStore> = {}): PlanStore => ({
  id: `id-${code}`,
  code,
  name: code,
  group: null,
  labels: [],
  calendar: dayShop('Europe/Moscow'),
  maxInstalls: 2,
  maxDownloads: 4,
  lanes: { till: { all: 8, inService: 8 }, selfCheckout: { all: 4, inService: 4 } },
  bytesPerSecond: null,
  offlineRate: null,
  hasPackage: false,
  ...change,
})

/** Till 3 of store M1: id `M1-3`, cash id `M1003`. */
export const tillOf = (storeCode: string, number: number, change: Partial<PlanDevice> = {}): PlanDevice => ({
  id: `${storeCode}-${number}`,
  storeId: `id-${storeCode}`,
  storeCode,
  group: null,
  labels: [],
  kind: 'till',
  version: 95_000,
  cashId: `${storeCode}${String(number).padStart(3, '0')}`,
  number,
  host: `10.0.0.${number}`,
  blocked: false,
  inReserve: false,
  configuration: null,
  owned: false,
  ...change,
})

export const serverOf = (storeCode: string, change: Partial<PlanDevice> = {}): PlanDevice =>
  tillOf(storeCode, 0, {
    id: `${storeCode}-server`,
    kind: 'storeServer',
    cashId: storeCode,
    ...change,
  })

export const policyOf = (change: Partial<Policy> = {}): Policy => ({ ...defaultPolicy, ...change })

/** Stores M1 … Mn with three tills each, unless told otherwise. */
export function inputOf(change: Partial<PlanInput> = {}, stores = 2, tills = 3): PlanInput {
  const codes = Array.from({ length: stores }, (_, i) => `M${i + 1}`)
  return {
    now: NOON,
    kind: 'update',
    package: packageOf(),
    serverPackage: null,
    devices: codes.flatMap((code) => Array.from({ length: tills }, (_, i) => tillOf(code, i + 1))),
    stores: codes.map((code) => storeOf(code)),
    serverVersions: new Map(),
    freezes: [],
    waves: { template: 'single' },
    policy: defaultPolicy,
    ...change,
  }
}

/** The plan and its forecast, or the test fails with the problems. */
export function planned(input: PlanInput): { plan: Plan; forecast: Forecast } {
  const made = plan(input)
  if (!made.ok) throw new Error(JSON.stringify(made.problems))
  return made
}

/** The problems, or the test fails for there being none. */
export function problemsOf(input: PlanInput): readonly PlanProblem[] {
  const made = plan(input)
  if (made.ok) throw new Error('planned without a problem')
  return made.problems
}

export const codesOf = (input: PlanInput): string[] => problemsOf(input).map((one) => one.code)
export const warningsOf = (forecast: Forecast, code: string) =>
  forecast.warnings.filter((one) => one.code === code).map((one) => one.params)
export const idsOf = (made: Plan): string[][] => made.waves.map((wave) => [...wave.deviceIds])
export const namesOf = (made: Plan): string[] => made.waves.map((wave) => wave.name)
export const reasonsOf = (made: Plan): Record<string, string> =>
  Object.fromEntries(made.leftOut.map((one) => [one.deviceId, one.reason]))

const ZONES = [
  'Europe/Moscow',
  'Asia/Vladivostok',
  'Asia/Yekaterinburg',
  'Asia/Kamchatka',
  'Europe/Kaliningrad',
]
const versions = fc.option(fc.constantFrom(94_000, 95_000, 96_000, 97_000))

const someStore = (code: string): fc.Arbitrary<PlanStore> =>
  fc
    .record({
      calendar: fc.constantFrom(...ZONES.map(dayShop), ...ZONES.map((zone) => calendarOf(zone))),
      group: fc.constantFrom(null, 'east', 'west'),
      labels: fc.subarray(['pilot', 'mall']),
      maxInstalls: fc.integer({ min: 1, max: 3 }),
      hasPackage: fc.boolean(),
      bytesPerSecond: fc.option(fc.integer({ min: 1, max: 10_000 })),
    })
    .map((change) => storeOf(code, change))

const someDevice = (store: PlanStore, number: number): fc.Arbitrary<PlanDevice> =>
  fc
    .record({
      kind: fc.constantFrom('till', 'till', 'selfCheckout', 'storeServer', 'priceChecker'),
      version: versions,
      host: fc.option(fc.constant('10.0.0.2'), { freq: 10 }),
      blocked: fc.boolean().map((one) => one && number % 4 === 0),
      inReserve: fc.boolean().map((one) => one && number % 5 === 0),
      owned: fc.boolean().map((one) => one && number % 3 === 0),
      configuration: fc.constantFrom(null, 'a', 'b'),
      labels: fc.subarray(['pilot', 'new']),
    })
    .map((change) =>
      tillOf(store.code, number, {
        ...change,
        number: change.kind === 'selfCheckout' ? 0 : number,
        group: store.group,
      }),
    )

const somePackage = (make: typeof packageOf): fc.Arbitrary<PlanPackage> =>
  fc
    .record({
      minVersion: fc.option(fc.constant(95_000)),
      needsServer: fc.boolean(),
      updatesTills: fc.boolean(),
      canGoBack: fc.option(fc.boolean()),
    })
    .map(make)

/** Any chain of up to eight stores, for any plan of one wave. */
export const anyInput: fc.Arbitrary<PlanInput> = fc.integer({ min: 1, max: 8 }).chain((count) =>
  fc
    .tuple(...Array.from({ length: count }, (_, i) => someStore(`M${i + 1}`)))
    .chain((stores) =>
      fc.record({
        kind: fc.constantFrom('update' as const, 'update' as const, 'rollback' as const),
        package: fc.oneof(somePackage(packageOf), somePackage(serverPackageOf)),
        serverPackage: fc.option(somePackage(serverPackageOf)),
        stores: fc.constant(stores),
        devices: fc
          .tuple(
            ...stores.map((store) =>
              fc
                .integer({ min: 0, max: 6 })
                .chain((size) =>
                  fc.tuple(...Array.from({ length: size }, (_, i) => someDevice(store, i + 1))),
                ),
            ),
          )
          .map((lists) => lists.flat()),
        serverVersions: fc
          .tuple(...stores.map((store) => fc.tuple(fc.constant(store.id), versions)))
          .map((pairs) => new Map(pairs)),
      }),
    )
    .map((change) => inputOf(change)),
)

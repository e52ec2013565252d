import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparePlan } from '../../../src/rollout/plan/drift.ts'
import { plan } from '../../../src/rollout/plan/plan.ts'
import { planHash } from '../../../src/rollout/plan/plan-hash.ts'
import type { Plan, PlanInput } from '../../../src/rollout/plan/plan-types.ts'
import type { WavePlan, WaveSpec } from '../../../src/rollout/plan/wave-types.ts'
import { anyInput } from './plan-fleet.ts'

const template: fc.Arbitrary<WavePlan> = fc.oneof(
  fc.constantFrom<WavePlan>({ template: 'single' }, { template: 'eastToWest' }),
  fc.record({ template: fc.constant('pilotEvenOdd' as const), pilotStores: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ template: fc.constant('canary' as const), percents: fc.constantFrom([5, 25], [50], []) }),
  fc.record({ template: fc.constant('stratifiedPilot' as const), percent: fc.constantFrom(25, 60, 100) }),
)
const of = fc.constantFrom('stores' as const, 'devices' as const)
const spec: fc.Arbitrary<WaveSpec> = fc.oneof(
  fc.record({ by: fc.constant('count' as const), of, count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ by: fc.constant('percent' as const), of, percent: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ by: fc.constant('labels' as const), of, labels: fc.constant(['pilot']) }),
  fc.record({ by: fc.constant('groups' as const), groups: fc.constant(['east']) }),
  fc.record({ by: fc.constant('zones' as const), zones: fc.constant(['Asia/Vladivostok']) }),
  fc.record({ by: fc.constant('parity' as const), parity: fc.constantFrom('even' as const, 'odd' as const) }),
  fc.record({ by: fc.constant('cover' as const) }),
)
/** With a last wave that takes the rest. */
const specs: fc.Arbitrary<WavePlan> = fc
  .array(spec, { maxLength: 4 })
  .map((list) => [...list, { by: 'rest' }])

const anyPlanInput: fc.Arbitrary<PlanInput> = fc
  .tuple(anyInput, fc.oneof(template, specs))
  .map(([input, waves]) => ({ ...input, waves }))

const reached = (made: Plan): string[] => made.waves.flatMap((wave) => wave.deviceIds)
const waveOf = (made: Plan): Map<string, number> =>
  new Map(made.waves.flatMap((wave) => wave.deviceIds.map((id) => [id, wave.number])))

/** Checks what was planned; counts how often there was something to check. */
function check(
  input: fc.Arbitrary<PlanInput>,
  holds: (made: Plan, input: PlanInput) => void,
  numRuns = 300,
): void {
  let planned = 0
  fc.assert(
    fc.property(input, (given) => {
      const made = plan(given)
      if (!made.ok) return
      planned += 1
      holds(made.plan, given)
    }),
    { numRuns },
  )
  expect(planned).toBeGreaterThan(numRuns / 10)
}

describe('for any chain, package and waves', () => {
  test('waves, carried and left-out devices are together exactly the selection, nobody twice', () => {
    check(anyPlanInput, (made, input) => {
      const seen = [
        ...reached(made),
        ...made.carried.flatMap((one) => one.deviceIds),
        ...made.leftOut.map((one) => one.deviceId),
      ]
      expect(seen.sort()).toEqual(input.devices.map((one) => one.id).sort())
    })
  })

  test('no wave is empty, its sample no larger than it, and the numbers have no gap', () => {
    check(anyPlanInput, (made) => {
      expect(made.waves.map((wave) => wave.number)).toEqual(made.waves.map((_, i) => i + 1))
      for (const wave of made.waves) {
        expect(wave.deviceIds.length).toBeGreaterThan(0)
        expect(wave.gate.minimumSample).toBeLessThanOrEqual(wave.deviceIds.length)
      }
    })
  })

  test('the plan and its hash do not depend on the order of the rows', () => {
    const shuffled = anyPlanInput.chain((input) =>
      fc.tuple(
        fc.constant(input),
        fc.shuffledSubarray([...input.devices], { minLength: input.devices.length }),
        fc.shuffledSubarray([...input.stores], { minLength: input.stores.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([input, devices, stores]) => {
        const [a, b] = [plan(input), plan({ ...input, devices, stores })]
        expect(b).toEqual(a)
        if (a.ok && b.ok) expect(planHash(b.plan)).toBe(planHash(a.plan))
      }),
      { numRuns: 100 },
    )
  })

  test('a server is never after its tills, nor before them on the way back', () => {
    check(anyPlanInput, (made, input) => {
      const waves = waveOf(made)
      const servers = input.devices.filter((one) => one.kind === 'storeServer' && waves.has(one.id))
      for (const server of servers) {
        const tills = input.devices.filter(
          (one) => one.storeId === server.storeId && one.kind !== 'storeServer',
        )
        for (const till of tills) {
          const [own = 0, other] = [waves.get(server.id), waves.get(till.id)]
          if (other === undefined) continue
          if (made.kind === 'update') expect(own).toBeLessThanOrEqual(other)
          else expect(own).toBeGreaterThanOrEqual(other)
        }
      }
    })
  })

  test('no till is planned to be newer than its server, where the package says so and the server is known', () => {
    const needy = anyPlanInput.map((input) => ({
      ...input,
      kind: 'update' as const,
      package: { ...input.package, needsServer: true, kind: 'till' },
    }))
    check(needy, (made, input) => {
      const targets = new Set(reached(made))
      const serverIn = new Set(
        input.devices
          .filter((one) => one.kind === 'storeServer' && targets.has(one.id))
          .map((one) => one.storeId),
      )
      for (const device of input.devices) {
        if (!targets.has(device.id) || device.kind === 'storeServer' || serverIn.has(device.storeId)) continue
        expect(input.serverVersions.get(device.storeId) ?? input.package.version).toBeGreaterThanOrEqual(
          input.package.version,
        )
      }
    })
  })

  test('a plan compared with what it was made from has changed in nothing', () => {
    check(anyPlanInput, (made, input) => {
      expect(comparePlan(made, input)).toEqual({ refuse: [], drift: [] })
    })
  })

  test('the forecast speaks of every store with a target once, and never ends before it starts', () => {
    fc.assert(
      fc.property(anyPlanInput, (input) => {
        const made = plan(input)
        if (!made.ok) return
        const { perStore } = made.forecast
        expect(perStore.map((one) => one.storeId)).toEqual(made.plan.stores.map((one) => one.id))
        for (const { startsAt, estimatedEnd, fits } of perStore) {
          if (startsAt !== null) expect(startsAt).toBeGreaterThanOrEqual(input.now)
          if (estimatedEnd !== null)
            expect(estimatedEnd).toBeGreaterThan(startsAt ?? Number.POSITIVE_INFINITY)
          if (estimatedEnd === null) expect(fits).toBe(false)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('bad numbers give problems, and nothing throws', () => {
    const bad = fc.constantFrom(Number.NaN, -1, 0, 120, 0.5, Number.POSITIVE_INFINITY)
    const anything = fc.tuple(anyPlanInput, bad, bad, bad, fc.string()).map(
      ([input, a, b, c, text]): PlanInput => ({
        ...input,
        waves: [
          { by: 'count', count: a },
          { by: 'percent', percent: b },
          { by: 'rest', gate: { failurePercent: c } },
        ],
        policy: {
          ...input.policy,
          startsAt: text,
          need: { ...input.policy.need, installSeconds: a },
          windows: [{ days: ['mon'], from: text, to: '24:00' }],
        },
      }),
    )
    fc.assert(
      fc.property(anything, (input) => {
        expect(plan(input).ok).toBe(false)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leftOutReason, type PlanDevice, packageFits, plan, planHash } from '../../src/rollout/plan.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'

const target = { id: 'p', kind: 'till', version: 96_000, sha256: 'a'.repeat(64), size: 10 }
const till: PlanDevice = {
  id: 'd1',
  storeId: 's1',
  kind: 'till',
  cashId: '50001002',
  host: '10.0.0.2',
  blocked: false,
  version: 95_000,
  owned: false,
}

describe('leftOutReason', () => {
  test.each<[string, Partial<PlanDevice>, string | undefined]>([
    ['an older till is a target', {}, undefined],
    ['so is one whose version nobody knows', { version: null }, undefined],
    ['and a self-checkout', { kind: 'selfCheckout' }, undefined],
    ['a store server is not', { kind: 'storeServer' }, 'wrongKind'],
    ['a price checker is not', { kind: 'priceChecker' }, 'wrongKind'],
    ['blocked', { blocked: true }, 'tillBlocked'],
    ['not connected', { host: null }, 'noAddress'],
    ['held by another rollout', { owned: true }, 'ownedByRollout'],
    ['there already', { version: 96_000 }, 'notNeeded'],
    ['newer', { version: 97_000 }, 'notNeeded'],
  ])('%s', (_label, change, reason) => {
    expect(leftOutReason({ ...till, ...change }, target)).toBe(reason)
  })

  test('a package for self-checkouts is none for tills', () => {
    expect(packageFits('selfCheckout', 'till')).toBe(false)
  })
})

describe('plan', () => {
  const devices: fc.Arbitrary<PlanDevice[]> = fc
    .array(
      fc.record({
        storeId: fc.constantFrom('s1', 's2'),
        kind: fc.constantFrom('till', 'selfCheckout', 'storeServer'),
        host: fc.option(fc.constant('10.0.0.2')),
        blocked: fc.boolean(),
        version: fc.option(fc.constantFrom(95_000, 96_000, 97_000)),
        owned: fc.boolean(),
      }),
      { maxLength: 30 },
    )
    .map((list) => list.map((one, i) => ({ ...one, id: `d${i}`, cashId: String(50_001_000 + i) })))

  test('has every device exactly once: as a target or left out with a reason', () => {
    fc.assert(
      fc.property(devices, (list) => {
        const made = plan(target, list, defaultPolicy)
        const seen = [
          ...made.waves.flatMap((wave) => wave.deviceIds),
          ...made.leftOut.map((one) => one.deviceId),
        ]
        expect([...seen].sort()).toEqual(list.map((one) => one.id).sort())
      }),
    )
  })

  test('and its hash depend on what is planned, not on the order of the rows', () => {
    fc.assert(
      fc.property(
        devices.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const [a, b] = [plan(target, list, defaultPolicy), plan(target, shuffled, defaultPolicy)]
          expect(b).toEqual(a)
          expect(planHash(b)).toBe(planHash(a))
        },
      ),
    )
  })

  test('the hash covers package, targets, left-out and policy, and no order of keys', () => {
    const made = plan(target, [till, { ...till, id: 'd2', cashId: '50001003', blocked: true }], defaultPolicy)
    const others = [
      { ...made, package: { ...made.package, sha256: 'b'.repeat(64) } },
      { ...made, waves: [{ number: 1, deviceIds: [] }] },
      { ...made, leftOut: [] },
      { ...made, policy: { ...made.policy, maxAttempts: 6 } },
    ]
    const hashes = [made, ...others].map(planHash)
    expect(new Set(hashes).size).toBe(hashes.length)
    const { policy, package: sent, ...rest } = made
    expect(planHash({ policy, ...rest, package: sent })).toBe(planHash(made))
    expect(planHash(made)).toMatch(/^[0-9a-f]{64}$/)
  })
})

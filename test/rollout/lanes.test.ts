import { describe, expect, test } from 'vitest'
import {
  isLaneOpen,
  type LaneFacts,
  type LaneView,
  laneMinimum,
  mayClose,
  type Trading,
} from '../../src/rollout/lanes.ts'
import { defaultPolicy, type Policy } from '../../src/rollout/policy.ts'

const lanes = (count: number, percent: number): Policy['lanes'] => ({
  till: { count, percent },
  selfCheckout: { count, percent },
})

describe('lanes that stay open', () => {
  test.each<[string, number, 'till' | 'selfCheckout', Policy['lanes'], Trading, number]>([
    ['half of four', 4, 'till', lanes(1, 50), 'trading', 2],
    ['half of five, rounded up', 5, 'till', lanes(1, 50), 'trading', 3],
    ['the number where it is larger', 5, 'till', lanes(4, 50), 'trading', 4],
    ['a staffed till, whatever the policy says', 5, 'till', lanes(0, 0), 'trading', 1],
    ['the only till', 1, 'till', lanes(0, 0), 'trading', 1],
    ['not all self-checkouts at once', 6, 'selfCheckout', lanes(0, 0), 'trading', 1],
    ['the only self-checkout, by the default policy', 1, 'selfCheckout', defaultPolicy.lanes, 'trading', 0],
    ['the only self-checkout stays if the policy says so', 1, 'selfCheckout', lanes(1, 0), 'trading', 1],
    ['the only self-checkout may go if the policy says so', 1, 'selfCheckout', lanes(0, 0), 'always', 0],
    ['by halves where it never closes', 5, 'till', lanes(0, 0), 'always', 3],
    ['by halves, of an even number', 6, 'selfCheckout', lanes(0, 0), 'always', 3],
    ['the only till of a shop that never closes', 1, 'till', lanes(0, 0), 'always', 1],
    ['more than there are: none may close', 2, 'till', lanes(3, 0), 'trading', 3],
    ['none of none', 0, 'till', lanes(0, 50), 'trading', 0],
    ['7% of 100 are seven', 100, 'till', lanes(0, 7), 'trading', 7],
    ['14% of 50 are seven', 50, 'till', lanes(0, 14), 'trading', 7],
  ])('%s', (_name, total, kind, policy, trading, expected) => {
    expect(laneMinimum(total, kind, policy, trading)).toBe(expected)
  })
})

const lane = (deviceId: string, kind = 'till', isOpen = true): LaneView => ({ deviceId, kind, isOpen })

describe('a lane may close', () => {
  const two = [lane('a'), lane('b')]
  test('while enough others are open', () => {
    expect(mayClose(two, 'a', lanes(1, 0))).toBe(true)
  })
  test('not when another was chosen before', () => {
    expect(mayClose([lane('a'), lane('b', 'till', false)], 'a', lanes(1, 0))).toBe(false)
  })
  test('a self-checkout is no staffed till', () => {
    expect(mayClose([lane('a'), lane('s', 'selfCheckout')], 'a', lanes(0, 0))).toBe(false)
  })
  test('tills and self-checkouts are counted apart', () => {
    const mixed = [lane('a', 'till', false), lane('b'), lane('s', 'selfCheckout'), lane('t', 'selfCheckout')]
    expect(mayClose(mixed, 's', lanes(1, 0))).toBe(true)
    expect(mayClose(mixed, 'b', lanes(1, 0))).toBe(false)
  })
  test('one that is closed already waits as well while too few are open', () => {
    const short = [lane('a', 'till', false), lane('b', 'till', false)]
    expect(mayClose(short, 'a', lanes(1, 0))).toBe(false)
    expect(mayClose([...short, lane('c')], 'a', lanes(1, 0))).toBe(true)
  })
  test('what is no lane closes none', () => {
    expect(mayClose([...two, lane('server', 'storeServer')], 'server', lanes(2, 0))).toBe(true)
    expect(mayClose(two, 'stranger', lanes(2, 0))).toBe(true)
  })
  test('a shop that never closes is installed by halves', () => {
    const four = ['a', 'b', 'c', 'd'].map((id) => lane(id))
    const oneLess = four.map((one) => (one.deviceId === 'a' ? { ...one, isOpen: false } : one))
    const half = oneLess.map((one) => (one.deviceId === 'b' ? { ...one, isOpen: false } : one))
    expect(mayClose(four, 'a', lanes(0, 0), 'always')).toBe(true)
    expect(mayClose(oneLess, 'b', lanes(0, 0), 'always')).toBe(true)
    expect(mayClose(half, 'c', lanes(0, 0), 'always')).toBe(false)
    expect(mayClose(half, 'c', lanes(0, 0), 'trading')).toBe(true)
  })
})

describe('a lane counts as open', () => {
  const open: LaneFacts = {
    blocked: false,
    inReserve: false,
    hasAddress: true,
    isReached: true,
    isBusyWithUs: false,
    health: 'healthy',
    activity: 'idle',
  }
  test.each<[string, Partial<LaneFacts>, boolean]>([
    ['idle', {}, true],
    ['in a receipt', { activity: 'receipt' }, true],
    ['unknown activity: busy, and it was reached', { activity: 'unknown' }, true],
    ['nobody said what it does, and it was reached', { activity: null }, true],
    ['unknown whether blocked', { blocked: null }, true],
    ['blocked', { blocked: true }, false],
    ['in reserve', { inReserve: true }, false],
    ['no address', { hasAddress: false }, false],
    ['out of reach', { isReached: false }, false],
    ['installing, in doubt or broken', { isBusyWithUs: true }, false],
    ['not healthy', { health: 'unhealthy' }, false],
    ['starting', { health: 'starting' }, false],
    ['health unknown', { health: null }, false],
    ['technical break', { activity: 'technicalBreak' }, false],
    ['service', { activity: 'service' }, false],
  ])('%s: %o %s', (_name, facts, expected) => {
    expect(isLaneOpen({ ...open, ...facts })).toBe(expected)
  })
})

/** What must hold for any fleet, any policy and any sequence: lanes, gates, ramps, preconditions. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeviceFacts, PreconditionContext } from '../../src/rollout/checks/precondition-facts.ts'
import {
  blockingCode,
  checkBeforeRestart,
  checkPreconditions,
  neverLowered,
} from '../../src/rollout/checks/preconditions.ts'
import { judgeGate, rollBackDue } from '../../src/rollout/gate.ts'
import { type LaneView, laneKinds, mayClose, type Trading } from '../../src/rollout/lanes.ts'
import {
  defaultGate,
  defaultPreconditions,
  type GatePolicy,
  type Policy,
  type PreconditionLevel,
  preconditionCodes,
  type RampPolicy,
} from '../../src/rollout/policy.ts'
import { ramp, rampRoom } from '../../src/rollout/ramp.ts'
import { type ReasonCode, reasons } from '../../src/rollout/reasons.ts'
import { type DeviceUpdateState, deviceUpdateStates } from '../../src/rollout/states.ts'
import { groupFacts, type WaveFacts, type WaveRow, waveFacts } from '../../src/rollout/wave-facts.ts'

const NOW = Date.parse('2026-11-22T23:30:00Z')
const percent = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 100, noNaN: true }))

describe('lanes', () => {
  const minimum = fc.record({ count: fc.nat(3), percent })
  const anyPolicy: fc.Arbitrary<Policy['lanes']> = fc.record({ till: minimum, selfCheckout: minimum })
  const anyLanes = fc.array(fc.tuple(fc.constantFrom(...laneKinds), fc.constantFrom(true, true, false)), {
    maxLength: 14,
  })
  const anyTrading = fc.constantFrom<Trading>('trading', 'always')
  /** In their order: this device is wanted, or it comes back, or it breaks by itself. */
  const anyMoves = fc.array(fc.tuple(fc.constantFrom('want', 'want', 'want', 'back', 'break'), fc.nat(13)), {
    maxLength: 60,
  })

  /** Said again in other words than lanes.ts: why this kind must not stand as it stands, or nothing. */
  function tooFew(
    lanes: readonly LaneView[],
    kind: string,
    policy: Policy['lanes'],
    trading: Trading,
  ): string {
    const own = lanes.filter((lane) => lane.kind === kind)
    const open = own.filter((lane) => lane.isOpen).length
    const { count, percent: share } = policy[kind === 'till' ? 'till' : 'selfCheckout']
    if (open < count) return `${open} open, ${count} wanted`
    // The only self-checkout is held by a count, or by nothing less than all of it.
    const isOnly = kind === 'selfCheckout' && own.length === 1 && share < 100
    if (!isOnly && (open * 100) / own.length < share - 1e-6)
      return `${open} of ${own.length} open, ${share}% wanted`
    if (kind === 'till' && open === 0) return 'no staffed till'
    if (own.length > 1 && open === 0) return 'all at once'
    if (trading === 'always' && own.length > 1 && own.length - open > own.length / 2) return 'more than half'
    return ''
  }

  const set = (lanes: readonly LaneView[], deviceId: string, isOpen: boolean): LaneView[] =>
    lanes.map((lane) => (lane.deviceId === deviceId ? { ...lane, isOpen } : lane))

  test('no store is taken below its lanes, by any sequence of choices', () => {
    let closings = 0
    fc.assert(
      fc.property(anyLanes, anyPolicy, anyTrading, anyMoves, (kinds, policy, trading, moves) => {
        let lanes: readonly LaneView[] = kinds.map(([kind, isOpen], i) => ({
          deviceId: `d${i}`,
          kind,
          isOpen,
        }))
        for (const [move, at] of moves) {
          const lane = lanes[at % lanes.length]
          if (lane === undefined) continue
          if (move !== 'want') {
            lanes = set(lanes, lane.deviceId, move === 'back')
            continue
          }
          if (!mayClose(lanes, lane.deviceId, policy, trading)) continue
          lanes = set(lanes, lane.deviceId, false)
          closings += 1
          expect(tooFew(lanes, lane.kind, policy, trading)).toBe('')
        }
      }),
      { numRuns: 2000 },
    )
    expect(closings).toBeGreaterThan(1000)
  })

  test('what may close with fewer open lanes may close with more of them', () => {
    fc.assert(
      fc.property(anyLanes, anyPolicy, anyTrading, fc.nat(13), fc.nat(13), (kinds, policy, trading, a, b) => {
        const lanes = kinds.map(([kind, isOpen], i) => ({ deviceId: `d${i}`, kind, isOpen }))
        if (mayClose(lanes, `d${a}`, policy, trading))
          expect(mayClose(set(lanes, `d${b}`, true), `d${a}`, policy, trading)).toBe(true)
      }),
    )
  })

  test('where all are open and the policy is the default, somebody may always go, but the last of a kind', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.constantFrom(...laneKinds),
        anyTrading,
        (n, kind, trading) => {
          const policy = { till: { count: 1, percent: 50 }, selfCheckout: { count: 1, percent: 50 } }
          let lanes: readonly LaneView[] = Array.from({ length: n }, (_, i) => ({
            deviceId: `d${i}`,
            kind,
            isOpen: true,
          }))
          let closed = 0
          for (const { deviceId } of lanes) {
            if (!mayClose(lanes, deviceId, policy, trading)) break
            lanes = set(lanes, deviceId, false)
            closed += 1
          }
          expect(closed).toBe(Math.floor(n / 2))
        },
      ),
    )
  })
})

describe('gates', () => {
  const accepted = fc.record({ unreachable: fc.nat(20), silent: fc.nat(5) })
  const anyFacts: fc.Arbitrary<WaveFacts> = fc
    .record({
      succeeded: fc.nat(60),
      failed: fc.nat(12),
      pending: fc.nat(30),
      others: fc.nat(20),
      middle: fc.nat(30),
      lost: fc.nat(5),
      unreachable: fc.nat(40),
      expectedUnreachable: fc.double({ min: 0, max: 20, noNaN: true }),
      accepted,
    })
    .map(({ others, middle, lost, ...facts }) => ({
      ...facts,
      size: facts.succeeded + facts.failed + facts.pending + others,
      inTheMiddle: Math.min(middle, facts.pending),
      silent: Math.min(lost, facts.pending),
      unreachable: Math.min(facts.unreachable, facts.pending + others),
    }))
  const anyGate: fc.Arbitrary<GatePolicy> = fc.record({
    successPercent: percent,
    failurePercent: percent,
    minimumSample: fc.integer({ min: 1, max: 80 }),
    unreachablePercent: percent,
    silentPercent: percent,
    soakMinutes: fc.nat(120),
    approval: fc.boolean(),
  })
  const anySince = fc.option(fc.integer({ min: NOW - 3 * 3_600_000, max: NOW }))
  const judged = (facts: WaveFacts): number => facts.succeeded + facts.failed
  const isBreach = (facts: WaveFacts, gate: GatePolicy): boolean =>
    'breach' in judgeGate(facts, gate, null, NOW)

  test('never open on fewer than their sample, on too little success, before the soak, or without the person', () => {
    let opened = 0
    fc.assert(
      fc.property(anyFacts, anyGate, anySince, (facts, gate, since) => {
        const verdict = judgeGate(facts, gate, since, NOW)
        if (!verdict.open) return
        opened += 1
        expect(judged(facts)).toBeGreaterThanOrEqual(Math.min(gate.minimumSample, facts.size))
        expect(facts.succeeded * 100).toBeGreaterThanOrEqual(gate.successPercent * judged(facts) - 1e-6)
        expect(facts.failed * 100).toBeLessThanOrEqual(gate.failurePercent * judged(facts) + 1e-6)
        expect(gate.approval).toBe(false)
        if (gate.soakMinutes > 0)
          expect(NOW - (since ?? NOW)).toBeGreaterThanOrEqual(gate.soakMinutes * 60_000)
        expect(facts.inTheMiddle === 0 || since !== null).toBe(true)
      }),
      { numRuns: 5000 },
    )
    expect(opened).toBeGreaterThan(50)
  })

  test('no breach is declared on fewer than the sample, nor for what was usual or accepted', () => {
    fc.assert(
      fc.property(anyFacts, anyGate, (facts, gate) => {
        const verdict = judgeGate(facts, gate, null, NOW)
        if (!('breach' in verdict)) return
        const { count, of, percent: beyond, allowed, usual } = verdict.numbers
        expect(beyond).toBeGreaterThan(allowed)
        expect(beyond).toBeCloseTo(((count - usual) * 100) / of, 9)
        if (verdict.breach === 'failures')
          expect(judged(facts)).toBeGreaterThanOrEqual(Math.min(gate.minimumSample, facts.size))
        if (verdict.breach === 'unreachable') expect(facts.unreachable).toBeGreaterThanOrEqual(3)
        const resumed = { ...facts, accepted: { unreachable: facts.unreachable, silent: facts.silent } }
        const fresh = { ...resumed, succeeded: 0, failed: 0 }
        expect(isBreach(fresh, gate)).toBe(false)
      }),
      { numRuns: 3000 },
    )
  })

  test('a breach stays one when it gets worse', () => {
    let breaches = 0
    fc.assert(
      fc.property(anyFacts, anyGate, (facts, gate) => {
        if (!isBreach(facts, gate)) return
        breaches += 1
        const { succeeded, failed, unreachable, silent, pending } = facts
        const worse: Partial<WaveFacts>[] = [
          ...(succeeded > 0 ? [{ succeeded: succeeded - 1, failed: failed + 1 }] : []),
          ...(pending > 0 ? [{ pending: pending - 1, failed: failed + 1 }] : []),
          { unreachable: Math.min(facts.size, unreachable + 1) },
          { silent: Math.min(facts.size, silent + 1) },
        ]
        for (const change of worse)
          expect(isBreach({ ...facts, ...change }, gate), JSON.stringify(change)).toBe(true)
      }),
      { numRuns: 3000 },
    )
    expect(breaches).toBeGreaterThan(100)
  })

  test('a stricter gate never opens where a milder one does not', () => {
    fc.assert(
      fc.property(anyFacts, anyGate, anySince, (facts, gate, since) => {
        const stricter = {
          ...gate,
          successPercent: Math.min(100, gate.successPercent + 5),
          failurePercent: gate.failurePercent / 2,
          minimumSample: gate.minimumSample + 5,
          soakMinutes: gate.soakMinutes + 1,
        }
        if (judgeGate(facts, stricter, since, NOW).open)
          expect(judgeGate(facts, gate, since, NOW).open).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('whatever waits says truly whether it can still come', () => {
    fc.assert(
      fc.property(anyFacts, anyGate, (facts, gate) => {
        const verdict = judgeGate(facts, gate, null, NOW)
        if (
          verdict.open ||
          'breach' in verdict ||
          (verdict.waits !== 'sample' && verdict.waits !== 'success')
        )
          return
        const allWell = { ...facts, succeeded: facts.succeeded + facts.pending, pending: 0, inTheMiddle: 0 }
        const best = judgeGate({ ...allWell, silent: 0, unreachable: 0 }, gate, null, NOW)
        const isStuck = 'waits' in best && (best.waits === 'sample' || best.waits === 'success')
        if (!('breach' in best)) expect(verdict.stuck).toBe(isStuck)
      }),
      { numRuns: 3000 },
    )
  })

  test('a wave goes back for no fewer failures than the rule names, and goes on going back when more fail', () => {
    const anyRule = fc.record({ failedPercent: percent, failedCount: fc.integer({ min: 1, max: 10 }) })
    fc.assert(
      fc.property(anyFacts, anyRule, (facts, rule) => {
        if (!rollBackDue(facts, rule)) return
        expect(facts.failed).toBeGreaterThanOrEqual(rule.failedCount)
        expect(facts.failed * 100).toBeGreaterThanOrEqual(rule.failedPercent * judged(facts) - 1e-6)
        expect(rollBackDue({ ...facts, failed: facts.failed + 1 }, rule)).toBe(true)
      }),
    )
  })
})

describe('what a gate counts', () => {
  const states = Object.keys(deviceUpdateStates) as DeviceUpdateState[]
  const anyRow: fc.Arbitrary<WaveRow> = fc.record({
    state: fc.constantFrom(...states),
    reason: fc.option(fc.constantFrom(...(Object.keys(reasons) as ReasonCode[]))),
    endedAt: fc.option(fc.integer({ min: NOW - 100, max: NOW })),
    installAt: fc.option(fc.integer({ min: NOW - 1_200_000, max: NOW })),
    offlineRate: fc.option(fc.constantFrom(0, 0.25, 0.5, 1)),
  })
  const view = {
    accepted: { unreachable: 0, silent: 0 },
    sampleFrom: NOW - 50,
    now: NOW,
    restartSeconds: 600,
  }
  const anyKind = fc.constantFrom('update', 'rollback' as const)

  test('nobody twice: judged, pending and the others are the wave', () => {
    fc.assert(
      fc.property(fc.array(anyRow), anyKind, (rows, kind) => {
        const facts = waveFacts(rows, { ...view, kind })
        expect(facts.size).toBe(rows.length)
        expect(judgedOf(facts) + facts.pending).toBeLessThanOrEqual(facts.size)
        expect(facts.inTheMiddle + facts.silent).toBeLessThanOrEqual(facts.pending)
        expect(facts.unreachable + facts.inTheMiddle + facts.silent + facts.succeeded).toBeLessThanOrEqual(
          facts.size,
        )
      }),
    )
  })
  const judgedOf = (facts: WaveFacts): number => facts.succeeded + facts.failed

  test('is the same whether rows are counted one by one or in groups', () => {
    fc.assert(
      fc.property(fc.array(anyRow), anyKind, (rows, kind) => {
        const groups = new Map<
          string,
          { row: WaveRow; count: number; inSample: boolean; isOverdue: boolean }
        >()
        for (const row of rows) {
          const inSample = row.endedAt !== null && row.endedAt >= view.sampleFrom
          const isOverdue = row.installAt === null || row.installAt < NOW - view.restartSeconds * 1000
          const key = [row.state, row.reason, inSample, isOverdue].join()
          groups.set(key, { row, inSample, isOverdue, count: (groups.get(key)?.count ?? 0) + 1 })
        }
        const counted = [...groups.values()].map(({ row: { state, reason }, ...rest }) => ({
          state,
          reason,
          ...rest,
        }))
        const one = waveFacts(rows, { ...view, kind })
        const { accepted, expectedUnreachable } = one
        expect(groupFacts(counted, { kind, accepted, expectedUnreachable })).toEqual(one)
      }),
    )
  })
})

describe('ramps', () => {
  const anyRamp: fc.Arbitrary<RampPolicy> = fc.record({
    startPerMinute: fc.double({ min: 0, max: 50, noNaN: true }),
    growth: fc.double({ min: 1, max: 10, noNaN: true }),
    everySuccesses: fc.integer({ min: 1, max: 100 }),
    maxPerMinute: fc.integer({ min: 1, max: 1000 }),
  })

  test('stay between one and their maximum, and never fall with success', () => {
    fc.assert(
      fc.property(anyRamp, fc.nat(1_000_000), fc.nat(1000), (policy, successes, more) => {
        const rate = ramp(policy, successes)
        expect(rate).toBeGreaterThanOrEqual(1)
        expect(rate).toBeLessThanOrEqual(policy.maxPerMinute)
        expect(ramp(policy, successes + more)).toBeGreaterThanOrEqual(rate)
      }),
    )
  })

  test('in no minute begin more than the rate of its end allows, and something always begins', () => {
    fc.assert(
      fc.property(anyRamp, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 80 }), (policy, gaps) => {
        const starts: number[] = []
        let second = 0
        for (const gap of gaps) {
          second += gap
          const lately = starts.filter((at) => at > second - 60).length
          const room = rampRoom(policy, starts.length, lately)
          for (let i = 0; i < room; i++) starts.push(second)
          const inMinute = starts.filter((at) => at > second - 60).length
          expect(inMinute).toBeLessThanOrEqual(ramp(policy, starts.length))
          expect(inMinute).toBeGreaterThan(0)
        }
      }),
    )
  })
})

describe('preconditions', () => {
  const texts = fc.constantFrom(
    null,
    'nonsense',
    '2026-11-22',
    '2026-11-22T23:29:00Z',
    '2025-01-01T00:00:00Z',
  )
  const counts = fc.option(fc.nat(100_000))
  const anyDevice: fc.Arbitrary<DeviceFacts> = fc.record({
    activity: fc.constantFrom('idle', 'receipt', 'payment', 'technicalBreak', 'service', 'unknown'),
    blocked: fc.option(fc.boolean()),
    shift: fc.option(fc.record({ open: fc.option(fc.boolean()), number: counts, openedAt: texts })),
    drawer: fc.option(fc.integer()),
    cashier: fc.option(
      fc.record({ kind: fc.constantFrom('none', 'person', 'selfCheckout'), name: fc.option(fc.string()) }),
    ),
    printer: fc.constantFrom('ready', 'notReady', null, undefined),
    replication: fc.option(fc.record({ lagSeconds: counts, unsent: counts })),
    disk: fc.option(fc.record({ freeBytes: fc.nat() })),
    clock: texts,
    fiscal: fc.option(
      fc.record({
        flags: fc.array(fc.constantFrom('critical', 'expired', 'memoryNearlyFull', 'x'), { maxLength: 3 }),
        validUntil: texts,
        ffd: fc.constantFrom(null, '1.05', '1.2', ' '),
        ofdQueue: fc.option(fc.record({ length: counts, firstNumber: counts, firstAt: texts })),
      }),
    ),
  })
  const anyLevels = fc.array(fc.constantFrom<PreconditionLevel>('block', 'warn', 'off'), {
    minLength: preconditionCodes.length,
    maxLength: preconditionCodes.length,
  })
  const rulesOf = (levels: readonly PreconditionLevel[]): Policy['preconditions'] =>
    Object.fromEntries(
      preconditionCodes.map((code, i) => [
        code,
        { ...defaultPreconditions[code], level: levels[i] ?? 'block' },
      ]),
    ) as unknown as Policy['preconditions']
  const anyContext: fc.Arbitrary<PreconditionContext> = fc
    .record({
      readAt: fc.option(fc.integer({ min: NOW - 100_000_000, max: NOW })),
      kind: fc.constantFrom('till', 'selfCheckout', 'storeServer', 'priceChecker'),
      package: fc.record({
        ffd: fc.option(fc.constant(['1.05', '1.2'])),
        firmware: fc.boolean(),
        size: fc.nat(),
      }),
      closeShift: fc.constantFrom('never', 'ask', 'auto'),
      levels: anyLevels,
    })
    .map(({ levels, ...context }) => ({ ...context, now: NOW, rules: rulesOf(levels) }))

  test('nobody in use is ever let through, before arming or before the restart', () => {
    fc.assert(
      fc.property(anyDevice, anyContext, (facts, context) => {
        const isInUse = facts.blocked === true || ['receipt', 'payment', 'unknown'].includes(facts.activity)
        if (!isInUse) return
        expect(blockingCode(checkPreconditions(facts, context).findings)).toBeDefined()
        expect(checkBeforeRestart(facts, context)).toBeDefined()
        expect(checkPreconditions(facts, context).closeShift).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  test('each code is told once, those that block first, those that are off not at all', () => {
    fc.assert(
      fc.property(anyDevice, anyContext, (facts, context) => {
        const { findings, closeShift } = checkPreconditions(facts, context)
        const codes = findings.map((finding) => finding.code)
        expect(new Set(codes).size).toBe(codes.length)
        const levels = findings.map((finding) => finding.level)
        expect(levels).toEqual([...levels].sort())
        for (const code of preconditionCodes) {
          const isOff =
            context.rules[code].level === 'off' && !(neverLowered as readonly string[]).includes(code)
          if (isOff) expect(codes).not.toContain(code)
        }
        expect(closeShift).toBe(
          context.closeShift === 'auto' && facts.shift?.open === true && !levels.includes('block'),
        )
      }),
      { numRuns: 2000 },
    )
  })

  test('a stricter rule lets nobody through whom a milder one holds', () => {
    const harder = { off: 'warn', warn: 'block', block: 'block' } as const
    fc.assert(
      fc.property(anyDevice, anyContext, fc.constantFrom(...preconditionCodes), (facts, context, code) => {
        const rules = {
          ...context.rules,
          [code]: { ...context.rules[code], level: harder[context.rules[code].level] },
        }
        const isHeld = (one: PreconditionContext): boolean =>
          checkPreconditions(facts, one).findings.some(({ level }) => level === 'block')
        if (isHeld(context)) expect(isHeld({ ...context, rules })).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('what blocks before the restart would have blocked the arming', () => {
    fc.assert(
      fc.property(anyDevice, anyContext, (facts, context) => {
        const code = checkBeforeRestart(facts, context)
        if (code === undefined) return
        const { findings } = checkPreconditions(facts, { ...context, closeShift: 'never' })
        expect(findings.filter(({ level }) => level === 'block').map((finding) => finding.code)).toContain(
          code,
        )
      }),
      { numRuns: 2000 },
    )
  })
})

test('the default gate opens on a wave in which all went well', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (size) => {
      const groups = [
        { state: 'succeeded', reason: null, count: size, inSample: true, isOverdue: true },
      ] as const
      const facts = groupFacts(groups, {
        kind: 'update',
        accepted: { unreachable: 0, silent: 0 },
        expectedUnreachable: size / 10,
      })
      expect(judgeGate(facts, defaultGate, null, NOW).open).toBe(true)
    }),
  )
})

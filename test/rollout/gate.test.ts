import { describe, expect, test } from 'vitest'
import { type GateVerdict, judgeGate, rollBackDue } from '../../src/rollout/gate.ts'
import { defaultGate, type GatePolicy } from '../../src/rollout/policy.ts'
import {
  nothingAccepted,
  type WaveFacts,
  type WaveRow,
  type WaveView,
  waveFacts,
} from '../../src/rollout/wave-facts.ts'

const NOW = Date.parse('2026-11-22T23:30:00Z')
const MINUTE = 60_000
const quiet: WaveFacts = {
  size: 100,
  succeeded: 0,
  failed: 0,
  pending: 0,
  inTheMiddle: 0,
  unreachable: 0,
  expectedUnreachable: 0,
  silent: 0,
  accepted: nothingAccepted,
}
const judge = (
  facts: Partial<WaveFacts>,
  gate: Partial<GatePolicy> = {},
  fulfilledSince: number | null = null,
): GateVerdict => judgeGate({ ...quiet, ...facts }, { ...defaultGate, ...gate }, fulfilledSince, NOW)
const said = (verdict: GateVerdict): string => {
  if (verdict.open) return 'open'
  return 'breach' in verdict ? `breach ${verdict.breach}` : `waits ${verdict.waits}`
}

describe('a gate', () => {
  test.each<[string, Partial<WaveFacts>, Partial<GatePolicy>, string]>([
    ['waits for its sample', { succeeded: 19, pending: 81 }, {}, 'waits sample'],
    ['opens on it', { succeeded: 20, pending: 80 }, {}, 'open'],
    ['judges a small wave whole', { size: 3, succeeded: 2, pending: 1 }, {}, 'waits sample'],
    ['and opens then', { size: 3, succeeded: 3 }, {}, 'open'],
    ['of a wave without devices is open', { size: 0 }, {}, 'open'],
    ['allows exactly 5%', { succeeded: 19, failed: 1 }, {}, 'open'],
    ['and not more', { succeeded: 38, failed: 3 }, {}, 'breach failures'],
    ['declares no breach on fewer than its sample', { failed: 19, pending: 81 }, {}, 'waits sample'],
    ['waits for success in between', { succeeded: 39, failed: 1 }, { successPercent: 98 }, 'waits success'],
    ['waits for who is in the middle', { succeeded: 90, inTheMiddle: 1, pending: 1 }, {}, 'waits inProgress'],
    ['soaks', { succeeded: 90 }, { soakMinutes: 30 }, 'waits soak'],
    ['waits for a person', { succeeded: 90 }, { approval: true }, 'waits approval'],
    ['does not mind what is usual', { succeeded: 60, unreachable: 40, expectedUnreachable: 25 }, {}, 'open'],
    [
      'minds what is not',
      { succeeded: 59, unreachable: 41, expectedUnreachable: 20 },
      {},
      'breach unreachable',
    ],
    ['does not mind two tills that are off', { size: 4, unreachable: 2, pending: 4 }, {}, 'waits sample'],
    ['minds three of them', { size: 4, unreachable: 3, pending: 4 }, {}, 'breach unreachable'],
    ['does not mind one that is lost', { size: 30, succeeded: 29, silent: 1, pending: 1 }, {}, 'open'],
    ['minds silence', { size: 30, succeeded: 28, silent: 2, pending: 2 }, {}, 'breach silent'],
    [
      'takes what a person accepted for usual',
      { succeeded: 60, unreachable: 40, silent: 3, accepted: { unreachable: 40, silent: 3 } },
      {},
      'open',
    ],
    [
      'and minds what came since',
      { succeeded: 30, unreachable: 61, accepted: { unreachable: 40, silent: 0 } },
      {},
      'breach unreachable',
    ],
    ['names the package before the line', { failed: 50, unreachable: 50 }, {}, 'breach failures'],
  ])('%s', (_name, facts, gate, expected) => {
    expect(said(judge(facts, gate))).toBe(expected)
  })

  test('says a breach in numbers: 3 of 41 judged failed: 7.3%, allowed 5%, minimum sample 20', () => {
    expect(judge({ succeeded: 38, failed: 3 })).toEqual({
      open: false,
      breach: 'failures',
      numbers: {
        count: 3,
        of: 41,
        percent: expect.closeTo(7.317, 3),
        allowed: 5,
        minimumSample: 20,
        usual: 0,
      },
    })
  })

  test('says what is out of reach beyond the usual', () => {
    expect(judge({ unreachable: 30, expectedUnreachable: 4 })).toMatchObject({
      numbers: { count: 30, of: 100, percent: 26, allowed: 20, usual: 4 },
    })
  })

  test('every whole percent is allowed exactly', () => {
    for (let percent = 0; percent <= 100; percent++) {
      const gate = { failurePercent: percent, successPercent: 100 - percent }
      expect(said(judge({ succeeded: 100 - percent, failed: percent }, gate)), `${percent}%`).toBe('open')
      if (percent < 100)
        expect(said(judge({ succeeded: 99 - percent, failed: percent + 1 }, gate))).toBe('breach failures')
    }
  })

  test.each<[string, Partial<WaveFacts>, boolean]>([
    ['others may still be judged', { succeeded: 5, pending: 15 }, false],
    ['too few are left', { succeeded: 5, pending: 14 }, true],
    ['nobody is left', { succeeded: 0, pending: 0 }, true],
  ])('waits for a person when its sample cannot come any more: %s', (_name, facts, stuck) => {
    expect(judge(facts)).toMatchObject({ waits: 'sample', stuck })
  })

  test('waits for a person when success cannot come any more', () => {
    const facts = { succeeded: 38, failed: 2 }
    expect(judge({ ...facts, pending: 60 }, { successPercent: 98 })).toMatchObject({ stuck: false })
    expect(judge({ ...facts, pending: 59 }, { successPercent: 98 })).toMatchObject({ stuck: true })
  })
})

describe('soaking', () => {
  const soak = { soakMinutes: 30 }

  test('counts from when all else was fulfilled, to the millisecond', () => {
    expect(judge({ succeeded: 90 }, soak)).toMatchObject({
      waits: 'soak',
      fulfilled: true,
      until: NOW + 30 * MINUTE,
    })
    expect(said(judge({ succeeded: 90 }, soak, NOW - 30 * MINUTE + 1))).toBe('waits soak')
    expect(said(judge({ succeeded: 90 }, soak, NOW - 30 * MINUTE))).toBe('open')
  })

  test('is not begun again by a straggler, and is by a success that is lost', () => {
    const straggler = { succeeded: 90, inTheMiddle: 1, pending: 1 }
    expect(judge(straggler, soak)).toMatchObject({ waits: 'inProgress', fulfilled: false })
    expect(judge(straggler, soak, NOW - MINUTE)).toMatchObject({ waits: 'soak', fulfilled: true })
    const worse = { succeeded: 90, failed: 4, pending: 6 }
    expect(judge(worse, { ...soak, successPercent: 96 }, NOW - MINUTE)).toMatchObject({
      waits: 'success',
      fulfilled: false,
    })
  })

  test('ends in a breach as soon as there is one', () => {
    expect(said(judge({ succeeded: 90, failed: 10 }, soak, NOW - MINUTE))).toBe('breach failures')
  })

  test('comes before the person', () => {
    const both = { ...soak, approval: true }
    expect(said(judge({ succeeded: 90 }, both))).toBe('waits soak')
    expect(judge({ succeeded: 90 }, both, NOW - 30 * MINUTE)).toMatchObject({
      waits: 'approval',
      fulfilled: true,
      stuck: false,
    })
  })
})

describe('what counts', () => {
  const row = (state: WaveRow['state'], reason: string | null = null, more: Partial<WaveRow> = {}) => ({
    state,
    reason,
    endedAt: NOW - MINUTE,
    installAt: NOW - 2 * MINUTE,
    offlineRate: null,
    ...more,
  })
  const view: WaveView = {
    kind: 'update',
    accepted: nothingAccepted,
    sampleFrom: NOW - 60 * MINUTE,
    now: NOW,
    restartSeconds: 600,
  }
  const facts = (...rows: WaveRow[]) => waveFacts(rows, view)

  test.each<[string, WaveRow, Partial<WaveFacts>]>([
    ['updated', row('succeeded'), { succeeded: 1 }],
    ['went back', row('rolledBack', 'healthFailed'), { failed: 1 }],
    ['does not sell', row('broken', 'rollbackFailed'), { failed: 1 }],
    ['does not sell, for whatever reason', row('broken', 'tillOffline'), { failed: 1 }],
    ['a bad signature', row('failed', 'signatureInvalid'), { failed: 1 }],
    ['a full disk is not the package', row('failed', 'diskFull'), {}],
    ['nor is an unknown key', row('failed', 'hostKeyChanged'), {}],
    ['nor a code of tomorrow', row('failed', 'noSuchReason'), {}],
    ['an open shift all night', row('skipped', 'shiftOpen'), {}],
    ['given up: out of reach', row('skipped', 'tillOffline'), { unreachable: 1 }],
    [
      'still tried: out of reach',
      row('ready', 'storeOffline', { endedAt: null }),
      { unreachable: 1, pending: 1 },
    ],
    ['busy is not out of reach', row('waiting', 'throttled', { endedAt: null }), { pending: 1 }],
    ['blocked', row('ready', 'receiptOpen', { endedAt: null }), { pending: 1 }],
    ['asked right now', row('downloading', 'tillOffline', { endedAt: null }), { pending: 1 }],
    ['under way', row('restarting', null, { endedAt: null }), { inTheMiddle: 1, pending: 1 }],
    ['armed', row('armed', null, { endedAt: null }), { inTheMiddle: 1, pending: 1 }],
    [
      'lost a minute ago',
      row('inDoubt', 'connectionLost', { endedAt: null }),
      { inTheMiddle: 1, pending: 1 },
    ],
    [
      'lost for longer than a restart takes',
      row('inDoubt', 'connectionLost', { endedAt: null, installAt: NOW - 11 * MINUTE }),
      { silent: 1, pending: 1 },
    ],
    [
      'lost, nobody knows since when',
      row('inDoubt', null, { endedAt: null, installAt: null }),
      { silent: 1, pending: 1 },
    ],
    ['of an earlier sample', row('broken', null, { endedAt: NOW - 61 * MINUTE }), {}],
    [
      'at the moment the sample began',
      row('succeeded', null, { endedAt: view.sampleFrom }),
      { succeeded: 1 },
    ],
  ])('%s', (_name, one, expected) => {
    expect(facts(one)).toEqual({ ...quiet, size: 1, ...expected })
  })

  test('a rollback that went back is the success', () => {
    const rows = [row('rolledBack'), row('broken', 'rollbackFailed'), row('failed', 'rollbackUnsupported')]
    expect(waveFacts(rows, { ...view, kind: 'rollback' })).toMatchObject({ succeeded: 1, failed: 2 })
  })

  test('what is usual for the stores adds up, and an unknown rate makes nothing usual', () => {
    const rows = [0.25, 0.5, null].map((offlineRate) => row('ready', null, { offlineRate, endedAt: null }))
    expect(facts(...rows).expectedUnreachable).toBe(0.75)
  })
})

describe('a wave goes back', () => {
  const rule = { failedPercent: 10, failedCount: 3 }
  test.each<[string, Partial<WaveFacts>, boolean]>([
    ['3 of 30 judged', { succeeded: 27, failed: 3 }, true],
    ['3 of 31', { succeeded: 28, failed: 3 }, false],
    ['2 of 2', { failed: 2 }, false],
    ['3 of 3', { failed: 3 }, true],
    ['none', {}, false],
  ])('%s failed: %s', (_name, facts, expected) => {
    expect(rollBackDue({ ...quiet, ...facts }, rule)).toBe(expected)
  })

  test('never by itself without a rule, and never for nothing', () => {
    expect(rollBackDue({ ...quiet, failed: 100 }, null)).toBe(false)
    expect(rollBackDue(quiet, { failedPercent: 0, failedCount: 0 })).toBe(false)
  })
})

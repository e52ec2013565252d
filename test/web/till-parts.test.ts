/** The pure parts of the tills' screens. */
import { describe, expect, test } from 'vitest'
import { changedFields, type Draft, draftFaults, patchOf } from '../../web/src/screens/terminal/draft.ts'
import { timelineOf, toneOf } from '../../web/src/screens/terminal/timeline.ts'
import { hasTerm, setTerm, termOf } from '../../web/src/screens/tills/terms.ts'

describe('terms of a filter', () => {
  test.each([
    ['', 'shift', 'open', 'shift:open'],
    ['Терминал', 'shift', 'open', 'Терминал shift:open'],
    ['shift:open Терминал', 'shift', undefined, 'Терминал'],
    ['a shift:open b', 'shift', 'closed', 'a b shift:closed'],
    ['cashier:"Петров И" x', 'cashier', undefined, 'x'],
    ['-shift:open', 'shift', 'open', '-shift:open shift:open'],
  ])('%j with %s:%s', (filter, field, value, wanted) => {
    expect(setTerm(filter, field, value)).toBe(wanted)
  })
  test('a term is read as it stands', () => {
    expect(termOf('a reach:silent,never b', 'reach')).toBe('silent,never')
    expect(termOf('overreach:silent', 'reach')).toBeUndefined()
    expect(hasTerm('shift:open', 'shift', 'closed')).toBe(false)
  })
})

const before: Draft = {
  name: 'Терминал №1',
  number: '1',
  makerNumber: '',
  registrationNumber: '0001',
  configuration: '',
  blocked: false,
  blockReason: '',
}
describe('a draft', () => {
  test.each<[Partial<Draft>, object]>([
    [{}, {}],
    [{ name: '  ' }, { name: 'nameNeeded' }],
    [{ name: 'x'.repeat(201) }, { name: 'tooLong' }],
    [{ number: '-1' }, { number: 'numberInvalid' }],
    [{ number: '1000000' }, { number: 'numberInvalid' }],
    [{ number: '' }, { number: 'numberInvalid' }],
    [{ number: '999999' }, {}],
    [{ makerNumber: '1'.repeat(65) }, { makerNumber: 'tooLong' }],
    [{ blocked: true }, { blockReason: 'reasonNeeded' }],
    [{ blocked: true, blockReason: 'ремонт' }, {}],
  ])('%j has the faults %j', (change, faults) => {
    expect(draftFaults({ ...before, ...change }, before)).toEqual(faults)
  })
  test('only what changed is sent, and an emptied text is null', () => {
    expect(patchOf(before, { ...before, number: '7', registrationNumber: ' ' })).toEqual({
      ...{ number: 7, registrationNumber: null },
    })
    expect(patchOf(before, { ...before, blocked: true, blockReason: 'x' })).toBeUndefined()
    expect(changedFields(before, { ...before, blocked: true })).toEqual(['blocked'])
  })
})

describe('a timeline', () => {
  const at = (seconds: number): string => new Date(1_000_000_000_000 + seconds * 1000).toISOString()
  const attempt = (
    step: string,
    generation: number,
    from: number,
    to: number | null,
    outcome: string | null,
  ) => ({
    ...{ step, attempt: generation, generation, worker: 'w', reason: null, params: null, outcome },
    ...{ claimedAt: at(from), startedAt: at(from), endedAt: to === null ? null : at(to) },
  })
  test('has a lane for each step, with its attempts where they were', () => {
    const attempts = [
      attempt('download', 1, 0, 10, 'deferred'),
      attempt('download', 2, 40, 60, 'downloaded'),
      attempt('restart', 3, 80, null, null),
    ]
    const found = timelineOf(attempts, Date.parse(at(100)))
    expect(
      found?.lanes.map(({ step, bars }) => [step, bars.map(({ left, width }) => [left, width])]),
    ).toEqual([
      [
        'download',
        [
          [0, 10],
          [40, 20],
        ],
      ],
      ['restart', [[80, 20]]],
    ])
    expect(attempts.map(toneOf)).toEqual(['warn', 'good', 'busy'])
    expect(found?.ticks.length).toBeGreaterThan(2)
    expect(found?.ticks.length).toBeLessThanOrEqual(7)
  })
  test('there is none of nothing', () => {
    expect(timelineOf([], 0)).toBeUndefined()
  })
})

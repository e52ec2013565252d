import { describe, expect, test } from 'vitest'
import {
  type FiscalFacts,
  type FiscalLevel,
  type FiscalPart,
  type FiscalSignCode,
  fiscalParts,
  fiscalSignCodes,
  fiscalSignOf,
  fiscalSignParts,
  fiscalSigns,
  worstLevel,
} from '../../src/rollout/fiscal-signs.ts'

const NOW = Date.parse('2026-11-22T23:30:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const at = (ms: number): string => new Date(NOW + ms).toISOString()

const inOrder: FiscalFacts = {
  deviceNumber: '00106900000011',
  fnNumber: '9280440300000015',
  flags: [],
  validUntil: '2027-12-29',
  ffd: '1.05',
  ofdQueue: { length: 0, firstNumber: null, firstAt: null },
  lastClosing: { number: 15, at: at(-2 * HOUR) },
}
const queue = (days: number): Partial<FiscalFacts> => ({
  ofdQueue: { length: 15, firstNumber: 15, firstAt: at(-days * DAY - HOUR) },
})
const FRESH = NOW - 5 * MINUTE
const OLD = NOW - 25 * HOUR

const rows: readonly (readonly [
  string,
  FiscalPart,
  Partial<FiscalFacts>,
  number,
  FiscalSignCode,
  FiscalLevel,
])[] = [
  ['fresh', 'reading', {}, FRESH, 'readingFresh', 'ok'],
  ['exactly a day old', 'reading', {}, NOW - DAY, 'readingFresh', 'ok'],
  ['older than a day', 'reading', {}, NOW - DAY - MINUTE, 'readingOld', 'warn'],
  ['no flags', 'drive', {}, FRESH, 'driveInOrder', 'ok'],
  ['no flags, long ago', 'drive', {}, OLD, 'driveWasInOrder', 'unknown'],
  ['a flag that warns', 'drive', { flags: ['memoryNearlyFull'] }, FRESH, 'driveWarns', 'warn'],
  ['a flag that stops', 'drive', { flags: ['x', 'replaceIn3Days'] }, FRESH, 'driveStops', 'bad'],
  ['a flag that stops, long ago', 'drive', { flags: ['criticalError'] }, OLD, 'driveStops', 'bad'],
  ['no date', 'validity', { validUntil: null }, FRESH, 'validityUnknown', 'unknown'],
  ['no date that can be read', 'validity', { validUntil: '29.12.2027' }, FRESH, 'validityUnknown', 'unknown'],
  ['a year', 'validity', {}, FRESH, 'validityHolds', 'ok'],
  ['31 days', 'validity', { validUntil: at(31 * DAY) }, FRESH, 'validityHolds', 'ok'],
  ['30 days', 'validity', { validUntil: at(30 * DAY) }, FRESH, 'validityEndsSoon', 'warn'],
  ['4 days', 'validity', { validUntil: at(4 * DAY) }, FRESH, 'validityEndsSoon', 'warn'],
  ['3 days', 'validity', { validUntil: at(3 * DAY) }, FRESH, 'validityEnds', 'bad'],
  ['a minute', 'validity', { validUntil: at(MINUTE) }, FRESH, 'validityEnds', 'bad'],
  ['over by a minute', 'validity', { validUntil: at(-MINUTE) }, FRESH, 'validityOver', 'bad'],
  ['no queue', 'ofd', { ofdQueue: null }, FRESH, 'ofdUnknown', 'unknown'],
  [
    'a queue of nothing known',
    'ofd',
    { ofdQueue: { length: null, firstNumber: null, firstAt: null } },
    FRESH,
    'ofdUnknown',
    'unknown',
  ],
  [
    'no date of its first',
    'ofd',
    { ofdQueue: { length: 2, firstNumber: 9, firstAt: null } },
    FRESH,
    'ofdUndated',
    'warn',
  ],
  ['empty', 'ofd', {}, FRESH, 'ofdEmpty', 'ok'],
  ['empty long ago', 'ofd', {}, OLD, 'ofdWasEmpty', 'unknown'],
  ['an hour', 'ofd', queue(0), FRESH, 'ofdWaits', 'ok'],
  ['a day', 'ofd', queue(1), FRESH, 'ofdLags', 'warn'],
  ['24 days', 'ofd', queue(24), FRESH, 'ofdLags', 'warn'],
  ['25 days', 'ofd', queue(25), FRESH, 'ofdOld', 'bad'],
  ['29 days', 'ofd', queue(29), FRESH, 'ofdOld', 'bad'],
  ['30 days', 'ofd', queue(30), FRESH, 'ofdStopped', 'bad'],
  ['54 days, said long ago', 'ofd', queue(54), OLD, 'ofdStopped', 'bad'],
]

describe('signs of a fiscal device', () => {
  test.each(rows)('%s: %s', (_title, part, more, readAt, code, level) => {
    expect(fiscalSignOf(fiscalSigns({ ...inOrder, ...more }, readAt, NOW), part)).toMatchObject({
      code,
      level,
    })
  })

  test('each part has one sign, in order, whatever is known', () => {
    for (const facts of [inOrder, { ...inOrder, ...queue(3) }, null])
      for (const readAt of [FRESH, OLD, null])
        expect(fiscalSigns(facts, readAt, NOW).map(({ code }) => fiscalSignParts[code])).toEqual(fiscalParts)
  })

  test('what was never read is unknown in every part', () => {
    for (const facts of [inOrder, null])
      expect(fiscalSigns(facts, null, NOW).map(({ level }) => level)).toEqual(Array(4).fill('unknown'))
  })

  test('a copied "all in order" grows old: the same words, 54 days later', () => {
    const facts = { ...inOrder, ...queue(0) }
    expect(worstLevel(fiscalSigns(facts, NOW, NOW))).toBe('ok')
    const later = fiscalSigns(facts, NOW, NOW + 54 * DAY)
    expect(worstLevel(later)).toBe('bad')
    expect(later.map(({ code }) => code)).toEqual([
      'readingOld',
      'driveWasInOrder',
      'validityHolds',
      'ofdStopped',
    ])
    expect(fiscalSignOf(later, 'ofd')?.params).toEqual({ days: 54, length: 15, firstNumber: 15 })
  })

  test('params tell the whole days and minutes', () => {
    const signs = fiscalSigns({ ...inOrder, validUntil: at(10 * DAY + HOUR) }, FRESH, NOW)
    expect(fiscalSignOf(signs, 'validity')?.params).toEqual({ days: 10 })
    expect(fiscalSignOf(signs, 'reading')?.params).toEqual({ minutes: 5 })
  })

  test('the worst counts: bad, warn, unknown, ok', () => {
    const of = (...levels: FiscalLevel[]) =>
      worstLevel(levels.map((level) => ({ code: 'ofdEmpty', level, params: {} })))
    expect(of('ok', 'unknown')).toBe('unknown')
    expect(of('unknown', 'warn', 'ok')).toBe('warn')
    expect(of('warn', 'bad')).toBe('bad')
    expect(of()).toBe('unknown')
  })

  test('every code can come', () => {
    const seen = new Set([...rows.map((row) => row[4]), 'readingMissing', 'driveUnknown'])
    expect([...seen].sort()).toEqual([...fiscalSignCodes].sort())
  })
})

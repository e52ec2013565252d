import { describe, expect, test } from 'vitest'
import {
  causeDetails,
  causeWords,
  kindLabel,
  percentText,
  shortTime,
  span,
  storeList,
} from '../../src/report/text.ts'
import { reasons } from '../../src/rollout/reasons.ts'
import { cause, percentOf, reportCauses } from '../../src/rollout/report/facts.ts'
import { deviceUpdateStates } from '../../src/rollout/states.ts'
import { languages } from '../../src/words/catalogue.ts'
import { wordsOf } from '../../src/words/render.ts'

const MINUTE = 60_000

describe.each(languages)('in %s', (language) => {
  const words = wordsOf(language)

  test('every code of a cause has a label and an advice', () => {
    const causes = [
      ...Object.keys(deviceUpdateStates).map((code) => cause('state', code, null)),
      ...Object.keys(reasons).map((code) => cause('reason', code, null)),
      ...reportCauses.map((code) => cause('report', code, null)),
    ]
    for (const one of causes) {
      const { label, advice } = causeWords(language, one)
      expect([one.code, label]).not.toEqual([one.code, one.code])
      expect(advice.length).toBeGreaterThan(0)
    }
  })

  test.each(['eveningGroups', 'morningGroups', 'firstReceipt'] as const)(
    '%s: one word, one meaning',
    (name) => {
      const said = Object.values(words.report[name])
      expect(new Set(said.map(({ label }) => label)).size).toBe(said.length)
      expect(new Set(said.map(({ meaning }) => meaning)).size).toBe(said.length)
      for (const { label, meaning } of said) expect(label.length * meaning.length).toBeGreaterThan(0)
    },
  )

  test('no heading and no text is empty or said twice in one table', () => {
    const texts = Object.values(words.report.texts)
    for (const text of [...texts, ...Object.values(words.report.columns)]) expect(text.trim()).toBe(text)
    expect(texts).not.toContain('')
    const columns = Object.values(words.report.columns)
    expect(columns.filter((column, i) => columns.indexOf(column) !== i)).toEqual([])
  })

  test('a code of a newer version is shown as it is', () => {
    expect(causeWords(language, cause('reason', 'somethingNewer', null)).label).toBe('somethingNewer')
    expect(causeWords(language, cause('reason', 'toString', null)).label).toBe('toString')
    expect(kindLabel(words, 'constructor')).toBe('constructor')
  })
})

describe('who can do something is known', () => {
  test.each(Object.keys(reasons))('%s', (code) => {
    expect(cause('reason', code, null).owner).not.toBeNull()
  })
  test.each(reportCauses)('%s', (code) => {
    expect(cause('report', code, null).owner).not.toBeNull()
  })
})

describe('what a device did not say', () => {
  const unsaid = cause('finding', 'shiftOpen', null, { params: { unknown: true } })

  test('is not said as if it had', () => {
    expect(causeWords('ru', unsaid)).toEqual({
      label: 'Смена открыта: нет данных',
      advice: 'проверить кассу',
    })
    expect(causeWords('en', unsaid).label).toBe('Shift open: unknown')
  })
})

describe('details', () => {
  const details = (params: Record<string, unknown>, language: 'ru' | 'en' = 'ru') =>
    causeDetails(wordsOf(language), cause('finding', 'x', null, { params }), 'Asia/Vladivostok')

  test.each<[Record<string, unknown>, string]>([
    [{ number: 12, openedAt: '2026-11-22T22:15:00Z' }, '№ 12, с 23.11 08:15'],
    [{ sum: 125_050 }, '1250,50'],
    [{ days: 27, length: 14 }, '27 дн, в очереди 14'],
    [{ minutes: -7 }, '−7 мин'],
    [{ minutes: 1500 }, '25 ч'],
    [{ flags: ['critical', 'memoryFull'] }, 'critical, memoryFull'],
    [{ freeBytes: 5 * 2 ** 20, neededBytes: 2 ** 30 }, 'свободно 5 МиБ, нужно 1024 МиБ'],
    [{ name: 'Иванова\n<b>' }, 'Иванова <b>'],
    [{ unknown: true, somethingNewer: 1, days: null, flags: [], openedAt: 'yesterday', sum: Number.NaN }, ''],
  ])('%o', (params, text) => {
    expect(details(params)).toBe(text)
  })

  test('in English', () => {
    expect(details({ sum: 5, openedAt: '2026-11-22T22:15:00Z' }, 'en')).toBe('since 11-23 08:15, 0.05')
  })
})

test.each([
  [0, '0 min'],
  [119 * MINUTE, '119 min'],
  [120 * MINUTE, '2 h'],
  [47 * 60 * MINUTE, '47 h'],
  [48 * 60 * MINUTE, '2 d'],
  [-5, '0 min'],
])('a span of %i ms is %s', (milliseconds, text) => {
  expect(span(wordsOf('en'), milliseconds)).toBe(text)
})

test.each([
  [1999, 2000, '99.9%'],
  [2000, 2000, '100.0%'],
  [0, 7, '0.0%'],
  [29, 100, '29.0%'],
  [0, 0, 'unknown'],
])('%i of %i is %s: all is said only of all', (part, whole, text) => {
  expect(percentText(wordsOf('en'), percentOf(part, whole))).toBe(text)
})

test('many stores are shortened, with their number', () => {
  const codes = Array.from({ length: 20 }, (_, i) => `s${i}`)
  expect(storeList(codes)).toMatch(/^s0, .*s14 … \+5$/)
  expect(storeList(codes.slice(0, 15))).not.toContain('…')
})

test('a time that is not known is empty', () => {
  expect(shortTime('ru', null, 'Europe/Moscow')).toBe('')
})

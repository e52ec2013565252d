import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DueReport, dueReports } from '../../../src/rollout/report/times.ts'

const at = (text: string): number => Date.parse(text)
const HOUR = 3_600_000
const told = (due: readonly DueReport[]) =>
  due.map(({ kind, timeZone, date, at: time }) => [kind, timeZone, date, new Date(time).toISOString()])

describe('reports are due', () => {
  test('zone by zone, the east first', () => {
    const zones = ['Europe/Moscow', 'Asia/Vladivostok', 'Europe/Moscow', 'Europe/Kaliningrad']
    expect(told(dueReports(zones, at('2026-11-22T00:00:00Z'), at('2026-11-22T20:30:00Z')))).toEqual([
      ['morning', 'Europe/Moscow', '2026-11-22', '2026-11-22T03:30:00.000Z'],
      ['morning', 'Europe/Kaliningrad', '2026-11-22', '2026-11-22T04:30:00.000Z'],
      ['evening', 'Asia/Vladivostok', '2026-11-22', '2026-11-22T07:00:00.000Z'],
      ['evening', 'Europe/Moscow', '2026-11-22', '2026-11-22T14:00:00.000Z'],
      ['evening', 'Europe/Kaliningrad', '2026-11-22', '2026-11-22T15:00:00.000Z'],
      ['morning', 'Asia/Vladivostok', '2026-11-23', '2026-11-22T20:30:00.000Z'],
    ])
  })

  test('at the end of the interval, not at its beginning', () => {
    const five = at('2026-11-22T14:00:00Z')
    expect(dueReports(['Europe/Moscow'], five - 1, five)).toHaveLength(1)
    expect(dueReports(['Europe/Moscow'], five, five + 1)).toEqual([])
    expect(dueReports(['Europe/Moscow'], five, five)).toEqual([])
  })

  test('no more than a week back', () => {
    expect(dueReports(['UTC'], 0, at('2026-11-22T20:00:00Z'))).toHaveLength(14)
  })

  test('at hours of one’s own', () => {
    const hours = { evening: '18:15', morning: '05:00' }
    const due = dueReports(['UTC'], at('2026-11-22T00:00:00Z'), at('2026-11-23T00:00:00Z'), hours)
    expect(due.map(({ at: time }) => new Date(time).toISOString().slice(11, 16))).toEqual(['05:00', '18:15'])
  })

  test.each([
    ['an hour that is left out comes an hour later', '2026-03-29', '2026-03-29T01:30:00.000Z'],
    ['of an hour that comes twice it is the first', '2026-10-25', '2026-10-25T00:30:00.000Z'],
  ])('once: %s', (_label, date, instant) => {
    const hours = { evening: '17:00', morning: '02:30' }
    const from = at(`${date}T00:00:00Z`) - 3 * HOUR
    const due = dueReports(['Europe/Berlin'], from, from + 12 * HOUR, hours)
    expect(told(due)).toEqual([['morning', 'Europe/Berlin', date, instant]])
  })

  test('also when midnight is left out and the hour is moved into the next day', () => {
    const hours = { evening: '17:00', morning: '00:00' }
    const due = dueReports(
      ['America/Asuncion'],
      at('2023-10-01T03:30:00Z'),
      at('2023-10-01T05:00:00Z'),
      hours,
    )
    expect(told(due)).toEqual([['morning', 'America/Asuncion', '2023-10-01', '2023-10-01T04:00:00.000Z']])
  })

  test('never in a zone that does not exist', () => {
    expect(() => dueReports(['Mars/Olympus'], 0, HOUR)).toThrow(RangeError)
  })
})

test('however the time is cut, nothing comes twice and nothing is lost', () => {
  const zones = [
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Pacific/Kiritimati',
  ]
  const start = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2026-12-20T00:00:00Z') })
  const step = fc.integer({ min: 0, max: 40 * HOUR })
  fc.assert(
    fc.property(start, step, step, (from, first, second) => {
      const [middle, to] = [from + first, from + first + second]
      const whole = dueReports(zones, from, to)
      expect([...dueReports(zones, from, middle), ...dueReports(zones, middle, to)]).toEqual(whole)
      const keys = whole.map(({ kind, timeZone, date }) => `${kind} ${timeZone} ${date}`)
      expect(new Set(keys).size).toBe(keys.length)
    }),
    { numRuns: 200 },
  )
})

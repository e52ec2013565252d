import { describe, expect, test } from 'vitest'
import { checkCron, nextRun } from '../../../src/rollout/time/schedule.ts'
import { DAY, MINUTE, moment, shown } from './clock.ts'

const BERLIN = 'Europe/Berlin'
const LORD_HOWE = 'Australia/Lord_Howe'

/** The runs in [from, to), as the store's clock shows them. */
function runs(cron: string, zone: string, from: string, to: string): string[] {
  const all: string[] = []
  let at = nextRun(cron, zone, moment(from) - 1)
  while (at !== null && at < moment(to) && all.length < 200) {
    all.push(shown(at, zone))
    at = nextRun(cron, zone, at)
  }
  return all
}

describe('overnight schedules', () => {
  test("are read on the store's clock", () => {
    const after = moment('2026-06-01T12:00Z')
    expect(shown(nextRun('0 23 * * *', BERLIN, after) ?? 0, BERLIN)).toBe('2026-06-01T23:00+02:00')
    expect(shown(nextRun('0 23 * * *', 'Asia/Kamchatka', after) ?? 0, 'Asia/Kamchatka')).toBe(
      '2026-06-02T23:00+12:00',
    )
    expect(shown(nextRun('30 1 * * TUE,THU', BERLIN, after) ?? 0, BERLIN)).toBe('2026-06-02T01:30+02:00')
  })

  test('the next run comes after the moment, never at it', () => {
    const run = moment('2026-06-01T23:00+02:00')
    expect(nextRun('0 23 * * *', BERLIN, run - 1)).toBe(run)
    expect(nextRun('0 23 * * *', BERLIN, run)).toBe(run + DAY)
  })

  test('a run in the gap of spring comes when the clock goes on, once', () => {
    expect(runs('30 2 * * *', BERLIN, '2026-03-28T00:00Z', '2026-03-31T00:00Z')).toEqual([
      '2026-03-28T02:30+01:00',
      '2026-03-29T03:00+02:00',
      '2026-03-30T02:30+02:00',
    ])
    expect(runs('*/20 2 * * *', BERLIN, '2026-03-29T00:00+01:00', '2026-03-29T12:00Z')).toEqual([
      '2026-03-29T03:00+02:00',
    ])
    expect(runs('15 2 * * *', LORD_HOWE, '2026-10-03T12:00Z', '2026-10-04T12:00Z')).toEqual([
      '2026-10-04T02:30+11:00',
    ])
  })

  test('a run in the repeated hour of autumn comes the first time only', () => {
    expect(runs('30 2 * * *', BERLIN, '2026-10-24T00:00Z', '2026-10-27T00:00Z')).toEqual([
      '2026-10-24T02:30+02:00',
      '2026-10-25T02:30+02:00',
      '2026-10-26T02:30+01:00',
    ])
    expect(runs('45 1 * * *', LORD_HOWE, '2026-04-04T12:00Z', '2026-04-05T12:00Z')).toEqual([
      '2026-04-05T01:45+11:00',
    ])
  })

  test('asked within the repeated hour, every minute goes on after it', () => {
    expect(shown(nextRun('* * * * *', BERLIN, moment('2026-10-25T02:10+01:00')) ?? 0, BERLIN)).toBe(
      '2026-10-25T03:00+01:00',
    )
  })

  test.each([
    'Europe/Berlin',
    'America/New_York',
    LORD_HOWE,
    'America/Santiago',
    'Africa/Casablanca',
    'Asia/Tokyo',
  ])('every date of a year has its one run: %s', (zone) => {
    for (const cron of ['30 2 * * *', '45 1 * * *', '0 0 * * *', '15 23 * * *']) {
      const all = runs365(cron, zone)
      expect(new Set(all.map((run) => run.slice(0, 10))).size, cron).toBe(365)
      expect(all, cron).toHaveLength(365)
    }
  })

  function runs365(cron: string, zone: string): string[] {
    const all: string[] = []
    let at = nextRun(cron, zone, moment('2026-01-10T12:00Z'))
    while (at !== null && all.length < 365) {
      all.push(shown(at, zone))
      at = nextRun(cron, zone, at + MINUTE)
    }
    return all
  }
})

describe('what is wrong with a schedule', () => {
  test.each([
    ['0 23 * * *', BERLIN, null],
    ['0 23 * * MON-FRI', BERLIN, null],
    ['0 23 29 2 *', BERLIN, null],
    ['@daily', BERLIN, null],
    ['0 23 30 2 *', BERLIN, 'cronNeverFires'],
    ['0 23 31 4,6,9,11 *', BERLIN, 'cronNeverFires'],
    ['61 23 * * *', BERLIN, 'cronInvalid'],
    ['0 24 * * *', BERLIN, 'cronInvalid'],
    ['0 0 23 * * *', BERLIN, 'cronInvalid'],
    ['? 23 * * *', BERLIN, 'cronInvalid'],
    ['tonight', BERLIN, 'cronInvalid'],
    ['', BERLIN, 'cronInvalid'],
    [`0 ${'1,'.repeat(60)}1 * * *`, BERLIN, 'cronInvalid'],
    ['0 23 * * *', 'Mars/Base', 'timeZoneUnknown'],
    ['0 23 * * *', '+03:00', 'timeZoneUnknown'],
    ['0 23 * * *', '', 'timeZoneUnknown'],
  ])('%j in %j: %s', (cron, zone, problem) => {
    expect(checkCron(cron, zone)).toBe(problem)
  })

  test('what never fires has no next run, and what no check let through throws', () => {
    expect(nextRun('0 23 30 2 *', BERLIN, 0)).toBeNull()
    expect(() => nextRun('tonight', BERLIN, 0)).toThrow()
    expect(() => nextRun('0 23 * * *', 'Mars/Base', 0)).toThrow(RangeError)
  })
})

/** The journal's quick choices and its file, without a browser. */
import { describe, expect, it } from 'vitest'
import { parseFilter } from '../../src/api/filter/parse.ts'
import { ruEvents } from '../../src/words/ru-events.ts'
import type { EventView } from '../../web/src/api/types.ts'
import { csvOf } from '../../web/src/screens/journal/csv.ts'
import {
  isAlarm,
  journalKindNames,
  journalKinds,
  kindOfTerm,
  kindTerm,
  quoted,
  unquoted,
} from '../../web/src/screens/journal/kinds.ts'

const fits = (code: string, pattern: string): boolean =>
  pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern

describe('kinds of events', () => {
  it('every event has one', () => {
    const patterns = journalKindNames
      .filter((kind) => kind !== 'alarms')
      .flatMap((kind) => journalKinds[kind])
    const left = Object.keys(ruEvents).filter((code) => !patterns.some((one) => fits(code, one)))
    expect(left).toEqual([])
  })

  it('every pattern has an event', () => {
    const codes = Object.keys(ruEvents)
    const empty = Object.values(journalKinds)
      .flat()
      .filter((pattern) => !codes.some((code) => fits(code, pattern)))
    expect(empty).toEqual([])
  })

  it('what the catalogue calls an alarm is one', () => {
    const say = { text: () => '', quoted: () => '', count: () => '', number: () => '', version: () => '' }
    const more = { move: () => '', because: () => '', breach: () => '', has: () => false }
    const loud = Object.entries(ruEvents)
      .filter(([, text]) => /^(ТРЕВОГА|ВНИМАНИЕ)/.test((text as (p: unknown) => string)({ ...say, ...more })))
      .map(([code]) => code)
    expect(loud.length).toBeGreaterThan(3)
    expect(loud.filter((code) => !isAlarm(code))).toEqual([])
  })

  it('a term leads back to its kind, and is a filter', () => {
    for (const kind of journalKindNames) {
      expect(kindOfTerm(kindTerm(kind))).toBe(kind)
      expect(parseFilter(`code:${kindTerm(kind)}`).ok).toBe(true)
    }
    expect(kindOfTerm('signedIn')).toBeUndefined()
  })

  it('names are quoted and come back', () => {
    for (const name of ['plain', 'with blank', 'a "quote" \\ and more']) {
      const parsed = parseFilter(`actor:${quoted(name)}`)
      expect(parsed.ok && parsed.terms[0]?.values[0]).toMatchObject({ kind: 'is', text: name })
      expect(unquoted(quoted(name))).toBe(name)
    }
  })
})

describe('the journal as a file', () => {
  const titles = {
    at: 'Время',
    zone: 'Часовой пояс',
    store: 'Магазин',
    till: 'Касса',
    code: 'Код',
    actor: 'Кто',
    text: 'Событие',
  }
  const event = {
    ...{ cursor: '1-1', at: '2020-12-21T01:31:38.000Z', code: 'messageSent', actor: '=cmd|x' },
    ...{ rolloutId: null, storeId: null, deviceId: null, updateId: null, storePackageId: null, params: {} },
    ...{ store: 'M1', cashId: '50001002', timeZone: 'Europe/Moscow' },
    text: { ru: '21.12.2020 04:31:38: Сообщение: «Закройте "смену"»\nсейчас', en: 'A message' },
  } satisfies EventView

  it('has a mark, the language’s separator, the store’s time, and nothing that a spreadsheet would run', () => {
    const [head, row, end] = csvOf([event], titles, 'ru').split('\r\n')
    expect(head).toBe('\uFEFFВремя;Часовой пояс;Магазин;Касса;Код;Кто;Событие')
    expect(row).toBe(
      '21.12.2020 04:31:38;Europe/Moscow;M1;50001002;messageSent;\'=cmd|x;"Сообщение: «Закройте ""смену""» сейчас"',
    )
    expect(end).toBe('')
    expect(csvOf([event], titles, 'en')).toContain('2020-12-21 04:31:38,Europe/Moscow,M1')
  })

  it('names the zone of each time, also where it is no store’s', () => {
    const far = { ...event, store: 'V1', timeZone: 'Asia/Vladivostok' }
    const none = { ...event, store: null, cashId: null, timeZone: 'UTC' }
    const rows = csvOf([event, far, none], titles, 'en').split('\r\n').slice(1, -1)
    expect(rows.map((row) => row.split(',').slice(0, 3))).toEqual([
      ['2020-12-21 04:31:38', 'Europe/Moscow', 'M1'],
      ['2020-12-21 11:31:38', 'Asia/Vladivostok', 'V1'],
      ['2020-12-21 01:31:38', 'UTC', ''],
    ])
  })
})

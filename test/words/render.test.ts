import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ReasonCode, reasons } from '../../src/rollout/reasons.ts'
import { machines } from '../../src/rollout/states.ts'
import { type Catalogue, languages } from '../../src/words/catalogue.ts'
import { formatTime } from '../../src/words/format-time.ts'
import { renderEvent, wordsOf } from '../../src/words/render.ts'

const at = new Date('2020-12-21T01:31:38Z')
const timeZone = 'Europe/Moscow'
const event = (code: string, params: Record<string, unknown> = {}) => ({ code, at, params, timeZone })

describe('the message of a finished download', () => {
  test('is the one that operators know, letter for letter', () => {
    expect(renderEvent('ru', event('downloadFinished', { version: 95_000 }))).toBe(
      '21.12.2020 04:31:38: Скачивание пакетов обновлений до версии 00095000 успешно завершено',
    )
  })

  test('also with the version as it is written', () => {
    expect(renderEvent('ru', event('downloadFinished', { version: '00095000', cashId: '1' }))).toBe(
      renderEvent('ru', event('downloadFinished', { version: 95_000 })),
    )
  })

  test('tells the time of the store, not of the head office', () => {
    const facts = { ...event('downloadFinished', { version: 95_000 }), timeZone: 'Asia/Vladivostok' }
    expect(renderEvent('ru', facts)).toMatch(/^21\.12\.2020 11:31:38: /)
  })
})

describe('formatTime', () => {
  test.each([
    ['ru', '2020-12-31T21:00:00Z', 'Europe/Moscow', '01.01.2021 00:00:00'],
    ['en', '2020-12-31T21:00:00Z', 'Europe/Moscow', '2021-01-01 00:00:00'],
    ['ru', '2026-06-30T14:59:59Z', 'Asia/Vladivostok', '01.07.2026 00:59:59'],
    ['ru', '2026-01-15T22:30:05Z', 'Europe/Kaliningrad', '16.01.2026 00:30:05'],
  ] as const)('%s %s in %s', (language, time, zone, text) => {
    expect(formatTime(language, new Date(time), zone)).toBe(text)
  })

  test('refuses a zone that does not exist', () => {
    expect(() => formatTime('ru', at, 'Mars/Olympus')).toThrow(RangeError)
  })
})

describe('renderEvent', () => {
  test.each([
    [
      'updateMoved',
      { from: 'downloading', to: 'waiting', event: 'deferred', reason: 'tillOffline' },
      'Загружается → Ожидает: Нет связи',
    ],
    ['updateMoved', { from: 'activating', to: 'armed', event: 'armed', reason: null }, 'Устанавливается'],
    [
      'storePackageMoved',
      { from: 'uploading', to: 'present' },
      'Пакет: Загружается на сервер → Есть на сервере',
    ],
    ['rolloutPaused', { from: 'running', to: 'paused', event: 'pause' }, 'Приостановлено обновление'],
    [
      'rolloutFinished',
      { name: 'Ночь 96', succeeded: 149, total: 150 },
      'Завершено обновление «Ночь 96»: обновлено 149 из 150',
    ],
    [
      'rolloutCreated',
      { name: 'Ночь 96', devices: 21, leftOut: 0 },
      'Создано обновление «Ночь 96»: 21 касса, не вошло 0',
    ],
    [
      'rolloutReopened',
      { name: 'Ночь 96', devices: 3 },
      'Возобновлено обновление «Ночь 96»: повтор, 3 кассы',
    ],
    ['fleetImported', { stores: 11, devices: 112 }, 'Загружен список: 11 магазинов, 112 устройств'],
    ['retryRequested', { via: 'board', reason: 'tillOffline' }, 'Запрошен повтор. Было: Нет связи'],
    ['rolloutCreated', { name: 'Ночь 96', planHash: 'ab' }, 'Создано обновление «Ночь 96»'],
    ['retryRefused', { via: 'api', why: 'rolloutCancelled' }, 'Повтор отклонён: обновление остановлено'],
    ['retryRefused', { via: 'board', why: 'ownedByRollout' }, 'Повтор отклонён: Занята другим обновлением'],
  ])('ru %s %o', (code, params, text) => {
    expect(renderEvent('ru', event(code, params))).toBe(`21.12.2020 04:31:38: ${text}`)
  })

  test.each([
    [
      'updateMoved',
      { from: 'ready', to: 'skipped', reason: 'nightOver' },
      'Ready → Skipped: The night is over',
    ],
    ['rolloutReopened', { name: 'N', devices: 1 }, 'Rollout “N” reopened: retry, 1 device'],
    ['rolloutReopened', { name: 'N', devices: 2 }, 'Rollout “N” reopened: retry, 2 devices'],
    [
      'leaseExpired',
      { step: 'download', worker: 'w1' },
      'Worker w1 was lost in step download; the step was taken back',
    ],
  ])('en %s %o', (code, params, text) => {
    expect(renderEvent('en', event(code, params))).toBe(`2020-12-21 04:31:38: ${text}`)
  })

  test('says unknown where a parameter is missing, and never invents one', () => {
    expect(renderEvent('ru', event('downloadFinished'))).toContain('до версии нет данных')
    expect(renderEvent('en', event('workerJoined', { worker: 'w1' }))).toContain('capacity unknown')
  })

  test('shows a code of a newer version as it is', () => {
    expect(renderEvent('en', event('somethingNewer', { a: 1 }))).toBe('2020-12-21 04:31:38: somethingNewer')
    expect(renderEvent('en', event('toString'))).toBe('2020-12-21 04:31:38: toString')
  })

  test('keeps text from outside on one bounded line', () => {
    const line = renderEvent(
      'en',
      event('messageSent', { devices: 1, text: `a\nb\u0007${'c'.repeat(5000)}` }),
    )
    expect(line).not.toMatch(/\p{C}/u)
    expect(line).toContain('a b c')
    expect(line.length).toBeLessThan(500)
  })

  test('whatever the database holds, it is one line and does not throw', () => {
    const codes = Object.keys(wordsOf('ru').events)
    const keys = fc.constantFrom(
      'name',
      'version',
      'from',
      'to',
      'reason',
      'devices',
      'text',
      'worker',
      'size',
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...languages),
        fc.constantFrom(...codes),
        fc.dictionary(keys, fc.jsonValue()),
        (language, code, params) => {
          expect(renderEvent(language, event(code, params))).toMatch(/^\d[\d.:\- ]{18}: [^\p{C}]+$/u)
        },
      ),
    )
  })
})

describe.each(languages)('the catalogue %s', (language) => {
  const words: Catalogue = wordsOf(language)

  test('has words for every reason and every state, none empty', () => {
    const said = [
      ...Object.keys(reasons).map((code) => words.reasons[code as ReasonCode]),
      ...Object.values(words.rolloutStates),
      ...Object.values(words.storePackageStates),
      ...Object.values(words.updateStates),
    ]
    for (const word of said) {
      expect(word.label.trim()).toBe(word.label)
      expect(word.label.length).toBeGreaterThan(0)
      expect(word.advice.length).toBeGreaterThan(0)
    }
    expect(Object.keys(words.reasons).sort()).toEqual(Object.keys(reasons).sort())
    expect(Object.keys(words.updateStates).sort()).toEqual(Object.keys(machines.deviceUpdate).sort())
  })

  test('tells reasons apart', () => {
    const labels = Object.values(words.reasons).map((reason) => reason.label)
    expect(labels.filter((label, i) => labels.indexOf(label) !== i)).toEqual([])
  })
})

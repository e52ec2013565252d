import { describe, expect, test } from 'vitest'
import { eveningCsv, morningCsv } from '../../src/report/csv.ts'
import { evening } from '../../src/rollout/report/evening.ts'
import { morning } from '../../src/rollout/report/morning.ts'
import {
  eveningChain,
  eveningFacts,
  eveningStore,
  eveningTill,
  morningChain,
} from '../rollout/report/report-facts.ts'

const ru = { language: 'ru', timeZone: 'Europe/Moscow' } as const
const en = { language: 'en', timeZone: 'Europe/Moscow' } as const

/** RFC 4180, as Excel reads it. */
function read(csv: string, separator: string): Record<string, string>[] {
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\r\n]*))(${separator}|\r\n|$)`, 'y')
  const rows: string[][] = [[]]
  const body = csv.slice(1)
  while (cell.lastIndex < body.length) {
    const found = cell.exec(body)
    if (found === null) throw new Error(`not CSV: ${body.slice(cell.lastIndex)}`)
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === '\r\n') rows.push([])
  }
  const [heads = [], ...rest] = rows.filter((row) => row.length > 0)
  for (const row of rest) expect(row).toHaveLength(heads.length)
  return rest.map((row) => Object.fromEntries(heads.map((head, i) => [head, row[i] ?? ''])))
}

describe.each([
  ['ru', ru, ';'],
  ['en', en, ','],
] as const)('in %s', (_language, options, separator) => {
  const texts = [eveningCsv(evening(eveningChain()), options), morningCsv(morning(morningChain()), options)]

  test.each(texts)('it is UTF-8 with a mark, lines end as Windows has them', (text) => {
    expect(Buffer.from(text).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(text.slice(1).split('\r\n')[0]?.split(separator).length).toBeGreaterThan(20)
  })

  test('every device has one row', () => {
    const cashIds = (rows: Record<string, string>[]) =>
      rows.map((row) => row['id кассы'] ?? row['Cash id']).sort()
    const [first = '', second = ''] = texts
    expect(cashIds(read(first, separator))).toEqual(
      eveningChain()
        .devices.map(({ cashId }) => cashId)
        .sort(),
    )
    expect(cashIds(read(second, separator))).toEqual(
      morningChain()
        .devices.map(({ cashId }) => cashId)
        .sort(),
    )
  })
})

test('the evening row of a till', () => {
  const rows = read(eveningCsv(evening(eveningChain()), ru), ';')
  expect(rows.find((row) => row['id кассы'] === '001-1')).toEqual({
    Магазин: '001',
    Название: 'На Ленина',
    Телефон: "'+7 495 000-00-01",
    'Часовой пояс': 'Europe/Moscow',
    'Окно с': '22.11.2026 23:00',
    'Окно до': '23.11.2026 06:00',
    'Начать не позже': '23.11.2026 05:20',
    Успевает: 'успевает',
    'id кассы': '001-1',
    '№': '1',
    Устройство: 'Касса 1',
    Вид: 'касса',
    Итог: 'Мешает причина',
    Состояние: 'Готова',
    Причина: 'Смена открыта',
    Подробно: '№ 12, с 22.11 08:15',
    Ещё: 'Деньги не изъяты',
    'Что делать': 'закрыть смену',
    Кто: 'магазин',
    'С какого времени': '22.11.2026 09:00',
    'Ответ получен': '22.11.2026 16:55',
    'Возраст ответа, мин': '5',
    Источник: 'look',
    Опрошена: '22.11.2026 16:55',
    'Нужна версия': '00096000',
    Составлено: '22.11.2026 17:00',
  })
})

test('the morning row of a till', () => {
  const rows = read(morningCsv(morning(morningChain()), en), ',')
  expect(rows.find((row) => row['Cash id'] === '101-1')).toMatchObject({
    Phone: '',
    Opens: '2026-11-23 10:00',
    'Store status': 'In order',
    Result: 'In order',
    Reason: '',
    'From version': '00095000',
    'Running version': '00096000',
    'Ended at': '2026-11-23 02:30',
    'First receipt': 'too early',
    'Last receipt': '',
    'Proven at': '2026-11-23 09:40',
  })
})

test.each(['=1+1', '+7 495', '-2', '@SUM(A1)', '\t=1', '＝1+1', '=HYPERLINK("http://x";"y")'])(
  'a spreadsheet does not run %j',
  (name) => {
    const till = eveningTill({ name, source: name, unreachableReason: name })
    const report = evening(eveningFacts([till], [eveningStore({ name, phone: name })]))
    for (const value of read(eveningCsv(report, ru), ';').flatMap((row) => Object.values(row)))
      expect(value).not.toMatch(/^[\s]*[=+\-@＝]/)
  },
)

test('a name of several lines, with separators and quotes, stays one cell', () => {
  const name = 'a\r\nb;c,"d"\u0000'
  const report = evening(eveningFacts([eveningTill({ name })]))
  expect(read(eveningCsv(report, ru), ';')[0]?.Устройство).toBe('a b;c,"d"')
})

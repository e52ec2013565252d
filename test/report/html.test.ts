import { describe, expect, test } from 'vitest'
import { eveningHtml } from '../../src/report/evening-html.ts'
import { html, section, table } from '../../src/report/markup.ts'
import { morningHtml } from '../../src/report/morning-html.ts'
import { evening } from '../../src/rollout/report/evening.ts'
import { morning } from '../../src/rollout/report/morning.ts'
import { languages } from '../../src/words/catalogue.ts'
import {
  eveningChain,
  eveningFacts,
  eveningStore,
  eveningTill,
  morningChain,
  morningFacts,
  rollout,
} from '../rollout/report/report-facts.ts'

const ru = { language: 'ru', timeZone: 'Europe/Moscow' } as const
const en = { language: 'en', timeZone: 'Europe/Moscow' } as const
const HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(2)>'

/** The text of a page, with `|` between cells and lines between blocks. */
const textOf = (page: string): string =>
  page
    .replace(/[\s\S]*<body>/, '')
    .replace(/<\/t[hd]>/g, ' | ')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll('\u00a0', ' ')

/** The part of the text that begins with `from` and ends before `to`. */
const between = (text: string, from: string, to: string): string => {
  expect(text).toContain(from)
  expect(text).toContain(to)
  return text.slice(text.indexOf(from), text.indexOf(to))
}

describe('markup', () => {
  test('escapes what is not markup', () => {
    expect(html`<p title="${HOSTILE}">${HOSTILE}</p>`.markup).not.toMatch(/<script|<img|"'/)
    expect(html`<p>${html`<b>${'<'}</b>`}${1}</p>`.markup).toBe('<p><b>&lt;</b>1</p>')
  })

  test('has nothing where there is nothing', () => {
    expect(section('Empty', table('t', ['A'], [])).markup).toBe('')
  })
})

describe.each([
  ['evening', (options: typeof ru | typeof en) => eveningHtml(evening(eveningChain()), options)],
  ['morning', (options: typeof ru | typeof en) => morningHtml(morning(morningChain()), options)],
] as const)('the %s page', (_kind, write) => {
  test.each(languages)('in %s is one document that fetches and runs nothing', (language) => {
    const page = write({ language, timeZone: 'Europe/Moscow' })
    expect(page).toMatch(/^<!doctype html>\n<html lang="(ru|en)">/)
    expect(page).toContain("default-src 'none'")
    expect(page).toContain('@page { size: A4')
    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b|\bon\w+=|url\(|https?:/)
    expect(page).not.toMatch(/undefined|\bnull\b|NaN|\[object/)
  })

  test('closes every element that it opens', () => {
    const open: string[] = []
    for (const [, slash, tag] of write(ru)
      .replace(/<!doctype html>/, '')
      .matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
      if (tag === undefined || ['meta', 'br'].includes(tag)) continue
      if (slash === '') open.push(tag)
      else expect(open.pop()).toBe(tag)
    }
    expect(open).toEqual([])
  })

  test('says in each language only what that language has', () => {
    const body = textOf(write(en)).replace(
      /Касса|Ночь|Круглосуточный|Тихий|На Ленина|Восток|Ко|Молчит|Ночной|Позже/g,
      '',
    )
    expect(body).not.toMatch(/[а-яё]/i)
  })
})

describe('the evening page', () => {
  const text = textOf(eveningHtml(evening(eveningChain()), ru))

  test('says how many are ready, of whom, and by how old an answer', () => {
    expect(text).toContain('Готовы к ночи: 2 / 11 (18,1 %)')
    expect(text).toContain('Самый старый ответ среди готовых: 22.11 16:20 (40 мин назад)')
    expect(text).toContain('Составлен 22.11.2026 17:00 (Europe/Moscow) · вся сеть')
  })

  test('has who is to be rung, why, since when and what to do, in the time of the store', () => {
    const east = between(text, '101 <Восток> & "Ко"', '001 На Ленина')
    expect(east).toContain('☎ +7 495 000-00-01')
    expect(east).toContain('Окно 22.11 23:00–06:00 (Asia/Vladivostok) · начать не позже 05:20 · успевает')
    expect(east).toContain('ФН: критично (2 дн, critical) | вызвать ЦТО | магазин | 22.11 23:55')
    expect(text).toContain(
      'Смена открыта (№ 12, с 22.11 08:15)+ Деньги не изъяты | закрыть смену | магазин | 22.11 09:00',
    )
  })

  test('says of a store without time why, and lists no till of it', () => {
    const store = between(text, '103 Круглосуточный', 'Предупреждения')
    expect(store).toContain('Не успеет до открытия перенести. Устройств: 2')
    expect(store).not.toContain('Касса 1')
  })

  test('has one line for a store with nothing to do, and no till of it', () => {
    const quiet = between(text, 'Здесь ничего делать не нужно', 'Вне подсчёта: в резерве')
    expect(quiet).toContain('002 Тихий')
    expect(text.indexOf('002 Тихий')).toBe(text.lastIndexOf('002 Тихий'))
    expect(quiet).toContain('Готова: 2 · Готовится: 1 · Уже обновлена: 1 · с предупреждением: 1')
  })

  test('does not count what nobody said as if it were so', () => {
    expect(text).toContain('Кассир в системе: нет данных | 1 | проверить кассу')
  })

  test('keeps names from outside in their place', () => {
    const store = eveningStore({ name: HOSTILE, phone: HOSTILE, code: HOSTILE })
    const till = eveningTill({ storeCode: HOSTILE, name: HOSTILE, unreachableReason: HOSTILE, kind: HOSTILE })
    const report = evening({
      ...eveningFacts([till], [store]),
      rollout: { ...rollout, name: HOSTILE, state: HOSTILE },
    })
    const page = eveningHtml(report, ru)
    expect(page).not.toMatch(/<script|<img/)
    expect(page).toContain('&lt;script&gt;')
  })
})

describe('the morning page', () => {
  const text = textOf(morningHtml(morning(morningChain()), ru))

  test('says how many are updated, of whom, and how many sold', () => {
    expect(text).toContain('Обновлены: 6 / 11 (54,5 %)')
    expect(text).toContain('Первый чек после обновления: есть: 3 · нет: 2 · рано ждать: 1 · нет данных: 0.')
    expect(text).toContain('Магазинов без первого чека: 1 / 5')
  })

  test('has the stores in order, the silent one on top', () => {
    const stores = [
      ...between(text, 'Магазины в порядке открытия', 'Чем закончилось').matchAll(/^(\d{3}) /gm),
    ]
    expect(stores.map(([, code]) => code)).toEqual(['002', '004', '001'])
    expect(text).toContain('ни одного чека после обновления Открытие: 09:10 (Europe/Moscow)')
  })

  test('has who does not sell, what to do and who', () => {
    expect(text).toContain('Не торгует+ Откат не удался | звонить в магазин, слать инженера | магазин | – |')
  })

  test('has who stayed on the old version by reason and store, with whom to ring', () => {
    const old = between(text, 'Торгуют на прежней версии', 'По сравнению с прошлым')
    expect(old).toContain('Смена открыта | 003 Тихий | +7 495 000-00-01 | 2 |')
  })

  test('compares', () => {
    expect(text).toContain('Длительность | не закончено | 7 ч |')
    expect(text).toContain('Смена открыта | 1 | 4 | -3 |')
  })

  test('says so when there is nothing to compare with, and of nothing makes no percentage', () => {
    const empty = textOf(morningHtml(morning(morningFacts([], [])), en))
    expect(empty).toContain('There is no previous rollout to compare with.')
    expect(empty).toContain('Updated: 0 / 0 (unknown)')
  })

  test('is made at the time of its zone', () => {
    const report = morning({ ...morningChain(), timeZone: 'Asia/Vladivostok' })
    expect(textOf(morningHtml(report, en))).toContain(
      'Made at 2026-11-23 16:45 (Asia/Vladivostok) · time zone Asia/Vladivostok',
    )
  })
})

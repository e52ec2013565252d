/**
 * Every label of the old page, "Как обновить кассу через интерфейс СГО", read line by line: each column, field, button,
 * tab, message and form of a value, and where this page has it. Where the pictures' text was read wrongly by a machine
 * («Пройс-чекеры», «Заккрыть»), the word that was meant stands here. A label that is missing on the page fails the test.
 */

/** Where it is looked for; seed-labels.test.ts opens each of them. */
export const places = [
  'crumbs',
  'selector',
  'tabs',
  'store',
  'ticked',
  'columns',
  'cells',
  'foot',
  'window',
  'fields',
  'downloads',
  'management',
  'shift',
  'replication',
  'fiscal',
  'dates',
  'buttons',
] as const
export type Place = (typeof places)[number]

export type Role = 'button' | 'link' | 'columnheader' | 'checkbox' | 'textbox' | 'heading'

export interface SeedLabel {
  readonly place: Place
  readonly text: string | RegExp
  /** Left out: a text that anybody can read. */
  readonly as?: Role
}

const of =
  (place: Place, as?: Role) =>
  (text: string | RegExp): SeedLabel =>
    as === undefined ? { place, text } : { place, text, as }

export const seedLabels: readonly SeedLabel[] = [
  ...['Настройка сервера и оборудования', 'Монитор оборудования'].map(of('crumbs', 'link')),
  of('crumbs')('Кассы/обновление касс'),
  of('selector')(/^ООО "Вот это - магазин" \(M1\) ▼$/),
  ...[
    'Кассы/обновление касс',
    'Монитор сервера',
    'Журнал сервера',
    'Прайс-чекеры',
    'Сообщения для терминалов',
    'Состояние ККТ',
  ].map(of('tabs', 'link')),

  of('store', 'heading')('Кассы/обновление касс'),
  of('store')('Загрузка обновлений:'),
  ...['Старт', 'Стоп'].map(of('store', 'button')),
  ...['Отправить сообщение', 'Закрыть смену', 'Авто-обновление'].map(of('ticked', 'button')),
  of('columns', 'checkbox')('Отметить все показанные'),
  ...[
    '№',
    'Номер',
    'Название',
    'Адрес кассы',
    'Состояние',
    'Версия',
    'Смена',
    'Сумма',
    'Кассир',
    'Авто-обновление',
    'Загрузка',
  ].map(of('columns', 'columnheader')),

  ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) =>
    of('cells')(`Терминал самообслуживания id = ${50_001_000 + n}`),
  ),
  ...['0', 'Off-line', 'Нет данных', 'Открыта (1)', 'Открыта (2)', 'Открыта (3)', '0,00', '0,50'].map(
    of('cells'),
  ),
  ...['Пользователь SCO', '----', 'Выключено', 'Нет'].map(of('cells')),
  ...['1', 'Терминал №1', '127.0.0.1', '97', '1 252,05', 'Петров', 'Включено'].map(of('cells')),
  of('foot')(/Версия: \d/),

  of('window', 'heading')('Настройки терминала'),
  // ✕
  of('window', 'button')('Закрыть окно'),
  ...['Название', 'Номер', 'Номер ККМ производителя', 'Регистрационный номер'].map(of('fields', 'textbox')),
  ...['Версия', '95', 'Конфигурационная группа', 'Конфигурационная группа не задана'].map(of('fields')),
  of('fields', 'button')('Изменить'),
  of('fields', 'checkbox')('Заблокирован'),

  of('downloads', 'heading')('Загрузка обновлений'),
  ...['Состояние', 'Нет', 'Прогресс'].map(of('downloads')),
  of('downloads', 'button')('Старт'),
  of('downloads')(
    /^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d: Скачивание пакетов обновлений до версии 00095000 успешно завершено$/,
  ),

  of('management', 'heading')('Управление'),
  ...['Состояние', 'Off-line', 'Смена', 'Авто-обновление', 'Выключено'].map(of('management')),
  of('management', 'button')('Включить'),
  of('shift')('Открыта (5)'),
  of('shift', 'button')('Закрыть'),

  of('replication', 'heading')('Репликация'),
  of('fiscal', 'heading')('Статус ККТ'),
  ...[
    'Номер ФН',
    'Состояние ФН',
    'Всё в порядке',
    'Обмен с ОФД',
    'Время первого документа в очереди на отправку меньше текущего времени на сутки',
    'Номер первого документа в очереди',
    '15',
    'Дата первого документа в очереди',
    'Дата закрытия смены',
    'номер последнего ФД о закрытии смены',
    'Срок действия ФН, до',
    'Версия ФФД',
    '1.05',
  ].map(of('fiscal')),
  of('fiscal', 'button')('История состояний ККТ'),
  ...['28.10.2020 11:12:00', '28.10.2020 11:12:57', '29.12.2021'].map(of('dates')),
  ...['Сохранить', 'Отмена'].map(of('buttons', 'button')),
]

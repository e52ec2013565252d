export const priceCheckers = {
  columns: {
    number: 'Номер',
    name: 'Название',
    host: 'Адрес',
    state: 'Состояние',
    version: 'Версия',
    seen: 'Последний ответ',
  },
  none: 'Прайс-чекеров в этом магазине нет',
  noneHint: 'Они появятся после загрузки списка в настройках.',
  noHost: 'Нет',
  listedOnly: 'Прайс-чекеры только учитываются: Nightshift их не опрашивает и не обновляет.',
} as const

export const jump = {
  hint: 'Код, имя, номер кассы или адрес',
  keys: '↑ ↓ — выбрать, Enter — перейти, Esc — закрыть',
  number: '№ {{number}}',
  groups: {
    recent: 'Недавние',
    stores: 'Магазины',
    tills: 'Кассы',
    rollouts: 'Обновления',
    commands: 'Действия',
    sections: 'Разделы',
  },
  do: {
    newRollout: 'Создать обновление',
    upload: 'Загрузить пакет',
    import: 'Загрузить список магазинов и касс',
    enrol: 'Зарегистрировать ключи узлов',
  },
} as const

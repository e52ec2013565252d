export const print = {
  at: 'Напечатано {{when}} ({{zone}})',
  stale: 'связи с сервером нет, данные от {{when}}',
  filter: 'Фильтр: {{filter}}',
  printed: 'Напечатано {{shown}} из {{total}}',
} as const

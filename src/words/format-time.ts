import type { Language } from './catalogue.ts'

/** Making one takes some 50 µs, a report needs 60,000 times; there are no more zones than IANA has. */
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  formatters.set(timeZone, made)
  return made
}

/** `21.12.2020 04:31:38` in Russian, `2020-12-21 04:31:38` in English. @throws RangeError unknown time zone */
export function formatTime(language: Language, at: Date, timeZone: string): string {
  const parts = formatterOf(timeZone).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((found) => found.type === type)?.value ?? ''
  const [day, month, year] = [part('day'), part('month'), part('year').padStart(4, '0')]
  const date = language === 'ru' ? `${day}.${month}.${year}` : `${year}-${month}-${day}`
  return `${date} ${part('hour')}:${part('minute')}:${part('second')}`
}

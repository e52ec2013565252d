import type { EventView } from '../../api/types.ts'
import { formatMoment } from '../../format/time.ts'

/** Its text without the time before it: that has a column of its own. */
export function sentenceOf({ text, at, timeZone }: EventView, language: 'ru' | 'en'): string {
  const whole = text[language]
  const time = `${formatMoment(language, new Date(at), timeZone)}: `
  return whole.startsWith(time) ? whole.slice(time.length) : whole
}

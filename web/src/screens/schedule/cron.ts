/** Cron fields as choices and as words: the usual shapes; whatever else is shown as it is. */
import { type Weekday, weekdays } from '../../../../src/rollout/time/calendar.ts'
import { useWords } from '../../words/language.ts'
import { formatWeekday, minutesOf } from './days.ts'

export type Often = 'daily' | 'weekly' | 'monthly' | 'cron'
export interface When {
  readonly often: Often
  /** `HH:MM`. */
  readonly time: string
  readonly days: readonly Weekday[]
  readonly date: number
  readonly cron: string
}

/** Monday is 1, Sunday 0 or 7. */
const numberOf = (day: Weekday): number => (weekdays.indexOf(day) + 1) % 7
const dayOf = (number: number): Weekday => weekdays[(number + 6) % 7] ?? 'mon'

export function cronOf({ often, time, days, date, cron }: When): string {
  if (often === 'cron') return cron.trim()
  const minutes = minutesOf(time)
  const at = `${minutes % 60} ${Math.floor(minutes / 60)}`
  if (often === 'daily') return `${at} * * *`
  return often === 'monthly' ? `${at} ${date} * *` : `${at} * * ${days.map(numberOf).sort().join(',')}`
}

/** `1-5,0` as days; undefined: not so simple. */
function daysIn(field: string): readonly Weekday[] | undefined {
  const found = new Set<Weekday>()
  for (const part of field.split(',')) {
    const [, from, to] = /^([0-7])(?:-([0-7]))?$/.exec(part) ?? []
    if (from === undefined) return undefined
    for (let day = Number(from); day <= Number(to ?? from); day += 1) found.add(dayOf(day % 7))
  }
  return weekdays.filter((day) => found.has(day))
}

const inDigits = (text: string | undefined): boolean => text !== undefined && /^\d{1,2}$/.test(text)

/** What of the usual shapes it is. */
function readCron(cron: string): When {
  const raw: When = { often: 'cron', time: '22:00', days: weekdays, date: 1, cron }
  const [minute = '', hour = '', date = '', month, day = ''] = cron.trim().split(/\s+/)
  if (!inDigits(minute) || !inDigits(hour) || month !== '*') return raw
  const when = { ...raw, time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` }
  if (date === '*' && day === '*') return { ...when, often: 'daily' }
  const days = daysIn(day)
  if (date === '*' && days !== undefined) return { ...when, often: 'weekly', days }
  return inDigits(date) && day === '*' ? { ...when, often: 'monthly', date: Number(date) } : raw
}

/** `каждый день в 22:00`. */
export function useCronWords(): (cron: string) => string {
  const { t, language } = useWords()
  return (cron) => {
    const { often, time, days, date } = readCron(cron)
    if (often === 'daily') return t('schedule.plan.said.daily', { time })
    if (often === 'monthly') return t('schedule.plan.said.monthly', { date, time })
    if (often === 'cron') return t('schedule.plan.said.raw', { cron })
    const names = days.map((day) => formatWeekday(language, day)).join(', ')
    return t('schedule.plan.said.weekly', { days: names, time })
  }
}

/** An entry in words, for its label and its tooltip. */
import { useWords } from '../../words/language.ts'
import { clockOf, DAY_MINUTES } from './days.ts'
import type { Entry } from './entries.ts'

export function useEntryWords() {
  const { t } = useWords()
  const spanOf = ({ from, to, kind, isEarlier, isLater }: Entry): string => {
    if (kind === 'run') return clockOf(from)
    const hours = kind === 'window' || kind === 'opening'
    if (hours)
      return t('schedule.spanAt', {
        from: clockOf(from),
        to: clockOf(to > DAY_MINUTES ? to % DAY_MINUTES : to),
      })
    if (isEarlier && isLater) return t('schedule.allDay')
    if (from === 0 && (isLater || to === DAY_MINUTES)) return t('schedule.allDay')
    if (isLater) return t('schedule.from', { from: clockOf(from) })
    if (isEarlier) return t('schedule.to', { to: clockOf(to) })
    return t('schedule.spanAt', { from: clockOf(from), to: clockOf(to) })
  }
  const textOf = (entry: Entry, isOne: boolean): string => {
    const { kind, name, stores, isException, isForecast, isAwaiting } = entry
    const parts = [name ?? t(`schedule.kinds.${kind}`), spanOf(entry)]
    if (!isOne && stores !== undefined) parts.push(t('schedule.storesCount', { count: stores }))
    if (isException === true) parts.push(t('schedule.exception'))
    if (isAwaiting === true) parts.push(t('schedule.awaiting'))
    if (isForecast === true) parts.push(t('schedule.forecast'))
    return parts.join(' · ')
  }
  return { spanOf, textOf }
}

/** A schedule while it is written. */
import { weekdays } from '../../../../src/rollout/time/calendar.ts'
import { checkCron } from '../../../../src/rollout/time/schedule.ts'
import { viewerZone } from '../../format/time.ts'
import { useWords } from '../../words/language.ts'
import { cronOf, type When } from './cron.ts'
import { useFaultText } from './spans-field.tsx'

export const waveKinds = ['canary', 'single', 'pilotEvenOdd', 'eastToWest'] as const

export interface ScheduleDraft {
  readonly name: string
  readonly rolloutName: string
  /** `newest:till`, or a package's id. */
  readonly what: string
  readonly isAll: boolean
  readonly groups: readonly string[]
  readonly waves: (typeof waveKinds)[number]
  readonly when: When
  readonly zone: string
}
export const blankSchedule = (): ScheduleDraft => ({
  ...{ name: '', rolloutName: '', what: 'newest:till', isAll: true, groups: [], waves: 'canary' },
  when: { often: 'daily', time: '20:00', days: weekdays, date: 1, cron: '0 20 * * *' },
  zone: viewerZone(),
})

export function bodyOf(draft: ScheduleDraft): object {
  const { name, rolloutName, what, isAll, groups, waves, when, zone } = draft
  const [, newest] = /^newest:(.+)$/.exec(what) ?? []
  return {
    name: name.trim(),
    cron: cronOf(when),
    timeZone: zone,
    template: {
      name: (rolloutName.trim() === '' ? name : rolloutName).trim().slice(0, 180),
      ...(newest === undefined ? { packageId: what } : { newest }),
      selection: isAll ? {} : { groups },
      waves: { template: waves },
    },
  }
}

/** What is wrong with it, by field. */
export function useScheduleFaults({ name, isAll, groups, when, zone }: ScheduleDraft) {
  const { t } = useWords()
  const text = useFaultText()
  const isDayless = when.often === 'weekly' && when.days.length === 0
  const wrong = isDayless ? null : checkCron(cronOf(when), zone)
  return {
    name: name.trim() === '' ? t('schedule.plan.nameNeeded') : undefined,
    groups: !isAll && groups.length === 0 ? t('schedule.plan.groupNeeded') : undefined,
    days: isDayless ? t('schedule.plan.daysNeeded') : undefined,
    zone: wrong === 'timeZoneUnknown' ? text(wrong) : undefined,
    cron: wrong !== null && wrong !== 'timeZoneUnknown' ? text(wrong) : undefined,
  }
}
export type ScheduleFaults = Partial<ReturnType<typeof useScheduleFaults>>

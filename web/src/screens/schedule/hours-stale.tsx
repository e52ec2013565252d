/** Somebody was faster: which of the hours are others now, and what one may do about it. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import type { DaySpan, WeeklySpan } from '../../../../src/rollout/time/calendar.ts'
import { weekdays } from '../../../../src/rollout/time/calendar.ts'
import { formatDay } from '../../format/time.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import { formatWeekday } from './days.ts'
import type { Hours } from './entries.ts'
import { changedParts } from './hours-draft.ts'

/** Hours in a line each: «пн, вт 23:00–05:00; сб 22:00–04:00». */
function useHoursText(): (hours: Hours) => Readonly<Record<keyof Hours, string>> {
  const { t, language } = useWords()
  const none = t('schedule.hours.own.none')
  const span = ({ from, to }: DaySpan) => t('schedule.spanAt', { from, to })
  const week = ({ days, from, to }: WeeklySpan) => {
    const names = weekdays.filter((day) => days.includes(day)).map((day) => formatWeekday(language, day))
    return days.length === weekdays.length ? span({ from, to }) : `${names.join(', ')} ${span({ from, to })}`
  }
  const listed = (some: readonly string[]) => (some.length === 0 ? none : some.join('; '))
  const own = (word: string, spans: readonly DaySpan[] | undefined) =>
    spans === undefined ? [] : [`${word}: ${listed(spans.map(span))}`]
  return ({ windows, opening, exceptions }) => ({
    windows: listed(windows.map(week)),
    opening:
      opening === null
        ? t('schedule.hours.openingKind.unknown')
        : opening === 'always'
          ? t('schedule.hours.openingKind.always')
          : listed(opening.map(week)),
    exceptions: listed(
      exceptions.map((one) =>
        [
          formatDay(language, one.date),
          ...own(t('schedule.hours.windowsOn'), one.windows),
          ...own(t('schedule.hours.openingOn'), one.opening),
        ].join(' '),
      ),
    ),
  })
}

interface HoursStaleProps {
  readonly before: Hours
  readonly now: Hours
  /** Takes theirs, and drops what was written here. */
  readonly onTheirs: () => void
  /** Keeps what is written here: to save it is then meant to replace theirs. */
  readonly onMine: () => void
}
export function HoursStale({ before, now, onTheirs, onMine }: HoursStaleProps) {
  const { t } = useWords()
  const textOf = useHoursText()
  const [was, is] = [textOf(before), textOf(now)]
  return (
    <Alert color="orange" role="alert" icon={<Glyph name="bang" />} title={t('schedule.hours.stale')}>
      <Stack gap={6}>
        <Text size="sm">{t('schedule.hours.staleText')}</Text>
        {changedParts(before, now).map((part) => (
          <Text size="sm" key={part} data-part={part}>
            {t('schedule.hours.stalePart', {
              part: t(`schedule.hours.${part}`),
              before: was[part],
              after: is[part],
            })}
          </Text>
        ))}
        <Group gap="xs">
          <Button size="compact-sm" onClick={onTheirs}>
            {t('schedule.hours.theirs')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={onMine}>
            {t('schedule.hours.mine')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}

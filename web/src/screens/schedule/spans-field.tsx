/** Weekly spans, a line each: on which days, from when, until when. */
import { Button, Chip, CloseButton, Group, TextInput } from '@mantine/core'
import { type Weekday, weekdays } from '../../../../src/rollout/time/calendar.ts'
import { useWords } from '../../words/language.ts'
import { formatWeekday } from './days.ts'
import { faultAt, type SpanDraft } from './hours-draft.ts'

/** A code of the API in the catalogue's words. */
export function useFaultText(): (code: string | undefined) => string | undefined {
  const { t } = useWords()
  return (code) =>
    code === undefined ? undefined : t(`problems.${code}` as 'problems.windowInvalid', { defaultValue: code })
}

interface DaysFieldProps {
  readonly days: readonly Weekday[]
  readonly onChange: (days: readonly Weekday[]) => void
}
export function DaysField({ days, onChange }: DaysFieldProps) {
  const { t, language } = useWords()
  const change = (chosen: readonly string[]) => onChange(weekdays.filter((day) => chosen.includes(day)))
  return (
    <Chip.Group multiple value={[...days]} onChange={change}>
      <fieldset className="schedule-days" aria-label={t('schedule.hours.days')}>
        {weekdays.map((day) => (
          <Chip key={day} value={day} size="xs" variant="outline">
            {formatWeekday(language, day)}
          </Chip>
        ))}
      </fieldset>
    </Chip.Group>
  )
}

interface SpansFieldProps {
  readonly path: string
  readonly title: string
  readonly isTitleHidden?: boolean
  readonly add: string
  readonly fresh: SpanDraft
  readonly spans: readonly SpanDraft[]
  readonly faults: ReadonlyMap<string, string>
  readonly onChange: (spans: readonly SpanDraft[]) => void
}
export function SpansField({
  path,
  title,
  isTitleHidden,
  add,
  fresh,
  spans,
  faults,
  onChange,
}: SpansFieldProps) {
  const { t } = useWords()
  const text = useFaultText()
  const put = (at: number, part: Partial<SpanDraft>) =>
    onChange(spans.map((one, i) => (i === at ? { ...one, ...part } : one)))
  return (
    <fieldset className="schedule-fields" aria-label={title}>
      {isTitleHidden === true ? null : <legend>{title}</legend>}
      {spans.map((span, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names of their own
        <div key={i} className="schedule-span" data-path={`${path}.${i}`}>
          <div>
            <DaysField days={span.days} onChange={(days) => put(i, { days })} />
            {faults.has(`${path}.${i}.days`) ? (
              <span className="schedule-fault">{t('schedule.plan.daysNeeded')}</span>
            ) : null}
          </div>
          <TextInput
            size="xs"
            label={t('schedule.hours.from')}
            value={span.from}
            maxLength={5}
            error={text(faultAt(faults, `${path}.${i}.from`))}
            onChange={(event) => put(i, { from: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            label={t('schedule.hours.to')}
            value={span.to}
            maxLength={5}
            error={text(faultAt(faults, `${path}.${i}.to`))}
            onChange={(event) => put(i, { to: event.currentTarget.value })}
          />
          <CloseButton
            aria-label={t('schedule.hours.remove', { number: i + 1 })}
            onClick={() => onChange(spans.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Group>
        <Button size="compact-xs" variant="default" onClick={() => onChange([...spans, fresh])}>
          {add}
        </Button>
      </Group>
    </fieldset>
  )
}

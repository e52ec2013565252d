/** Special days: a date on which windows or hours are others, or none. */
import { Button, CloseButton, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import { type DayDraft, dayDraft, faultAt, type Own } from './hours-draft.ts'
import { useFaultText } from './spans-field.tsx'

const owns: readonly Own[] = ['usual', 'none', 'spans']

interface ExceptionsFieldProps {
  readonly days: readonly DayDraft[]
  readonly faults: ReadonlyMap<string, string>
  readonly onChange: (days: readonly DayDraft[]) => void
}
export function ExceptionsField({ days, faults, onChange }: ExceptionsFieldProps) {
  const { t } = useWords()
  const put = (at: number, day: DayDraft) => onChange(days.map((one, i) => (i === at ? day : one)))
  return (
    <fieldset className="schedule-fields">
      <legend>{t('schedule.hours.exceptions')}</legend>
      <Text size="xs" c="dimmed">
        {t('schedule.hours.exceptionsHint')}
      </Text>
      {days.map((day, i) => (
        <ExceptionLine
          // biome-ignore lint/suspicious/noArrayIndexKey: a date may be written anew
          key={i}
          number={i}
          day={day}
          faults={faults}
          onChange={(next) => put(i, next)}
          onRemove={() => onChange(days.filter((_, at) => at !== i))}
        />
      ))}
      <Group>
        <Button size="compact-xs" variant="default" onClick={() => onChange([...days, dayDraft('')])}>
          {t('schedule.hours.addException')}
        </Button>
      </Group>
    </fieldset>
  )
}

interface LineProps {
  readonly number: number
  readonly day: DayDraft
  readonly faults: ReadonlyMap<string, string>
  readonly onChange: (day: DayDraft) => void
  readonly onRemove: () => void
}
function ExceptionLine({ number, day, faults, onChange, onRemove }: LineProps) {
  const { t } = useWords()
  const text = useFaultText()
  const path = `exceptions.${number}`
  const change = (part: Partial<DayDraft>) => onChange({ ...day, ...part })
  const choice = (label: string, value: Own, choose: (own: Own) => void) => (
    <NativeSelect
      size="xs"
      label={label}
      value={value}
      onChange={(event) => choose(event.currentTarget.value as Own)}
      data={owns.map((own) => ({ value: own, label: t(`schedule.hours.own.${own}`) }))}
    />
  )
  return (
    <div className="schedule-exception" data-path={path}>
      <TextInput
        size="xs"
        type="date"
        label={t('schedule.hours.date')}
        value={day.date}
        error={text(faults.get(`${path}.date`))}
        onChange={(event) => change({ date: event.currentTarget.value })}
      />
      {choice(t('schedule.hours.windowsOn'), day.windows, (windows) => change({ windows }))}
      {day.windows === 'spans' ? (
        <TextInput
          size="xs"
          label={`${t('schedule.hours.windowsOn')}: ${t('schedule.hours.spans')}`}
          value={day.windowSpans}
          error={text(faultAt(faults, `${path}.windows`))}
          onChange={(event) => change({ windowSpans: event.currentTarget.value })}
        />
      ) : null}
      {choice(t('schedule.hours.openingOn'), day.opening, (opening) => change({ opening }))}
      {day.opening === 'spans' ? (
        <TextInput
          size="xs"
          label={`${t('schedule.hours.openingOn')}: ${t('schedule.hours.spans')}`}
          value={day.openingSpans}
          error={text(faultAt(faults, `${path}.opening`))}
          onChange={(event) => change({ openingSpans: event.currentTarget.value })}
        />
      ) : null}
      <CloseButton aria-label={t('schedule.hours.remove', { number: number + 1 })} onClick={onRemove} />
    </div>
  )
}

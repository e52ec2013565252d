import { Button, Chip, CloseButton, Group, Stack, Text, TextInput } from '@mantine/core'
import { type WeeklySpan, weekdays } from '../../../../src/rollout/time/calendar.ts'
import { useWords } from '../../words/language.ts'

interface SpansProps {
  readonly spans: readonly WeeklySpan[]
  readonly set: (spans: readonly WeeklySpan[]) => void
}

/** The first of June 1970 was a Monday. */
const MONDAY = Date.UTC(1970, 5, 1)
const DAY_MS = 86_400_000
const dayName = (language: string, place: number): string =>
  new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(MONDAY + place * DAY_MS)

/** Weekly spans of a window: `23:00` to `06:00` ends on the next day. */
export function Spans({ spans, set }: SpansProps) {
  const { t, language } = useWords()
  const write = (place: number, change: Partial<WeeklySpan>) =>
    set(spans.map((one, i) => (i === place ? { ...one, ...change } : one)))
  return (
    <Stack gap="sm" className="wizard-own">
      {spans.map((span, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a span has no other name than its place
        <Group key={place} gap="sm" align="end">
          <TextInput
            type="time"
            label={t('wizard.window.from')}
            value={span.from}
            onChange={(event) => write(place, { from: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label={t('wizard.window.to')}
            value={span.to}
            onChange={(event) => write(place, { to: event.currentTarget.value })}
          />
          <Chip.Group
            multiple
            value={[...span.days]}
            onChange={(days) => write(place, { days: weekdays.filter((day) => days.includes(day)) })}
          >
            <Group gap={4} role="group" aria-label={t('wizard.window.days')}>
              {weekdays.map((day, i) => (
                <Chip key={day} value={day} size="xs">
                  {dayName(language, i)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          {span.to <= span.from ? (
            <Text size="xs" c="dimmed">
              {t('wizard.window.nextDay')}
            </Text>
          ) : null}
          {spans.length > 1 ? (
            <CloseButton
              aria-label={t('wizard.window.removeSpan', { number: place + 1 })}
              onClick={() => set(spans.filter((_, i) => i !== place))}
            />
          ) : null}
        </Group>
      ))}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => set([...spans, { days: [...weekdays], from: '23:00', to: '06:00' }])}
        >
          {t('wizard.window.addSpan')}
        </Button>
      </Group>
    </Stack>
  )
}

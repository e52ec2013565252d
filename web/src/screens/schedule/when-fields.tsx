import { Autocomplete, NativeSelect, NumberInput, SimpleGrid, Text, TextInput } from '@mantine/core'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { cronOf, type Often, useCronWords, type When } from './cron.ts'
import type { ScheduleFaults } from './schedule-draft.ts'
import { DaysField } from './spans-field.tsx'
import { runsOf } from './use-calendar.ts'

const oftens: readonly Often[] = ['daily', 'weekly', 'monthly', 'cron']
const SHOWN_RUNS = 5
const YEARS_MS = 5 * 366 * 86_400_000
const zones = Intl.supportedValuesOf('timeZone')

interface WhenFieldsProps {
  readonly when: When
  readonly zone: string
  readonly faults: ScheduleFaults
  readonly onWhen: (when: When) => void
  readonly onZone: (zone: string) => void
}
export function WhenFields({ when, zone, faults, onWhen, onZone }: WhenFieldsProps) {
  const { t } = useWords()
  const { often } = when
  const change = (part: Partial<When>) => onWhen({ ...when, ...part })
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NativeSelect
          label={t('schedule.plan.when')}
          value={often}
          onChange={(event) => {
            const next = event.currentTarget.value as Often
            change({ often: next, ...(next === 'cron' ? { cron: cronOf(when) } : {}) })
          }}
          data={oftens.map((one) => ({ value: one, label: t(`schedule.plan.often.${one}`) }))}
        />
        {often === 'cron' ? (
          <TextInput
            label={t('schedule.plan.cron')}
            value={when.cron}
            maxLength={100}
            error={faults.cron}
            onChange={(event) => change({ cron: event.currentTarget.value })}
          />
        ) : (
          <TextInput
            type="time"
            label={t('schedule.plan.time')}
            value={when.time}
            onChange={(event) =>
              event.currentTarget.value !== '' && change({ time: event.currentTarget.value.slice(0, 5) })
            }
          />
        )}
      </SimpleGrid>
      {often === 'weekly' ? (
        <div>
          <DaysField days={when.days} onChange={(days) => change({ days })} />
          {faults.days === undefined ? null : <span className="schedule-fault">{faults.days}</span>}
        </div>
      ) : null}
      {often === 'monthly' ? (
        <NumberInput
          label={t('schedule.plan.date')}
          value={when.date}
          min={1}
          max={31}
          clampBehavior="strict"
          onChange={(date) => typeof date === 'number' && change({ date })}
        />
      ) : null}
      <Autocomplete
        label={t('schedule.plan.zone')}
        data={zones}
        limit={30}
        value={zone}
        error={faults.zone}
        onChange={onZone}
      />
      <NextRuns cron={cronOf(when)} zone={zone} />
    </>
  )
}

function NextRuns({ cron, zone }: { readonly cron: string; readonly zone: string }) {
  const { t } = useWords()
  const cronWords = useCronWords()
  const now = Date.now()
  const runs = runsOf(cron, zone, now, now + YEARS_MS, SHOWN_RUNS)
  return (
    <section className="schedule-runs" aria-label={t('schedule.plan.next')}>
      <Text size="sm" fw={600}>
        {t('schedule.plan.inZone', { when: cronWords(cron), zone })}
      </Text>
      <Text size="xs" c="dimmed">
        {t('schedule.plan.next')}
      </Text>
      {runs.length === 0 ? <Text size="sm">{t('schedule.plan.nextNone')}</Text> : null}
      <ol>
        {runs.map((at) => (
          <li key={at}>
            <Moment at={new Date(at).toISOString()} zone={zone} />
          </li>
        ))}
      </ol>
    </section>
  )
}

/** The calendar with its tools: whose, which month or week, and the way to its hours. */
import { Group, SegmentedControl, Text, Title } from '@mantine/core'
import { ActButton } from '../../parts/act-button.tsx'
import { NoneOfYours, useHasNoStore } from '../../parts/none-of-yours.tsx'
import { LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { addDays, addMonths, formatMonth, isDate, localTime, mondayOf, monthOf, weekOf } from './days.ts'
import type { EntryKind } from './entries.ts'
import { HoursDialog } from './hours-dialog.tsx'
import { MonthGrid } from './month-grid.tsx'
import { ScopeSelect } from './scope-select.tsx'
import { type Scope, useCalendar, useScope } from './use-calendar.ts'
import { WeekGrid } from './week-grid.tsx'

export function CalendarTab() {
  const { t } = useWords()
  const { kind } = useParams()
  const set = useSetParams()
  const scope = useScope()
  const { store } = scope
  const hasNone = useHasNoStore()
  if (hasNone === true) return <NoneOfYours />
  return (
    <>
      <div className="schedule-bar">
        <ScopeSelect store={store} />
        <ActButton
          permission="fleet.edit"
          why={store === undefined ? t('schedule.chooseStore') : undefined}
          onClick={() => set({ kind: 'hours' }, { replace: true })}
        >
          {t('schedule.editHours')}
        </ActButton>
      </div>
      {scope.error != null ? <ProblemNotice error={scope.error} /> : null}
      {scope.isLoading ? <LoadingNotice /> : <Calendar scope={scope} />}
      {kind === 'hours' && store !== undefined ? (
        <HoursDialog
          key={store.code}
          store={store}
          onClose={() => set({ kind: undefined }, { replace: true })}
        />
      ) : null}
    </>
  )
}

function Calendar({ scope }: { readonly scope: Scope }) {
  const { language } = useWords()
  const { from, view } = useParams()
  const today = localTime(Date.now(), scope.zone).date
  const anchor = isDate(from) ? from : today
  const isWeek = view === 'week'
  const weeks = isWeek ? [weekOf(anchor)] : monthOf(anchor)
  const range = { from: weeks[0]?.[0] ?? anchor, to: weeks.at(-1)?.at(-1) ?? anchor }
  const { facts, error } = useCalendar(scope, range)
  const now = localTime(Date.now(), scope.zone)
  return (
    <section className="schedule-calendar">
      <Turn anchor={anchor} isWeek={isWeek} today={today} />
      <Hints scope={scope} />
      {error === null ? null : <ProblemNotice error={error} />}
      {isWeek ? (
        <WeekGrid days={weeks[0] ?? []} facts={facts} now={now} />
      ) : (
        <MonthGrid
          weeks={weeks}
          facts={facts}
          today={today}
          month={anchor.slice(0, 7)}
          label={formatMonth(language, anchor)}
          isOne={scope.store !== undefined}
        />
      )}
      <Legend />
    </section>
  )
}

interface TurnProps {
  readonly anchor: string
  readonly isWeek: boolean
  readonly today: string
}
function Turn({ anchor, isWeek, today }: TurnProps) {
  const { t, language } = useWords()
  const set = useSetParams()
  const go = (from: string) => set({ from: from === today ? undefined : from }, { replace: true })
  const by = (way: 1 | -1) => go(isWeek ? addDays(mondayOf(anchor), 7 * way) : addMonths(anchor, way))
  const turn = (way: 1 | -1, label: string, sign: string) => (
    <button type="button" className="schedule-turn" aria-label={label} title={label} onClick={() => by(way)}>
      <span aria-hidden="true">{sign}</span>
    </button>
  )
  return (
    <Group justify="space-between" className="schedule-head">
      <Group gap="xs">
        {turn(-1, t('schedule.earlier'), '‹')}
        <Title order={2} size="h4" className="schedule-month" aria-live="polite">
          {formatMonth(language, isWeek ? addDays(mondayOf(anchor), 3) : anchor)}
        </Title>
        {turn(1, t('schedule.later'), '›')}
        <button type="button" className="schedule-turn" onClick={() => go(today)}>
          {t('schedule.today')}
        </button>
      </Group>
      <SegmentedControl
        size="xs"
        aria-label={t('schedule.viewLabel')}
        value={isWeek ? 'week' : 'month'}
        onChange={(next) => set({ view: next === 'week' ? 'week' : undefined }, { replace: true })}
        data={[
          { value: 'month', label: t('schedule.month') },
          { value: 'week', label: t('schedule.week') },
        ]}
      />
    </Group>
  )
}

function Hints({ scope: { store, zone } }: { readonly scope: Scope }) {
  const { t } = useWords()
  const said = [
    store === undefined ? t('schedule.zones', { zone }) : t('schedule.zone', { zone }),
    ...(store !== undefined && store.calendar === null ? [t('schedule.usual')] : []),
    ...(store !== undefined && (store.calendar?.opening ?? null) === null
      ? [t('schedule.openingUnknown')]
      : []),
    ...(store?.calendar?.opening === 'always' ? [t('schedule.always')] : []),
  ]
  return (
    <Text size="xs" c="dimmed" className="schedule-hints">
      {said.join(' · ')}
    </Text>
  )
}

const kinds: readonly EntryKind[] = ['window', 'opening', 'freeze', 'rollout', 'run']

function Legend() {
  const { t } = useWords()
  return (
    <ul className="schedule-legend" aria-label={t('schedule.legend')}>
      {kinds.map((kind) => (
        <li key={kind}>
          <span className="schedule-swatch" data-kind={kind} aria-hidden="true" />{' '}
          {t(`schedule.kinds.${kind}`)}
        </li>
      ))}
      <li>
        <span className="schedule-swatch" data-kind="rollout" data-forecast aria-hidden="true" />{' '}
        {t('schedule.forecast')}
      </li>
      <li>
        <span className="schedule-swatch" data-kind="rollout" data-awaiting aria-hidden="true" />{' '}
        {t('schedule.awaiting')}
      </li>
    </ul>
  )
}

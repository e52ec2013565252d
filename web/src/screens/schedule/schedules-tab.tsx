/** Schedules: rollouts that come by themselves. */
import { Group } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useList } from '../../api/hooks.ts'
import type { Permission, Schedule } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { FilterBox } from '../../parts/filter-box.tsx'
import { type Column, ListTable } from '../../parts/list-table.tsx'
import { Mark, ReasonText } from '../../parts/mark.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { useCronWords } from './cron.ts'
import { ScheduleDialog } from './schedule-dialog.tsx'

type Verb = 'approve' | 'end'
interface Asked {
  readonly verb: Verb
  readonly schedule: Schedule
}
const needed: Readonly<Record<Verb, Permission>> = { approve: 'rollouts.approve', end: 'rollouts.control' }

function ScheduleState({ one }: { readonly one: Schedule }) {
  const { t } = useWords()
  if (one.endedAt !== null) return <Mark tone="off" glyph="stop" label={t('schedule.plan.ended')} />
  if (one.approvedBy === null) return <Mark tone="warn" glyph="question" label={t('schedule.plan.waits')} />
  const hint = t('schedule.plan.approvedBy', { name: one.approvedBy })
  return <Mark tone="good" glyph="check" label={t('schedule.plan.approved')} hint={hint} />
}

function LastRun({ one }: { readonly one: Schedule }) {
  const { t } = useWords()
  if (one.lastAt === null) return <span>{t('schedule.plan.notYet')}</span>
  return (
    <>
      <Moment at={one.lastAt} zone={one.timeZone} /> <ReasonOrProblem code={one.lastReason} />
    </>
  )
}

/** Why a run made nothing is told in the words of problems, where no reason has the code. */
function ReasonOrProblem({ code }: { readonly code: string | null }) {
  const { t, core } = useWords()
  if (code === null) return null
  if (Object.hasOwn(core.reasons, code)) return <ReasonText code={code} />
  return <span>{t(`problems.${code}` as 'problems.nothingToDo', { defaultValue: code })}</span>
}

function useColumns(ask: (asked: Asked) => void): readonly Column<Schedule>[] {
  const { t } = useWords()
  const cronWords = useCronWords()
  const button = (verb: Verb, schedule: Schedule) =>
    schedule.allowed.includes(verb) ? (
      <ActButton
        permission={needed[verb]}
        size="compact-xs"
        label={t(`schedule.plan.${verb}Named`, { name: schedule.name })}
        onClick={() => ask({ verb, schedule })}
      >
        {t(`schedule.plan.${verb}`)}
      </ActButton>
    ) : null
  return [
    {
      id: 'name',
      title: t('schedule.plan.columns.name'),
      width: 'minmax(150px, 1.6fr)',
      sort: 'name',
      cell: (one) => <span title={one.name}>{one.name}</span>,
    },
    {
      id: 'when',
      title: t('schedule.plan.columns.when'),
      width: 'minmax(220px, 2fr)',
      cell: (one) => (
        <span title={one.cron}>
          {t('schedule.plan.inZone', { when: cronWords(one.cron), zone: one.timeZone })}
        </span>
      ),
    },
    {
      id: 'next',
      title: t('schedule.plan.columns.next'),
      width: '165px',
      sort: 'nextAt',
      cell: (one) =>
        one.nextAt === null ? t('schedule.plan.noMore') : <Moment at={one.nextAt} zone={one.timeZone} />,
    },
    {
      id: 'last',
      title: t('schedule.plan.columns.last'),
      width: 'minmax(165px, 1.4fr)',
      sort: 'lastAt',
      cell: (one) => <LastRun one={one} />,
    },
    {
      id: 'state',
      title: t('schedule.plan.columns.state'),
      width: '180px',
      cell: (one) => <ScheduleState one={one} />,
    },
    {
      id: 'acts',
      title: t('schedule.acts'),
      width: '200px',
      align: 'end',
      cell: (one) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {button('approve', one)}
          {button('end', one)}
        </Group>
      ),
    },
  ]
}

export function SchedulesTab() {
  const { t } = useWords()
  const { filter, sort, kind } = useParams()
  const set = useSetParams()
  const [asked, ask] = useState<Asked>()
  const schedules = useList<Schedule>('/schedules', { filter, sort, limit: 100 }, { topics: ['schedules'] })
  const columns = useColumns(ask)
  return (
    <>
      <Group justify="space-between" className="schedule-bar">
        <FilterBox />
        <ActButton
          permission="rollouts.plan"
          variant="filled"
          onClick={() => set({ kind: 'schedule' }, { replace: true })}
        >
          {t('schedule.plan.add')}
        </ActButton>
      </Group>
      <ListTable
        label={t('schedule.plan.list')}
        list={schedules}
        columns={columns}
        keyOf={(one) => one.id}
        nameOf={(one) => one.name}
        empty={<EmptyNotice title={t('schedule.plan.empty')} hint={t('schedule.plan.emptyHint')} />}
      />
      {kind === 'schedule' ? (
        <ScheduleDialog onClose={() => set({ kind: undefined }, { replace: true })} />
      ) : null}
      {asked === undefined ? null : <SteerDialog asked={asked} onClose={() => ask(undefined)} />}
    </>
  )
}

interface SteerProps {
  readonly asked: Asked
  readonly onClose: () => void
}
function SteerDialog({ asked: { verb, schedule }, onClose }: SteerProps) {
  const { t } = useWords()
  const steer = useChange(
    () => post<Schedule>(`/schedules/${schedule.id}/${verb}`, {}, { setsState: true }),
    ['schedules'],
  )
  return (
    <Confirm
      isOpen
      title={t(`schedule.plan.${verb}Named`, { name: schedule.name })}
      yes={t(`schedule.plan.${verb}`)}
      isDangerous={verb === 'end'}
      isBusy={steer.isPending}
      error={steer.error}
      onYes={() => steer.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      {t(verb === 'approve' ? 'schedule.plan.approveConsequence' : 'schedule.plan.endConsequence')}
    </Confirm>
  )
}

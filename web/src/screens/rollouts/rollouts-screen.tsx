import { serverNow } from '../../format/now.ts'
import './rollouts.css'
import { Group, SegmentedControl, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useList } from '../../api/hooks.ts'
import type { Rollout } from '../../api/types.ts'
import { formatMoment, formatSpan, viewerZone } from '../../format/time.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { FilterBox } from '../../parts/filter-box.tsx'
import { type Column, ListTable } from '../../parts/list-table.tsx'
import { RolloutMark } from '../../parts/mark.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { Moment, Version } from '../../parts/values.tsx'
import { useParam, useParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { Awaiting } from './awaiting.tsx'
import { CountsBar } from './counts-bar.tsx'

/** Quick choices, each a group of states. */
const groups = {
  live: 'state:scheduled,running,paused,stopping',
  drafts: 'state:draft,awaitingApproval',
  ended: 'state:finished,cancelled',
} as const
type GroupName = keyof typeof groups
const isGroup = (text: string | undefined): text is GroupName =>
  text !== undefined && Object.hasOwn(groups, text)

export function RolloutsScreen() {
  const { t } = useWords()
  const navigate = useNavigate()
  const { filter, sort, state } = useParams()
  const group = isGroup(state) ? groups[state] : undefined
  const both = [group, filter].filter((one) => one !== undefined).join(' ')
  const list = useList<Rollout>('/rollouts', { filter: both, sort }, { topics: ['rollouts'] })
  const columns = useColumns()
  return (
    <Screen title={t('rollouts.title')} actions={<NewButton />}>
      <Stack gap="sm">
        <Awaiting />
        <Group gap="sm">
          <FilterBox label={t('rollouts.filterLabel')} />
          <StateChoice />
        </Group>
        <ListTable
          label={t('rollouts.list')}
          list={list}
          columns={columns}
          keyOf={(row) => row.id}
          nameOf={(row) => row.name}
          onOpen={(row) => void navigate({ to: `/rollouts/${row.id}` as string })}
          isOfStores
          empty={<EmptyNotice title={t('rollouts.empty')} hint={t('rollouts.emptyHint')} />}
        />
      </Stack>
    </Screen>
  )
}

function NewButton() {
  const { t } = useWords()
  const navigate = useNavigate()
  return (
    <ActButton
      size="sm"
      variant="filled"
      permission="rollouts.plan"
      onClick={() => void navigate({ to: '/rollouts/new' })}
    >
      {t('rollouts.new')}
    </ActButton>
  )
}

function StateChoice() {
  const { t } = useWords()
  const [state, setState] = useParam('state')
  const names = ['any', 'live', 'drafts', 'ended'] as const
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('rollouts.filterState')}
      value={isGroup(state) ? state : 'any'}
      data={names.map((value) => ({ value, label: t(`rollouts.${value}`) }))}
      onChange={(value) => setState(value === 'any' ? undefined : value)}
    />
  )
}

function useColumns(): readonly Column<Rollout>[] {
  const { t } = useWords()
  return [
    {
      id: 'name',
      title: t('rollouts.name'),
      sort: 'name',
      width: 'minmax(140px, 2fr)',
      cell: (row) => (
        <span title={row.name}>
          {row.name}
          {row.kind === 'rollback' ? <span className="rollouts-tag">{t('rollouts.rollback')}</span> : null}
        </span>
      ),
    },
    {
      id: 'version',
      title: t('rollouts.version'),
      sort: 'version',
      width: '75px',
      cell: (row) => <Version digits={row.package.version} />,
    },
    {
      id: 'state',
      title: t('rollouts.state'),
      sort: 'state',
      width: '160px',
      cell: (row) => <RolloutMark state={row.state} />,
    },
    {
      id: 'progress',
      title: t('rollouts.progress'),
      width: 'minmax(190px, 1.2fr)',
      cell: (row) => <CountsBar counts={row.counts} />,
    },
    { id: 'waves', title: t('rollouts.waves'), width: '75px', cell: (row) => <WavesDone of={row} /> },
    {
      id: 'people',
      title: t('rollouts.people'),
      width: 'minmax(160px, 1fr)',
      cell: (row) => <People of={row} />,
    },
    {
      id: 'created',
      title: t('rollouts.created'),
      sort: 'createdAt',
      width: '160px',
      cell: (row) => <Moment at={row.createdAt} />,
    },
    {
      id: 'started',
      title: t('rollouts.started'),
      sort: 'startedAt',
      width: '235px',
      cell: (row) => <Lasted of={row} />,
    },
  ]
}

/** Since when, and how long: so far, or until its end. */
function Lasted({ of: { startedAt, finishedAt } }: { readonly of: Rollout }) {
  const { t, language } = useWords()
  // Not yet: known to be nothing, and so not “no data”.
  if (startedAt === null) return '—'
  const end = finishedAt === null ? serverNow() : Date.parse(finishedAt)
  const span = formatSpan(language, (end - Date.parse(startedAt)) / 1000)
  const hint = finishedAt === null ? undefined : formatMoment(language, new Date(finishedAt), viewerZone())
  return (
    <>
      <Moment at={startedAt} />{' '}
      <span
        className="rollouts-quiet"
        title={hint === undefined ? undefined : t('rollouts.endedAt', { at: hint })}
      >
        {t(finishedAt === null ? 'rollouts.lasts' : 'rollouts.lasted', { span })}
      </span>
    </>
  )
}

function WavesDone({ of: { waveCounts } }: { readonly of: Rollout }) {
  const { t } = useWords()
  if (waveCounts.total === 0) return '—'
  return (
    <span className="number" title={t('rollouts.wavesDoneHint', waveCounts)}>
      {t('rollouts.wavesDone', waveCounts)}
    </span>
  )
}

function People({ of: { createdBy, approvedBy } }: { readonly of: Rollout }) {
  const { t } = useWords()
  const approved =
    approvedBy === null ? t('rollouts.nobodyYet') : t('rollouts.approvedBy', { name: approvedBy })
  return (
    <span title={`${t('rollouts.madeBy', { name: createdBy })}\n${approved}`}>
      {createdBy}
      <span className="rollouts-quiet">{` / ${approvedBy ?? t('rollouts.nobodyYet')}`}</span>
    </span>
  )
}

import { useNavigate } from '@tanstack/react-router'
import { useList } from '../../api/hooks.ts'
import type { KeptReport, Rollout } from '../../api/types.ts'
import { type Column, ListTable } from '../../parts/list-table.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'

const MOST_ROLLOUTS = 200

function useColumns(): readonly Column<KeptReport>[] {
  const { t } = useWords()
  const rollouts = useList<Rollout>('/rollouts', { limit: MOST_ROLLOUTS }, { topics: ['rollouts'] })
  const nameOf = (id: string | null) => rollouts.rows.find((one) => one.id === id)?.name ?? id
  return [
    {
      id: 'kind',
      title: t('report.columns.kind'),
      width: 'minmax(150px, 1fr)',
      cell: ({ kind }) => t(`report.tabs.${kind}`),
    },
    {
      id: 'rollout',
      title: t('report.columns.rollout'),
      width: 'minmax(160px, 2fr)',
      cell: ({ rolloutId }) => nameOf(rolloutId),
    },
    {
      id: 'zone',
      title: t('report.columns.zone'),
      width: 'minmax(140px, 1fr)',
      cell: ({ timeZone }) => timeZone ?? t('report.zoneAny'),
    },
    {
      id: 'madeAt',
      title: t('report.columns.madeAt'),
      width: '180px',
      sort: 'madeAt',
      cell: ({ madeAt, timeZone }) => <Moment at={madeAt} zone={timeZone ?? undefined} />,
    },
    {
      id: 'madeBy',
      title: t('report.columns.madeBy'),
      width: 'minmax(120px, 1fr)',
      cell: ({ madeBy }) => madeBy,
    },
  ]
}

export function KeptList() {
  const { t } = useWords()
  const { sort } = useParams()
  const navigate = useNavigate()
  const kept = useList<KeptReport>('/reports', { sort, limit: 100 }, { topics: ['reports'] })
  const columns = useColumns()
  return (
    <ListTable
      label={t('report.keptList')}
      list={kept}
      columns={columns}
      keyOf={({ id }) => id}
      nameOf={({ kind }) => t(`report.tabs.${kind}`)}
      onOpen={({ id }) => void navigate({ to: `/reports/${id}` as string })}
      empty={<EmptyNotice title={t('report.keptEmpty')} hint={t('report.keptEmptyHint')} />}
    />
  )
}

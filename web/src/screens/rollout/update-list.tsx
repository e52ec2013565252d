/** Every till of the rollout: where it stands, why, and what it waits for. */
import { Anchor, Group, Text } from '@mantine/core'
import { useList } from '../../api/hooks.ts'
import type { DeviceUpdate, RolloutWhole } from '../../api/types.ts'
import { FilterBox } from '../../parts/filter-box.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { useReason } from '../../parts/mark.tsx'
import { useSelection } from '../../parts/selection.ts'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { isBucket } from './bucket-signs.ts'
import { ExportButtons } from './export-buttons.tsx'
import { useUpdateColumns } from './update-columns.tsx'
import { topicsOf } from './use-rollout.ts'

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** What the address says, in the list's own language. */
function filterOf(params: ReturnType<typeof useParams>): string {
  const { filter, state, reason, wave } = params
  const terms = [
    ...(isBucket(state) ? [`bucket:${state}`] : []),
    ...(reason === undefined ? [] : [`trouble:${quoted(reason)}`]),
    ...(wave === undefined || !/^\d+$/.test(wave) ? [] : [`wave:${wave}`]),
    ...(filter === undefined ? [] : [filter]),
  ]
  return terms.join(' ')
}

function Narrowed() {
  const { t } = useWords()
  const { state, reason, wave } = useParams()
  const set = useSetParams()
  const words = useReason(reason)
  const what = [
    ...(isBucket(state) ? [t(`rollout.buckets.${state}`)] : []),
    ...(words === undefined ? [] : [t('rollout.filterReason', { what: words.label })]),
    ...(wave === undefined ? [] : [t('rollout.wave', { number: wave })]),
  ]
  if (what.length === 0) return null
  return (
    <Text size="sm" role="status">
      {t('rollout.filterIs', { what: what.join(', ') })}{' '}
      <Anchor
        component="button"
        type="button"
        size="sm"
        onClick={() => set({ state: undefined, reason: undefined, wave: undefined })}
      >
        {t('rollout.showEvery')}
      </Anchor>
    </Text>
  )
}

export function UpdateList({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const params = useParams()
  const set = useSetParams()
  const selection = useSelection()
  const columns = useUpdateColumns()
  const filter = filterOf(params)
  const path = `/rollouts/${encodeURIComponent(rollout.id)}/updates`
  const list = useList<DeviceUpdate>(
    path,
    { filter, sort: params.sort, waits: true, limit: 200 },
    { topics: topicsOf(rollout.id) },
  )
  return (
    <section aria-label={t('rollout.list')} className="rollout-list">
      <Group justify="space-between" gap="xs" className="rollout-section-head">
        <Group gap="sm">
          <FilterBox />
          <Narrowed />
        </Group>
        <ExportButtons rollout={rollout} filter={filter} sort={params.sort} />
      </Group>
      <ListTable
        label={t('rollout.list')}
        list={list}
        columns={columns}
        keyOf={({ device }) => device.cashId}
        nameOf={({ device }) => `${device.name} ${device.cashId}`}
        onOpen={({ id }) => set({ update: id })}
        current={list.rows.find(({ id }) => id === params.update)?.device.cashId}
        selection={selection}
      />
    </section>
  )
}

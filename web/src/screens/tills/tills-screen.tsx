/** «Кассы/обновление касс»: the seed's own page. */
import './tills.css'
import { useParams as useRouteParams } from '@tanstack/react-router'
import { useList } from '../../api/hooks.ts'
import type { Device } from '../../api/types.ts'
import { FilterBox } from '../../parts/filter-box.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useSelection } from '../../parts/selection.ts'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { useStore } from '../store/store-frame.tsx'
import { useTillColumns } from './columns.tsx'
import { CommandDialog } from './command-dialog.tsx'
import { CommandProgress } from './command-progress.tsx'
import { isOrderKind, type OrderKind, type Whom } from './orders.ts'
import { QuickFilters } from './quick-filters.tsx'
import { StoreDownloads, TickedActions } from './till-actions.tsx'

/** While bytes come in: their number is no news of the stream. */
const FETCHING_MS = 1500
const isFetching = (data: unknown): boolean =>
  (data as readonly Device[] | undefined)?.some(({ fetch }) => fetch !== null) ?? false

const ofStore = new Set<OrderKind>(['downloadStart', 'downloadStop'])

function useTills(code: string) {
  const { filter = '', sort = 'number,cashId' } = useParams()
  return useList<Device>(
    '/devices',
    { store: code, filter: `kind:till,selfCheckout ${filter}`.trim(), sort, limit: 200 },
    { topics: [`stores:${code}`], every: (data) => (isFetching(data) ? FETCHING_MS : undefined) },
  )
}

function Dialog({ code, selected }: { readonly code: string; readonly selected: readonly string[] }) {
  const { kind } = useParams()
  const set = useSetParams()
  const store = useStore()
  if (!isOrderKind(kind)) return null
  const whom: Whom = ofStore.has(kind) ? { store: code } : { cashIds: selected }
  if ('cashIds' in whom && selected.length === 0) return null
  return (
    <CommandDialog
      key={kind}
      kind={kind}
      whom={whom}
      store={store.data}
      onSent={(id) => set({ kind: undefined, id }, { replace: true })}
      onClose={() => set({ kind: undefined }, { replace: true })}
    />
  )
}

export function TillsScreen() {
  const { t } = useWords()
  const { code = '' } = useRouteParams({ strict: false })
  const { till } = useParams()
  const set = useSetParams()
  const selection = useSelection()
  const tills = useTills(code)
  const columns = useTillColumns()
  return (
    <Screen title={t('shell.tabs.tills')} actions={<StoreDownloads />}>
      <div className="tills-bar">
        <TickedActions count={selection.keys.length} />
        <FilterBox />
      </div>
      <QuickFilters code={code} />
      <CommandProgress tills={tills.rows} zone={tills.rows[0]?.timeZone} />
      <div className="tills-table">
        <ListTable
          label={t('shell.tabs.tills')}
          list={tills}
          columns={columns}
          keyOf={(one) => one.cashId}
          nameOf={(one) => one.name}
          onOpen={(one) => set({ till: one.cashId })}
          selection={selection}
          current={till}
          empty={<EmptyNotice title={t('tills.none')} hint={t('tills.noneHint')} />}
        />
      </div>
      <Dialog code={code} selected={selection.keys} />
    </Screen>
  )
}

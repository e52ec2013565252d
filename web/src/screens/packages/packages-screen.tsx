/** «Пакеты»: what may be rolled out, who signed it, and on how many store servers it lies. */
import './packages.css'
import { Group, NativeSelect } from '@mantine/core'
import { useAnswer, useList } from '../../api/hooks.ts'
import type { Counts, Package, Store } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { FilterBox } from '../../parts/filter-box.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { type Spread, usePackageColumns } from './columns.tsx'
import { PackageDrawer } from './package-drawer.tsx'
import { packageKinds, useKindName } from './terms.ts'
import { UploadDialog } from './upload-dialog.tsx'

/** What the two choosers say, in the list's own filter language. */
function useFilter(): string {
  const { filter = '', by, view } = useParams()
  const state = view === 'retired' ? 'retired:true' : view === 'use' ? 'retired:false' : ''
  return [by === undefined ? '' : `kind:${by}`, state, filter].filter((part) => part !== '').join(' ')
}

function useSpread(): Spread {
  const counts = useAnswer<Counts>(
    '/store-packages/counts',
    { by: 'package', filter: 'state:present' },
    { topics: ['storePackages', 'packages'] },
  )
  const stores = useList<Store>('/stores', { limit: 1 }, { topics: ['stores'] })
  const present = counts.data && new Map(counts.data.counts.map(({ key, count }) => [String(key), count]))
  return { present, stores: stores.total }
}

function Choosers() {
  const { t } = useWords()
  const { by, view } = useParams()
  const set = useSetParams()
  const kindName = useKindName()
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label={t('packages.kindFilter')}
        value={by ?? ''}
        onChange={(event) => set({ by: event.currentTarget.value }, { replace: true })}
        data={[
          { value: '', label: t('packages.anyKind') },
          ...packageKinds.map((kind) => ({ value: kind, label: kindName(kind) })),
        ]}
      />
      <NativeSelect
        size="xs"
        aria-label={t('packages.stateFilter')}
        value={view ?? ''}
        onChange={(event) => set({ view: event.currentTarget.value }, { replace: true })}
        data={[
          { value: '', label: t('packages.anyState') },
          { value: 'use', label: t('packages.inUse') },
          { value: 'retired', label: t('packages.retiredOnes') },
        ]}
      />
      <FilterBox />
    </Group>
  )
}

export function PackagesScreen() {
  const { t } = useWords()
  const { package: open, sort, kind } = useParams()
  const set = useSetParams()
  const filter = useFilter()
  const packages = useList<Package>('/packages', { filter, sort, limit: 100 }, { topics: ['packages'] })
  const columns = usePackageColumns(useSpread())
  const upload = (
    <ActButton permission="packages.write" variant="filled" onClick={() => set({ kind: 'upload' })}>
      {t('packages.upload')}
    </ActButton>
  )
  return (
    <Screen title={t('shell.nav.packages')} actions={upload}>
      <div className="packages-bar">
        <Choosers />
      </div>
      <ListTable
        label={t('packages.list')}
        list={packages}
        columns={columns}
        keyOf={(one) => one.id}
        nameOf={(one) => one.fileName}
        onOpen={(one) => set({ package: one.id })}
        current={open}
        empty={
          filter === '' ? (
            <EmptyNotice title={t('packages.empty')} hint={t('packages.emptyHint')} />
          ) : (
            <EmptyNotice title={t('common.nothingFound')} hint={t('common.nothingFoundHint')} />
          )
        }
      />
      {open === undefined ? null : <PackageDrawer key={open} id={open} />}
      {kind === 'upload' ? <UploadDialog /> : null}
    </Screen>
  )
}

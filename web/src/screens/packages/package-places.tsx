/** Where it lies, store by store: counts as a bar whose parts narrow the list. */
import { Text, Title } from '@mantine/core'
import { type StorePackageState, storePackageStates } from '../../../../src/rollout/states.ts'
import { useAnswer, useList } from '../../api/hooks.ts'
import type { Counts, PackagePlace, Store } from '../../api/types.ts'
import { formatBytes, formatCount } from '../../format/money.ts'
import { type Column, ListTable } from '../../parts/list-table.tsx'
import { ReasonText, StorePackageMark } from '../../parts/mark.tsx'
import { Answered, EmptyNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'

const states = ['present', 'uploading', 'removing', 'absent'] as const satisfies StorePackageState[]
const isState = (text: string): text is StorePackageState => Object.hasOwn(storePackageStates, text)
/** Bytes that come in are no news of the stream. */
const WATCH_MS = 1500
const isMoving = (data: unknown): boolean =>
  (data as readonly PackagePlace[] | undefined)?.some(({ state }) => state === 'uploading') ?? false

export function PackagePlaces({ id }: { readonly id: string }) {
  const { t } = useWords()
  const [state] = useParam('state')
  const topics = ['storePackages']
  const filter = `package:${id}`
  const counts = useAnswer<Counts>('/store-packages/counts', { by: 'state', filter }, { topics })
  const stores = useList<Store>('/stores', { limit: 1 }, { topics: ['stores'] })
  const places = useList<PackagePlace>(
    '/store-packages',
    { filter: state === undefined ? filter : `${filter} state:${state}`, sort: 'store', limit: 100 },
    { topics, every: (data) => (isMoving(data) ? WATCH_MS : undefined) },
  )
  const columns = usePlaceColumns()
  return (
    <section className="packages-where">
      <Title order={2} size="h5" mb={6}>
        {t('packages.where')}
      </Title>
      <Answered answer={counts}>{(found) => <StateBar counts={found} stores={stores.total} />}</Answered>
      <ListTable
        label={t('packages.where')}
        list={places}
        columns={columns}
        keyOf={(one) => one.id}
        nameOf={(one) => one.store}
        isOfStores
        empty={
          state === undefined ? (
            <EmptyNotice title={t('packages.whereNone')} hint={t('packages.whereNoneHint')} />
          ) : (
            <EmptyNotice title={t('packages.whereFilteredNone')} />
          )
        }
      />
    </section>
  )
}

interface BarProps {
  readonly counts: Counts
  readonly stores: number | undefined
}
function StateBar({ counts: { total, counts }, stores }: BarProps) {
  const { t, core, language } = useWords()
  const [chosen, choose] = useParam('state')
  const of = (state: string) => counts.find(({ key }) => key === state)?.count ?? 0
  const label = (state: StorePackageState) => core.storePackageStates[state].label
  const shown = states.filter((state) => of(state) > 0)
  if (total === 0) return null
  const part = (state: StorePackageState) =>
    t('packages.barPart', { label: label(state), number: formatCount(language, of(state)) })
  return (
    <>
      <div
        className="packages-state-bar"
        role="img"
        aria-label={t('packages.barOf', { parts: shown.map(part).join(', ') })}
      >
        {shown.map((state) => (
          <span key={state} data-state={state} style={{ flexGrow: of(state) }} title={part(state)} />
        ))}
      </div>
      <fieldset className="packages-chips" aria-label={t('packages.stateFilter')}>
        <Chip isOn={chosen === undefined} onClick={() => choose(undefined)}>
          {t('packages.allStates', { number: formatCount(language, total) })}
        </Chip>
        {shown.map((state) => (
          <Chip
            key={state}
            isOn={chosen === state}
            onClick={() => choose(chosen === state ? undefined : state)}
          >
            <StorePackageMark state={state} /> {formatCount(language, of(state))}
          </Chip>
        ))}
      </fieldset>
      {stores === undefined || stores <= total ? null : (
        <Text size="xs" c="dimmed" mb="xs">
          {t('packages.notAsked', { count: stores - total })}
        </Text>
      )}
    </>
  )
}

interface ChipProps {
  readonly isOn: boolean
  readonly onClick: () => void
  readonly children: React.ReactNode
}
function Chip({ isOn, onClick, children }: ChipProps) {
  return (
    <button type="button" className="packages-chip" aria-pressed={isOn} onClick={onClick}>
      {children}
    </button>
  )
}

function PlaceState({ one }: { readonly one: PackagePlace }) {
  const { t, language } = useWords()
  const done = formatBytes(language, one.doneBytes)
  return (
    <>
      {isState(one.state) ? <StorePackageMark state={one.state} /> : one.state}
      {one.state === 'uploading' && one.doneBytes > 0 ? (
        <span className="packages-note">{t('packages.received', { done })}</span>
      ) : null}
      {one.withdrawnBy === null || one.state === 'absent' ? null : (
        <span className="packages-note">{t('packages.leaving')}</span>
      )}
    </>
  )
}

function usePlaceColumns(): readonly Column<PackagePlace>[] {
  const { t } = useWords()
  return [
    {
      id: 'store',
      title: t('packages.where_columns.store'),
      width: 'minmax(90px, 1fr)',
      cell: (one) => (
        <span title={one.wantedBy === null ? undefined : t('packages.wanted', { name: one.wantedBy })}>
          {one.store}
        </span>
      ),
    },
    {
      id: 'state',
      title: t('packages.where_columns.state'),
      width: 'minmax(160px, 1.6fr)',
      cell: (one) => <PlaceState one={one} />,
    },
    {
      id: 'reason',
      title: t('packages.where_columns.reason'),
      width: 'minmax(120px, 1.4fr)',
      cell: (one) => <ReasonText code={one.reason} />,
    },
    {
      id: 'since',
      title: t('packages.where_columns.since'),
      width: '160px',
      cell: (one) => <Moment at={one.presentAt ?? one.updatedAt} />,
    },
  ]
}

/** «Прайс-чекеры»: listed, and nothing more. */
import './price-checkers.css'
import { useParams as useRouteParams } from '@tanstack/react-router'
import { useList } from '../../api/hooks.ts'
import type { Device } from '../../api/types.ts'
import { FilterBox } from '../../parts/filter-box.tsx'
import { type Column, ListTable } from '../../parts/list-table.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { Ago, Version } from '../../parts/values.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { NoData, StateCell } from '../tills/cells.tsx'

function useColumns(): Column<Device>[] {
  const { t } = useWords()
  const title = (id: 'number' | 'name' | 'host' | 'state' | 'version' | 'seen') =>
    t(`priceCheckers.columns.${id}`)
  return [
    {
      id: 'number',
      title: title('number'),
      cell: (one) => one.number,
      sort: 'number',
      width: '90px',
      align: 'end',
    },
    { id: 'name', title: title('name'), cell: (one) => one.name, sort: 'name', width: 'minmax(200px, 2fr)' },
    {
      id: 'host',
      title: title('host'),
      cell: (one) => one.host ?? <span className="price-none">{t('priceCheckers.noHost')}</span>,
      width: 'minmax(140px, 1fr)',
    },
    {
      id: 'state',
      title: title('state'),
      cell: (one) => <StateCell till={one} />,
      sort: 'reach',
      width: 'minmax(150px, 1fr)',
    },
    {
      id: 'version',
      title: title('version'),
      cell: (one) => (one.status?.version == null ? <NoData /> : <Version digits={one.status.version} />),
      sort: 'version',
      width: '120px',
    },
    {
      id: 'seen',
      title: title('seen'),
      cell: (one) =>
        one.status?.readAt == null ? <NoData /> : <Ago at={one.status.readAt} zone={one.timeZone} />,
      sort: 'readAt',
      width: 'minmax(150px, 1fr)',
    },
  ]
}

export function PriceCheckersScreen() {
  const { t } = useWords()
  const { code = '' } = useRouteParams({ strict: false })
  const [filter = ''] = useParam('filter')
  const [sort = 'number,cashId'] = useParam('sort')
  const columns = useColumns()
  const list = useList<Device>(
    '/devices',
    { store: code, filter: `kind:priceChecker ${filter}`.trim(), sort, limit: 200 },
    { topics: [`stores:${code}`] },
  )
  return (
    <Screen title={t('shell.tabs.priceCheckers')} actions={<FilterBox />}>
      <p className="price-note">{t('priceCheckers.listedOnly')}</p>
      <ListTable
        label={t('shell.tabs.priceCheckers')}
        list={list}
        columns={columns}
        keyOf={(one) => one.cashId}
        nameOf={(one) => one.name}
        empty={<EmptyNotice title={t('priceCheckers.none')} hint={t('priceCheckers.noneHint')} />}
      />
    </Screen>
  )
}

import type { Device } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import type { Column } from '../../parts/list-table.tsx'
import { useWords } from '../../words/language.ts'
import {
  CashierCell,
  DownloadCell,
  ShiftCell,
  StateWithUpdate,
  SumCell,
  SwitchCell,
  VersionCell,
} from './cells.tsx'

/** The old page's, in its order. */
export function useTillColumns(): readonly Column<Device>[] {
  const { t, language } = useWords()
  const title = (id: Parameters<typeof name>[0]): string => t(name(id))
  return [
    {
      id: 'index',
      title: title('index'),
      width: '32px',
      align: 'end',
      cell: (_, index) => formatCount(language, index + 1),
    },
    {
      id: 'number',
      title: title('number'),
      width: '66px',
      align: 'end',
      sort: 'number',
      cell: (till) => till.number,
    },
    {
      id: 'name',
      title: title('name'),
      width: 'minmax(160px, 2fr)',
      sort: 'name',
      cell: (till) => <span title={`${till.name}\n${till.cashId}`}>{till.name}</span>,
    },
    {
      id: 'host',
      title: title('host'),
      width: 'minmax(80px, 0.9fr)',
      sort: 'host',
      cell: (till) => <span title={till.host ?? t('tills.notConnected')}>{till.host}</span>,
    },
    {
      id: 'state',
      title: title('state'),
      width: 'minmax(112px, 1.2fr)',
      sort: 'reach',
      cell: (till) => <StateWithUpdate till={till} />,
    },
    {
      id: 'version',
      title: title('version'),
      width: '68px',
      sort: 'version',
      cell: (till) => <VersionCell till={till} />,
    },
    {
      id: 'shift',
      title: title('shift'),
      width: '84px',
      sort: 'shift',
      cell: (till) => <ShiftCell till={till} />,
    },
    {
      id: 'sum',
      title: title('sum'),
      width: '72px',
      align: 'end',
      sort: 'sum',
      cell: (till) => <SumCell till={till} />,
    },
    {
      id: 'cashier',
      title: title('cashier'),
      width: 'minmax(104px, 1fr)',
      sort: 'cashier',
      cell: (till) => <CashierCell till={till} />,
    },
    {
      id: 'autoUpdate',
      title: title('autoUpdate'),
      width: '98px',
      sort: 'autoUpdate',
      cell: (till) => <SwitchCell till={till} />,
    },
    {
      id: 'download',
      title: title('download'),
      width: '82px',
      sort: 'download',
      cell: (till) => <DownloadCell till={till} />,
    },
  ]
}

const name = <
  I extends
    | 'index'
    | 'number'
    | 'name'
    | 'host'
    | 'state'
    | 'version'
    | 'shift'
    | 'sum'
    | 'cashier'
    | 'autoUpdate'
    | 'download',
>(
  id: I,
) => `tills.columns.${id}` as const

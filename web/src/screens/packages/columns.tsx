import type { Package } from '../../api/types.ts'
import { formatBytes, formatCount } from '../../format/money.ts'
import type { Column } from '../../parts/list-table.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { isExpired, useKindName, useSigner, useUse } from './terms.ts'

/** How many store servers have each of them whole, and how many stores there are. Undefined: not known yet. */
export interface Spread {
  readonly present: ReadonlyMap<string, number> | undefined
  readonly stores: number | undefined
}

function Version({ one }: { readonly one: Package }) {
  return (
    <span className="packages-version">
      <b>{one.display}</b> <span className="packages-digits">{one.version}</span>
    </span>
  )
}

function Expires({ one }: { readonly one: Package }) {
  const { t } = useWords()
  if (!one.signed) return null
  if (one.expiresAt === null) return <span>{t('packages.expiresNever')}</span>
  if (!isExpired(one)) return <Moment at={one.expiresAt} />
  return <Mark tone="bad" glyph="cross" label={t('packages.expired')} hint={one.expiresAt} />
}

function Present({ one, spread }: { readonly one: Package; readonly spread: Spread }) {
  const { t, language } = useWords()
  if (spread.present === undefined || spread.stores === undefined) return <span>{t('common.unknown')}</span>
  const present = formatCount(language, spread.present.get(one.id) ?? 0)
  const total = formatCount(language, spread.stores)
  return (
    <span className="number" title={t('packages.storesHint', { present, total })}>
      {t('packages.storesOf', { present, total })}
    </span>
  )
}

export function usePackageColumns(spread: Spread): readonly Column<Package>[] {
  const { t, language } = useWords()
  const kindName = useKindName()
  const signer = useSigner()
  const use = useUse()
  return [
    {
      id: 'kind',
      title: t('packages.columns.kind'),
      width: 'minmax(112px, 1fr)',
      sort: 'kind',
      cell: (one) => kindName(one.kind),
    },
    {
      id: 'version',
      title: t('packages.columns.version'),
      width: '140px',
      sort: 'version',
      cell: (one) => <Version one={one} />,
    },
    {
      id: 'file',
      title: t('packages.columns.file'),
      width: 'minmax(120px, 1.6fr)',
      sort: 'fileName',
      cell: (one) => <span title={one.fileName}>{one.fileName}</span>,
    },
    {
      id: 'size',
      title: t('packages.columns.size'),
      width: '92px',
      align: 'end',
      sort: 'size',
      cell: (one) => <span className="number">{formatBytes(language, one.size)}</span>,
    },
    {
      id: 'signer',
      title: t('packages.columns.signer'),
      width: 'minmax(132px, 1.2fr)',
      cell: (one) => <Mark {...signer(one)} />,
    },
    {
      id: 'expires',
      title: t('packages.columns.expires'),
      width: '160px',
      sort: 'expiresAt',
      cell: (one) => <Expires one={one} />,
    },
    {
      id: 'stores',
      title: t('packages.columns.stores'),
      width: '112px',
      align: 'end',
      cell: (one) => <Present one={one} spread={spread} />,
    },
    {
      id: 'created',
      title: t('packages.columns.created'),
      width: '160px',
      sort: 'createdAt',
      cell: (one) => <Moment at={one.createdAt} />,
    },
    {
      id: 'state',
      title: t('packages.columns.state'),
      width: 'minmax(150px, 1fr)',
      cell: (one) => <Mark {...use(one)} />,
    },
  ]
}

/** What lies on the server, what comes and what goes. */
import type { StorePackageState } from '../../../../src/rollout/states.ts'
import type { StoreWhole } from '../../api/types.ts'
import { formatBytes } from '../../format/money.ts'
import { serverNow } from '../../format/now.ts'
import { ReasonText, StorePackageMark } from '../../parts/mark.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Moment, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { ProgressBar } from './bar.tsx'
import { percentOf } from './percent.ts'

type Row = StoreWhole['packages'][number]
const columns = ['package', 'version', 'state', 'size', 'since', 'reason', 'by'] as const

/** What moves first, then what is there, the newest first. */
const order: Readonly<Record<string, number>> = { uploading: 0, removing: 1, present: 2, absent: 3 }
const inOrder = (rows: readonly Row[]): Row[] =>
  [...rows].sort(
    (a, b) =>
      (order[a.state] ?? 9) - (order[b.state] ?? 9) || b.package.version.localeCompare(a.package.version),
  )

export function PackagesTable({ store }: { readonly store: StoreWhole }) {
  const { t } = useWords()
  if (store.packages.length === 0)
    return <EmptyNotice title={t('server.noPackages')} hint={t('server.noPackagesHint')} />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached by the keyboard
    <section className="server-scroll" tabIndex={0} aria-label={t('server.packages')}>
      <table className="server-table">
        <thead>
          <tr>
            {columns.map((id) => (
              <th key={id} scope="col" data-column={id}>
                {t(`server.columns.${id}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inOrder(store.packages).map((row) => (
            <PackageRow key={row.id} row={row} zone={store.timeZone} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function PackageRow({ row, zone }: { readonly row: Row; readonly zone: string }) {
  const { t, language } = useWords()
  const { package: own, presentAt, updatedAt, notBefore, reason } = row
  return (
    <tr data-key={own.version}>
      <td>{t(`server.kinds.${own.kind}`)}</td>
      <td>
        <Version digits={own.version} whole />
      </td>
      <td>
        <StateCell row={row} />
      </td>
      <td className="server-end">{formatBytes(language, own.size)}</td>
      <td>
        <Moment at={row.state === 'present' ? presentAt : updatedAt} zone={zone} />
      </td>
      <td>
        <ReasonText code={reason} />
        {notBefore === null || row.state !== 'absent' ? null : <RetryAt at={notBefore} zone={zone} />}
      </td>
      <td>
        {row.withdrawnBy === null
          ? (row.wantedBy ?? <span className="server-quiet">{t('server.byRollouts')}</span>)
          : t('server.withdrawn', { who: row.withdrawnBy })}
      </td>
    </tr>
  )
}

function RetryAt({ at, zone }: { readonly at: string; readonly zone: string }) {
  if (Date.parse(at) < serverNow()) return null
  return (
    <span className="server-under">
      <Moment at={at} zone={zone} clock />
    </span>
  )
}

function StateCell({ row }: { readonly row: Row }) {
  const { t, language } = useWords()
  const { state, doneBytes, package: own } = row
  const percent = percentOf(doneBytes, own.size)
  return (
    <>
      <StorePackageMark state={state as StorePackageState} />
      {state !== 'uploading' ? null : (
        <span className="server-upload">
          <ProgressBar
            percent={percent}
            label={t('server.progress', { percent, version: own.version })}
            tone="busy"
          />
          <span className="server-under">
            {t('server.uploaded', {
              done: formatBytes(language, doneBytes),
              total: formatBytes(language, own.size),
            })}
          </span>
        </span>
      )}
    </>
  )
}

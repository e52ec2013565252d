/** The morning page: in order of opening, who cannot sell, who is degraded, who has no first receipt. */

import type { MorningJson } from '../../../../src/report/json.ts'
import { type MorningGroup, morningGroups } from '../../../../src/rollout/report/morning-judge.ts'
import type { DeviceUpdateState } from '../../../../src/rollout/states.ts'
import { formatCount } from '../../format/money.ts'
import { Mark, updateSigns } from '../../parts/mark.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { ApartTable } from './apart-table.tsx'
import { ComparisonTables } from './comparison.tsx'
import { DeviceTable } from './device-table.tsx'
import { OldVersionTable } from './old-version.tsx'
import {
  Buckets,
  byZone,
  CauseSection,
  Causes,
  Phone,
  Read,
  ReportHead,
  ReportSection,
  TableFrame,
  TableHead,
} from './report-parts.tsx'
import { morningSigns, useReportWords } from './terms.ts'

type Store = MorningJson['stores'][number]
type Device = Store['devices'][number]

export function MorningView({ report: said }: { readonly report: MorningJson }) {
  const { t } = useWords()
  const { report } = useReportWords()
  const { texts } = report
  const loud = said.stores.filter(({ isQuiet }) => !isQuiet)
  const quiet = said.stores.filter(({ isQuiet }) => isQuiet)
  return (
    <article className="report">
      <ReportHead scope={said} question={texts.morningQuestion} />
      <Summary said={said} />
      {loud.length === 0 ? (
        <EmptyNotice glyph="check" title={t('report.nothingLoud')} hint={t('report.nothingLoudHint')} />
      ) : null}
      {byZone(loud).map(([zone, stores]) => (
        <section key={zone} className="report-zone" data-zone={zone}>
          <ZoneHead zone={zone} stores={stores} />
          {stores.map((store) => (
            <StoreCard key={store.code} store={store} madeAt={said.madeAt} />
          ))}
        </section>
      ))}
      <div className="report-rest">
        <ReportSection title={texts.outcome}>
          <Outcomes said={said} />
        </ReportSection>
        <CauseSection title={texts.reasons} counts={said.causes} />
        <OldVersionTable stores={said.stores} />
        <ComparisonTables comparison={said.comparison} />
        <QuietTable stores={quiet} />
        <ApartTable stores={said.stores} />
        <p className="report-small">{texts.source}</p>
      </div>
    </article>
  )
}

function Summary({ said: { totals } }: { readonly said: MorningJson }) {
  const { language } = useWords()
  const { report, percent } = useReportWords()
  const { texts, firstReceipt } = report
  const count = (value: number) => formatCount(language, value)
  const receipts = (['confirmed', 'overdue', 'notYet', 'cannotTell'] as const)
    .map((one) => `${firstReceipt[one].label}: ${count(totals.receipts[one])}`)
    .join(' · ')
  return (
    <section className="report-summary">
      <p className="report-big">
        {`${texts.updatedOfCounted}: ${count(totals.updated)} / ${count(totals.counted)} (${percent(totals.updatedPercent)})`}
      </p>
      <p className="report-small">{texts.countedMeaning}</p>
      <p>
        {`${texts.receiptsOfUpdated}: ${receipts}. ${texts.silentStores}: `}
        <b>{count(totals.silentStores)}</b>
        {` / ${count(totals.stores)}`}
      </p>
      <Buckets
        buckets={morningGroups.map((group) => ({
          key: group,
          ...report.morningGroups[group],
          ...morningSigns[group],
          count: totals.counts[group],
          stores: totals.storesBy[group],
        }))}
      />
    </section>
  )
}

/** When the first of them opens, on their own clock. */
function ZoneHead({ zone, stores }: { readonly zone: string; readonly stores: readonly Store[] }) {
  const { t } = useWords()
  const { clock } = useReportWords()
  const opens = stores
    .flatMap(({ opensAt }) => (opensAt === null || opensAt === 'always' ? [] : [opensAt]))
    .sort()
  const [first] = opens
  const when =
    first === undefined ? t('report.opensUnknown') : t('report.firstOpens', { time: clock(first, zone) })
  return (
    <h2 className="report-zone-head">
      {t('report.zoneTitle', { zone })}
      <span>{` · ${t('report.zoneStores', { count: stores.length })} · ${when}`}</span>
    </h2>
  )
}

function useOpening(): (store: Store) => string {
  const { report, clock } = useReportWords()
  return ({ opensAt, timeZone }) => {
    if (opensAt === null) return report.texts.openingUnknown
    return opensAt === 'always' ? report.texts.alwaysOpen : clock(opensAt, timeZone)
  }
}

function GroupMark({ group }: { readonly group: MorningGroup }) {
  const { report } = useReportWords()
  const { label, meaning } = report.morningGroups[group]
  return <Mark {...morningSigns[group]} label={label} hint={meaning} />
}

function StoreCard({ store, madeAt }: { readonly store: Store; readonly madeAt: string }) {
  const { t } = useWords()
  const { report } = useReportWords()
  const opening = useOpening()
  const columns = useColumns(store, madeAt)
  const counts = morningGroups
    .filter((group) => store.counts[group] > 0)
    .map((group) => `${report.morningGroups[group].label}: ${store.counts[group]}`)
  return (
    <section className="report-store" data-store={store.code}>
      <h3>
        <span>{`${store.code} ${store.name}`}</span>
        <Phone phone={store.phone} />
      </h3>
      <p>
        {store.isSilent ? (
          <Mark tone="bad" glyph="bang" label={report.texts.silent} />
        ) : (
          <GroupMark group={store.worst} />
        )}
        {` · ${report.texts.opens}: `}
        <b>{opening(store)}</b>
      </p>
      <p className="report-small">{counts.join(' · ')}</p>
      <DeviceTable
        label={t('report.devicesOf', { store: store.code })}
        devices={store.devices.filter(({ isListed }) => isListed)}
        columns={columns}
      />
    </section>
  )
}

function useColumns({ timeZone }: Store, madeAt: string) {
  const { report, causeOf, ownerOf } = useReportWords()
  const { columns } = report
  return [
    { title: columns.group, cell: ({ group }: Device) => <GroupMark group={group} /> },
    { title: columns.reason, cell: ({ causes }: Device) => <Causes causes={causes} zone={timeZone} /> },
    {
      title: columns.advice,
      cell: ({ causes: [main] }: Device) => (main === undefined ? null : causeOf(main).advice),
    },
    { title: columns.who, cell: ({ causes: [main] }: Device) => ownerOf(main?.owner ?? null) },
    {
      title: columns.firstReceipt,
      cell: ({ firstReceipt }: Device) =>
        firstReceipt === null ? null : (
          <span title={report.firstReceipt[firstReceipt].meaning}>
            {report.firstReceipt[firstReceipt].label}
          </span>
        ),
    },
    {
      title: columns.provenAt,
      cell: ({ provenAt }: Device) => <Read at={provenAt} madeAt={madeAt} zone={timeZone} />,
    },
  ]
}

const isState = (text: string): text is DeviceUpdateState => Object.hasOwn(updateSigns, text)

function Outcomes({ said: { outcomes } }: { readonly said: MorningJson }) {
  const { core, language } = useWords()
  const { columns } = core.report
  return (
    <TableFrame label={core.report.texts.outcome}>
      <table className="report-table">
        <thead>
          <tr>
            <th scope="col">{columns.state}</th>
            <th scope="col" data-align="end">
              {columns.count}
            </th>
            <th scope="col">{columns.advice}</th>
          </tr>
        </thead>
        <tbody>
          {outcomes.map(({ state, devices }) => (
            <tr key={state}>
              <td>
                {isState(state) ? (
                  <Mark {...updateSigns[state]} label={core.updateStates[state].label} />
                ) : (
                  state
                )}
              </td>
              <td data-align="end">{formatCount(language, devices)}</td>
              <td>{isState(state) ? core.updateStates[state].advice : null}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}

function QuietTable({ stores }: { readonly stores: readonly Store[] }) {
  const { report } = useReportWords()
  const opening = useOpening()
  const { columns, texts, morningGroups: groups, firstReceipt } = report
  if (stores.length === 0) return null
  const said = ({ counts }: Store) =>
    (['ready', 'readyOld', 'apart'] as const)
      .filter((group) => counts[group] > 0)
      .map((group) => `${groups[group].label}: ${counts[group]}`)
      .join(' · ')
  const receipts = (store: Store) =>
    (['confirmed', 'notYet', 'cannotTell'] as const)
      .filter((one) => store.receipts[one] > 0)
      .map((one) => `${firstReceipt[one].label}: ${store.receipts[one]}`)
      .join(' · ')
  return (
    <ReportSection title={texts.quietStores}>
      <TableFrame label={texts.quietStores}>
        <table className="report-table">
          <TableHead titles={[columns.opensAt, columns.store, columns.group, columns.firstReceipt]} />
          <tbody>
            {stores.map((store) => (
              <tr key={store.code}>
                <td>{opening(store)}</td>
                <td>{`${store.code} ${store.name}`}</td>
                <td>{said(store)}</td>
                <td>{receipts(store) || texts.none}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </ReportSection>
  )
}

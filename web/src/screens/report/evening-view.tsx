/** The evening list: who is not ready for tonight, why, and whom to ring. */
import type { EveningJson } from '../../../../src/report/json.ts'
import { eveningGroups } from '../../../../src/rollout/report/evening.ts'
import { formatCount } from '../../format/money.ts'
import { formatSpan, viewerZone } from '../../format/time.ts'
import { Mark } from '../../parts/mark.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { ApartTable } from './apart-table.tsx'
import { DeviceTable } from './device-table.tsx'
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
import { eveningSigns, shortMoment, useReportWords } from './terms.ts'

type Store = EveningJson['stores'][number]
type Device = Store['devices'][number]

export function EveningView({ report: said }: { readonly report: EveningJson }) {
  const { t } = useWords()
  const { report } = useReportWords()
  const { texts } = report
  const loud = said.stores.filter(({ isQuiet }) => !isQuiet)
  const quiet = said.stores.filter(({ isQuiet }) => isQuiet)
  return (
    <article className="report">
      <ReportHead scope={said} question={texts.eveningQuestion} />
      <Summary said={said} />
      <CauseSection title={texts.reasons} counts={said.causes} />
      {loud.length === 0 ? (
        <EmptyNotice glyph="check" title={t('report.nothingLoud')} hint={t('report.nothingLoudHint')} />
      ) : null}
      {byZone(loud).map(([zone, stores]) => (
        <section key={zone} className="report-zone" data-zone={zone}>
          <h2 className="report-zone-head">
            {t('report.zoneTitle', { zone })}
            <span>{` · ${t('report.zoneStores', { count: stores.length })}`}</span>
          </h2>
          {stores.map((store) => (
            <StoreCard key={store.code} store={store} madeAt={said.madeAt} />
          ))}
        </section>
      ))}
      <div className="report-rest">
        <CauseSection title={texts.warnings} counts={said.warnings} />
        <QuietTable stores={quiet} />
        <ApartTable stores={said.stores} />
        <p className="report-small">{texts.source}</p>
      </div>
    </article>
  )
}

function Summary({ said: { totals, timeZone, madeAt } }: { readonly said: EveningJson }) {
  const { language } = useWords()
  const { report, percent } = useReportWords()
  const { texts } = report
  const count = (value: number) => formatCount(language, value)
  const { oldestReadAt } = totals
  const age = (at: string) => formatSpan(language, (Date.parse(madeAt) - Date.parse(at)) / 1000)
  const oldest =
    oldestReadAt === null
      ? texts.none
      : `${shortMoment(language, oldestReadAt, timeZone ?? viewerZone())} (${age(oldestReadAt)} ${texts.ago})`
  return (
    <section className="report-summary">
      <p className="report-big">
        {`${texts.readyOfExpected}: ${count(totals.ready)} / ${count(totals.expected)} (${percent(totals.readyPercent)})`}
      </p>
      <p className="report-small">{texts.expectedMeaning}</p>
      <p>
        {`${texts.oldestReading}: ${oldest}. ${texts.storesNotTonight}: ${count(totals.storesNotTonight)} / ${count(totals.stores)}`}
      </p>
      <Buckets
        buckets={eveningGroups.map((group) => ({
          key: group,
          ...report.eveningGroups[group],
          ...eveningSigns[group],
          count: totals.counts[group],
        }))}
      />
    </section>
  )
}

/** Its window tonight, on its own clock, and whether it fits. */
function useWindowLine(): (store: Store) => string {
  const { report, clock, language } = useReportWords()
  const { texts } = report
  return ({ windowFrom, windowTo, latestStart, timeZone, fits }) => {
    const fit = fits === null ? texts.fitUnknown : fits ? texts.fits : texts.doesNotFit
    const window =
      windowFrom === null || windowTo === null
        ? texts.noWindow
        : `${texts.window} ${shortMoment(language, windowFrom, timeZone)}–${clock(windowTo, timeZone)}`
    const latest = latestStart === null ? [] : [`${texts.latestStart} ${clock(latestStart, timeZone)}`]
    return [window, ...latest, fit].join(' · ')
  }
}

function NotTonight({ store }: { readonly store: Store }) {
  const { report, causeOf } = useReportWords()
  const found = store.devices.find(({ group }) => group === 'noTime')?.causes[0]
  if (found === undefined) return null
  const { label, advice } = causeOf(found)
  return (
    <p>
      <Mark tone="warn" glyph="clock" label={label} />
      {` ${advice}. ${report.texts.devices}: ${store.counts.noTime}`}
    </p>
  )
}

function StoreCard({ store, madeAt }: { readonly store: Store; readonly madeAt: string }) {
  const { t } = useWords()
  const { report } = useReportWords()
  const windowLine = useWindowLine()
  const columns = useColumns(store, madeAt)
  const counts = eveningGroups
    .filter((group) => store.counts[group] > 0)
    .map((group) => `${report.eveningGroups[group].label}: ${store.counts[group]}`)
  return (
    <section className="report-store" data-store={store.code}>
      <h3>
        <span>{`${store.code} ${store.name}`}</span>
        <Phone phone={store.phone} />
      </h3>
      <p>{windowLine(store)}</p>
      <p className="report-small">{counts.join(' · ')}</p>
      <NotTonight store={store} />
      <DeviceTable
        label={t('report.devicesOf', { store: store.code })}
        devices={store.devices.filter(({ needsSomebody }) => needsSomebody)}
        columns={columns}
      />
    </section>
  )
}

function GroupMark({ group }: { readonly group: Device['group'] }) {
  const { report } = useReportWords()
  const { label, meaning } = report.eveningGroups[group]
  return <Mark {...eveningSigns[group]} label={label} hint={meaning} />
}

function useColumns({ timeZone }: Store, madeAt: string) {
  const { core, language } = useWords()
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
      title: columns.since,
      cell: ({ causes: [main] }: Device) =>
        main === undefined || main.since === null
          ? core.unknown
          : shortMoment(language, main.since, timeZone),
    },
    {
      title: columns.readAt,
      cell: ({ readAt }: Device) => <Read at={readAt} madeAt={madeAt} zone={timeZone} />,
    },
  ]
}

function QuietTable({ stores }: { readonly stores: readonly Store[] }) {
  const { report } = useReportWords()
  const windowLine = useWindowLine()
  const { columns, texts, eveningGroups: groups } = report
  if (stores.length === 0) return null
  const said = ({ counts, warned }: Store) =>
    [
      ...(['ready', 'preparing', 'updated', 'apart'] as const)
        .filter((group) => counts[group] > 0)
        .map((group) => `${groups[group].label}: ${counts[group]}`),
      ...(warned > 0 ? [`${texts.warned}: ${warned}`] : []),
    ].join(' · ')
  return (
    <ReportSection title={texts.quietStores}>
      <TableFrame label={texts.quietStores}>
        <table className="report-table">
          <TableHead titles={[columns.store, texts.window, columns.group]} />
          <tbody>
            {stores.map((store) => (
              <tr key={store.code}>
                <td>{`${store.code} ${store.name}`}</td>
                <td>{windowLine(store)}</td>
                <td>{said(store)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </ReportSection>
  )
}

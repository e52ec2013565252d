/** What both reports are made of: headings, buckets, tables of reasons, telephones. */
import type { ReactNode } from 'react'
import type { Json } from '../../../../src/report/json.ts'
import type { ReportScope } from '../../../../src/rollout/report/facts.ts'
import { formatCount } from '../../format/money.ts'
import { formatMoment, formatSpan, viewerZone } from '../../format/time.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'
import { Mark } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { type CauseCountJson, type CauseJson, shortMoment, useReportWords } from './terms.ts'

export function ReportHead({
  scope,
  question,
}: {
  readonly scope: Json<ReportScope>
  readonly question: string
}) {
  const { t, language, core } = useWords()
  const { rollout, madeAt, timeZone } = scope
  const zone = timeZone ?? viewerZone()
  const states: Readonly<Record<string, { label: string }>> = core.rolloutStates
  const { texts } = core.report
  return (
    <div className="report-head">
      <p className="report-question">{question}</p>
      <p>
        {t('report.of', { name: rollout.name, version: rollout.toVersion })}
        {` · ${states[rollout.state]?.label ?? rollout.state}`}
      </p>
      <p>
        {t('report.made', { when: formatMoment(language, new Date(madeAt), zone), zone })}
        {` · ${timeZone === null ? texts.wholeChain : `${texts.zone} ${timeZone}`}`}
      </p>
    </div>
  )
}

interface FrameProps {
  readonly label: string
  readonly children: ReactNode
}
/** A table that is wider than its screen scrolls in here, and the page does not. */
export function TableFrame({ label, children }: FrameProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what may scroll is scrolled by the keyboard, too
    <section className="report-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}

export interface Bucket {
  readonly key: string
  readonly label: string
  readonly meaning: string
  readonly tone: Tone
  readonly glyph: GlyphName
  readonly count: number
  /** Stores whose worst device is in it. */
  readonly stores?: number
}

/** Each device is in exactly one of them. */
export function Buckets({ buckets }: { readonly buckets: readonly Bucket[] }) {
  const { t, language } = useWords()
  const { report } = useReportWords()
  const shown = buckets.filter(({ count }) => count > 0)
  const parts = shown.map(({ label, count }) =>
    t('report.barPart', { label, number: formatCount(language, count) }),
  )
  const hasStores = shown.some(({ stores }) => stores !== undefined)
  return (
    <>
      <div className="report-bar" role="img" aria-label={t('report.barOf', { parts: parts.join(', ') })}>
        {shown.map(({ key, tone, count, label }) => (
          <span key={key} data-tone={tone} style={{ flexGrow: count }} title={`${label} ${count}`} />
        ))}
      </div>
      <TableFrame label={report.columns.group}>
        <table className="report-table report-buckets">
          <thead>
            <tr>
              <th scope="col">{report.columns.group}</th>
              <th scope="col" data-align="end">
                {report.columns.count}
              </th>
              {hasStores ? (
                <th scope="col" data-align="end">
                  {report.columns.storesByWorst}
                </th>
              ) : null}
              <th scope="col">{report.columns.meaning}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ key, label, tone, glyph, count, stores, meaning }) => (
              <tr key={key} data-bucket={key}>
                <td>
                  <Mark tone={tone} glyph={glyph} label={label} />
                </td>
                <td data-align="end">{formatCount(language, count)}</td>
                {hasStores ? <td data-align="end">{formatCount(language, stores ?? 0)}</td> : null}
                <td>{meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </>
  )
}

interface SectionProps {
  readonly title: string
  readonly children: ReactNode
}
export function ReportSection({ title, children }: SectionProps) {
  return (
    <section className="report-section">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

const MOST_STORES = 15

/** Reason, how many, what to do, who, in which stores. */
function CauseTable({ title, counts }: CauseSectionProps) {
  const { report, causeOf, ownerOf } = useReportWords()
  const { columns } = report
  if (counts.length === 0) return null
  return (
    <TableFrame label={title}>
      <table className="report-table">
        <thead>
          <tr>
            {[columns.reason, columns.count, columns.advice, columns.who, columns.stores].map((one) => (
              <th key={one} scope="col" data-align={one === columns.count ? 'end' : undefined}>
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((one) => {
            const { label, advice } = causeOf(one)
            const rest = one.stores.length - MOST_STORES
            return (
              <tr key={`${one.from} ${one.code} ${label}`}>
                <td>
                  <b>{label}</b>
                </td>
                <td data-align="end">{one.devices}</td>
                <td>{advice}</td>
                <td>{ownerOf(one.owner)}</td>
                <td>
                  {one.stores.slice(0, MOST_STORES).join(', ')}
                  {rest > 0 ? ` … +${rest}` : null}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </TableFrame>
  )
}

/** The reason it is counted by, and what else is known behind it. */
export function Causes({ causes, zone }: { readonly causes: readonly CauseJson[]; readonly zone: string }) {
  const { causeOf, detailsOf } = useReportWords()
  const [main, ...rest] = causes
  if (main === undefined) return null
  const details = detailsOf(main, zone)
  return (
    <>
      <b>{causeOf(main).label}</b>
      {details === '' ? null : ` (${details})`}
      {rest.length === 0 ? null : (
        <div className="report-small">{`+ ${rest.map((one) => causeOf(one).label).join('; ')}`}</div>
      )}
    </>
  )
}

export function Phone({ phone }: { readonly phone: string | null }) {
  const { t } = useWords()
  const { report } = useReportWords()
  if (phone === null) return <span className="report-no-phone">{report.texts.noPhone}</span>
  return (
    <a
      className="report-phone"
      href={`tel:${phone.replace(/[^+\d]/g, '')}`}
      title={t('report.ring', { phone })}
    >
      {`☎ ${phone}`}
    </a>
  )
}

interface ReadProps {
  readonly at: string | null
  /** Ages are those of the moment at which the report was made. */
  readonly madeAt: string
  readonly zone: string
}
export function Read({ at, madeAt, zone }: ReadProps) {
  const { language } = useWords()
  const { report } = useReportWords()
  if (at === null) return <span>{report.texts.never}</span>
  const span = formatSpan(language, (Date.parse(madeAt) - Date.parse(at)) / 1000)
  return (
    <time dateTime={at} className="report-whole">
      {`${shortMoment(language, at, zone)} (${span})`}
    </time>
  )
}

interface ZoneStore {
  readonly timeZone: string
}
/** By zone, in the order in which the report has its first store. */
export function byZone<S extends ZoneStore>(
  stores: readonly S[],
): readonly (readonly [string, readonly S[]])[] {
  const zones = new Map<string, S[]>()
  for (const store of stores) {
    const known = zones.get(store.timeZone)
    if (known === undefined) zones.set(store.timeZone, [store])
    else known.push(store)
  }
  return [...zones]
}

export function TableHead({ titles }: { readonly titles: readonly string[] }) {
  return (
    <thead>
      <tr>
        {titles.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  )
}

interface CauseSectionProps {
  readonly title: string
  readonly counts: readonly CauseCountJson[]
}
/** Nothing where there is no cause. */
export function CauseSection({ title, counts }: CauseSectionProps) {
  if (counts.length === 0) return null
  return (
    <ReportSection title={title}>
      <CauseTable title={title} counts={counts} />
    </ReportSection>
  )
}

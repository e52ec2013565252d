import type { MorningJson } from '../../../../src/report/json.ts'
import { formatSpan } from '../../format/time.ts'
import { useWords } from '../../words/language.ts'
import { ReportSection, TableFrame, TableHead } from './report-parts.tsx'
import { useReportWords } from './terms.ts'

type Comparison = NonNullable<MorningJson['comparison']>
interface Line {
  readonly key: string
  readonly label: string
  readonly now: string
  readonly before: string
  readonly difference: string
}
const signed = (difference: number): string => (difference > 0 ? `+${difference}` : String(difference))

function useLines({ arrivedPercent, seconds, devices, states, reasons }: Comparison): readonly Line[] {
  const { core, language } = useWords()
  const { report, causeOf, percent } = useReportWords()
  const { texts } = report
  const took = (value: number | null): string =>
    value === null ? texts.notOver : formatSpan(language, value)
  const labels: Readonly<Record<string, { label: string }>> = core.updateStates
  const line = (key: string, label: string, one: Comparison['devices']): Line => ({
    ...{ key, label, now: String(one.now), before: String(one.before) },
    difference: signed(one.difference),
  })
  return [
    line('devices', texts.devices, devices),
    {
      ...{ key: 'percent', label: texts.updatedPercent, difference: '' },
      ...{ now: percent(arrivedPercent.now), before: percent(arrivedPercent.before) },
    },
    {
      ...{ key: 'seconds', label: texts.duration, difference: '' },
      ...{ now: took(seconds.now), before: took(seconds.before) },
    },
    ...states.map((one) => line(`state ${one.code}`, labels[one.code]?.label ?? one.code, one)),
    ...reasons.map((one) =>
      line(`reason ${one.code}`, causeOf({ from: 'reason', code: one.code }).label, one),
    ),
  ]
}

export function ComparisonTables({ comparison }: { readonly comparison: Comparison | null }) {
  const { report } = useReportWords()
  const { texts } = report
  return (
    <ReportSection title={texts.comparison}>
      {comparison === null ? <p>{texts.noComparison}</p> : <Table comparison={comparison} />}
    </ReportSection>
  )
}

function Table({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useWords()
  const { report } = useReportWords()
  const { columns } = report
  const { name, toVersion: version } = comparison.before
  const lines = useLines(comparison)
  return (
    <>
      <p>{`${columns.before}: ${t('report.of', { name, version })}`}</p>
      <TableFrame label={report.texts.comparison}>
        <table className="report-table">
          <TableHead titles={[columns.outcome, columns.now, columns.before, columns.difference]} />
          <tbody>
            {lines.map(({ key, label, now, before, difference }) => (
              <tr key={key}>
                <td>{label}</td>
                <td data-align="end">{now}</td>
                <td data-align="end">{before}</td>
                <td data-align="end">{difference}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </>
  )
}

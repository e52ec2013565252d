import { ReportSection, TableFrame, TableHead } from './report-parts.tsx'
import { type CauseJson, useReportWords } from './terms.ts'

interface ApartStore {
  readonly code: string
  readonly name: string
  readonly devices: readonly {
    readonly group: string
    readonly causes: readonly CauseJson[]
    readonly number: number
    readonly cashId: string
    readonly name: string
  }[]
}
/** Who is in no percentage, by name: nobody is forgotten. */
export function ApartTable({ stores }: { readonly stores: readonly ApartStore[] }) {
  const { report, causeOf, numberOf } = useReportWords()
  const { columns } = report
  const rows = stores.flatMap((store) =>
    store.devices.filter(({ group }) => group === 'apart').map((device) => ({ store, device })),
  )
  if (rows.length === 0) return null
  return (
    <ReportSection title={report.texts.apart}>
      <TableFrame label={report.texts.apart}>
        <table className="report-table">
          <TableHead
            titles={[columns.store, columns.number, columns.device, columns.reason, columns.advice]}
          />
          <tbody>
            {rows.map(({ store, device }) => {
              const [main] = device.causes
              const words = main === undefined ? undefined : causeOf(main)
              return (
                <tr key={device.cashId}>
                  <td>{`${store.code} ${store.name}`}</td>
                  <td>{numberOf(device)}</td>
                  <td>{device.name}</td>
                  <td>{words?.label}</td>
                  <td>{words?.advice}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </TableFrame>
    </ReportSection>
  )
}

import type { MorningJson } from '../../../../src/report/json.ts'
import { Phone, ReportSection, TableFrame, TableHead } from './report-parts.tsx'
import { useReportWords } from './terms.ts'

type Store = MorningJson['stores'][number]
interface Row {
  readonly label: string
  readonly store: Store
  readonly devices: string[]
}

/** Who kept the old version for a reason of its own, by reason and store, with whom to ring. */
export function OldVersionTable({ stores }: { readonly stores: readonly Store[] }) {
  const { report, causeOf, numberOf } = useReportWords()
  const { columns } = report
  const rows = new Map<string, Row>()
  for (const store of stores)
    for (const device of store.devices) {
      const why = device.causes.find(({ from }) => from === 'reason')
      if (device.group !== 'readyOld' || why === undefined) continue
      const { label } = causeOf(why)
      const key = `${label}\n${store.code}`
      const row = rows.get(key) ?? { label, store, devices: [] }
      row.devices.push(numberOf(device))
      rows.set(key, row)
    }
  if (rows.size === 0) return null
  return (
    <ReportSection title={report.texts.onOldVersion}>
      <TableFrame label={report.texts.onOldVersion}>
        <table className="report-table">
          <TableHead titles={[columns.reason, columns.store, columns.phone, columns.number]} />
          <tbody>
            {[...rows].map(([key, { label, store, devices }]) => (
              <tr key={key}>
                <td>{label}</td>
                <td>{`${store.code} ${store.name}`}</td>
                <td>
                  <Phone phone={store.phone} />
                </td>
                <td>{devices.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </ReportSection>
  )
}

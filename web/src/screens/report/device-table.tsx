/** The devices of a store that somebody has to know of by name. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords } from '../../words/language.ts'
import { TableFrame } from './report-parts.tsx'
import { useReportWords } from './terms.ts'

interface Named {
  readonly cashId: string
  readonly number: number
  readonly kind: string
  readonly name: string
}
interface DeviceTableProps<D extends Named> {
  readonly label: string
  readonly devices: readonly D[]
  readonly columns: readonly { readonly title: string; readonly cell: (device: D) => ReactNode }[]
}
export function DeviceTable<D extends Named>({ label, devices, columns }: DeviceTableProps<D>) {
  const { report } = useReportWords()
  if (devices.length === 0) return null
  return (
    <TableFrame label={label}>
      <table className="report-table report-devices">
        <thead>
          <tr>
            {[report.columns.number, report.columns.device, ...columns.map(({ title }) => title)].map(
              (title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <tr key={device.cashId} data-till={device.cashId}>
              <NameCells device={device} />
              {columns.map(({ title, cell }) => (
                <td key={title}>{cell(device)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}

function NameCells({ device }: { readonly device: Named }) {
  const { t } = useWords()
  const { kindOf, numberOf } = useReportWords()
  const { cashId, kind, name } = device
  return (
    <>
      <td className="report-whole">{`${numberOf(device)} ${kindOf(kind)}`}</td>
      <td>
        {kind === 'storeServer' ? (
          name
        ) : (
          <Link
            to="."
            search={((former: object) => ({ ...former, till: cashId })) as never}
            title={t('report.openTill', { name })}
          >
            {name}
          </Link>
        )}
      </td>
    </>
  )
}

/** «История состояний ККТ»: each time that it said something else than before. */
import { Table } from '@mantine/core'
import { useList } from '../../api/hooks.ts'
import type { DeviceWhole, StatusChange } from '../../api/types.ts'
import { formatDay } from '../../format/time.ts'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { useFlagsText } from '../fiscal/flags.ts'
import { NoData } from '../tills/cells.tsx'
import { useSource } from './reading.tsx'

interface Kept {
  readonly fnNumber?: string | null
  readonly flags?: readonly string[] | null
  readonly validUntil?: string | null
  readonly ffd?: string | null
}
const keptOf = ({ status }: StatusChange): Kept => (status?.fiscal ?? {}) as Kept

export function FiscalHistory({ device }: { readonly device: DeviceWhole }) {
  const { t, language } = useWords()
  const sourceOf = useSource()
  const flagsText = useFlagsText()
  const list = useList<StatusChange>(
    `/devices/${encodeURIComponent(device.cashId)}/history`,
    { part: 'fiscal', limit: 50 },
    { topics: [`devices:${device.cashId}`] },
  )
  if (list.error !== null && list.rows.length === 0)
    return <ProblemNotice error={list.error} onAgain={list.again} />
  if (list.isLoading) return <LoadingNotice />
  if (list.rows.length === 0) return <EmptyNotice title={t('terminal.historyEmpty')} />
  const stateOf = ({ flags }: Kept) =>
    flags == null ? <NoData /> : flags.length === 0 ? t('terminal.sign.driveInOrder') : flagsText(flags)
  return (
    <Table className="terminal-history" aria-label={t('terminal.history')} fz="sm" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('terminal.historyAt')}</Table.Th>
          <Table.Th>{t('terminal.fnNumber')}</Table.Th>
          <Table.Th>{t('terminal.fnState')}</Table.Th>
          <Table.Th>{t('terminal.validUntil')}</Table.Th>
          <Table.Th>{t('terminal.ffd')}</Table.Th>
          <Table.Th>{t('terminal.historySource')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {list.rows.map((row) => {
          const kept = keptOf(row)
          return (
            <Table.Tr key={row.at}>
              <Table.Td>
                <Moment at={row.at} zone={device.timeZone} />
              </Table.Td>
              <Table.Td>{kept.fnNumber ?? <NoData />}</Table.Td>
              <Table.Td>{stateOf(kept)}</Table.Td>
              <Table.Td>
                {kept.validUntil == null ? <NoData /> : formatDay(language, kept.validUntil)}
              </Table.Td>
              <Table.Td>{kept.ffd ?? <NoData />}</Table.Td>
              <Table.Td>{sourceOf(row.source)}</Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}

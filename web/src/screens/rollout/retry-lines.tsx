/** Exactly whom a retry is for. */
import { Table, Text } from '@mantine/core'
import type { DeviceUpdateState } from '../../../../src/rollout/states.ts'
import { ReasonText, UpdateMark } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { useRefusalText } from './refusals.ts'

export interface RetryLine {
  readonly id: string
  readonly cashId: string
  readonly store: string
  readonly state: DeviceUpdateState
  readonly reason: string | null
  readonly why?: string
}

/** The rest is counted: a dialog is no list of a chain. */
const MOST = 200

export function RetryLines({
  lines,
  label,
}: {
  readonly lines: readonly RetryLine[]
  readonly label: string
}) {
  const { t } = useWords()
  const textOf = useRefusalText()
  const hasWhy = lines.some((line) => line.why !== undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="rollout-retry-lines" aria-label={label} tabIndex={0}>
      <Table withRowBorders={false} verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('rollout.columns.till')}</Table.Th>
            <Table.Th>{t('rollout.columns.store')}</Table.Th>
            <Table.Th>{t('rollout.columns.state')}</Table.Th>
            <Table.Th>{t('rollout.reason')}</Table.Th>
            {hasWhy ? <Table.Th>{t('rollout.refusedTitle')}</Table.Th> : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.slice(0, MOST).map(({ id, cashId, store, state, reason, why }) => (
            <Table.Tr key={id} data-cash-id={cashId}>
              <Table.Td className="number">{cashId}</Table.Td>
              <Table.Td>{store}</Table.Td>
              <Table.Td>
                <UpdateMark state={state} />
              </Table.Td>
              <Table.Td>
                <ReasonText code={reason} />
              </Table.Td>
              {hasWhy ? <Table.Td>{why === undefined ? '' : textOf(why)}</Table.Td> : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {lines.length > MOST ? (
        <Text size="sm" c="dimmed">
          {t('rollout.andMore', { total: lines.length - MOST })}
        </Text>
      ) : null}
    </section>
  )
}

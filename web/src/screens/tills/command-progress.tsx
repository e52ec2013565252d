/** What became of what was sent, till by till, while one looks on. */
import { CloseButton, Group, Table, Text } from '@mantine/core'
import { post } from '../../api/client.ts'
import { useAnswer, useChange } from '../../api/hooks.ts'
import type { CommandWhole, Device } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { ReasonText } from '../../parts/mark.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { CommandMark } from './command-mark.tsx'

/** Waiting → running is no news of the stream. */
const WATCH_MS = 1500
const isUnderWay = (data: unknown): boolean => data !== undefined && !(data as CommandWhole).isOver

interface CommandProgressProps {
  /** For their names. */
  readonly tills: readonly Device[]
  readonly zone: string | undefined
}
export function CommandProgress(props: CommandProgressProps) {
  const { id } = useParams()
  return id === undefined ? null : <Progress key={id} id={id} {...props} />
}

function Progress({ id, tills, zone }: CommandProgressProps & { readonly id: string }) {
  const { t } = useWords()
  const set = useSetParams()
  const found = useAnswer<CommandWhole>(
    `/commands/${encodeURIComponent(id)}`,
    {},
    { topics: [`commands:${id}`], every: (data) => (isUnderWay(data) ? WATCH_MS : undefined) },
  )
  const cancel = useChange(() => post(`/commands/${encodeURIComponent(id)}/cancel`), ['commands', 'stores'])
  const close = () => set({ id: undefined }, { replace: true })
  if (found.data === undefined)
    return found.error === null ? null : (
      <ProblemNotice error={found.error} onAgain={() => void found.refetch()} />
    )
  const { kind, counts, devices, isOver, requestedBy, createdAt, items } = found.data
  const kinds: Readonly<Record<string, string>> = t('tills.commandKinds', { returnObjects: true })
  const what = kinds[kind] ?? kind
  return (
    <section className="tills-progress" aria-label={t('tills.progress', { what })}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="sm" role="status">
          <Text fw={600} size="sm">
            {t('tills.progress', { what })}
          </Text>
          <Text size="sm">{t('tills.progressCounts', { done: counts.done ?? 0, total: devices })}</Text>
          {Object.entries(counts)
            .filter(([state, count]) => state !== 'done' && count > 0)
            .map(([state, count]) => (
              <span key={state} className="tills-count">
                <CommandMark state={state} /> {count}
              </span>
            ))}
          <Text size="xs" c="dimmed" component="span">
            {requestedBy} <Moment at={createdAt} zone={zone} clock />
          </Text>
        </Group>
        <Group gap="xs" wrap="nowrap">
          {isOver || (counts.waiting ?? 0) === 0 ? null : (
            <ActButton
              permission="commands.send"
              loading={cancel.isPending}
              onClick={() => cancel.mutate(undefined)}
            >
              {t('tills.cancelRest')}
            </ActButton>
          )}
          <CloseButton aria-label={t('tills.closeProgress')} onClick={close} />
        </Group>
      </Group>
      {cancel.error === null ? null : <ProblemNotice error={cancel.error} />}
      <Outcomes items={items} tills={tills} zone={zone} />
    </section>
  )
}

function Outcomes({ items, tills, zone }: CommandProgressProps & { readonly items: CommandWhole['items'] }) {
  const { t } = useWords()
  const nameOf = (cashId: string) => tills.find((till) => till.cashId === cashId)?.name ?? cashId
  return (
    // A person at the keyboard scrolls it as well.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached
    <section className="tills-outcomes" tabIndex={0} aria-label={t('tills.outcome.state')}>
      <Table withRowBorders={false} verticalSpacing={2} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('tills.outcome.till')}</Table.Th>
            <Table.Th>{t('tills.outcome.state')}</Table.Th>
            <Table.Th>{t('tills.outcome.reason')}</Table.Th>
            <Table.Th>{t('tills.outcome.at')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ cashId, state, reason, finishedAt }) => (
            <Table.Tr key={cashId} data-till={cashId}>
              <Table.Td>{nameOf(cashId)}</Table.Td>
              <Table.Td>
                <CommandMark state={state} />
              </Table.Td>
              <Table.Td>
                <ReasonText code={reason} />
              </Table.Td>
              <Table.Td>{finishedAt === null ? null : <Moment at={finishedAt} zone={zone} clock />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

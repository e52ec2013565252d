/** The clock in words: for who cannot see it, and for who would rather read. */
import { Table } from '@mantine/core'
import type { RolloutOutlook, RolloutWhole, Timeline } from '../../api/types.ts'
import { formatClock, viewerZone } from '../../format/time.ts'
import { useWords } from '../../words/language.ts'
import { useActor, useGateText, useWaveName } from './gate-text.ts'
import { type Row, rowsOf } from './timeline-data.ts'
import { usePileText, useWindowText } from './timeline-row.tsx'
import type { Span } from './timeline-span.ts'

const HOUR_MS = 3_600_000

interface TableProps {
  readonly rollout: RolloutWhole
  readonly timeline: Timeline
  readonly outlook: RolloutOutlook | undefined
  readonly span: Span
  readonly now: number
}

function WaveRow({ row }: { readonly row: Row }) {
  const { t, language } = useWords()
  const nameOf = useWaveName()
  const textOf = usePileText()
  const windowText = useWindowText()
  const actorOf = useActor()
  const gate = useGateText()(row.wave)
  const clock = (at: number) => formatClock(language, new Date(at), viewerZone())
  const { wave, windows, piles, under, ghost, releasedAt } = row
  const by = actorOf(wave.releasedBy ?? '')
  return (
    <Table.Tr>
      <Table.Th scope="row">
        {nameOf(wave)}
        <div className="rollout-quiet">
          {t('rollout.devices', { count: wave.devices })} · {t('rollout.stores', { count: wave.stores })}
        </div>
      </Table.Th>
      <Table.Td>
        {windows.length === 0 ? t('rollout.noWindows') : null}
        {windows.map(({ from, to, stores }) => (
          <div key={`${from} ${to} ${stores}`}>{windowText({ from, to, stores })}</div>
        ))}
      </Table.Td>
      <Table.Td>
        {releasedAt === undefined
          ? t('rollout.notReleased')
          : t('rollout.releasedBy', { time: clock(releasedAt), by })}
        {ghost === undefined ? null : (
          <div>{t('rollout.forecast', { from: clock(ghost.from), to: clock(ghost.to) })}</div>
        )}
      </Table.Td>
      <Table.Td>
        {piles.map((pile) => (
          <div key={pile.from}>
            {t('rollout.ended', { time: `${clock(pile.from)}–${clock(pile.to)}`, what: textOf(pile) })}
          </div>
        ))}
        {under === undefined ? null : (
          <div>{t('rollout.ended', { time: t('rollout.now'), what: textOf(under) })}</div>
        )}
      </Table.Td>
      <Table.Td>
        {gate.label}
        {gate.actual === '' ? null : <div>{gate.actual}</div>}
        <div className="rollout-quiet">{gate.terms}</div>
      </Table.Td>
    </Table.Tr>
  )
}

export function TimelineTable({ rollout, timeline, outlook, span, now }: TableProps) {
  const { t } = useWords()
  const rows = rowsOf({ rollout, timeline, outlook, now }, span, HOUR_MS)
  return (
    <div className="rollout-table">
      <Table aria-labelledby="rollout-timeline" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('rollout.columns.wave')}</Table.Th>
            <Table.Th>{t('rollout.windows')}</Table.Th>
            <Table.Th>{t('rollout.columns.released')}</Table.Th>
            <Table.Th>{t('rollout.columns.ended')}</Table.Th>
            <Table.Th>{t('rollout.columns.gate')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <WaveRow key={row.wave.number} row={row} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

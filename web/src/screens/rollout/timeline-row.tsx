/** One wave on the clock. */
import { formatClock, viewerZone } from '../../format/time.ts'
import { useWords } from '../../words/language.ts'
import { bucketSigns } from './bucket-signs.ts'
import { useActor, useGateText, useWaveName } from './gate-text.ts'
import type { Pile, Row } from './timeline-data.ts'
import type { Span } from './timeline-span.ts'

export const ROW_PX = 64
export const HEAD_PX = 24
/** The columns stand on this line of the row; the gate is below it. */
const FLOOR_PX = 46
const COLUMNS_PX = 38
const DIAMOND_PX = 7
/** So that one till of a thousand is still seen. */
const LEAST_PX = 3

interface RowProps {
  readonly row: Row
  readonly top: number
  readonly x: (at: number) => number
  readonly span: Span
  /** The largest column of all rows is as high as the row. */
  readonly most: number
  readonly columnPx: number
}

function useClock(): (at: number) => string {
  const { language } = useWords()
  return (at) => formatClock(language, new Date(at), viewerZone())
}

export function usePileText(): (pile: Pile) => string {
  const { t } = useWords()
  return ({ counts }) =>
    counts
      .map(({ bucket, count }) =>
        t('rollout.bucketCount', { what: t(`rollout.buckets.${bucket}`), total: count }),
      )
      .join(', ')
}

interface ColumnProps extends Pick<RowProps, 'x' | 'most' | 'columnPx'> {
  readonly pile: Pile
  readonly floor: number
  readonly isUnder?: boolean
}
function Column({ pile, floor, x, most, columnPx, isUnder = false }: ColumnProps) {
  const { t } = useWords()
  const clock = useClock()
  const textOf = usePileText()
  const time = isUnder ? t('rollout.now') : `${clock(pile.from)}–${clock(pile.to)}`
  let y = floor
  return (
    <g className="rollout-column" data-under={isUnder || undefined}>
      <title>{t('rollout.ended', { time, what: textOf(pile) })}</title>
      {pile.counts.map(({ bucket, count }) => {
        const height = Math.max(LEAST_PX, (count / most) * COLUMNS_PX)
        y -= height
        return (
          <rect
            key={bucket}
            x={isUnder ? x(pile.from) - columnPx - 2 : x(pile.from)}
            y={y}
            width={columnPx}
            height={height - 0.5}
            data-tone={bucketSigns[bucket].tone}
            data-bucket={bucket}
          />
        )
      })}
    </g>
  )
}

const ALL_DAY_MS = 20 * 3_600_000

export function useWindowText(): (window: Row['windows'][number]) => string {
  const { t } = useWords()
  const clock = useClock()
  return ({ from, to, stores }) =>
    to - from > ALL_DAY_MS
      ? t('rollout.windowAllDay', { stores })
      : t('rollout.window', { stores, from: clock(from), to: clock(to) })
}

function Windows({ row, top, x, span }: RowProps) {
  const textOf = useWindowText()
  const inSight = row.windows.filter(({ from, to }) => to > span.from && from < span.to)
  return inSight.map(({ from, to, stores }) => {
    const [left, right] = [Math.max(from, span.from), Math.min(to, span.to)]
    return (
      <rect
        key={`${from} ${to} ${stores}`}
        className="rollout-window"
        x={x(left)}
        y={top + 2}
        width={Math.max(0, x(right) - x(left))}
        height={FLOOR_PX - 2}
        fillOpacity={0.25 + 0.75 * Math.min(1, stores / Math.max(1, row.wave.stores))}
      >
        <title>{textOf({ from, to, stores })}</title>
      </rect>
    )
  })
}

function Ghost({ row, top, x, span }: RowProps) {
  const { t } = useWords()
  const clock = useClock()
  if (row.ghost === undefined) return null
  const { from, to } = row.ghost
  if (to < span.from || from > span.to) return null
  const [left, right] = [Math.max(from, span.from), Math.min(to, span.to)]
  return (
    <rect
      className="rollout-ghost"
      x={x(left)}
      y={top + FLOOR_PX - 16}
      width={Math.max(4, x(right) - x(left))}
      height={16}
      rx={2}
    >
      <title>{t('rollout.forecast', { from: clock(from), to: clock(to) })}</title>
    </rect>
  )
}

function GateSign({ row, top, x, span }: RowProps) {
  const gate = useGateText()(row.wave)
  const { gateAt } = row
  if (gateAt === undefined || gateAt < span.from || gateAt > span.to) return null
  const [cx, cy] = [Math.min(Math.max(x(gateAt), DIAMOND_PX), x(span.to) - DIAMOND_PX), top + FLOOR_PX + 10]
  const points = `${cx},${cy - DIAMOND_PX} ${cx + DIAMOND_PX},${cy} ${cx},${cy + DIAMOND_PX} ${cx - DIAMOND_PX},${cy}`
  const isLate = cx > x(span.to) * 0.6
  const text = gate.actual === '' ? gate.label : `${gate.label}: ${gate.actual}`
  return (
    <g className="rollout-diamond" data-tone={gate.tone}>
      <title>{[text, gate.numbers, gate.terms].filter((one) => one !== '').join('\n')}</title>
      <polygon points={points} />
      <text
        x={isLate ? cx - DIAMOND_PX - 4 : cx + DIAMOND_PX + 4}
        y={cy + 4}
        textAnchor={isLate ? 'end' : 'start'}
      >
        {text}
      </text>
    </g>
  )
}

function Release({ row, top, x, span }: RowProps) {
  const { t } = useWords()
  const clock = useClock()
  const actorOf = useActor()
  const { releasedAt, wave } = row
  if (releasedAt === undefined || releasedAt < span.from || releasedAt > span.to) return null
  const [at, time] = [x(releasedAt), clock(releasedAt)]
  return (
    <g className="rollout-release">
      <title>
        {wave.releasedBy === null
          ? t('rollout.released', { time })
          : t('rollout.releasedBy', { time, by: actorOf(wave.releasedBy) })}
      </title>
      <line x1={at} x2={at} y1={top + 2} y2={top + FLOOR_PX} />
      <polygon points={`${at},${top + 2} ${at + 9},${top + 6.5} ${at},${top + 11}`} />
    </g>
  )
}

export function TimelineRow(props: RowProps) {
  const { row, top, x, span, most, columnPx } = props
  const nameOf = useWaveName()
  const floor = top + FLOOR_PX
  const column = { floor, x, most, columnPx }
  return (
    <g data-wave={row.wave.number} aria-label={nameOf(row.wave)}>
      <Windows {...props} />
      <Ghost {...props} />
      <line className="rollout-floor" x1={x(span.from)} x2={x(span.to)} y1={floor} y2={floor} />
      {row.piles.map((pile) => (
        <Column key={pile.from} pile={pile} {...column} />
      ))}
      {row.under === undefined || row.under.from > span.to || row.under.from < span.from ? null : (
        <Column pile={row.under} {...column} isUnder />
      )}
      <Release {...props} />
      <GateSign {...props} />
    </g>
  )
}

/** Waves as rows on a real clock. Its table says the same in words. */
import { useElementSize } from '@mantine/hooks'
import type { RolloutOutlook, RolloutWhole, Timeline } from '../../api/types.ts'
import { formatClock, viewerZone } from '../../format/time.ts'
import { RolloutMark } from '../../parts/mark.tsx'
import { usePrinting } from '../../print/printing.ts'
import { useWords } from '../../words/language.ts'
import { useWaveName } from './gate-text.ts'
import { rowsOf } from './timeline-data.ts'
import { HEAD_PX, ROW_PX, TimelineRow } from './timeline-row.tsx'
import { type Span, ticksOf } from './timeline-span.ts'

/** Of one column of what ended. */
const COLUMN_PX = 7
const MINUTE_MS = 60_000
/** Beside the names on A4; paper is laid out before anything is measured on it. */
const PAPER_PX = 480

interface ChartProps {
  readonly rollout: RolloutWhole
  readonly timeline: Timeline
  readonly outlook: RolloutOutlook | undefined
  readonly span: Span
  readonly now: number
}

export function TimelineChart({ rollout, timeline, outlook, span, now }: ChartProps) {
  const { t, language } = useWords()
  const nameOf = useWaveName()
  const { ref, width } = useElementSize()
  const isOnPaper = usePrinting()
  const wide = isOnPaper ? PAPER_PX : Math.max(width, 200)
  const x = (at: number): number => ((at - span.from) / (span.to - span.from)) * wide
  const columns = Math.max(10, Math.floor(wide / COLUMN_PX))
  const stepMs = Math.max(1, Math.round((span.to - span.from) / columns / MINUTE_MS)) * MINUTE_MS
  const rows = rowsOf({ rollout, timeline, outlook, now }, span, stepMs)
  const most = Math.max(1, ...rows.flatMap((row) => row.piles.map((pile) => pile.total)))
  const height = HEAD_PX + rows.length * ROW_PX
  const isNowShown = now >= span.from && now <= span.to
  const clock = (at: number) => formatClock(language, new Date(at), viewerZone())
  return (
    <div className="rollout-chart">
      <div className="rollout-chart-names" style={{ paddingTop: HEAD_PX }}>
        {rows.map(({ wave }) => (
          <div key={wave.number} className="rollout-chart-name" style={{ height: ROW_PX }}>
            <strong title={nameOf(wave)}>{nameOf(wave)}</strong>
            <span className="rollout-quiet">
              {t('rollout.devices', { count: wave.devices })} · {t('rollout.stores', { count: wave.stores })}
            </span>
          </div>
        ))}
      </div>
      <div ref={ref} className="rollout-chart-plot">
        {/* biome-ignore lint/a11y/noSvgWithoutTitle: named by its heading; a title would be a tooltip over everything */}
        <svg role="img" aria-labelledby="rollout-timeline" width={wide} height={height}>
          {ticksOf(span, wide).map((at) => (
            <g key={at} className="rollout-tick">
              <line x1={x(at)} x2={x(at)} y1={HEAD_PX} y2={height} />
              <text x={Math.min(Math.max(x(at), 16), wide - 16)} y={HEAD_PX - 7} textAnchor="middle">
                {clock(at)}
              </text>
            </g>
          ))}
          {rows.map((row, place) => (
            <TimelineRow
              key={row.wave.number}
              row={row}
              top={HEAD_PX + place * ROW_PX}
              x={x}
              span={span}
              most={most}
              columnPx={Math.max(3, x(span.from + stepMs) - 1)}
            />
          ))}
          {isNowShown ? (
            <g className="rollout-now">
              <line x1={x(now)} x2={x(now)} y1={HEAD_PX - 2} y2={height} />
              <title>{`${t('rollout.now')} ${clock(now)}`}</title>
            </g>
          ) : null}
        </svg>
      </div>
      <span className="rollout-unseen">
        <RolloutMark state={rollout.state} />
      </span>
    </div>
  )
}

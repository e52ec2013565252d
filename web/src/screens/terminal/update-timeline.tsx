/** The steps of one till's update on a real clock, with every attempt inside; and the same as a table. */
import { Table } from '@mantine/core'
import type { Attempt } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import { formatMoment, formatSpan } from '../../format/time.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, ReasonText } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { type Bar, timelineOf, toneOf } from './timeline.ts'

const glyphs: Readonly<Record<ReturnType<typeof toneOf>, GlyphName>> = {
  good: 'check',
  bad: 'cross',
  warn: 'back',
  busy: 'play',
}

function useStepWords() {
  const { t } = useWords()
  const steps: Readonly<Record<string, string>> = t('terminal.steps', { returnObjects: true })
  const outcomes: Readonly<Record<string, string>> = t('terminal.outcomes', { returnObjects: true })
  return {
    step: (name: string) => steps[name] ?? name,
    outcome: ({ outcome, endedAt }: Attempt) =>
      endedAt === null
        ? t('terminal.updates.running')
        : (outcomes[outcome ?? ''] ?? outcome ?? t('terminal.noData')),
  }
}

interface TimelineProps {
  readonly attempts: readonly Attempt[]
  readonly zone: string
}
export function UpdateTimeline({ attempts, zone }: TimelineProps) {
  const { t, language } = useWords()
  const words = useStepWords()
  const timeline = timelineOf(attempts, serverNow())
  if (timeline === undefined) return <p className="terminal-none">{t('terminal.updates.noAttempts')}</p>
  const clock = new Intl.DateTimeFormat(language, {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(timeline.to - timeline.from < 10 * 60_000 ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  })
  const hintOf = ({ attempt, from, to }: Bar): string =>
    [
      `${words.step(attempt.step)}, ${t('terminal.updates.attempt', { attempt: attempt.attempt })}: ${words.outcome(attempt)}`,
      formatMoment(language, new Date(from), zone),
      t('terminal.updates.lasted', { span: formatSpan(language, (to - from) / 1000) }),
    ].join('\n')
  return (
    <>
      <div className="terminal-timeline" role="img" aria-label={t('terminal.updates.timeline')}>
        <div className="terminal-axis">
          {timeline.ticks.map(({ at, left }) => (
            <span key={at} className="terminal-tick" style={{ left: `${left}%` }}>
              {clock.format(new Date(at))}
            </span>
          ))}
        </div>
        {timeline.lanes.map(({ step, bars }) => (
          <div className="terminal-lane" key={step}>
            <span className="terminal-lane-name">{words.step(step)}</span>
            <span className="terminal-track">
              {bars.map((bar) => (
                <span
                  key={bar.attempt.generation}
                  className="terminal-bar"
                  data-tone={toneOf(bar.attempt)}
                  title={hintOf(bar)}
                  style={{ left: `${bar.left}%`, width: `${bar.width}%` }}
                />
              ))}
            </span>
          </div>
        ))}
      </div>
      <Attempts attempts={attempts} zone={zone} />
    </>
  )
}

function Attempts({ attempts, zone }: TimelineProps) {
  const { t, language } = useWords()
  const words = useStepWords()
  return (
    <Table
      className="terminal-attempts"
      fz="sm"
      verticalSpacing={3}
      aria-label={t('terminal.updates.timeline')}
    >
      <Table.Tbody>
        {attempts.map((attempt) => {
          const { generation, step, claimedAt, startedAt, endedAt, reason } = attempt
          const from = Date.parse(startedAt ?? claimedAt)
          const seconds = ((endedAt === null ? serverNow() : Date.parse(endedAt)) - from) / 1000
          const tone = toneOf(attempt)
          return (
            <Table.Tr key={generation}>
              <Table.Td>
                <Moment at={startedAt ?? claimedAt} zone={zone} />
              </Table.Td>
              <Table.Td>{words.step(step)}</Table.Td>
              <Table.Td title={attempt.worker ?? undefined}>
                {t('terminal.updates.attempt', { attempt: attempt.attempt })}
              </Table.Td>
              <Table.Td className="number">{formatSpan(language, seconds)}</Table.Td>
              <Table.Td>
                <Mark tone={tone} glyph={glyphs[tone]} label={words.outcome(attempt)} />{' '}
                <ReasonText code={reason} />
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}

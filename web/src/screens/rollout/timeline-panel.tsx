/** Waves on the clock, night by night. */
import { Button, Group, Text } from '@mantine/core'
import type { RolloutOutlook, RolloutWhole, Timeline } from '../../api/types.ts'
import { formatMoment, viewerZone } from '../../format/time.ts'
import { Answered } from '../../parts/notices.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { TimelineChart } from './timeline-chart.tsx'
import { nightOf, ownNight, type Span, shownSpan } from './timeline-span.ts'
import { TimelineTable } from './timeline-table.tsx'
import { isMoving, useOutlook, useTimeline } from './use-rollout.ts'

const OVER: ReadonlySet<string> = new Set(['finished', 'cancelled', 'stopping'])

function useNight(rollout: RolloutWhole, outlook: RolloutOutlook | undefined) {
  const [from, setFrom] = useParam('from')
  const asked = from === undefined ? Number.NaN : Date.parse(from)
  const own = ownNight(rollout, outlook, Date.now())
  const night = Number.isNaN(asked) ? own : nightOf(asked)
  const go = (at: number) => {
    const next = nightOf(at)
    setFrom(next.from === own.from ? undefined : new Date(next.from).toISOString())
  }
  return {
    night,
    isOwn: night.from === own.from,
    earlier: () => go(night.from - 1),
    later: () => go(night.to),
    home: () => setFrom(undefined),
  }
}

function NightNav({ nights }: { readonly nights: ReturnType<typeof useNight> }) {
  const { t, language } = useWords()
  const { night, isOwn, earlier, later, home } = nights
  const zone = viewerZone()
  const day = (at: number) => formatMoment(language, new Date(at), zone).slice(0, 10)
  const button = (label: string, sign: string, press: () => void) => (
    <Button size="compact-xs" variant="default" aria-label={label} title={label} onClick={press}>
      {sign}
    </Button>
  )
  return (
    <Group gap={6}>
      {button(t('rollout.earlier'), '‹', earlier)}
      <Text size="sm" className="number">
        {`${day(night.from)} – ${day(night.to)}`}
      </Text>
      {button(t('rollout.later'), '›', later)}
      {isOwn ? null : (
        <Button size="compact-xs" variant="subtle" onClick={home}>
          {t('rollout.toNow')}
        </Button>
      )}
    </Group>
  )
}

function Ready({ outlook }: { readonly outlook: RolloutOutlook | undefined }) {
  const { t, language } = useWords()
  if (outlook === undefined || outlook.waves.every((wave) => wave.left === 0)) return null
  const { endsAt } = outlook
  const time = endsAt === null ? '' : formatMoment(language, new Date(endsAt), viewerZone()).slice(0, -3)
  return (
    <Text size="sm">
      {endsAt === null ? t('rollout.forecastUnknown') : t('rollout.forecastEnd', { time })}
    </Text>
  )
}

const legend = ['window', 'forecast', 'gate', 'release'] as const
const legendWords = {
  window: 'legendWindow',
  forecast: 'legendForecast',
  gate: 'legendGate',
  release: 'legendRelease',
} as const

function Legend() {
  const { t } = useWords()
  return (
    <ul className="rollout-legend">
      {legend.map((one) => (
        <li key={one}>
          <span className="rollout-key" data-key={one} aria-hidden="true" />
          {t(`rollout.${legendWords[one]}`)}
        </li>
      ))}
      <li>{t('rollout.timesIn', { zone: viewerZone() })}</li>
    </ul>
  )
}

interface ClockProps {
  readonly rollout: RolloutWhole
  readonly timeline: Timeline
  readonly outlook: RolloutOutlook | undefined
  readonly night: Span
  readonly isTable: boolean
}
function Clock({ rollout, timeline, outlook, night, isTable }: ClockProps) {
  const { t } = useWords()
  const now = Date.parse(timeline.at)
  const span = shownSpan(night, { rollout, timeline, outlook, now })
  const shown = { rollout, timeline, outlook, span, now }
  return (
    <>
      {isTable ? <TimelineTable {...shown} /> : <TimelineChart {...shown} />}
      {timeline.installs.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('rollout.nothingEnded')}
        </Text>
      ) : null}
    </>
  )
}

export function TimelinePanel({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const [view, setView] = useParam('view')
  const outlook = useOutlook(rollout.id, !OVER.has(rollout.state)).data
  const nights = useNight(rollout, outlook)
  const { night } = nights
  const asked = { from: new Date(night.from).toISOString(), to: new Date(night.to).toISOString() }
  const timeline = useTimeline(rollout.id, asked, isMoving(rollout))
  const isTable = view === 'table'
  return (
    <section aria-labelledby="rollout-timeline">
      <Group justify="space-between" gap="xs" className="rollout-section-head">
        <h2 id="rollout-timeline" className="rollout-title">
          {t('rollout.timeline')}
        </h2>
        <Ready outlook={outlook} />
        <Group gap="xs">
          <NightNav nights={nights} />
          <Button
            size="compact-xs"
            variant="default"
            aria-pressed={isTable}
            onClick={() => setView(isTable ? undefined : 'table')}
          >
            {t(isTable ? 'rollout.asChart' : 'rollout.asTable')}
          </Button>
        </Group>
      </Group>
      <Answered answer={timeline}>
        {(data) => (
          <Clock rollout={rollout} timeline={data} outlook={outlook} night={night} isTable={isTable} />
        )}
      </Answered>
      <Legend />
    </section>
  )
}

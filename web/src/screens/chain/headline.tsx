/** One question: will every store open? */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Outlook } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { formatClock, formatMoment, formatSpan, viewerZone } from '../../format/time.ts'
import { Glyph, type GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { Idle } from './idle.tsx'
import type { MarkCounts } from './marks.ts'

const answers: Readonly<Record<Outlook['answer'], { tone: Tone; glyph: GlyphName }>> = {
  yes: { tone: 'good', glyph: 'check' },
  atRisk: { tone: 'warn', glyph: 'bang' },
  no: { tone: 'dead', glyph: 'cross' },
  unknown: { tone: 'off', glyph: 'question' },
}
const quiet = { tone: 'calm', glyph: 'clock' } as const
const DAY_MS = 86_400_000

/** A clock, with the day where it is not within a day. */
export function useClock(now: number) {
  const { language } = useWords()
  return (at: string, zone: string): string => {
    const moment = new Date(at)
    return Math.abs(moment.getTime() - now) < DAY_MS
      ? formatClock(language, moment, zone)
      : formatMoment(language, moment, zone)
  }
}

interface HeadlineProps {
  readonly outlook: Outlook
  readonly counts: MarkCounts
}
export function Headline({ outlook, counts }: HeadlineProps) {
  const { t } = useWords()
  const { answer, total, rollouts } = outlook
  // Nothing in view, and nobody says that anything is wrong: the question is not asked now.
  const isQuiet = total === 0 && answer === 'unknown'
  const { tone, glyph } = isQuiet ? quiet : answers[answer]
  return (
    <section className="chain-headline" data-tone={tone} aria-labelledby="chain-question">
      <div className="chain-answer">
        <h2 id="chain-question">{t('board.question')}</h2>
        <span className="chain-word" data-answer={isQuiet ? 'quiet' : answer}>
          <Glyph name={glyph} size={22} />
          {t(isQuiet ? 'board.quiet' : `board.answers.${answer}`)}
        </span>
        <span className="chain-rollout-links">
          {rollouts.map(({ id, name }) => (
            <Link key={id} to="/rollouts/$id" params={{ id }}>
              {name}
            </Link>
          ))}
        </span>
      </div>
      {total === 0 ? <Idle counts={counts} /> : <Sentence outlook={outlook} />}
    </section>
  )
}

function Sentence({ outlook }: { readonly outlook: Outlook }) {
  const { t, language } = useWords()
  const { done, total, perMinute, needPerson } = outlook
  const isOver = outlook.readyAt !== null && Date.parse(outlook.readyAt) <= Date.parse(outlook.at)
  const rate = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const parts: [string, ReactNode][] = [
    [
      'done',
      <strong key="done">
        {t('board.done', { done: formatCount(language, done), total: formatCount(language, total) })}
      </strong>,
    ],
    ...(isOver
      ? []
      : [
          [
            'rate',
            perMinute === null ? t('board.noRate') : t('board.rate', { rate: rate.format(perMinute) }),
          ] satisfies [string, ReactNode],
        ]),
    ['ready', <Readiness key="ready" outlook={outlook} />],
    // A wave that waits for its release waits for a person, though no till does.
    ...(needPerson === 0 && outlook.readyUnknown === 'waveWaits'
      ? []
      : [
          [
            'person',
            needPerson === 0 ? t('board.nobodyNeeded') : t('board.needPerson', { count: needPerson }),
          ] satisfies [string, ReactNode],
        ]),
  ]
  return (
    <p className="chain-sentence">
      {parts.map(([key, part]) => (
        <span key={key} className="chain-part" data-part={key}>
          {part}
        </span>
      ))}
    </p>
  )
}

/** When it is ready, when the first store opens, and what lies between. */
function Readiness({ outlook }: { readonly outlook: Outlook }) {
  const { t, language } = useWords()
  const { at, readyAt, readyUnknown, firstOpening: first, spareSeconds } = outlook
  const clock = useClock(Date.parse(at))
  const own = viewerZone()
  const zone = first?.zone ?? own
  const isOver = readyAt !== null && Date.parse(readyAt) <= Date.parse(at)
  const ready =
    readyAt === null
      ? t(`board.readyUnknown.${readyUnknown ?? 'nothingMoves'}`, { defaultValue: readyUnknown ?? '' })
      : t(isOver ? 'board.readySince' : 'board.readyAt', { time: clock(readyAt, zone) })
  const hint = (moment: string) =>
    t('common.atViewer', { time: formatMoment(language, new Date(moment), own), zone: own })
  const spare =
    spareSeconds === null || isOver
      ? ''
      : ` (${t(spareSeconds < 0 ? 'board.lateBy' : 'board.spare', { span: formatSpan(language, Math.abs(spareSeconds)) })})`
  return (
    <>
      <span title={readyAt === null ? undefined : hint(readyAt)}>{ready}</span>
      {first === null ? null : (
        <span title={`${first.store} ${first.name}\n${t('common.atStore', { zone })}\n${hint(first.at)}`}>
          {`, ${t('board.firstOpens', { time: clock(first.at, zone) })}`}
          {zone === own ? null : ` ${t('board.storeTime')}`}
          {spare}
        </span>
      )}
    </>
  )
}

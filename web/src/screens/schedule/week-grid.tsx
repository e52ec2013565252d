/** A week on the clock: 24 hours down, seven days across. */
import './week.css'
import { weekdays } from '../../../../src/rollout/time/calendar.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import { clockOf, DAY_MINUTES, formatLongDay, formatWeekday, type LocalTime } from './days.ts'
import { type CalendarFacts, type Entry, entriesOn } from './entries.ts'
import { useEntryWords } from './entry-words.ts'
import { entryGlyphs } from './month-grid.tsx'

const HOURS = [0, 3, 6, 9, 12, 15, 18, 21]
/** A moment has a height, too. */
const LEAST_MINUTES = 40
/** Which part of a day's column: nothing lies over another kind. */
const lanes = { window: 0, opening: 0, freeze: 1, rollout: 2, run: 2 } as const
type Lane = (typeof lanes)[Entry['kind']]

interface WeekGridProps {
  readonly days: readonly string[]
  readonly facts: CalendarFacts
  readonly now: LocalTime
}
export function WeekGrid({ days, facts, now }: WeekGridProps) {
  const { t, language } = useWords()
  const [first = '', last = ''] = [days[0], days.at(-1)]
  const what = `${formatLongDay(language, first)} – ${formatLongDay(language, last)}`
  return (
    <section className="schedule-week" aria-label={t('schedule.calendarOf', { what })}>
      <div className="schedule-clock" aria-hidden="true">
        {HOURS.map((hour) => (
          <span key={hour} style={{ top: `${(100 * hour) / 24}%` }}>
            {clockOf(hour * 60)}
          </span>
        ))}
      </div>
      {days.map((date, i) => (
        <WeekDay
          key={date}
          date={date}
          title={formatWeekday(language, weekdays[i] ?? 'mon')}
          entries={entriesOn(facts, date, true)}
          now={now.date === date ? now.minutes : undefined}
        />
      ))}
    </section>
  )
}

interface WeekDayProps {
  readonly date: string
  readonly title: string
  readonly entries: readonly Entry[]
  readonly now: number | undefined
}
function WeekDay({ date, title, entries, now }: WeekDayProps) {
  const { language } = useWords()
  const used = [...new Set(entries.map(({ kind }) => lanes[kind]))].sort()
  return (
    <div className="schedule-week-day" data-date={date} aria-current={now === undefined ? undefined : 'date'}>
      <div className="schedule-week-head">
        <time dateTime={date}>
          <span aria-hidden="true">{`${title} ${Number(date.slice(8))}`}</span>
          <span className="schedule-hidden">{formatLongDay(language, date)}</span>
        </time>
      </div>
      <div className="schedule-week-body">
        <ul>
          {entries.map((entry) => (
            <Block key={entry.key} entry={entry} used={used} />
          ))}
        </ul>
        {now === undefined ? null : (
          <div className="schedule-now" aria-hidden="true" style={{ top: `${(100 * now) / DAY_MINUTES}%` }} />
        )}
      </div>
    </div>
  )
}

interface BlockProps {
  readonly entry: Entry
  /** Those that its day has: they share its width. */
  readonly used: readonly Lane[]
}
function Block({ entry, used }: BlockProps) {
  const { t } = useWords()
  const { spanOf, textOf } = useEntryWords()
  const { kind, from, name, isForecast, isAwaiting, isException } = entry
  const to = Math.max(entry.to, Math.min(DAY_MINUTES, from + LEAST_MINUTES))
  const begin = Math.min(from, DAY_MINUTES - LEAST_MINUTES)
  const share = 100 / used.length
  const place = {
    top: `${(100 * begin) / DAY_MINUTES}%`,
    height: `${(100 * (to - begin)) / DAY_MINUTES}%`,
    insetInlineStart: `calc(${share * used.indexOf(lanes[kind])}% + 2px)`,
    width: `calc(${share}% - 4px)`,
  }
  const text = textOf(entry, false)
  return (
    <li
      className="schedule-block"
      data-kind={kind}
      data-forecast={isForecast || undefined}
      data-awaiting={isAwaiting || undefined}
      data-exception={isException || undefined}
      style={place}
      title={text}
    >
      <Glyph name={isAwaiting === true ? 'question' : entryGlyphs[kind]} size={11} />
      <span className="schedule-block-text" aria-hidden="true">
        {name ?? spanOf(entry)}
        {isAwaiting === true ? ` · ${t('schedule.awaiting')}` : null}
      </span>
      <span className="schedule-hidden">{text}</span>
    </li>
  )
}

/** A month: what begins on each day, in words. */
import { Link } from '@tanstack/react-router'
import { weekdays } from '../../../../src/rollout/time/calendar.ts'
import { Glyph, type GlyphName } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import { formatLongDay, formatWeekday } from './days.ts'
import { type CalendarFacts, type Entry, type EntryKind, entriesOn } from './entries.ts'
import { useEntryWords } from './entry-words.ts'

export const entryGlyphs: Readonly<Record<EntryKind, GlyphName>> = {
  freeze: 'lock',
  window: 'play',
  opening: 'check',
  rollout: 'skip',
  run: 'clock',
}
/** Lines of one day; the rest is told by its number and seen in the week. */
const MOST = 5

interface MonthGridProps {
  readonly weeks: readonly (readonly string[])[]
  readonly facts: CalendarFacts
  readonly today: string
  /** `YYYY-MM`: other days are paler. */
  readonly month: string
  readonly label: string
  /** One store's: how many stores have an entry is not worth saying. */
  readonly isOne: boolean
}
export function MonthGrid({ weeks, facts, today, month, label, isOne }: MonthGridProps) {
  const { t, language } = useWords()
  return (
    <table className="schedule-month-grid" aria-label={t('schedule.calendarOf', { what: label })}>
      <thead>
        <tr>
          {weekdays.map((day) => (
            <th key={day} scope="col">
              <abbr title={formatWeekday(language, day, 'long')}>{formatWeekday(language, day)}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((date) => (
              <td
                key={date}
                data-date={date}
                data-other={!date.startsWith(month) || undefined}
                aria-current={date === today ? 'date' : undefined}
              >
                <Day date={date} entries={entriesOn(facts, date)} isOne={isOne} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface DayProps {
  readonly date: string
  readonly entries: readonly Entry[]
  readonly isOne: boolean
}
function Day({ date, entries, isOne }: DayProps) {
  const { t, language } = useWords()
  const more = entries.length - MOST
  return (
    <>
      <time className="schedule-date" dateTime={date}>
        <span aria-hidden="true">{Number(date.slice(8))}</span>
        <span className="schedule-hidden">{formatLongDay(language, date)}</span>
      </time>
      <ul className="schedule-entries">
        {entries.slice(0, MOST).map((entry) => (
          <li key={entry.key}>
            <EntryLine entry={entry} isOne={isOne} />
          </li>
        ))}
      </ul>
      {more > 0 ? <span className="schedule-more">{t('schedule.more', { count: more })}</span> : null}
    </>
  )
}

function EntryLine({ entry, isOne }: { readonly entry: Entry; readonly isOne: boolean }) {
  const { t } = useWords()
  const { spanOf, textOf } = useEntryWords()
  const { kind, name, stores, id, isForecast, isAwaiting, isException } = entry
  const text = textOf(entry, isOne)
  const shown = (
    <>
      <Glyph name={isAwaiting === true ? 'question' : entryGlyphs[kind]} size={11} />
      <span className="schedule-entry-text">
        {name === undefined ? spanOf(entry) : `${name} ${kind === 'run' ? spanOf(entry) : ''}`}
        {isAwaiting === true ? (
          <span className="schedule-entry-note">{`· ${t('schedule.awaiting')}`}</span>
        ) : null}
        {isOne || stores === undefined ? null : (
          <span className="schedule-entry-note"> {t('schedule.storesCount', { count: stores })}</span>
        )}
      </span>
      <span className="schedule-hidden">{text}</span>
    </>
  )
  const data = {
    className: 'schedule-entry',
    'data-kind': kind,
    'data-forecast': isForecast || undefined,
    'data-awaiting': isAwaiting || undefined,
    'data-exception': isException || undefined,
    title: text,
  }
  if (id === undefined) return <span {...data}>{shown}</span>
  return (
    <Link {...data} to={`/rollouts/${id}` as string}>
      {shown}
    </Link>
  )
}

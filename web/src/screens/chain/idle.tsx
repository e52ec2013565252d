/** What the headline says while nothing is updated: how the fleet stands, and what comes next. */
import { Link } from '@tanstack/react-router'
import { useAnswer } from '../../api/hooks.ts'
import type { Page, Rollout, Schedule } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { type MarkCounts, marks } from './marks.ts'

const PLANNED = { filter: 'state:scheduled,awaitingApproval,draft', sort: '-createdAt', limit: 3 }
const NEXT = { filter: 'ended:no -nextAt:none', sort: 'nextAt', limit: 1 }

export function Idle({ counts }: { readonly counts: MarkCounts }) {
  const { t, language } = useWords()
  const total = marks.reduce((sum, mark) => sum + counts[mark], 0)
  const planned = useAnswer<Page<Rollout>>('/rollouts', PLANNED, { topics: ['rollouts'] }).data?.items ?? []
  const next = useAnswer<Page<Schedule>>('/schedules', NEXT, { topics: ['schedules'] }).data?.items[0]
  const number = (count: number) => formatCount(language, count)
  return (
    <>
      <p className="chain-sentence">
        <span className="chain-part" data-part="answering">
          <strong>{t('board.answering', { number: number(counts.sells), total: number(total) })}</strong>
        </span>
        <span className="chain-part">{t('board.silent', { number: number(counts.unreachable) })}</span>
        <span className="chain-part">{t('board.neverAsked', { number: number(counts.none) })}</span>
        {counts.broken === 0 ? null : (
          <span className="chain-part">{t('board.needPerson', { count: counts.broken })}</span>
        )}
      </p>
      <p className="chain-rollout-links">
        {planned.length === 0 && next?.nextAt == null ? <span>{t('board.nothingPlanned')}</span> : null}
        {planned.length === 0 ? null : <span>{t('board.planned')}</span>}
        {planned.map(({ id, name, state }) => (
          <Link key={id} to="/rollouts/$id" params={{ id }}>
            {t('board.plannedOne', {
              name,
              state: t(`board.plannedStates.${state}`, { defaultValue: state }),
            })}
          </Link>
        ))}
        {next?.nextAt == null ? null : (
          <span>
            {t('board.nextRun', { name: next.name })} <Moment at={next.nextAt} />
          </span>
        )}
      </p>
    </>
  )
}

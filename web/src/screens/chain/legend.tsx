/** What the colours and signs mean, how many there are of each; a press shows only the stores that have such tills. */
import { useSyncExternalStore } from 'react'
import { formatCount } from '../../format/money.ts'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import type { BoardModel } from './board-store.ts'
import { type Mark, marks } from './marks.ts'

interface LegendProps {
  readonly model: BoardModel
  readonly shown: ReadonlySet<Mark>
}
export function Legend({ model, shown }: LegendProps) {
  const { t, language } = useWords()
  const counts = useSyncExternalStore(model.subscribe, model.counts)
  const [, setState] = useParam('state')
  const toggle = (mark: Mark) => {
    const next = marks.filter((one) => (one === mark ? !shown.has(one) : shown.has(one)))
    setState(next.length === 0 ? undefined : next.join(','))
  }
  return (
    <fieldset className="chain-legend" aria-label={t('board.legend')}>
      {marks.map((mark) => (
        <button
          key={mark}
          type="button"
          className="chain-key"
          aria-pressed={shown.has(mark)}
          data-empty={counts[mark] === 0 || undefined}
          title={t(`board.meanings.${mark}`)}
          onClick={() => toggle(mark)}
        >
          <span className="chain-cell" data-mark={mark} aria-hidden="true" />
          {t(`board.marks.${mark}`)}
          <span className="number chain-key-count">{formatCount(language, counts[mark])}</span>
        </button>
      ))}
      <button
        type="button"
        className="chain-key"
        data-hidden={shown.size === 0 || undefined}
        disabled={shown.size === 0}
        onClick={() => setState(undefined)}
      >
        {t('board.showAll')}
      </button>
    </fieldset>
  )
}

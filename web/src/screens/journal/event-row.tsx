import { Link } from '@tanstack/react-router'
import type { ComponentProps } from 'react'
import type { EventView } from '../../api/types.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { Moment } from '../../parts/values.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { isAlarm } from './kinds.ts'
import { sentenceOf } from './sentence.ts'

function Cell({ children, ...rest }: ComponentProps<'span'>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the table of journal-list.tsx
    <span role="cell" {...rest}>
      {children}
    </span>
  )
}

interface EventRowProps {
  readonly event: EventView
  /** In the chain's journal. */
  readonly hasStore: boolean
}
export function EventRow({ event, hasStore }: EventRowProps) {
  const { t, language } = useWords()
  const set = useSetParams()
  const { at, timeZone, store, cashId, rolloutId, actor, code } = event
  return (
    <>
      <Cell className="journal-at">
        <Moment at={at} zone={store === null ? undefined : timeZone} />
      </Cell>
      {hasStore ? (
        <Cell>
          {store === null ? null : (
            <Link
              to={`/stores/${encodeURIComponent(store)}/journal` as string}
              className="journal-link"
              title={t('journal.openStore', { store })}
            >
              {store}
            </Link>
          )}
        </Cell>
      ) : null}
      <Cell>
        {cashId === null ? null : (
          <button
            type="button"
            className="journal-link"
            title={t('journal.openTill', { cashId })}
            onClick={() => set({ till: cashId })}
          >
            {cashId}
          </button>
        )}
      </Cell>
      <Cell className="journal-text" title={code} data-alarm={isAlarm(code) || undefined}>
        {isAlarm(code) ? <Glyph name="bang" /> : null} {sentenceOf(event, language)}{' '}
        {rolloutId === null ? null : (
          <Link to={`/rollouts/${rolloutId}` as string} className="journal-link journal-to">
            {t('journal.rollout')} <span aria-hidden="true">→</span>
          </Link>
        )}
      </Cell>
      <Cell className="journal-actor">{actor}</Cell>
    </>
  )
}

/** Events as rows of their own height; only those in sight are drawn. */
import { Button } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useState } from 'react'
import { formatCount } from '../../format/money.ts'
import { usePrinting } from '../../print/printing.ts'
import { useWords } from '../../words/language.ts'
import { EventRow } from './event-row.tsx'
import type { Journal } from './use-journal.ts'

const ROW_PX = 34
const OVERSCAN = 15

interface JournalListProps {
  readonly journal: Journal
  readonly hasStore: boolean
}

export function JournalList({ journal, hasStore }: JournalListProps) {
  const { t, language } = useWords()
  // A state and no ref: the rows are reckoned anew when it is there, however soon they came.
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const { rows } = journal
  const heads = ['at', ...(hasStore ? (['store'] as const) : []), 'till', 'text', 'actor'] as const
  return (
    <div className="journal-box" data-store={hasStore || undefined}>
      <Fresh journal={journal} scroller={scroller} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached by the keyboard */}
      <section className="journal-scroll" ref={setScroller} tabIndex={0} aria-label={t('journal.list')}>
        {/* biome-ignore lint/a11y/useSemanticElements: rows of a grid; a table would not let them be virtual */}
        <div
          role="table"
          aria-label={t('journal.list')}
          aria-rowcount={journal.hasMore ? -1 : rows.length + 1}
        >
          {/* biome-ignore lint/a11y: see the table above */}
          <div role="row" className="journal-row journal-head" aria-rowindex={1}>
            {heads.map((id) => (
              // biome-ignore lint/a11y: see the table above
              <span role="columnheader" key={id}>
                {t(`journal.columns.${id}`)}
              </span>
            ))}
          </div>
          <Rows journal={journal} hasStore={hasStore} scroller={scroller} />
        </div>
      </section>
      <div className="journal-foot">
        <span role="status">
          {journal.hasMore
            ? t('journal.shown', { number: formatCount(language, rows.length) })
            : t('journal.end')}
        </span>
        {journal.hasMore ? (
          <Button size="compact-xs" variant="default" onClick={journal.more} loading={journal.isBusy}>
            {t('journal.more')}
          </Button>
        ) : null}
      </div>
    </div>
  )
}

/** What came since does not push away what is being read. */
function Fresh({ journal, scroller }: { readonly journal: Journal; readonly scroller: HTMLElement | null }) {
  const { t } = useWords()
  const show = () => {
    void journal.again().then(() => scroller?.scrollTo({ top: 0 }))
  }
  return (
    <div className="journal-fresh" role="status">
      {journal.fresh === 0 ? null : (
        <button type="button" className="journal-pill" title={t('journal.freshHint')} onClick={show}>
          <span aria-hidden="true">{'↑'}</span> {t('journal.fresh', { count: journal.fresh })}
        </button>
      )}
    </div>
  )
}

function Rows({ journal, hasStore, scroller }: JournalListProps & { readonly scroller: HTMLElement | null }) {
  const { rows, hasMore, more, error } = journal
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    getItemKey: (index) => rows[index]?.cursor ?? index,
  })
  const seen = virtual.getVirtualItems()
  // Paper has no scrolling: all that was read.
  const items = usePrinting() ? rows.map((_, index) => ({ index, key: index, start: 0, end: 0 })) : seen
  const last = seen.at(-1)?.index ?? 0
  useEffect(() => {
    // What was refused is asked for again by the button, and not over and over.
    if (error === null && hasMore && last >= rows.length - OVERSCAN) more()
  }, [last, hasMore, more, rows.length, error])
  return (
    <>
      <div className="list-gap" style={{ height: items[0]?.start ?? 0 }} />
      {items.map(({ index, key }) => {
        const event = rows[index]
        return event === undefined ? null : (
          // biome-ignore lint/a11y: see the table above
          <div
            role="row"
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            data-code={event.code}
            aria-rowindex={index + 2}
            className="journal-row"
          >
            <EventRow event={event} hasStore={hasStore} />
          </div>
        )
      })}
      <div className="list-gap" style={{ height: virtual.getTotalSize() - (items.at(-1)?.end ?? 0) }} />
    </>
  )
}

/** Store × till. Only lines in sight are in the document, and the one with the focus. */
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Outlook } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { usePrinting } from '../../print/printing.ts'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import type { BoardModel } from './board-store.ts'
import { CellCard } from './cell-card.tsx'
import { GroupRow } from './group-row.tsx'
import type { Grouping, Layout, Line } from './layout.ts'
import type { Mark } from './marks.ts'
import { moved, moveOfKey } from './moves.ts'
import type { Sizes } from './sizes.ts'
import { Strip, type StripShared } from './strip.tsx'
import { useCellName } from './use-cell-name.ts'

interface GridProps {
  readonly model: BoardModel
  readonly layout: Layout
  readonly by: Grouping
  readonly shown: ReadonlySet<Mark>
  readonly sizes: Sizes
  readonly isLarge: boolean
  readonly columns: number
  readonly code: number
  /** Pixels of the widest strip. */
  readonly strip: number
  readonly rollouts: Outlook['rollouts']
  readonly scroller: RefObject<HTMLDivElement | null>
  /** The till that the keys are at; `asked` grows when it has to get the focus. */
  readonly at: { readonly cashId: string | undefined; readonly asked: number }
  readonly onMove: (cashId: string, focus: boolean) => void
}

const OVERSCAN = 3
/** Its line is drawn in one of the next turns. */
const MOST_TRIES = 5

export function BoardGrid(props: GridProps) {
  const { layout, model, sizes, scroller, at, shown, isLarge } = props
  const { t, language } = useWords()
  const { till } = useParams()
  const set = useSetParams()
  const nameOf = useCellName()
  const cardId = useId()
  const shared = useMemo<StripShared>(
    () => ({ model, shown, isLarge, nameOf, cardId }),
    [model, shown, isLarge, nameOf, cardId],
  )
  const current = at.cashId !== undefined && layout.places.has(at.cashId) ? at.cashId : layout.order[0]
  const currentLine = current === undefined ? 0 : (layout.places.get(current)?.line ?? 0)
  const lines = useLines(props, currentLine)
  useFocus(props, current, currentLine, (line) => lines.scrollToIndex(line, { align: 'auto' }))

  const keyed = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey || current === undefined) return
    const move = moveOfKey(event.key, event.ctrlKey)
    const isOpen = event.key === 'Enter' || event.key === ' '
    if (move === undefined && !isOpen) return
    event.preventDefault()
    if (isOpen) return set({ till: current })
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / sizes.line) - 1)
    const next = move === undefined ? undefined : moved(layout, current, move, page)
    if (next !== undefined) props.onMove(next, true)
  }
  const clicked = (event: MouseEvent) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-cash]') : null
    const cashId = cell?.dataset.cash
    if (cashId === undefined) return
    props.onMove(cashId, true)
    set({ till: cashId })
  }
  // Paper has no scrolling: every line.
  const drawn = usePrinting()
    ? layout.lines.map((_, index) => ({ index, start: 0 }))
    : lines.getVirtualItems()
  const label = t('board.grid', {
    stores: formatCount(language, layout.stores),
    devices: formatCount(language, layout.devices),
  })
  return (
    <>
      <div
        className="chain-scroll"
        ref={scroller}
        data-size={isLarge ? 'large' : 'compact'}
        style={{ '--chain-code': `${props.code}px`, '--chain-strip': `${props.strip}px` } as CSSProperties}
        tabIndex={-1}
      >
        {/* biome-ignore lint/a11y: its cells take the focus */}
        <div
          role="grid"
          aria-label={label}
          aria-rowcount={layout.rows}
          aria-colcount={layout.cells + 1}
          aria-readonly
          className="chain-grid"
          style={{ height: lines.getTotalSize() }}
          onKeyDown={keyed}
          onClick={clicked}
        >
          {drawn.map(({ index, start }) => {
            const line = layout.lines[index]
            return line === undefined ? null : (
              <BoardLine
                key={line.kind === 'group' ? `group ${line.head.key}` : line.key}
                line={line}
                top={start}
                by={props.by}
                rollouts={props.rollouts}
                columns={props.columns}
                shared={shared}
                current={index === currentLine ? current : undefined}
                open={till !== undefined && layout.places.get(till)?.line === index ? till : undefined}
              />
            )
          })}
        </div>
      </div>
      <CellCard id={cardId} scroller={scroller} model={model} />
    </>
  )
}

function useLines({ layout, sizes, scroller }: GridProps, currentLine: number) {
  const lines = useVirtualizer({
    count: layout.lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => (layout.lines[i]?.kind === 'group' ? sizes.group : sizes.line),
    getItemKey: (i) => `${i} ${layout.lines[i]?.kind}`,
    overscan: OVERSCAN,
    rangeExtractor: (range: Range) => {
      const seen = defaultRangeExtractor(range)
      if (currentLine >= range.count || seen.includes(currentLine)) return seen
      return [...seen, currentLine].sort((a, b) => a - b)
    },
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights changed with them
  useLayoutEffect(() => lines.measure(), [layout, sizes])
  return lines
}

/** Brings the cell into sight, and gives it the focus, once for each time that it was asked. */
function useFocus(
  { at, scroller }: GridProps,
  current: string | undefined,
  line: number,
  scroll: (line: number) => void,
) {
  const done = useRef(0)
  const tries = useRef(0)
  const [, again] = useState(0)
  useEffect(() => {
    if (at.asked === done.current || current === undefined) return
    scroll(line)
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-cash="${CSS.escape(current)}"]`)
    if (cell == null && tries.current < MOST_TRIES) {
      tries.current += 1
      return again((n) => n + 1)
    }
    tries.current = 0
    done.current = at.asked
    cell?.focus({ preventScroll: true })
  })
}

interface LineProps {
  readonly line: Line
  readonly top: number
  readonly by: Grouping
  readonly rollouts: Outlook['rollouts']
  readonly columns: number
  readonly shared: StripShared
  readonly current: string | undefined
  readonly open: string | undefined
}
const BoardLine = memo(function BoardLine(props: LineProps) {
  const { line, top, by, rollouts, columns, shared, current, open } = props
  if (line.kind === 'group')
    return (
      <div role="presentation" className="chain-line" style={{ transform: `translateY(${top}px)` }}>
        <GroupRow head={line.head} by={by} rollouts={rollouts} />
      </div>
    )
  return (
    <div
      role="presentation"
      className="chain-line chain-strips"
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: `repeat(${columns}, 1fr)` }}
    >
      {line.strips.map((strip) => (
        <Strip key={strip.key} shared={shared} strip={strip} current={current} open={open} />
      ))}
    </div>
  )
})

/** A list of the server in rows: it sorts, filters and pages there; only the rows in sight are in the document. */
import { Checkbox, Group } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import type { List } from '../api/hooks.ts'
import { usePrinting } from '../print/printing.ts'
import { useParam } from '../route-params.ts'
import { useWords } from '../words/language.ts'
import { ListShown, SelectionFull } from './list-foot.tsx'
import { ListSkeleton } from './list-skeleton.tsx'
import { OfOwnStores } from './none-of-yours.tsx'
import { EmptyNotice, ProblemNotice } from './notices.tsx'

export interface Column<T> {
  readonly id: string
  readonly title: string
  readonly cell: (row: T, index: number) => ReactNode
  /** The field of the list's `sort`; left out: it does not sort. */
  readonly sort?: string
  /** Of the grid: `120px`, `minmax(160px, 2fr)`. */
  readonly width: string
  readonly align?: 'start' | 'end' | 'center'
}

export interface Selection {
  readonly has: (key: string) => boolean
  readonly toggle: (key: string) => void
  readonly setAll: (keys: readonly string[], isOn: boolean) => void
  /** As many are ticked as may be, this many: no other row can be. */
  readonly fullAt?: number | undefined
}

interface ListTableProps<T> {
  readonly label: string
  readonly list: List<T>
  readonly columns: readonly Column<T>[]
  readonly keyOf: (row: T) => string
  readonly nameOf: (row: T) => string
  readonly onOpen?: (row: T) => void
  readonly selection?: Selection
  /** The row whose drawer is open. */
  readonly current?: string | undefined
  readonly empty?: ReactNode
  /** It shows stores, or what happened in them: who sees none is told so. */
  readonly isOfStores?: boolean
  /** More to say of a row: `data-tone`. */
  readonly toneOf?: (row: T) => string | undefined
}

const ROW_PX = 38
const OVERSCAN = 12

export function ListTable<T>(props: ListTableProps<T>) {
  const { list, columns, selection, label } = props
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: list.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  })
  const seen = rows.getVirtualItems()
  // Paper has no scrolling: all that was read.
  const items = usePrinting() ? list.rows.map((_, index) => ({ index, start: 0, end: 0 })) : seen
  const last = seen.at(-1)?.index ?? 0
  useEffect(() => {
    // What was refused is not asked for again at once, and again: the next full look tries.
    if (list.error === null && list.hasMore && last >= list.rows.length - OVERSCAN) list.more()
  }, [last, list])

  if (list.error !== null && list.rows.length === 0)
    return <ProblemNotice error={list.error} onAgain={list.again} />
  const template = [...(selection ? ['40px'] : []), ...columns.map((one) => one.width)].join(' ')
  if (list.isLoading) return <ListSkeleton titles={columns.map((one) => one.title)} template={template} />
  if (list.rows.length === 0) {
    const nothing = <NothingFound empty={props.empty} />
    return props.isOfStores === true ? <OfOwnStores>{nothing}</OfOwnStores> : nothing
  }
  // Rows that open take the focus themselves.
  const frame =
    props.onOpen === undefined ? { tabIndex: 0, role: 'group', 'aria-label': label } : { tabIndex: -1 }
  const before = items[0]?.start ?? 0
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0)
  return (
    <div className="list" data-old={list.isOld || undefined}>
      <div className="list-scroll" ref={scroller} {...frame}>
        {/* biome-ignore lint/a11y/useSemanticElements: rows of a grid layout; a table would not let them be virtual */}
        <div
          role="table"
          aria-label={label}
          aria-rowcount={(list.total ?? list.rows.length) + 1}
          aria-busy={list.isOld}
        >
          <HeadRow {...props} template={template} />
          <div className="list-gap" style={{ height: before }} />
          {items.map(({ index }) => {
            const row = list.rows[index]
            return row === undefined ? null : (
              <BodyRow key={props.keyOf(row)} {...props} row={row} index={index} template={template} />
            )
          })}
          <div className="list-gap" style={{ height: after }} />
        </div>
      </div>
      <Group className="list-foot" justify="space-between">
        <ListShown list={list} />
        {selection === undefined ? null : <SelectionFull at={selection.fullAt} />}
      </Group>
    </div>
  )
}

function NothingFound({ empty }: { readonly empty: ReactNode }) {
  const { t } = useWords()
  const [filter] = useParam('filter')
  if (filter !== undefined)
    return <EmptyNotice title={t('common.nothingFound')} hint={t('common.nothingFoundHint')} />
  return empty ?? <EmptyNotice title={t('common.empty')} />
}

type WithTemplate<T> = ListTableProps<T> & { readonly template: string }

function HeadRow<T>({ columns, list, keyOf, selection, template }: WithTemplate<T>) {
  const { t } = useWords()
  const keys = list.rows.map(keyOf)
  const ticked = selection === undefined ? 0 : keys.filter(selection.has).length
  const isFull = selection?.fullAt !== undefined
  return (
    // biome-ignore lint/a11y: see the table above
    <div
      role="row"
      className="list-row list-head"
      aria-rowindex={1}
      style={{ gridTemplateColumns: template }}
    >
      {selection === undefined ? null : (
        // biome-ignore lint/a11y: see the table above
        <div role="columnheader" className="list-cell">
          <Checkbox
            size="xs"
            aria-label={t('common.selectAll')}
            checked={ticked > 0 && ticked === keys.length}
            indeterminate={ticked > 0 && ticked < keys.length}
            // Where no more can be ticked, it can still untick.
            onChange={(event) =>
              selection.setAll(keys, event.currentTarget.checked && (ticked === 0 || !isFull))
            }
          />
        </div>
      )}
      {columns.map((column) => (
        <HeadCell key={column.id} column={column} />
      ))}
    </div>
  )
}

/** Upwards, downwards, and then as the list itself has it. */
const nextSort = (field: string, now: string | undefined): string | undefined =>
  now === field ? `-${field}` : now === `-${field}` ? undefined : field

function HeadCell<T>({ column }: { readonly column: Column<T> }) {
  const { t } = useWords()
  const [sort, setSort] = useParam('sort')
  const { sort: field, title, align } = column
  const direction =
    field === undefined
      ? undefined
      : sort === field
        ? 'ascending'
        : sort === `-${field}`
          ? 'descending'
          : 'none'
  return (
    // biome-ignore lint/a11y: see the table above
    <div
      role="columnheader"
      className="list-cell"
      data-align={align}
      aria-sort={direction}
      data-column={column.id}
    >
      {field === undefined ? (
        title
      ) : (
        <button
          type="button"
          className="list-sort"
          title={t('common.sortBy', { name: title })}
          onClick={() => setSort(nextSort(field, sort))}
        >
          {title}
          <span aria-hidden="true">
            {direction === 'ascending' ? ' ▲' : direction === 'descending' ? ' ▼' : ''}
          </span>
        </button>
      )}
    </div>
  )
}

/** A row is opened by a click anywhere on it, or by Enter; what may be pressed inside it keeps its own meaning. */
const isOwn = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('button, a, input, label, select, [role="checkbox"]') !== null

function BodyRow<T>(props: WithTemplate<T> & { readonly row: T; readonly index: number }) {
  const { row, index, columns, keyOf, nameOf, onOpen, selection, template, current, toneOf } = props
  const { t } = useWords()
  const key = keyOf(row)
  const open = onOpen === undefined ? undefined : () => onOpen(row)
  const isRefused = selection?.fullAt !== undefined && !selection.has(key)
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || isOwn(event.target)) return
    event.preventDefault()
    open?.()
  }
  return (
    // biome-ignore lint/a11y: see the table above
    <div
      role="row"
      className="list-row"
      aria-rowindex={index + 2}
      aria-current={current === key || undefined}
      data-key={key}
      data-opens={open !== undefined || undefined}
      data-tone={toneOf?.(row)}
      tabIndex={open === undefined ? undefined : 0}
      style={{ gridTemplateColumns: template }}
      onClick={(event) => !isOwn(event.target) && open?.()}
      onKeyDown={keyed}
    >
      {selection === undefined ? null : (
        // biome-ignore lint/a11y: see the table above
        <div role="cell" className="list-cell">
          <Checkbox
            size="xs"
            aria-label={t('common.selectRow', { name: nameOf(row) })}
            checked={selection.has(key)}
            disabled={isRefused}
            title={isRefused ? t('common.selectedMost', { count: selection.fullAt }) : undefined}
            onChange={() => selection.toggle(key)}
          />
        </div>
      )}
      {columns.map((column) => (
        // biome-ignore lint/a11y: see the table above
        <div
          role="cell"
          key={column.id}
          className="list-cell"
          data-align={column.align}
          data-column={column.id}
        >
          {column.cell(row, index)}
        </div>
      ))}
    </div>
  )
}

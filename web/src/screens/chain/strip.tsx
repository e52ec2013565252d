/** Some tills of one store. Drawn anew only when something in that store looks otherwise. */
import { memo, useSyncExternalStore } from 'react'
import type { Cell } from './board-data.ts'
import type { BoardModel } from './board-store.ts'
import type { Strip as StripData } from './layout.ts'
import type { Mark } from './marks.ts'
import type { CellNamer } from './use-cell-name.ts'

export interface StripShared {
  readonly model: BoardModel
  readonly shown: ReadonlySet<Mark>
  readonly isLarge: boolean
  readonly nameOf: CellNamer
  readonly cardId: string
}
interface StripProps {
  readonly shared: StripShared
  readonly strip: StripData
  /** The cell that Tab reaches, when it is here. */
  readonly current: string | undefined
  readonly open: string | undefined
}

interface CellProps {
  readonly cell: Cell
  readonly isCurrent: boolean
  readonly isOpen: boolean
  readonly shared: StripShared
}
const CellBox = memo(function CellBox({ cell, isCurrent, isOpen, shared }: CellProps) {
  const { shown, isLarge, nameOf, cardId } = shared
  return (
    // biome-ignore lint/a11y: a grid of thousands; keys are the grid's
    <span
      role="gridcell"
      className="chain-cell"
      data-cash={cell.cashId}
      data-mark={cell.mark}
      data-kind={cell.kind === 'till' ? undefined : cell.kind}
      data-dim={(shown.size > 0 && !shown.has(cell.mark)) || undefined}
      aria-label={nameOf(cell)}
      aria-selected={isOpen || undefined}
      aria-describedby={isCurrent ? cardId : undefined}
      tabIndex={isCurrent ? 0 : -1}
    >
      {isLarge && cell.number > 0 ? cell.number : null}
    </span>
  )
})

export const Strip = memo(function Strip({ shared, strip, current, open }: StripProps) {
  const { model } = shared
  useSyncExternalStore(model.subscribe, () => model.cellsIn(strip.store))
  return (
    // biome-ignore lint/a11y: a grid of thousands, not a table
    <div role="row" className="chain-strip" aria-rowindex={strip.row}>
      {/* biome-ignore lint/a11y: as above */}
      <span role="rowheader" className="chain-code" data-rest={strip.isRest || undefined}>
        {strip.code}
      </span>
      {strip.cashIds.map((cashId) => {
        const cell = model.cell(cashId)
        return cell === undefined ? null : (
          <CellBox
            key={cashId}
            cell={cell}
            isCurrent={current === cashId}
            isOpen={open === cashId}
            shared={shared}
          />
        )
      })}
    </div>
  )
})

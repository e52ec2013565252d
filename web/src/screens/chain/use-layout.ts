/** Where everything stands. Stores change places only while nobody points at the board, so nothing runs from under a hand. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { BoardModel } from './board-store.ts'
import { type Grouping, type Layout, layoutOf, widthFor } from './layout.ts'
import type { Mark } from './marks.ts'
import { COMPACT, codeWidth, columnsIn, LARGE, type Sizes, stripWidth } from './sizes.ts'

/** Below that many tills, large cells fit. */
const FEW = 300
const LOOK_MS = 2000

export interface LayoutChoice {
  readonly model: BoardModel
  readonly by: Grouping
  readonly shown: ReadonlySet<Mark>
  /** `compact`, `large`; left out: as the number of tills suggests. */
  readonly view: string | undefined
}

/** Known before the first paint: who is drawn at a width of none is drawn twice. */
export function useWidth() {
  const [width, setWidth] = useState(0)
  const frame = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined
    setWidth(Math.floor(element.getBoundingClientRect().width))
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { width, frame }
}

/** Whether it looks otherwise: the same stores on the same lines under the same heads do not. */
const signatureOf = ({ lines }: Layout): string =>
  lines
    .map((line) =>
      line.kind === 'group'
        ? JSON.stringify(line.head)
        : line.strips.map(({ key, cashIds }) => `${key}:${cashIds.join()}`).join('|'),
    )
    .join('\n')

/** Tills of each store that stand together. */
function partSizes({ model, by }: LayoutChoice): number[] {
  const isSplit = by === 'wave' || by === 'version'
  return model.stores().flatMap((_, i) => {
    const cells = model.cellsIn(i)
    if (!isSplit) return [cells.length]
    const parts = new Map<string, number>()
    for (const { wave, version, rollout } of cells) {
      const key = by === 'wave' ? `${rollout} ${wave}` : `${version}`
      parts.set(key, (parts.get(key) ?? 0) + 1)
    }
    return [...parts.values()]
  })
}

function useSizes(choice: LayoutChoice, width: number) {
  const { model, view, by } = choice
  const shape = model.shape()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the model changes in itself
  const measures = useMemo(() => {
    const sizes = partSizes(choice)
    const devices = sizes.reduce((sum, count) => sum + count, 0)
    return { codes: model.stores().map(({ code }) => code), devices, widest: widthFor(sizes) }
  }, [model, shape, by])
  const isLarge = view === 'large' || (view !== 'compact' && measures.devices <= FEW)
  const sizes: Sizes = isLarge ? LARGE : COMPACT
  const code = codeWidth(measures.codes, sizes)
  const strip = stripWidth(measures.widest, code, sizes)
  return { isLarge, sizes, code, strip, columns: columnsIn(width, strip), widest: measures.widest }
}

/** @param isHeld whether somebody points at the board */
export function useLayout(choice: LayoutChoice, width: number, isHeld: () => boolean) {
  const { model, by, shown } = choice
  const { columns, widest, ...rest } = useSizes(choice, width)
  const [turn, setTurn] = useState(0)
  const [isOutOfOrder, setOutOfOrder] = useState(false)
  const shape = model.shape()
  const make = useCallback(
    () => layoutOf({ stores: model.stores(), cellsIn: model.cellsIn, by, shown, columns, width: widest }),
    [model, by, shown, columns, widest],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn, or another shape, is a new order
  const layout = useMemo(make, [make, turn, shape])
  const seen = useRef(0)
  useEffect(() => {
    setOutOfOrder(false)
    seen.current = model.revision()
    const signature = signatureOf(layout)
    const look = () => {
      if (model.revision() === seen.current) return
      const isSame = signatureOf(make()) === signature
      if (isSame || isHeld()) {
        seen.current = model.revision()
        setOutOfOrder(!isSame)
        return
      }
      setTurn((n) => n + 1)
    }
    const timer = window.setInterval(look, LOOK_MS)
    return () => clearInterval(timer)
  }, [layout, make, model, isHeld])
  const arrange = useCallback(() => setTurn((n) => n + 1), [])
  return { layout, columns, isOutOfOrder, arrange, ...rest }
}
